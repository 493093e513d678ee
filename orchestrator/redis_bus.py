"""The bus of several processes: one Redis stream for events, pub/sub for signals and ticks."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import secrets
from collections.abc import AsyncIterator, Awaitable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import orjson
import structlog
from redis import asyncio as redis
from redis.exceptions import RedisError, ResponseError

from domain.account import UserId
from domain.instrument import InstrumentId
from domain.market import Tick
from orchestrator import ticks
from orchestrator.bus import Bus, Event, Kept, LocalBus, batch

log = structlog.get_logger(__name__)

KEPT = 10_000  # events kept in the Redis stream
STREAM = "trademaster:events"
OUTBOX = "trademaster:outbox"  # kept events, each at its place as its id
SIGNALS = "trademaster:signals"
TICKS = "trademaster:ticks"
LATEST = "trademaster:latest"
TICK_FLUSH = 0.005  # seconds ticks gather before they go to Redis in one message
ORIGIN = 8  # bytes before the ticks of a message: which process they come from
LATEST_FLUSH = 1.0  # seconds until the latest ones are kept there for those who come later
LATEST_AT_ONCE = 200  # of them in one command: no tick waits for ten thousand to be written down

# Adds entries behind a place, if that is where the stream ends: two processes that carry the same leave no gap and no
# double. A stream that is gone ends at 0.
CARRY = """
local function top()
  if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
  local info = redis.call('XINFO', 'STREAM', KEYS[1])
  for i = 1, #info, 2 do
    if info[i] == 'last-generated-id' then return tonumber(string.match(info[i + 1], '^%d+')) end
  end
end
local last = top()
if last ~= tonumber(ARGV[1]) then return last end
for i = 3, #ARGV, 2 do
  redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], ARGV[i] .. '-0', 'k', ARGV[i + 1])
  last = tonumber(ARGV[i])
end
return last
"""


class RedisBus:
    """Between processes: one stream for events, one for kept ones, each read once a process and fanned out inside;
    pub/sub for ticks.

    After a lost connection events are read on from the last one seen. While Redis is away, events still reach the
    readers of the process they come from.
    """

    shared = True

    def __init__(self, url: str) -> None:
        self._redis = redis.Redis.from_url(url, socket_connect_timeout=3, health_check_interval=30)
        self._local = LocalBus()
        self._last = self._last_kept = "0-0"
        self._carry = self._redis.register_script(CARRY)
        self.nudged = self._local.nudged
        self._origin = secrets.token_bytes(ORIGIN)
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
        self._last_kept = f"{await self.carried()}-0"
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

    async def time(self) -> datetime | None:
        seconds, micros = await self._redis.time()
        return datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=micros)

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

    def nudge(self) -> None:
        self._local.nudge()

    async def carried(self) -> int:
        try:
            top = (await self._redis.xinfo_stream(OUTBOX))["last-generated-id"]
        except ResponseError:
            return 0  # there is no such stream
        return int(top.partition(b"-")[0])

    async def carry(self, kept: Sequence[Kept], after: int) -> bool:
        entries = [part for one in kept for part in (one.position, _packed(one))]
        return int(await self._carry(keys=[OUTBOX], args=[after, KEPT, *entries])) == kept[-1].position

    def subscribe(self, *topics: str) -> AbstractAsyncContextManager[AsyncIterator[Event]]:
        return self._local.subscribe(*topics)

    def watched(self, topic: str) -> bool:
        return self._local.watched(topic)

    def deliver(self, event: Event) -> None:
        self._local.deliver(event)

    def publish_tick(self, tick: Tick) -> None:
        """Readers here get it at once, Redis or not."""
        self._local.publish_tick(tick)
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
        kept: dict[InstrumentId, Tick] = {}
        for raw in found:
            with contextlib.suppress(ValueError):  # of another version of the product
                kept.update((tick.instrument, tick) for tick in ticks.unpacked(raw or ticks.NONE))
        return kept

    async def _send_ticks(self) -> None:
        """All that came in a moment as one message: what a message costs, not its length, is what limits Redis here."""
        while self._gathered:
            await asyncio.sleep(TICK_FLUSH)
            batch, self._gathered = self._gathered, {}
            self._unkept |= batch
            if self._keep is None or self._keep.done():
                self._keep = asyncio.create_task(self._keep_latest(), name="bus latest")
            with contextlib.suppress(RedisError, OSError):  # who comes back looks at what is kept
                await self._redis.publish(TICKS, self._origin + ticks.packed(batch.values()))

    async def _keep_latest(self) -> None:
        while self._unkept:
            await asyncio.sleep(LATEST_FLUSH)
            batch, self._unkept = self._unkept, {}
            waiting = iter(batch.items())
            while some := list(itertools.islice(waiting, LATEST_AT_ONCE)):
                mapping = {str(name): ticks.packed([tick]) for name, tick in some}
                with contextlib.suppress(RedisError, OSError):  # the next one is kept again
                    await cast(Awaitable[int], self._redis.hset(LATEST, mapping=mapping))
                await asyncio.sleep(TICK_FLUSH)

    async def _read_events(self) -> None:
        while True:
            try:
                answer = await self._redis.xread(
                    {STREAM: self._last, OUTBOX: self._last_kept}, count=500, block=5000
                )
            except (RedisError, OSError) as error:
                log.warning("bus.read_failed", error=type(error).__name__)
                await asyncio.sleep(0.5)
                continue
            for stream, entries in answer or ():
                if stream == OUTBOX.encode():
                    self._last_kept = entries[-1][0].decode()
                    with _of_another_version():  # what is passed over is found in the database
                        self._local.deliver(batch([_unpacked(fields[b"k"]) for _, fields in entries]))
                    continue
                for entry_id, fields in entries:
                    self._last = entry_id.decode()
                    with _of_another_version():
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
                            with _of_another_version():
                                topic, kind, data = orjson.loads(message["data"])
                                await self._local.publish(topic, {"type": kind, "data": data})
                        else:
                            self._take(message["data"])
            await asyncio.sleep(0.5)

    def _take(self, message: bytes) -> None:
        if message.startswith(self._origin):
            return
        with _of_another_version():
            for tick in ticks.unpacked(message[ORIGIN:]):
                self._local.publish_tick(tick)

    async def _catch_up(self) -> None:
        """After a lost connection: the last tick of an instrument may have come while nobody listened."""
        await asyncio.sleep(2 * LATEST_FLUSH)  # by then it is kept
        known = dict(self._local.known)
        with contextlib.suppress(RedisError, OSError):
            for name, tick in (await self._kept(known)).items():
                if tick.at > known[name].at:
                    self._local.publish_tick(tick)


@contextlib.contextmanager
def _of_another_version() -> Iterator[None]:
    """Pass over what another version of the product said otherwise: the next is looked at all the same."""
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        log.warning("bus.unreadable", error=repr(error))


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


def _packed(one: Kept) -> bytes:
    return orjson.dumps([one.position, one.user_id, one.seq, one.at, one.type, one.thing, one.data])


def _unpacked(body: bytes) -> Kept:
    position, user_id, seq, at, kind, thing, data = orjson.loads(body)
    return Kept(position, UserId(user_id), seq, datetime.fromisoformat(at), kind, thing, data)


def open_bus(url: str) -> Bus:
    """Redis where a URL is given, else inside the process."""
    return RedisBus(url) if url else LocalBus()
