"""One rule of a fault plan: which requests it counts, which of them it hits, and what cannot be asked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from mocks.brokers.faults.kinds import (
    BROKERS,
    CALLS,
    FRAME_FAULTS,
    GROUPS,
    NEEDS_SECONDS,
    STANDING,
    STREAM_FAULTS,
    STREAMS,
    USUAL_CALLS,
    Fault,
    calls_of,
)

IST = timezone(timedelta(hours=5, minutes=30), "IST")
EXCHANGES = {"NSE": ("NSE", "NFO"), "BSE": ("BSE", "BFO")}
STATUSES = frozenset({400, 429, 500, 502, 503, 504})
BODIES = ("html", "json", "empty")
MOST_SECONDS = 86_400.0


class BadRule(ValueError):
    """A rule that cannot be; `field` names the wrong part."""

    def __init__(self, field_name: str, message: str) -> None:
        super().__init__(message)
        self.field = field_name


@dataclass(slots=True)
class Rule:
    """`call` (or a group of calls), `account` and `exchange` None match any. Of the matching requests the first
    `after` pass, then `times` are hit (None: until the rule is removed). `seconds`: of a delay, a silence, a lag or
    an outage. `probability` below 1 hits a share of them: which, depends on `seed`, the call, the account and the
    how-manieth request of that kind it is, never on time or on other accounts. `status`, `body`: of an error page.
    `lasts`: seconds of the sandbox's time after which the rule goes by itself.
    """

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
    exchange: str | None = None
    status: int | None = None
    body: str | None = None
    lasts: float | None = None
    seen: int = 0
    hits: int = 0
    counts: dict[tuple[str | None, str | None], int] = field(default_factory=dict, repr=False)

    def wants(self, call: str | None) -> bool:
        """Is the rule about this call? A rule for any call is not about websockets, unless its fault is."""
        calls = calls_of(self.call, self.fault)
        if calls is not None:
            return call in calls
        return (call in STREAMS) is (self.fault in STREAM_FAULTS)

    def mentions(self, text: str) -> bool:
        """Does a request's path, query and body name the rule's exchange?"""
        if self.exchange is None:
            return True
        words = "|".join(EXCHANGES[self.exchange])
        return re.search(rf"(?<![A-Za-z])({words})(?![A-Za-z])", text) is not None

    def strikes(self, call: str | None = None, account: str | None = None) -> bool:
        """Count one matching request; is it hit?"""
        self.seen += 1
        kind = (account, call)
        self.counts[kind] = n = self.counts.get(kind, 0) + 1
        if self.seen <= self.after or self.spent:
            return False
        if self.probability < 1 and _draw(f"{self.seed}:{account}:{call}:{n}") >= self.probability:
            return False
        self.hits += 1
        return True

    @property
    def spent(self) -> bool:
        return self.times is not None and self.hits >= self.times


def _draw(name: str) -> float:
    """A number in [0, 1) that belongs to a name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / 2**48


@dataclass(frozen=True, slots=True)
class LogLine:
    """One fault that happened. `at` is the simulated time (IST); `n` counts the rule's hits from 1, `request` the
    requests that it matched."""

    at: datetime
    rule: str
    broker: str
    fault: str
    call: str | None
    account: str | None
    n: int
    request: int = 0

    def text(self) -> str:
        """One line for a person."""
        return (
            f"{self.at.isoformat(timespec='milliseconds')} {self.broker} {self.fault} rule={self.rule} "
            f"call={self.call or '-'} account={self.account or '-'} n={self.n} request={self.request}"
        )


def check(rule: Rule) -> None:
    """Raises BadRule."""
    for name, message in _faults_of(rule):
        raise BadRule(name, message)


def _faults_of(rule: Rule) -> Iterable[tuple[str, str]]:
    if rule.broker not in BROKERS:
        yield "broker", f"broker must be one of {', '.join(BROKERS)}"
    yield from _wrong_call(rule)
    if rule.fault in NEEDS_SECONDS and rule.seconds is None:
        yield "seconds", f"{rule.fault} needs seconds"
    if rule.seconds is not None and not 0 <= abs(rule.seconds) <= MOST_SECONDS:
        yield "seconds", "seconds must be within a day"
    if rule.seconds is not None and rule.seconds < 0 and rule.fault is not Fault.CLOCK_SKEW:
        yield "seconds", "seconds cannot be negative"
    if rule.lasts is not None and not 0 < rule.lasts <= MOST_SECONDS:
        yield "lasts", "lasts must be above 0 and within a day"
    if rule.times is not None and rule.times < 1:
        yield "times", "times must be at least 1"
    if rule.after < 0:
        yield "after", "after cannot be negative"
    if not 0 < rule.probability <= 1:
        yield "probability", "probability must be above 0 and at most 1"
    if rule.fault in STANDING and (rule.times is not None or rule.after or rule.probability < 1):
        yield (
            "times",
            f"{rule.fault} is in force until its seconds are over or it is deleted: it counts nothing",
        )
    if rule.exchange is not None and rule.exchange not in EXCHANGES:
        yield "exchange", f"exchange must be one of {', '.join(EXCHANGES)}"
    if rule.status is not None and rule.status not in STATUSES:
        yield "status", f"status must be one of {', '.join(str(one) for one in sorted(STATUSES))}"
    if rule.body is not None and rule.body not in BODIES:
        yield "body", f"body must be one of {', '.join(BODIES)}"


def _wrong_call(rule: Rule) -> Iterable[tuple[str, str]]:
    whole = rule.fault in (Fault.OUTAGE, Fault.CLOCK_SKEW)
    if rule.call is not None and rule.call not in CALLS and rule.call not in GROUPS:
        yield "call", f"call must be one of {', '.join(sorted(CALLS))}, or of the groups {', '.join(GROUPS)}"
    if whole and (rule.call is not None or rule.account is not None):
        yield "call", f"{rule.fault} is of the whole broker: no call, no account"
    if rule.call is not None and rule.call not in STREAMS and rule.fault in STREAM_FAULTS:
        yield "call", f"{rule.fault} is for ticks or order_updates"
    wanted = calls_of(rule.call, rule.fault) or frozenset()
    if rule.fault is Fault.STALE_READS and not wanted <= USUAL_CALLS[rule.fault]:
        yield "call", "stale_reads is for orders, trades and positions"
    if rule.call in STREAMS and rule.fault not in STREAM_FAULTS:
        yield "call", f"streams know only {', '.join(sorted(STREAM_FAULTS))} and outage"
    if rule.exchange is not None and (whole or rule.fault in STREAM_FAULTS | FRAME_FAULTS):
        yield "exchange", "only requests name an exchange"
