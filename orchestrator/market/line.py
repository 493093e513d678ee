"""One connection of an account's price feed: kept open while it is wanted, with growing pauses after each end.

What is wanted is subscribed a part at a time, and few connections to one broker are opened at once, so that a broker
that comes back is not stormed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from enum import StrEnum

import structlog

from adapters.broker import MarketFeed
from domain.account import AccountId
from domain.errors import BrokerError, SessionExpired
from domain.instrument import InstrumentId
from domain.market import Mode, Tick
from orchestrator.accounts.connections import Connection
from orchestrator.loops import reconnect_pause

log = structlog.get_logger(__name__)

BATCH = 500  # instruments subscribed at once
BREATH = 0.05  # seconds between two batches

Heard = Callable[[Tick], None]
SessionOver = Callable[[AccountId, str], Awaitable[object]]


class FeedState(StrEnum):
    UP = "up"
    DOWN = "down"  # not connected, or not yet
    STALLED = "stalled"  # the market moved and it did not say so


@dataclass(slots=True, eq=False)
class Line:
    """`number` counts the connections of an account. `feed` is None while it is not connected; times are of the event
    loop. `held` counts what is wanted by the broker's own modes."""

    connection: Connection
    generation: int
    number: int = 0
    wanted: dict[InstrumentId, Mode] = field(default_factory=dict)
    held: Counter[Mode] = field(default_factory=Counter)
    subscribed: dict[InstrumentId, Mode] = field(default_factory=dict)
    keys: dict[InstrumentId, str] = field(default_factory=dict)  # the broker's names, as they were subscribed
    said: dict[InstrumentId, Tick] = field(default_factory=dict)
    feed: MarketFeed | None = None
    failures: int = 0
    heard_at: float = 0.0
    ticked_at: float | None = None
    idle_since: float = 0.0
    looked_at: float = 0.0
    suspect_until: float = 0.0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    @property
    def account_id(self) -> AccountId:
        return self.connection.account.id

    def state(self, now: float) -> FeedState:
        if self.feed is None:
            return FeedState.DOWN
        return FeedState.STALLED if self.suspect_until > now else FeedState.UP

    def sound(self, now: float) -> bool:
        """Worth giving instruments to: up, or on its way up for the first time."""
        return self.failures == 0 and now >= self.suspect_until

    def has_room(self, name: InstrumentId, mode: Mode) -> bool:
        """Whether the broker lets this connection carry it in this mode, beside or instead of what it carries."""
        terms = self.connection.terms.feed
        held = Counter(self.held)
        if (now := self.wanted.get(name)) is not None:
            held[terms.carries[now]] -= 1
        held[terms.carries[mode]] += 1
        return terms.fits(held)

    def take(self, name: InstrumentId, mode: Mode) -> None:
        self.release(name)
        self.wanted[name] = mode
        self.held[self.connection.terms.feed.carries[mode]] += 1
        self.changed.set()

    def release(self, name: InstrumentId) -> None:
        mode = self.wanted.pop(name, None)
        if mode is not None:
            self.held[self.connection.terms.feed.carries[mode]] -= 1
            self.changed.set()

    def renamed(self) -> bool:
        """Whether the broker calls something subscribed by another name than it did then: tokens are of the day."""
        symbols = self.connection.symbols
        listings = ((key, symbols.listing(name)) for name, key in self.keys.items())
        return any(listing is not None and listing.feed_key != key for key, listing in listings)

    async def run(self, opening: asyncio.Semaphore, heard: Heard, over: SessionOver) -> None:
        """Until cancelled, or the session is over. `opening` is shared by the lines to one broker."""
        loop, account = asyncio.get_running_loop(), self.connection.account
        while True:
            try:
                async with AsyncExitStack() as stack:
                    async with opening:
                        feed = await stack.enter_async_context(self.connection.market_feed())
                    self.feed, self.heard_at = feed, loop.time()
                    await self._carry(feed, heard)
            except SessionExpired as error:
                if await over(account.id, error.words):
                    return  # a session that is over is not tried again
            except BrokerError as error:
                log.info("market.feed_down", account=account.id, words=error.words)
            finally:
                self.feed = None
                self.subscribed, self.keys = {}, {}
            await asyncio.sleep(reconnect_pause(self.failures))
            self.failures += 1

    async def _carry(self, feed: MarketFeed, heard: Heard) -> None:
        loop, said = asyncio.get_running_loop(), self.said
        self.changed.set()
        asking = asyncio.create_task(self._subscribe(feed))
        try:
            async for tick in feed.ticks():
                self.failures, self.heard_at = 0, loop.time()
                self.ticked_at = self.heard_at
                said[tick.instrument] = tick
                heard(tick)
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    async def _subscribe(self, feed: MarketFeed) -> None:
        """Keep the feed's subscriptions as wanted. A failure shows in the ticks as well: that side reports it."""
        while True:
            await self.changed.wait()
            self.changed.clear()
            less = [name for name in self.subscribed if name not in self.wanted]
            if less:
                await feed.unsubscribe(less)
                for name in less:
                    del self.subscribed[name]
                    self.keys.pop(name, None)
                    self.said.pop(name, None)
            more: dict[Mode, list[InstrumentId]] = {}
            for name, mode in self.wanted.items():
                if self.subscribed.get(name) is not mode:
                    more.setdefault(mode, []).append(name)
            for mode, names in more.items():
                for start in range(0, len(names), BATCH):
                    await self._add(feed, names[start : start + BATCH], mode)
                    if start + BATCH < len(names):
                        await asyncio.sleep(BREATH)

    async def _add(self, feed: MarketFeed, names: list[InstrumentId], mode: Mode) -> None:
        await feed.subscribe(names, mode)
        self.subscribed.update(dict.fromkeys(names, mode))
        symbols = self.connection.symbols
        self.keys.update({name: one.feed_key for name in names if (one := symbols.listing(name))})
