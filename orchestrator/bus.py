"""Events and ticks between the parts of the product, here within one process; `redis_bus.py` joins several.

Events are hints to look again, never the truth (that is the database): publishing does not fail and a slow reader
is told that it lagged instead of holding anyone up. Kept events are carried here, too, for speed alone: they are in the
database first, and whoever finds a gap in their numbers reads them there (outbox/). Ticks are latest-value: an old one
may be dropped, never queued.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog

from domain.account import UserId
from domain.instrument import InstrumentId
from domain.market import Tick

log = structlog.get_logger(__name__)

QUEUE = 1000  # events a reader may be behind before it is told that it lagged
LAGGED = "lagged"
KEPT = "kept events"  # the topic of batches of them
PASSED = "passed"  # the type of a kept event of which only the number is told


@dataclass(frozen=True, slots=True)
class Event:
    """`type` is order | account | portfolio | notice, or "lagged": some were dropped, so read everything again.

    `seq` only grows, with holes; it tells newer from older. Of a `kept` one it is the number among its user's, without
    holes.
    """

    topic: str
    seq: int
    at: datetime
    type: str
    data: Mapping[str, Any] = field(default_factory=dict)
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """An event as it is in the outbox: its place among all and its number among the user's, both without gaps.

    `data` None: what `thing` is like is read when it is told.
    """

    position: int
    user_id: UserId
    seq: int
    at: datetime
    type: str
    thing: str
    data: Mapping[str, Any] | None


def user_topic(user_id: UserId) -> str:
    """The topic of everything that concerns one user."""
    return f"user:{user_id}"


class Bus(Protocol):
    shared: bool  # with other processes; who listens there is not known here
    nudged: asyncio.Event  # set when something was kept that waits to be carried

    async def publish(self, topic: str, event: Mapping[str, Any]) -> None:
        """`event` is {"type": ..., "data": {...}}, plain JSON values. Never raises for a bus that is down."""
        ...

    async def signal(self, topic: str, event: Mapping[str, Any]) -> None:
        """As `publish`, to whoever reads right now: kept nowhere, and lost while a connection is."""
        ...

    def nudge(self) -> None:
        """An event was kept, and is durable by now."""
        ...

    async def carried(self) -> int:
        """The place of the newest kept event that was carried; 0: of none is known. Raises for a bus that is down."""
        ...

    async def carry(self, kept: Sequence[Kept], after: int) -> bool:
        """Bring kept events to all processes, if the newest that was carried is still at the place `after`. Whether
        the last of them is the newest now. Raises for a bus that is down."""
        ...

    def deliver(self, event: Event) -> None:
        """Hand one event to this process's readers alone; without a topic, to all of them."""
        ...

    def subscribe(self, *topics: str) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        """Events from now on; no topic means all of them."""
        ...

    def publish_tick(self, tick: Tick) -> None: ...

    def ticks(self) -> AbstractAsyncContextManager[AsyncIterator[Tick]]:
        """The newest tick of each instrument that changed since it was last looked at."""
        ...

    async def latest(self, instruments: Iterable[InstrumentId]) -> dict[InstrumentId, Tick]:
        """The last tick published for each, where there is one."""
        ...

    def watched(self, topic: str) -> bool:
        """Whether someone in this process reads this topic right now."""
        ...

    async def time(self) -> datetime | None:
        """The clock of the server between the processes; None where there is none. Raises RedisError, OSError."""
        ...

    async def start(self) -> None: ...
    async def close(self) -> None: ...


def batch(kept: Sequence[Kept]) -> Event:
    """Kept events on their way to whoever tells them in this process."""
    return Event(KEPT, kept[-1].position, kept[-1].at, KEPT, {"kept": tuple(kept)})


# --- readers -----------------------------------------------------------------------------------------------------


class _Reader:
    """One subscriber of events: a bounded queue that, when full, is emptied and says so."""

    def __init__(self, topics: frozenset[str]) -> None:
        self.topics = topics
        self._queue: deque[Event] = deque()
        self._more = asyncio.Event()

    def offer(self, event: Event) -> None:
        if len(self._queue) >= QUEUE:
            self._queue.clear()
            self._queue.append(Event(event.topic, event.seq, event.at, LAGGED))
        else:
            self._queue.append(event)
        self._more.set()

    async def __aiter__(self) -> AsyncIterator[Event]:
        while True:
            await self._more.wait()
            while self._queue:
                yield self._queue.popleft()
            self._more.clear()


class _TickReader:
    """One subscriber of ticks: at most one waiting tick for each instrument."""

    def __init__(self) -> None:
        self._waiting: dict[InstrumentId, Tick] = {}
        self._more = asyncio.Event()

    def offer(self, tick: Tick) -> None:
        self._waiting[tick.instrument] = tick
        self._more.set()

    async def __aiter__(self) -> AsyncIterator[Tick]:
        while True:
            await self._more.wait()
            self._more.clear()
            batch, self._waiting = self._waiting, {}
            for tick in batch.values():
                yield tick


class LocalBus:
    """Inside one process."""

    shared = False

    def __init__(self) -> None:
        self._readers: set[_Reader] = set()
        self._watched: Counter[str] = Counter()
        self._tick_readers: set[_TickReader] = set()
        self._latest: dict[InstrumentId, Tick] = {}
        # Starts at the clock, so that numbers also grow over a restart.
        self._seq = time.time_ns() // 1_000_000 * 1000
        self._carried = 0
        self.nudged = asyncio.Event()

    def nudge(self) -> None:
        self.nudged.set()

    async def carried(self) -> int:
        return self._carried

    async def carry(self, kept: Sequence[Kept], after: int) -> bool:
        self._carried = kept[-1].position
        self.deliver(batch(kept))
        return True

    async def publish(self, topic: str, event: Mapping[str, Any]) -> None:
        self._seq += 1
        self.deliver(Event(topic, self._seq, datetime.now(UTC), str(event["type"]), event.get("data", {})))

    async def signal(self, topic: str, event: Mapping[str, Any]) -> None:
        await self.publish(topic, event)

    def deliver(self, event: Event) -> None:
        for reader in self._readers:
            if not event.topic or not reader.topics or event.topic in reader.topics:
                reader.offer(event)

    @asynccontextmanager
    async def subscribe(self, *topics: str) -> AsyncIterator[AsyncIterator[Event]]:
        reader = _Reader(frozenset(topics))
        self._readers.add(reader)
        self._watched.update(reader.topics)
        try:
            yield aiter(reader)
        finally:
            self._readers.discard(reader)
            self._watched.subtract(reader.topics)
            for topic in reader.topics:
                if not self._watched[topic]:
                    del self._watched[topic]

    def watched(self, topic: str) -> bool:
        return self._watched[topic] > 0

    def publish_tick(self, tick: Tick) -> None:
        self._latest[tick.instrument] = tick
        for reader in self._tick_readers:
            reader.offer(tick)

    @asynccontextmanager
    async def ticks(self) -> AsyncIterator[AsyncIterator[Tick]]:
        reader = _TickReader()
        self._tick_readers.add(reader)
        try:
            yield aiter(reader)
        finally:
            self._tick_readers.discard(reader)

    @property
    def known(self) -> Mapping[InstrumentId, Tick]:
        """The last tick of everything heard here."""
        return self._latest

    async def latest(self, instruments: Iterable[InstrumentId]) -> dict[InstrumentId, Tick]:
        return {one: self._latest[one] for one in instruments if one in self._latest}

    async def time(self) -> datetime | None:
        return None

    async def start(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        self._readers.clear()
        self._tick_readers.clear()
