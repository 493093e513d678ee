"""All rules of all brokers in force, their log, and the open websockets.

Counting, not time or threads, decides: the same requests meet the same faults.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from mocks.brokers.faults.asgi import Scope, abort, hear
from mocks.brokers.faults.kinds import FRAME_FAULTS, MISHAPS, STANDING, STREAMS, UPDATE_FAULTS, Fault
from mocks.brokers.faults.rule import IST, BadRule, LogLine, Rule, check

MOST_LINES = 20_000
Schedule = Callable[[float, Callable[[], None]], None]


@dataclass(eq=False, slots=True)
class Socket:
    """An open websocket."""

    broker: str
    call: str | None
    scope: Scope
    account: str | None

    @property
    def user(self) -> str | None:
        """Servers that learn the user only inside the protocol put it into `scope["state"]["account"]`."""
        known = self.scope.get("state", {}).get("account")
        return known if isinstance(known, str) else self.account

    def under(self, rule: Rule) -> bool:
        """Is the rule about this socket?"""
        return (
            rule.broker == self.broker
            and rule.call in (None, self.call)
            and rule.account in (None, self.user)
        )


class FaultPlan:
    """`clock_ns` stamps the log, `schedule(seconds, callback)` ends what lasts for seconds: both of the sandbox's own
    time, so that a run repeats byte for byte. The defaults are the machine's."""

    def __init__(self, clock_ns: Callable[[], int] = time.time_ns, schedule: Schedule | None = None) -> None:
        self.rules: dict[str, Rule] = {}
        self.log: list[LogLine] = []
        self.on_arrival: Callable[[str], None] = _nothing  # before a request of that broker is handled
        self.on_request: Callable[[], None] = _idle  # after one was
        self._clock_ns = clock_ns
        self._schedule = schedule or _wall_time
        self._counter = 0
        self._sockets: dict[Socket, None] = {}
        self._outage: dict[str, Callable[[bool], None]] = {}
        self._expire: dict[str, Callable[[str | None], None]] = {}
        self._lag: dict[str, Callable[[str, float], None]] = {}

    # wiring -----------------------------------------------------------------------------------------------

    def on_outage(self, broker: str, callback: Callable[[bool], None]) -> None:
        """`callback(True)` takes the broker's listener down, `callback(False)` brings it back."""
        self._outage[broker] = callback

    def on_expire(self, broker: str, callback: Callable[[str | None], None]) -> None:
        """`callback(user_id or None)` ends sessions now."""
        self._expire[broker] = callback

    def on_lag(self, broker: str, callback: Callable[[str, float], None]) -> None:
        """`callback(user_id, seconds)` makes a user's reads stale; 0 ends it."""
        self._lag[broker] = callback

    # rules ------------------------------------------------------------------------------------------------

    def add(self, rule: Rule) -> Rule:
        """Put a rule in force; gives it an id. Immediate faults happen now. Raises BadRule."""
        check(rule)
        if rule.id in self.rules:
            raise BadRule("id", f"There is a rule {rule.id} already")
        if not rule.id:
            self._counter = next(n for n in count(self._counter + 1) if f"f{n}" not in self.rules)
            rule.id = f"f{self._counter}"
        self.rules[rule.id] = rule
        if rule.fault is Fault.DROP_SOCKET:
            self._drop(rule)
        elif rule.fault is Fault.EXPIRE_TOKEN and rule.call is None:
            self._note_once(rule, rule.account)
            self.expire(rule, rule.account)
            self.rules.pop(rule.id)
        elif rule.fault in STANDING:
            self._note_once(rule, rule.account)
            if rule.fault is Fault.OUTAGE:
                self._outage.get(rule.broker, _nothing)(True)
            self._go_silent(rule)
            if rule.seconds is not None and rule.fault is not Fault.CLOCK_SKEW:
                self._end_later(rule, rule.seconds)
        if rule.lasts is not None and rule.id in self.rules:
            self._end_later(rule, rule.lasts)
        return rule

    def add_all(self, rules: Sequence[Rule], *, replace: bool = False) -> list[Rule]:
        """A whole plan, or nothing of it when one rule cannot be; `replace`: instead of the rules in force.

        Raises BadRule with `rules.N.field`.
        """
        ids = set() if replace else set(self.rules)
        for index, rule in enumerate(rules):
            try:
                check(rule)
            except BadRule as bad:
                raise BadRule(f"rules.{index}.{bad.field}", str(bad)) from bad
            if rule.id and rule.id in ids:
                raise BadRule(f"rules.{index}.id", f"There is a rule {rule.id} already")
            ids.add(rule.id)
        if replace:
            self.clear()
        return [self.add(rule) for rule in rules]

    def remove(self, rule_id: str) -> bool:
        """End a rule; a broker comes back when its last outage rule goes."""
        rule = self.rules.pop(rule_id, None)
        if rule is None:
            return False
        if rule.fault is Fault.OUTAGE and not self.down(rule.broker):
            self._outage.get(rule.broker, _nothing)(False)
        self._go_silent(rule)
        return True

    def clear(self, broker: str | None = None) -> int:
        """Remove every rule (of one broker); how many there were."""
        gone = [rule.id for rule in self.rules.values() if broker in (None, rule.broker)]
        for rule_id in gone:
            self.remove(rule_id)
        return len(gone)

    def reset(self) -> None:
        """As new: rules, log and the numbering of rules."""
        self.clear()
        self.log.clear()
        self._counter = 0

    def down(self, broker: str) -> bool:
        return any(rule.broker == broker and rule.fault is Fault.OUTAGE for rule in self.rules.values())

    def skew(self, broker: str) -> float:
        """Seconds that the broker's clock is ahead."""
        if not self.rules:
            return 0.0
        skews = [
            r.seconds or 0.0 for r in self.rules.values() if (r.broker, r.fault) == (broker, Fault.CLOCK_SKEW)
        ]
        return sum(skews)

    # requests ---------------------------------------------------------------------------------------------

    def pick(
        self, broker: str, call: str | None, account: Callable[[], str | None], text: str = ""
    ) -> Rule | None:
        """The first rule that hits this request or new websocket, counted and logged. `text`: path, query, body."""
        socket = call in STREAMS
        for rule in list(self.rules.values()):
            if rule.fault in MISHAPS or rule.fault in STANDING or rule.fault in FRAME_FAULTS:
                continue
            if socket is not (rule.fault is Fault.DROP_SOCKET):
                continue
            if self._hits(rule, broker, call, account, text):
                return rule
        return None

    def pick_mishap(
        self, broker: str, call: str | None, account: Callable[[], str | None], text: str = ""
    ) -> Rule | None:
        """The first rule that makes the order of this request go wrong inside the broker."""
        for rule in list(self.rules.values()):
            if rule.fault in MISHAPS and self._hits(rule, broker, call, account, text):
                return rule
        return None

    def reads_bodies(self, broker: str) -> bool:
        """Must a request's body be known to choose a rule?"""
        return any(rule.broker == broker and rule.exchange is not None for rule in self.rules.values())

    def _hits(
        self, rule: Rule, broker: str, call: str | None, account: Callable[[], str | None], text: str
    ) -> bool:
        if rule.broker != broker or not rule.wants(call) or not rule.mentions(text):
            return False
        if rule.account is not None and rule.account != account():
            return False
        return self._struck(rule, call, account())

    def _struck(self, rule: Rule, call: str | None, account: str | None) -> bool:
        if not rule.strikes(call, account):
            return False
        self._note(rule, call, account)
        if rule.spent:
            self.rules.pop(rule.id, None)
        return True

    def expire(self, rule: Rule, account: str | None) -> None:
        self._expire.get(rule.broker, _nothing)(account)

    def lag(self, broker: str, account: str, seconds: float) -> None:
        callback = self._lag.get(broker)
        if callback is not None:
            callback(account, seconds)

    # sockets ----------------------------------------------------------------------------------------------

    def opened(self, broker: str, call: str | None, scope: Scope, account: str | None) -> Socket:
        socket = Socket(broker, call, scope, account)
        self._sockets[socket] = None
        if self.rules and self.stalled(socket):
            hear(scope, False)
        return socket

    def closed(self, socket: Socket) -> None:
        self._sockets.pop(socket, None)

    def stalled(self, socket: Socket) -> bool:
        return any(rule.fault is Fault.STALL and socket.under(rule) for rule in self.rules.values())

    def _go_silent(self, rule: Rule) -> None:
        """A stall has begun or ended: on the sockets that it is about nothing is heard either."""
        if rule.fault is Fault.STALL:
            for socket in self._sockets:
                if socket.under(rule):
                    hear(socket.scope, not self.stalled(socket))

    def pick_frame(self, socket: Socket, kind: str) -> Rule | None:
        """The first rule that hits a frame about to be sent; `kind` is "update", "tick" or "other"."""
        for rule in list(self.rules.values()):
            if rule.fault not in FRAME_FAULTS or not socket.under(rule):
                continue
            if rule.fault in UPDATE_FAULTS and kind != "update":
                continue
            if rule.fault is Fault.STALE_TICKS and kind != "tick":
                continue
            if self._struck(rule, socket.call, socket.user):
                return rule
        return None

    def _drop(self, rule: Rule) -> None:
        for socket in list(self._sockets):
            if socket.under(rule):
                rule.hits += 1
                self._note(rule, socket.call, socket.user)
                abort(socket.scope)
        rule.hits = 0
        if rule.times is None and rule.seconds is None and rule.lasts is None:
            self.rules.pop(rule.id)  # what was open is dropped; a new socket may live
        elif rule.seconds is not None:
            self._end_later(rule, rule.seconds)

    # details ----------------------------------------------------------------------------------------------

    def _end_later(self, rule: Rule, seconds: float) -> None:
        def end() -> None:
            if self.rules.get(rule.id) is rule:
                self.remove(rule.id)

        self._schedule(seconds, end)

    def _note_once(self, rule: Rule, account: str | None) -> None:
        rule.hits = 1
        self._note(rule, None, account)

    def _note(self, rule: Rule, call: str | None, account: str | None) -> None:
        at = datetime.fromtimestamp(self._clock_ns() / 1e9, IST)
        self.log.append(
            LogLine(at, rule.id, rule.broker, rule.fault.value, call, account, rule.hits, rule.seen)
        )
        if len(self.log) > MOST_LINES:
            del self.log[: MOST_LINES // 10]


def _wall_time(seconds: float, callback: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(seconds, callback)


def _nothing(_: object) -> None:
    """No one listens."""


def _idle() -> None:
    """No one waits for requests."""
