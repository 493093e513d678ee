"""Streams of prices: every wanted instrument is subscribed once, at one account's feed that is up.

A feed that ends comes back with growing pauses; meanwhile, and when it stalls, another account's takes over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from adapters.broker import MarketFeed
from domain.account import AccountId
from domain.errors import BrokerError, SessionExpired
from domain.instrument import InstrumentId
from domain.market import Tick
from domain.money import Price
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.loops import reconnect_pause
from orchestrator.market.sources import Sources

log = structlog.get_logger(__name__)

IDLE = 30.0  # seconds until a feed that nobody needs is closed
SUSPECT = 60.0  # seconds that a stalled feed is passed over
MOST = 1000  # instruments at one feed


@dataclass(slots=True, eq=False)
class Line:
    """One account's feed. `feed` is None while it is not connected; times are of the event loop."""

    connection: Connection
    generation: int
    wanted: set[InstrumentId] = field(default_factory=set)
    subscribed: set[InstrumentId] = field(default_factory=set)
    said: dict[InstrumentId, Price] = field(default_factory=dict)
    feed: MarketFeed | None = None
    failures: int = 0
    heard_at: float = 0.0
    ticked_at: float | None = None
    idle_since: float = 0.0
    suspect_until: float = 0.0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    def sound(self, now: float) -> bool:
        """Worth giving instruments to: up, or on its way up for the first time."""
        return self.failures == 0 and now >= self.suspect_until


class Feeds:
    def __init__(
        self, sources: Sources, connections: Connections, heard: Callable[[Tick, str], None]
    ) -> None:
        self._sources, self._connections, self._heard = sources, connections, heard
        self._lines: dict[AccountId, Line] = {}

    def serve(self, wanted: Iterable[InstrumentId]) -> None:
        """Make the feeds carry exactly these, each once, where some account lists it."""
        now = asyncio.get_running_loop().time()
        able = {one.account.id: one for one in self._sources.answering()}
        for key, line in list(self._lines.items()):
            connection = able.get(key)
            if connection is None or connection.generation != line.generation or _broken(line):
                self._drop(key)
        carried = {name: line for line in self._lines.values() if line.sound(now) for name in line.wanted}
        plan: dict[AccountId, set[InstrumentId]] = {}
        for name in wanted:
            carrier = carried.get(name)
            chosen = carrier.connection if carrier else self._choose(name, able.values(), plan, now)
            if chosen is not None:
                plan.setdefault(chosen.account.id, set()).add(name)
        for key in plan:
            if key not in self._lines:
                self._open(able[key], now)
        for key, line in list(self._lines.items()):
            self._assign(line, plan.get(key, set()), now)

    def fed(self) -> set[InstrumentId]:
        """What is subscribed at a feed that is up."""
        now = asyncio.get_running_loop().time()
        up = (line for line in self._lines.values() if line.feed is not None and line.sound(now))
        return set[InstrumentId]().union(*(line.subscribed for line in up))

    def age(self, account_id: AccountId) -> float | None:
        """Seconds since the last price of this account's feed; None while it carries none."""
        line = self._lines.get(account_id)
        if line is None or line.ticked_at is None or not line.subscribed:
            return None
        return asyncio.get_running_loop().time() - line.ticked_at

    def lacking(self, account_id: AccountId) -> bool:
        """Whether prices are wanted of this account's feed and it is down, or stands still while the market moves."""
        line = self._lines.get(account_id)
        if line is None or not line.wanted:
            return False
        return line.feed is None or line.suspect_until > asyncio.get_running_loop().time()

    def quiet(self, seconds: float) -> list[Line]:
        """Feeds that are up, carry something, and said nothing for so long."""
        now = asyncio.get_running_loop().time()
        return [
            line
            for line in self._lines.values()
            if line.feed is not None and line.subscribed and now - line.heard_at > seconds
        ]

    def suspect(self, line: Line) -> None:
        """Pass it over for a while: the market moved and it said nothing."""
        log.warning("market.feed_stalled", account=line.connection.account.id)
        line.suspect_until = asyncio.get_running_loop().time() + SUSPECT

    async def close(self) -> None:
        tasks = [line.task for line in self._lines.values() if line.task]
        for key in list(self._lines):
            self._drop(key)
        await asyncio.gather(*tasks, return_exceptions=True)

    def _choose(
        self,
        name: InstrumentId,
        able: Iterable[Connection],
        plan: dict[AccountId, set[InstrumentId]],
        now: float,
    ) -> Connection | None:
        """Sound feeds first, then those already open, then in the order of the accounts."""
        listing = [one for one in able if self._sources.lists(one, name)]
        free = [one for one in listing if len(plan.get(one.account.id, ())) < MOST]
        return min(free, key=lambda one: self._preference(one.account.id, now), default=None)

    def _preference(self, key: AccountId, now: float) -> tuple[bool, int, bool, AccountId]:
        line = self._lines.get(key)
        return (line is not None and not line.sound(now), line.failures if line else 0, line is None, key)

    def _open(self, connection: Connection, now: float) -> None:
        line = Line(connection, connection.generation, heard_at=now, idle_since=now)
        line.task = asyncio.create_task(self._run(line), name=f"prices of {connection.account.id}")
        self._lines[connection.account.id] = line

    def _assign(self, line: Line, wanted: set[InstrumentId], now: float) -> None:
        if wanted != line.wanted:
            line.wanted = wanted
            line.changed.set()
        if wanted:
            line.idle_since = now
        elif now - line.idle_since > IDLE:
            self._drop(line.connection.account.id)

    def _drop(self, key: AccountId) -> None:
        line = self._lines.pop(key)
        if line.task is not None:
            line.task.cancel()

    async def _run(self, line: Line) -> None:
        loop, account = asyncio.get_running_loop(), line.connection.account
        while True:
            try:
                async with line.connection.market_feed() as feed:
                    line.feed, line.heard_at = feed, loop.time()
                    await self._carry(line, feed)
            except SessionExpired as error:
                if await self._connections.login_needed(account.id, error.words):
                    return  # a session that is over is not tried again
            except BrokerError as error:
                log.info("market.feed_down", account=account.id, words=error.words)
            finally:
                line.feed = None
                line.subscribed = set()
            await asyncio.sleep(reconnect_pause(line.failures))
            line.failures += 1

    async def _carry(self, line: Line, feed: MarketFeed) -> None:
        loop, source = asyncio.get_running_loop(), line.connection.account.broker.value
        line.changed.set()
        asking = asyncio.create_task(_subscribe(line, feed))
        try:
            async for tick in feed.ticks():
                line.failures, line.heard_at = 0, loop.time()
                line.ticked_at = line.heard_at
                line.said[tick.instrument] = tick.last_price
                self._heard(tick, source)
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)


def _broken(line: Line) -> bool:
    """Whether it ended for good: with its session, or by a bug, which is written down loudly."""
    if line.task is None or not line.task.done() or line.task.cancelled():
        return False
    if bug := line.task.exception():
        log.error("market.feed_failed", account=line.connection.account.id, exc_info=bug)
    return True


async def _subscribe(line: Line, feed: MarketFeed) -> None:
    """Keep the feed's subscriptions as wanted. A failure here shows in the ticks as well: that side reports it."""
    while True:
        await line.changed.wait()
        line.changed.clear()
        more, less = line.wanted - line.subscribed, line.subscribed - line.wanted
        if less:
            await feed.unsubscribe(less)
        if more:
            await feed.subscribe(more)
        line.subscribed = line.subscribed - less | more
