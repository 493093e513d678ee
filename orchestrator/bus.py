"""Events and ticks between the parts of the product, in one process or over Redis.

Events are hints to look again, never the truth (that is the database): publishing does not fail and a slow reader
is told that it lagged instead of holding anyone up. Ticks are latest-value: an old one may be dropped, never queued.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, cast

import orjson
import structlog
from redis import asyncio as redis
from redis.exceptions import RedisError

from domain.account import UserId
from domain.instrument import InstrumentId
from domain.market import Tick
from orchestrator import ticks

log = structlog.get_logger(__name__)

QUEUE = 1000  # events a reader may be behind before it is told that it lagged
KEPT = 10_000  # events kept in the Redis stream
STREAM = "trademaster:events"
SIGNALS = "trademaster:signals"
TICKS = "trademaster:ticks"
LATEST = "trademaster:latest"
TICK_FLUSH = 0.005  # seconds ticks gather before they go to Redis in one message
LATEST_FLUSH = 1.0  # seconds until the latest ones are kept there for those who come later
LAGGED = "lagged"


@dataclass(frozen=True, slots=True)
class Event:
    """`type` is order | account | portfolio | notice, or "lagged": some were dropped, so read everything again.

    `seq` only grows, with holes; it tells newer from older.
    """

    topic: str
    seq: int
    at: datetime
    type: str
    data: Mapping[str, Any] = field(default_factory=dict)


def user_topic(user_id: UserId) -> str:
    """The topic of everything that concerns one user."""
    return f"user:{user_id}"


class Bus(Protocol):
    shared: bool  # with other processes; who listens there is not known here

    async def publish(self, topic: str, event: Mapping[str, Any]) -> None:
        """`event` is {"type": ..., "data": {...}}, plain JSON values. Never raises for a bus that is down."""
        ...

    async def signal(self, topic: str, event: Mapping[str, Any]) -> None:
        """As `publish`, to whoever reads right now: kept nowhere, and lost while a connection is."""
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

    async def start(self) -> None: ...
    async def close(self) -> None: ...


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

    async def start(self) -> None:
        """Nothing to open."""

    async def close(self) -> None:
        self._readers.clear()
        self._tick_readers.clear()


# --- Redis -------------------------------------------------------------------------------------------------------


class RedisBus:
    """Between processes: one stream for events, read once a process and fanned out inside; pub/sub for ticks.

    After a lost connection events are read on from the last one seen. While Redis is away, events still reach the
    readers of the process they come from.
    """

    shared = True

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=3, health_check_interval=30)
        self._local = LocalBus()
        self._last = "$"
        self._gathered: dict[InstrumentId, Tick] = {}
        self._unkept: dict[InstrumentId, Tick] = {}
        self._flush: asyncio.Task[None] | None = None
        self._keep: asyncio.Task[None] | None = None
        self._catching_up: asyncio.Task[None] | None = None
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Raises redis.exceptions.RedisError when Redis cannot be reached at first."""
        newest = await self._redis.xrevrange(STREAM, count=1)
        self._last = newest[0][0].decode() if newest else "0-0"
        subscribed = asyncio.Event()
        self._loops = [
            asyncio.create_task(self._read_events(), name="bus events"),
            asyncio.create_task(self._read_ticks(subscribed), name="bus ticks"),
        ]
        await subscribed.wait()

    async def close(self) -> None:
        tasks = [*self._loops, *(one for one in (self._flush, self._keep, self._catching_up) if one)]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._local.close()
        await self._redis.aclose()

    async def publish(self, topic: str, event: Mapping[str, Any]) -> None:
        body = orjson.dumps({"type": event["type"], "data": event.get("data", {})})
        try:
            await self._redis.xadd(STREAM, {"t": topic, "e": body}, maxlen=KEPT, approximate=True)
        except (RedisError, OSError) as error:
            log.warning("bus.publish_failed", error=type(error).__name__)
            await self._local.publish(topic, event)

    async def signal(self, topic: str, event: Mapping[str, Any]) -> None:
        body = orjson.dumps([topic, event["type"], event.get("data", {})])
        try:
            await self._redis.publish(SIGNALS, body)
        except (RedisError, OSError) as error:
            log.warning("bus.signal_failed", error=type(error).__name__)
            await self._local.publish(topic, event)

    def subscribe(self, *topics: str) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        return self._local.subscribe(*topics)

    def watched(self, topic: str) -> bool:
        return self._local.watched(topic)

    def deliver(self, event: Event) -> None:
        self._local.deliver(event)

    def publish_tick(self, tick: Tick) -> None:
        self._gathered[tick.instrument] = tick
        if self._flush is None or self._flush.done():
            self._flush = asyncio.create_task(self._send_ticks(), name="bus tick flush")

    def ticks(self) -> AbstractAsyncContextManager[AsyncIterator[Tick]]:
        return self._local.ticks()

    async def latest(self, instruments: Iterable[InstrumentId]) -> dict[InstrumentId, Tick]:
        """What this process heard; for the rest, what others kept."""
        wanted = list(instruments)
        known = await self._local.latest(wanted)
        try:
            return known | await self._kept([one for one in wanted if one not in known])
        except (RedisError, OSError):
            return known

    async def _kept(self, names: Iterable[InstrumentId]) -> dict[InstrumentId, Tick]:
        fields = [str(one) for one in names]
        if not fields:
            return {}
        found = await cast(Awaitable[list[bytes | None]], self._redis.hmget(LATEST, fields))
        told = (tick for raw in found if raw is not None for tick in ticks.unpacked(raw))
        return {tick.instrument: tick for tick in told}

    async def _send_ticks(self) -> None:
        """All that came in a moment as one message: what a message costs, not its length, is what limits Redis here."""
        while self._gathered:
            await asyncio.sleep(TICK_FLUSH)
            batch, self._gathered = self._gathered, {}
            self._unkept |= batch
            if self._keep is None or self._keep.done():
                self._keep = asyncio.create_task(self._keep_latest(), name="bus latest")
            try:
                await self._redis.publish(TICKS, ticks.packed(batch.values()))
            except (RedisError, OSError):
                for tick in batch.values():
                    self._local.publish_tick(tick)

    async def _keep_latest(self) -> None:
        while self._unkept:
            await asyncio.sleep(LATEST_FLUSH)
            batch, self._unkept = self._unkept, {}
            mapping = {str(name): ticks.packed([tick]) for name, tick in batch.items()}
            with contextlib.suppress(RedisError, OSError):  # the next one is kept again
                await cast(Awaitable[int], self._redis.hset(LATEST, mapping=mapping))

    async def _read_events(self) -> None:
        while True:
            try:
                answer = await self._redis.xread({STREAM: self._last}, count=500, block=5000)
            except (RedisError, OSError) as error:
                log.warning("bus.read_failed", error=type(error).__name__)
                await asyncio.sleep(0.5)
                continue
            for _stream, entries in answer or ():
                for entry_id, fields in entries:
                    self._last = entry_id.decode()
                    self._local.deliver(_event(self._last, fields))

    async def _read_ticks(self, subscribed: asyncio.Event) -> None:
        while True:
            with contextlib.suppress(RedisError, OSError):
                async with self._redis.pubsub(ignore_subscribe_messages=False) as channel:
                    await channel.subscribe(SIGNALS, TICKS)
                    if subscribed.is_set():
                        self._catching_up = asyncio.create_task(self._catch_up(), name="bus catching up")
                    async for message in channel.listen():
                        if message["type"] != "message":
                            subscribed.set()
                        elif message["channel"] == SIGNALS.encode():
                            topic, kind, data = orjson.loads(message["data"])
                            await self._local.publish(topic, {"type": kind, "data": data})
                        else:
                            for tick in ticks.unpacked(message["data"]):
                                self._local.publish_tick(tick)
            await asyncio.sleep(0.5)

    async def _catch_up(self) -> None:
        """After a lost connection: the last tick of an instrument may have come while nobody listened."""
        await asyncio.sleep(2 * LATEST_FLUSH)  # by then it is kept
        known = dict(self._local.known)
        with contextlib.suppress(RedisError, OSError):
            for name, tick in (await self._kept(known)).items():
                if tick.at > known[name].at:
                    self._local.publish_tick(tick)


def _event(entry_id: str, fields: Mapping[bytes, bytes]) -> Event:
    milliseconds, _, number = entry_id.partition("-")
    body = orjson.loads(fields[b"e"])
    return Event(
        topic=fields[b"t"].decode(),
        seq=int(milliseconds) * 1000 + int(number),
        at=datetime.fromtimestamp(int(milliseconds) / 1000, UTC),
        type=body["type"],
        data=body["data"],
    )


def open_bus(url: str) -> Bus:
    """Redis where a URL is given, else inside the process."""
    return RedisBus(url) if url else LocalBus()
