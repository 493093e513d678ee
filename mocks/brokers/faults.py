"""The fault plan: rules that break a broker's calls on purpose, and the pure-ASGI wrapper that obeys them.

A rule counts the requests it matches, never time or threads: the same requests meet the same faults.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

BROKERS = ("kite", "upstox", "groww", "mock")

# What a request is called, alike at all brokers. `ticks` and `order_updates` are the websockets.
CALLS = frozenset(
    {"login", "token", "profile", "instruments", "funds", "holdings", "positions"}
    | {"place", "modify", "cancel", "orders", "order", "order_history", "trades", "order_trades"}
    | {"quote", "ltp", "ohlc", "candles", "convert", "margin", "charges", "ticks", "order_updates"}
)
STREAMS = frozenset({"ticks", "order_updates"})
HOLD_SECONDS = 30.0
BAD_GATEWAY = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"


class Fault(StrEnum):
    DELAY = "delay"  # processed and answered `seconds` late
    TIMEOUT_BEFORE = (
        "timeout_before"  # never processed; silence for `seconds`, then the connection is aborted
    )
    TIMEOUT_AFTER_ACCEPT = "timeout_after_accept"  # processed; silence, then aborted
    ERROR_5XX_BEFORE = "error_5xx_before"  # never processed; 502 with an HTML page
    ERROR_5XX_AFTER_ACCEPT = "error_5xx_after_accept"  # processed; 502 with an HTML page
    RATE_LIMIT = "rate_limit"  # never processed; the broker's own 429
    OUTAGE = "outage"  # the whole broker: connections refused and aborted until the rule goes
    DROP_SOCKET = (
        "drop_socket"  # open websockets are aborted at once; new ones too, with `times` or `seconds`
    )
    EXPIRE_TOKEN = (
        "expire_token"  # the session ends: at once, or at the matching request when `call` is given
    )


class BadRule(ValueError):
    """A rule that cannot be; `field` names the wrong part."""

    def __init__(self, field_name: str, message: str) -> None:
        super().__init__(message)
        self.field = field_name


@dataclass(slots=True)
class Rule:
    """`call`, `account` None match any. Of the matching requests the first `after` pass, then `times` are hit
    (None: until the rule is removed). `seconds`: length of a delay, a silence or an outage. `probability` below 1
    hits a share of them, chosen by `seed`."""

    broker: str
    fault: Fault
    call: str | None = None
    account: str | None = None
    times: int | None = None
    after: int = 0
    seconds: float | None = None
    probability: float = 1.0
    seed: int = 0
    id: str = ""
    seen: int = 0
    hits: int = 0
    dice: random.Random = field(default_factory=random.Random, repr=False)

    def strikes(self) -> bool:
        """Count one matching request; is it hit?"""
        self.seen += 1
        if self.seen <= self.after or (self.times is not None and self.hits >= self.times):
            return False
        if self.probability < 1 and self.dice.random() >= self.probability:
            return False
        self.hits += 1
        return True


@dataclass(frozen=True, slots=True)
class LogLine:
    """One fault that happened. `n` counts the rule's hits from 1; `at` is UTC."""

    at: datetime
    rule: str
    broker: str
    fault: str
    call: str | None
    account: str | None
    n: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A canned HTTP answer."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Surface:
    """How a server tells the plan about its requests.

    `call_of(method, path)` names the call (one of CALLS) or None. `account_of(scope)` finds the user id behind the
    token, or None. `too_many` is this broker's 429.
    """

    call_of: Callable[[str, str], str | None]
    account_of: Callable[[Scope], str | None]
    too_many: Reply


@dataclass(eq=False, slots=True)
class _Socket:
    broker: str
    call: str | None
    scope: Scope
    account: str | None

    @property
    def user(self) -> str | None:
        """Servers that learn the user only inside the protocol put it into `scope["state"]["account"]`."""
        known = self.scope.get("state", {}).get("account")
        return known if isinstance(known, str) else self.account


class FaultPlan:
    """All rules of all brokers, their log, and the open websockets."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.log: list[LogLine] = []
        self._counter = 0
        self._sockets: set[_Socket] = set()
        self._outage: dict[str, Callable[[bool], None]] = {}
        self._expire: dict[str, Callable[[str | None], None]] = {}
        self._timers: set[asyncio.TimerHandle] = set()

    # wiring -----------------------------------------------------------------------------------------------

    def on_outage(self, broker: str, callback: Callable[[bool], None]) -> None:
        """`callback(True)` takes the broker's listener down, `callback(False)` brings it back."""
        self._outage[broker] = callback

    def on_expire(self, broker: str, callback: Callable[[str | None], None]) -> None:
        """`callback(user_id or None)` ends sessions now."""
        self._expire[broker] = callback

    # rules ------------------------------------------------------------------------------------------------

    def add(self, rule: Rule) -> Rule:
        """Put a rule in force; gives it an id. Immediate faults happen now. Raises BadRule."""
        _check(rule)
        self._counter += 1
        rule.id = rule.id or f"f{self._counter}"
        if rule.id in self.rules:
            raise BadRule("id", f"There is a rule {rule.id} already")
        rule.dice = random.Random(rule.seed)
        self.rules[rule.id] = rule
        if rule.fault is Fault.OUTAGE:
            self._begin_outage(rule)
        elif rule.fault is Fault.DROP_SOCKET:
            self._drop(rule)
        elif rule.fault is Fault.EXPIRE_TOKEN and rule.call is None:
            self._expire_now(rule, rule.account)
            self.rules.pop(rule.id)
        return rule

    def remove(self, rule_id: str) -> bool:
        """End a rule; a broker comes back when its last outage rule goes."""
        rule = self.rules.pop(rule_id, None)
        if rule is None:
            return False
        if rule.fault is Fault.OUTAGE and not self.down(rule.broker):
            self._outage.get(rule.broker, _nothing)(False)
        return True

    def clear(self, broker: str | None = None) -> int:
        """Remove every rule (of one broker); how many there were."""
        gone = [rule.id for rule in self.rules.values() if broker in (None, rule.broker)]
        for rule_id in gone:
            self.remove(rule_id)
        return len(gone)

    def down(self, broker: str) -> bool:
        return any(rule.broker == broker and rule.fault is Fault.OUTAGE for rule in self.rules.values())

    def pick(self, broker: str, call: str | None, account: Callable[[], str | None]) -> Rule | None:
        """The first rule that hits this request, counted and logged."""
        for rule in list(self.rules.values()):
            if rule.broker != broker or rule.fault is Fault.OUTAGE:
                continue
            if (call in STREAMS) is not (rule.fault is Fault.DROP_SOCKET):
                continue
            if rule.call is not None and rule.call != call:
                continue
            if rule.account is not None and rule.account != account():
                continue
            if rule.strikes():
                self._note(rule, call, account())
                if rule.times is not None and rule.hits >= rule.times:
                    self.rules.pop(rule.id, None)
                return rule
        return None

    def expire(self, rule: Rule, account: str | None) -> None:
        self._expire.get(rule.broker, _nothing)(account)

    # sockets ----------------------------------------------------------------------------------------------

    def opened(self, broker: str, call: str | None, scope: Scope, account: str | None) -> _Socket:
        socket = _Socket(broker, call, scope, account)
        self._sockets.add(socket)
        return socket

    def closed(self, socket: _Socket) -> None:
        self._sockets.discard(socket)

    def _drop(self, rule: Rule) -> None:
        for socket in list(self._sockets):
            if socket.broker != rule.broker or rule.call not in (None, socket.call):
                continue
            if rule.account not in (None, socket.user):
                continue
            rule.hits += 1
            self._note(rule, socket.call, socket.user)
            abort(socket.scope)
        rule.hits = 0
        if rule.times is None and rule.seconds is None:
            self.rules.pop(rule.id)  # what was open is dropped; a new socket may live
        elif rule.seconds is not None:
            self._later(rule.seconds, rule.id)

    # details ----------------------------------------------------------------------------------------------

    def _begin_outage(self, rule: Rule) -> None:
        rule.hits = 1
        self._note(rule, None, None)
        self._outage.get(rule.broker, _nothing)(True)
        if rule.seconds is not None:
            self._later(rule.seconds, rule.id)

    def _expire_now(self, rule: Rule, account: str | None) -> None:
        rule.hits = 1
        self._note(rule, None, account)
        self.expire(rule, account)

    def _later(self, seconds: float, rule_id: str) -> None:
        def end() -> None:
            self._timers.discard(handle)
            self.remove(rule_id)

        handle = asyncio.get_running_loop().call_later(seconds, end)
        self._timers.add(handle)

    def _note(self, rule: Rule, call: str | None, account: str | None) -> None:
        line = LogLine(datetime.now(UTC), rule.id, rule.broker, rule.fault.value, call, account, rule.hits)
        self.log.append(line)


class Faulty:
    """Wraps a broker's ASGI app; without a rule for the broker it costs one dictionary look."""

    def __init__(self, inner: ASGIApp, plan: FaultPlan, broker: str, surface: Surface) -> None:
        self._inner = inner
        self._plan = plan
        self._broker = broker
        self._surface = surface

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] != "http" or not self._plan.rules:
            await self._inner(scope, receive, send)
        else:
            await self._request(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = self._surface.call_of("GET", scope["path"])
        account = self._surface.account_of(scope)
        if self._plan.rules and self._plan.pick(self._broker, call, lambda: account) is not None:
            abort(scope)
            while (await receive())["type"] != "websocket.disconnect":
                pass
            return
        socket = self._plan.opened(self._broker, call, scope, account)
        try:
            await self._inner(scope, receive, send)
        finally:
            self._plan.closed(socket)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = self._surface.call_of(scope["method"], scope["path"])
        rule = self._plan.pick(self._broker, call, lambda: self._surface.account_of(scope))
        seconds = HOLD_SECONDS if rule is None or rule.seconds is None else rule.seconds
        match rule.fault if rule else None:
            case Fault.DELAY:
                await asyncio.sleep(rule.seconds or 0 if rule else 0)
                await self._inner(scope, receive, send)
            case Fault.TIMEOUT_BEFORE:
                await _silence(scope, receive, seconds)
            case Fault.TIMEOUT_AFTER_ACCEPT:
                await self._inner(scope, receive, _swallow)
                await _silence(scope, receive, seconds)
            case Fault.ERROR_5XX_BEFORE:
                await _answer(send, Reply(502, "text/html", BAD_GATEWAY))
            case Fault.ERROR_5XX_AFTER_ACCEPT:
                await self._inner(scope, receive, _swallow)
                await _answer(send, Reply(502, "text/html", BAD_GATEWAY))
            case Fault.RATE_LIMIT:
                await _answer(send, self._surface.too_many)
            case Fault.EXPIRE_TOKEN if rule:
                self._plan.expire(rule, self._surface.account_of(scope))
                await self._inner(scope, receive, send)
            case _:
                await self._inner(scope, receive, send)


def abort(scope: Scope) -> None:
    """Cut the TCP connection under a request or websocket (the sandbox's listener puts the knife there)."""
    knife = scope.get("state", {}).get("abort")
    if knife is not None:
        knife()


async def _silence(scope: Scope, receive: Receive, seconds: float) -> None:
    """Hold the reply until the client gives up or the time is over, then cut the connection."""

    async def gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    try:
        await asyncio.wait_for(gone(), seconds)
    except TimeoutError:
        abort(scope)
        await gone()


async def _swallow(message: Message) -> None:
    """The client must not hear this."""


async def _answer(send: Send, reply: Reply) -> None:
    headers = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(reply.body)).encode()),
    ]
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})


def _nothing(_: object) -> None:
    """No one listens."""


def _check(rule: Rule) -> None:
    if rule.broker not in BROKERS:
        raise BadRule("broker", f"broker must be one of {', '.join(BROKERS)}")
    if rule.call is not None and rule.call not in CALLS:
        raise BadRule("call", f"call must be one of {', '.join(sorted(CALLS))}")
    if rule.fault is Fault.OUTAGE and (rule.call is not None or rule.account is not None):
        raise BadRule("call", "an outage is of the whole broker: no call, no account")
    if rule.fault is Fault.DROP_SOCKET and rule.call is not None and rule.call not in STREAMS:
        raise BadRule("call", "drop_socket is for ticks or order_updates")
    if rule.fault is not Fault.DROP_SOCKET and rule.call in STREAMS:
        raise BadRule("call", "streams know only drop_socket and outage")
    if rule.fault is Fault.DELAY and rule.seconds is None:
        raise BadRule("seconds", "a delay needs seconds")
    if rule.seconds is not None and rule.seconds < 0:
        raise BadRule("seconds", "seconds cannot be negative")
    if rule.times is not None and rule.times < 1:
        raise BadRule("times", "times must be at least 1")
    if rule.after < 0:
        raise BadRule("after", "after cannot be negative")
    if not 0 < rule.probability <= 1:
        raise BadRule("probability", "probability must be above 0 and at most 1")
