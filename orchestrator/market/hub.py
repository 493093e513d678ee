"""Live prices for everyone: what is wanted is streamed once, kept as the newest value, and handed to all who look.

Where no feed is up, wanted prices are asked for over REST instead. One process has the feeds: the others' wants go to
it over the bus, and the ticks come back the same way.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from typing import Any

from domain.account import AccountId, BrokerId
from domain.calendar import Calendar
from domain.instrument import InstrumentId
from domain.market import Mode, Quote, Tick
from domain.portfolio import LastPrice
from orchestrator.accounts.connections import Connections
from orchestrator.bus import Bus
from orchestrator.ids import new_id
from orchestrator.instruments.service import Instruments
from orchestrator.loops import Loops
from orchestrator.market.feeds import Feeds
from orchestrator.market.forming import CandleBook
from orchestrator.market.intervals import Grid
from orchestrator.market.line import FeedState
from orchestrator.market.prices import Prices
from orchestrator.market.quotes import Quotes
from orchestrator.market.sources import Sources
from orchestrator.market.stalls import Stalls
from orchestrator.market.wants import Wants
from orchestrator.state import Clock
from orchestrator.telemetry.metrics import TICKS

TOPIC = "market"  # between processes: what is wanted
PASS = 0.25  # seconds between looks at what is wanted
POLL = 2.0  # seconds between REST questions for what no feed carries
CLOSES = 30.0  # seconds between REST questions for previous closes that no feed told
STALL = 15.0  # seconds of silence after which a feed is compared with quotes
WANT_FOR = 120.0  # seconds that one look keeps an instrument streamed
RETELL = 30.0  # seconds between tellings of what this process wants
PATIENCE = 1.0  # seconds that an order waits for a quote never read before
FRESH = 10.0  # seconds that a quote's band is as good as new
STILL_GOOD = 60.0  # seconds that a quote's band and close can be used while it is renewed


class Hub:
    """`feeding`: whether the feeds are this process's now. `stall`: seconds of silence that are looked into."""

    def __init__(
        self,
        *,
        bus: Bus,
        connections: Connections,
        instruments: Instruments,
        calendar: Calendar,
        clock: Clock,
        feeding: Callable[[], bool] = lambda: True,
        stall: float = STALL,
    ) -> None:
        self._bus, self._calendar, self._clock = bus, calendar, clock
        self._feeding = feeding
        self._alone = feeding() and not bus.shared  # all ticks come from feeds of this process
        self.prices = Prices()
        self.grid = Grid(calendar)
        self.candles = CandleBook(self.grid, clock, stored=feeding)
        self._listeners: list[Callable[[Tick], None]] = [self.candles.take]
        self.sources = Sources(connections, instruments)
        self._quotes = Quotes(self.sources, connections, self._quoted)
        self._feeds = Feeds(self.sources, connections, self._ticked)
        self._stalls = Stalls(self._feeds, self._quotes, calendar, clock, silence=stall)
        self._wants = Wants()
        self._wake = asyncio.Event()
        self._origin = new_id("prc")
        self._loops = Loops()

    # --- reading -------------------------------------------------------------------------------------------------

    def last(self, name: InstrumentId) -> LastPrice | None:
        """The newest price seen, however old: look at its time."""
        return self.prices.last(name)

    async def quote(
        self,
        name: InstrumentId,
        *,
        max_age: float = FRESH,
        serve_stale: float = STILL_GOOD,
        patience: float = PATIENCE,
    ) -> Quote | None:
        """Bands, depth and close, from memory where they are fresh enough; None when no account can say.

        Waits for a broker (`patience` seconds at most) only when nothing younger than `serve_stale` is known.
        """
        self.glance([name])
        return await self._quotes.one(name, max_age=max_age, serve_stale=serve_stale, patience=patience)

    async def quotes(
        self, names: Collection[InstrumentId], *, max_age: float, patience: float, in_full: bool = False
    ) -> dict[InstrumentId, Quote]:
        """Of as many as some account can say, asked for together. `in_full`: with depth, if somebody can tell it."""
        self.glance(names)
        return await self._quotes.many(names, max_age=max_age, patience=patience, in_full=in_full)

    def quote_source(self, name: InstrumentId) -> str | None:
        return self._quotes.source(name)

    def feed_age(self, account_id: AccountId) -> float | None:
        """Seconds since the last price of this account's feed in this process; None while it carries none."""
        return self._feeds.age(account_id)

    def feeds_now(self) -> list[tuple[BrokerId, FeedState, float | None]]:
        """Every connection for prices of this process that carries something: how it stands, seconds since its last."""
        return self._feeds.now()

    def feed_lacking(self, account_id: AccountId) -> bool:
        """Whether prices are wanted of this account's feed and it is down or has stalled."""
        return self._feeds.lacking(account_id)

    def on_tick(self, heard: Callable[[Tick], None]) -> None:
        """Call `heard` with every tick that this process gets, quotes among them, before any is left out as old."""
        self._listeners.append(heard)

    # --- wanting -------------------------------------------------------------------------------------------------

    def watch(self, names: Collection[InstrumentId], mode: Mode = Mode.LTP) -> None:
        """Stream these until `unwatch` with the same names and mode."""
        self._wants.watch(names, mode)
        self._wake.set()

    def unwatch(self, names: Collection[InstrumentId], mode: Mode = Mode.LTP) -> None:
        self._wants.unwatch(names, mode)

    def watchers(self, name: InstrumentId) -> int:
        """How many watch it."""
        return self._wants.watchers(name)

    def glance(self, names: Iterable[InstrumentId], mode: Mode = Mode.LTP) -> None:
        """Someone looked at these once: stream them for a while."""
        if self._wants.glance(names, mode, until=asyncio.get_running_loop().time() + WANT_FOR):
            self._wake.set()

    async def prime(self, names: Collection[InstrumentId], *, patience: float = 1.0) -> None:
        """Glance at these, and wait a moment for the prices of those never seen."""
        self.glance(names)
        unseen = [name for name in names if self.prices.last(name) is None]
        if unseen:
            for tick in (await self._bus.latest(unseen)).values():
                self.prices.take_tick(tick)
            unseen = [name for name in unseen if self.prices.last(name) is None]
        if unseen:
            await self._quotes.renew(unseen, patience=patience)

    def wanted(self) -> Mapping[InstrumentId, Mode]:
        """Everything that anyone in reach of this process wants streamed, and how much of it."""
        self._wants.forget(asyncio.get_running_loop().time())
        return self._wants.strongest()

    # --- running -------------------------------------------------------------------------------------------------

    async def start(self) -> None:
        loops: list[Callable[[], Coroutine[Any, Any, None]]] = [] if self._alone else [self._hear_ticks]
        loops += [self._serve, self._poll, self._stalls.run, self._hear_wants]
        loops += [] if self._alone else [self._tell]
        for loop in loops:
            self._loops.start(f"market {loop.__name__}", loop)

    async def close(self) -> None:
        await self._loops.close()
        await self._feeds.close()
        await self._quotes.close()

    def _ticked(self, tick: Tick) -> None:
        TICKS.inc()
        self._tell_listeners(tick)
        if self._alone:
            self.prices.take_tick(tick)
        self._bus.publish_tick(tick)

    def _quoted(self, quote: Quote, source: str) -> None:
        self.prices.take_quote(quote, source)
        self._tell_listeners(
            Tick(
                quote.instrument,
                quote.last_price,
                quote.at,
                prev_close=quote.prev_close,
                volume=quote.volume,
                open_interest=quote.open_interest,
            )
        )

    def _tell_listeners(self, tick: Tick) -> None:
        for heard in self._listeners:
            heard(tick)

    async def _hear_ticks(self) -> None:
        async with self._bus.ticks() as ticks:
            async for tick in ticks:
                self.prices.take_tick(tick)
                if not self._feeding():  # else they are told where they arrive, each of them
                    self._tell_listeners(tick)

    async def _serve(self) -> None:
        while True:
            self._wake.clear()
            if self._feeding():
                self._feeds.serve(self.wanted(), self._wants.edition)
            else:
                await self._feeds.close()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PASS):
                    await self._wake.wait()

    async def _poll(self) -> None:
        closes_due = 0.0
        while True:
            await asyncio.sleep(POLL)
            if not self._feeding():
                continue
            wanted, now = self.wanted(), asyncio.get_running_loop().time()
            unfed = wanted.keys() - self._feeds.fed() | self._feeds.lean()
            if now >= closes_due:  # a feed need not tell the close of the day before
                closes_due = now + CLOSES
                unfed |= {name for name in wanted if (last := self.last(name)) and last.prev_close is None}
            if unfed:
                await self._quotes.renew(unfed)

    # --- between processes ---------------------------------------------------------------------------------------

    async def _tell(self) -> None:
        told: dict[InstrumentId, Mode] = {}
        again = 0.0
        while True:
            self._wake.clear()
            wanted, now = self.wanted(), asyncio.get_running_loop().time()
            if self._feeding():
                wanted = {}
            if now >= again:
                told, again = {}, now + RETELL
            new = {name: mode for name, mode in wanted.items() if told.get(name) is not mode}
            if new:
                data = {mode.value: [str(name) for name, one in new.items() if one is mode] for mode in Mode}
                await self._bus.signal(TOPIC, {"type": "want", "data": data})
                told = dict(wanted)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self._wake.wait()

    async def _hear_wants(self) -> None:
        async with self._bus.subscribe(TOPIC) as events:
            async for event in events:
                if not self._feeding():
                    continue  # else what others want would be told as wanted here
                for mode in Mode:
                    self.glance([InstrumentId.parse(text) for text in event.data.get(mode.value, ())], mode)
