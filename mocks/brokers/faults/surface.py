"""How a broker's server tells the fault plan about its requests, its frames and its own words for a refusal."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from mocks.brokers.faults.asgi import Message, Reply, Scope
from mocks.brokers.faults.kinds import Fault
from mocks.brokers.faults.rule import Rule

PAGES = {
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Temporarily Unavailable",
    504: "Gateway Time-out",
}
# Status and words of refusals for servers that name none of their own.
PLAIN: dict[Fault, tuple[int, str, str]] = {
    Fault.ERROR_400_AFTER_ACCEPT: (400, "timed_out", "The request timed out. Please check the order book."),
    Fault.IP_NOT_ALLOWED: (403, "ip_not_allowed", "Orders are not allowed from this IP address"),
    Fault.SERVICE_HOURS: (423, "service_hours", "The service is not available at this hour"),
    Fault.KILL_SWITCH: (403, "kill_switch", "Trading is switched off for this account"),
}


def frame_of(message: Message) -> str:
    """ "update", "tick" or "other": brokers send order updates as text and ticks as bytes, unless told otherwise."""
    return "update" if message.get("text") is not None else "tick"


@dataclass(frozen=True, slots=True)
class Surface:
    """`call_of(method, path)` names the call (one of CALLS) or None. `account_of(scope)` finds the user id behind
    the token, or None. `too_many` is this broker's 429. `frame_of(message)` names a websocket frame. `replies` are
    this broker's own answers for ERROR_400_AFTER_ACCEPT, IP_NOT_ALLOWED, SERVICE_HOURS and KILL_SWITCH; `envelope`
    its JSON for an error of the given status and words.
    """

    call_of: Callable[[str, str], str | None]
    account_of: Callable[[Scope], str | None]
    too_many: Reply
    frame_of: Callable[[Message], str] = frame_of
    replies: Mapping[Fault, Reply] = field(default_factory=dict)
    envelope: Callable[[int, str], bytes] | None = None

    def refusal(self, fault: Fault) -> Reply:
        """This broker's own refusal, else a plain one."""
        own = self.replies.get(fault)
        if own is not None:
            return own
        status, code, message = PLAIN[fault]
        return Reply(status, "application/json", self._json(status, code, message))

    def page(self, rule: Rule) -> Reply:
        """The error page of a 5xx rule."""
        return self._error(rule.status or 502, rule.body or "html")

    def limit(self, rule: Rule) -> Reply:
        """This broker's own 429, or one with the body that the rule asks for."""
        if rule.body is None or rule.body == "json":
            return self.too_many
        return self._error(429, rule.body)

    def _error(self, status: int, body: str) -> Reply:
        title = PAGES.get(status, "Too Many Requests")
        if body == "empty":
            return Reply(status, "text/plain", b"")
        if body == "json":
            return Reply(status, "application/json", self._json(status, "unavailable", title))
        page = (
            f"<html><head><title>{status} {title}</title></head><body><h1>{status} {title}</h1></body></html>"
        )
        return Reply(status, "text/html", page.encode())

    def _json(self, status: int, code: str, message: str) -> bytes:
        if self.envelope is not None:
            return self.envelope(status, message)
        return json.dumps({"error": {"code": code, "message": message}}, separators=(",", ":")).encode()
