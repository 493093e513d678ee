"""Stores the minutes that form, forgets old ones, and in the night puts what a broker tells in their place."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from datetime import date, time, timedelta
from functools import partial

import structlog

from domain.calendar import IST
from domain.instrument import InstrumentId
from orchestrator.market import candle_rows
from orchestrator.market.forming import GRACE, Formed
from orchestrator.market.hub import Hub
from orchestrator.market.intervals import DAY, MINUTE, Interval, midnight_of
from orchestrator.market.past import Page, Past
from orchestrator.state import Clock
from orchestrator.storage.db import Database

log = structlog.get_logger(__name__)

STORE = 5.0  # seconds between looks at which minutes are over
AT_ONCE = 100  # minutes in one transaction: it runs in the event loop, and each takes it 25 microseconds
BREATH = 0.05  # seconds between two of them: ten thousand minutes end at one moment, and prices go on
FORGOTTEN_AT_ONCE = 500
NIGHT = time(0, 30)  # IST: every market has closed, and no session of the day has ended yet
PACE = 1.0  # seconds between questions of the night: the rest of the rate limit is for people
LOOK_BACK = 7  # days that are still settled when no account could be asked in their night
DAYS_AT_ONCE = 250  # candles of a day in one transaction


class CandleKeeper:
    """`days`: how long candles of a minute are kept."""

    def __init__(self, *, db: Database, hub: Hub, past: Past, clock: Clock, days: int) -> None:
        self._db, self._hub, self._past, self._clock, self._days = db, hub, past, clock, days
        self._wanted: set[InstrumentId] = set()

    async def run(self) -> None:
        """Store what forms, until cancelled."""
        while True:
            await asyncio.sleep(STORE)
            await self.store()

    async def store(self) -> None:
        """Store the minutes that are over. One that changes later, by a late tick, is stored again."""
        wanted = set(self._hub.wanted())
        self._hub.candles.interrupt(self._wanted - wanted)
        self._wanted = wanted
        while over := self._hub.candles.over(AT_ONCE):
            await self._keep(over)
            if len(over) == AT_ONCE:
                await asyncio.sleep(BREATH)

    async def resume(self) -> None:
        """Go on from the minute that was forming when the process ended before."""
        since = self._clock() - GRACE - MINUTE
        for name, candle in await self._db.read(lambda conn: candle_rows.formed_since(conn, since)):
            self._hub.candles.resume(name, candle)

    async def finish(self) -> None:
        """Store all there is, the minutes that are not over with it: the process ends."""
        while formed := self._hub.candles.unstored(AT_ONCE):
            await self._keep(formed)

    async def _keep(self, formed: Sequence[Formed]) -> None:
        rows = [(name, candle) for name, _, candle in formed]
        changes = [minute.changes for _, minute, _ in formed]
        await self._db.write(lambda conn: candle_rows.keep_formed(conn, rows))
        for (name, minute, _), stored in zip(formed, changes, strict=True):
            self._hub.candles.store(name, minute, stored)

    async def prune(self) -> int:
        """Forget minutes that are older than the setting says; how many those were."""
        before = self._clock().astimezone(IST).date() - timedelta(days=self._days)
        all_gone, gone = 0, FORGOTTEN_AT_ONCE
        while gone == FORGOTTEN_AT_ONCE:
            gone = await self._db.write(lambda conn: candle_rows.prune(conn, before, FORGOTTEN_AT_ONCE))
            all_gone += gone
        return all_gone

    async def settle(self, pace: float = PACE) -> tuple[int, int]:
        """Ask brokers for the days that formed here and are over. A day that is settled is not asked for again. How
        many instruments were told of, and of how many nobody could tell."""
        local = self._clock().astimezone(IST)
        today = local.date() if local.time() >= NIGHT else local.date() - DAY
        days = [today - timedelta(days=back) for back in range(1, LOOK_BACK + 1)]
        due = await self._db.read(lambda conn: candle_rows.unsettled(conn, days))
        told = 0
        for name, formed in due.items():
            if await self._settle_one(name, formed):
                told += 1
                await asyncio.sleep(pace)
        return told, len(due) - told

    async def _settle_one(self, name: InstrumentId, days: Collection[date]) -> bool:
        """Whether anybody told anything."""
        first, last = midnight_of(min(days)), midnight_of(max(days)) + DAY - timedelta(seconds=1)
        pages, gap = await self._past.ask(name, Interval.M1, first, last)
        whole = sorted(day for day in days if gap is None or midnight_of(day) > gap.end)
        left = await store_days(self._db, name, Interval.M1, pages, whole)
        if left or len(whole) < len(days):
            log.info("market.not_settled", instrument=str(name), days=len(left) + len(days) - len(whole))
        return bool(pages)


async def store_days(
    db: Database, name: InstrumentId, interval: Interval, pages: Sequence[Page], days: Sequence[date]
) -> list[date]:
    """Store what brokers told of these days, the oldest first. Returns those of which they did not tell all."""
    left: list[date] = []
    step = 1 if interval.intraday else DAYS_AT_ONCE
    for page in pages:
        mine = [day for day in days if page.start <= midnight_of(day) <= page.end]
        # A day that two pages share is stored whole, of both.
        told = sorted((one for some in pages for one in some.candles), key=lambda one: one.time)
        for start in range(0, len(mine), step):
            some = mine[start : start + step]
            stored = await db.write(
                partial(
                    candle_rows.settle,
                    name=name,
                    interval=interval,
                    told=told,
                    days=some,
                    source=page.source,
                    at=page.at,
                ),
                lock=f"candles:{name}",  # the night and somebody who looks at the chart may ask for the same day
            )
            left += [] if stored else some
    return left
