"""The open sockets of live prices in this process, and when each gets its next message.

A lone change leaves at once; what changes again within a socket's pace leaves together when the pace is over. The
moments of different sockets are spread, because each counts from its own last message. Telling a thousand of one frame
takes a tenth of a second: it is done in short slices, so that an order never waits behind all of them.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Protocol

from domain.account import UserId
from orchestrator.market.caller import Refused
from orchestrator.market.hub import Hub
from orchestrator.state import Clock
from orchestrator.telemetry.metrics import TICK_SECONDS

SOCKETS = 20  # of one user
SYMBOLS = 1000  # one socket may follow
HEARTBEAT = 10.0  # seconds
STREAMS = 2  # sockets of events for one of prices: most screens have one of each
SLOT = 0.005  # seconds: moments are rounded up to these, so that few timers serve many sockets
SLICE = 0.002  # seconds of telling sockets, until whatever else waits for the event loop has its turn


class Listener(Protocol):
    """`next_at`: before this moment of the event loop it wants no message."""

    next_at: float

    def wake(self, now: float, now_ms: int) -> None:
        """It may send now: by the event loop, and in milliseconds since 1970. Never waits."""


class Seats:
    """At most `most` of `what` open for one user, in this process."""

    def __init__(self, most: int, what: str) -> None:
        self._most, self._what = most, what
        self._open: Counter[UserId] = Counter()

    def enter(self, user_id: UserId) -> None:
        """Raises Refused for one too many."""
        if self._open[user_id] >= self._most:
            raise Refused("too_many_sockets", f"a user has at most {self._most} {self._what} open")
        self._open[user_id] += 1

    def leave(self, user_id: UserId) -> None:
        self._open[user_id] -= 1
        if self._open[user_id] <= 0:
            del self._open[user_id]

    def __len__(self) -> int:
        return self._open.total()


class Audience:
    """`sockets` of one user and `symbols` of one socket are limits; `heartbeat`: seconds between two of a socket."""

    def __init__(
        self,
        hub: Hub,
        clock: Clock,
        *,
        sockets: int = SOCKETS,
        symbols: int = SYMBOLS,
        heartbeat: float = HEARTBEAT,
    ) -> None:
        self.hub, self.clock, self.symbols, self.heartbeat = hub, clock, symbols, heartbeat
        self._prices = Seats(sockets, "sockets of live prices")
        self.streams = Seats(sockets * STREAMS, "sockets of events")
        self._slots: dict[int, list[Listener]] = {}
        self._due: list[Listener] = []
        self._due_since = 0.0
        self._rounds: deque[tuple[Iterator[Listener], float]] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None

    def enter(self, user_id: UserId) -> None:
        """Raises Refused for a socket too many."""
        self._prices.enter(user_id)

    def leave(self, user_id: UserId) -> None:
        self._prices.leave(user_id)

    def __len__(self) -> int:
        return len(self._prices)

    def soon(self, listener: Listener) -> None:
        """Wake it when it may get a message, with whatever else has changed by then."""
        loop = self._loop
        if loop is None:
            loop = self._loop = asyncio.get_running_loop()
        if listener.next_at <= loop.time():
            if not self._due:
                self._due_since = loop.time()
                loop.call_soon(self._wake_due)  # after all that one frame of a broker tells
            self._due.append(listener)
            return
        slot = int(listener.next_at / SLOT) + 1
        waiting = self._slots.get(slot)
        if waiting is None:
            waiting = self._slots[slot] = []
            loop.call_at(slot * SLOT, self._wake_slot, slot)
        waiting.append(listener)

    def _wake_due(self) -> None:
        due, self._due = self._due, []
        self._wake(due, self._due_since)

    def _wake_slot(self, slot: int) -> None:
        self._wake(self._slots.pop(slot), slot * SLOT)

    def _wake(self, listeners: Iterable[Listener], since: float) -> None:
        """Who may be told from that moment on. Rounds are told one after the other."""
        self._rounds.append((iter(listeners), since))
        if len(self._rounds) == 1:
            self._tell()

    def _tell(self) -> None:
        assert self._loop is not None
        try:
            self._tell_some(monotonic() + SLICE, self._loop.time(), int(self.clock().timestamp() * 1000))
        finally:
            if self._rounds:  # one that fails is its own affair
                self._loop.call_soon(self._tell)

    def _tell_some(self, until: float, now: float, now_ms: int) -> None:
        while self._rounds:
            waiting, since = self._rounds[0]
            for listener in waiting:
                listener.wake(now, now_ms)
                if monotonic() >= until:
                    return
            self._rounds.popleft()
            TICK_SECONDS.observe(monotonic() - since)  # the loop's own time stands still inside a slice
