"""Candles of the past out of the store and the brokers, with today's as they form; who told what, and what is missing.

A day that a broker told this morning or later is taken from the store. Else brokers are asked, because splits and
bonuses change the past over night; where none answers, what was stored or formed here is better than nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Container, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.market import Candle
from orchestrator.instruments.service import last_morning
from orchestrator.market import candle_rows
from orchestrator.market.candle_rows import LIVE, Kept, Settled
from orchestrator.market.candles import gathered, laid_over
from orchestrator.market.hub import Hub
from orchestrator.market.intervals import DAY, Interval, midnight_of
from orchestrator.market.keeping import store_days
from orchestrator.market.past import Page, Past, Unasked
from orchestrator.state import Clock
from orchestrator.storage.db import Database

log = structlog.get_logger(__name__)

REACH = {
    Interval.M1: timedelta(days=4),  # over a long weekend
    Interval.M3: timedelta(days=4),
    Interval.M5: timedelta(days=7),
    Interval.M10: timedelta(days=7),
    Interval.M15: timedelta(days=10),
    Interval.M30: timedelta(days=30),
    Interval.H1: timedelta(days=60),
    Interval.D1: timedelta(days=365),
    Interval.W1: timedelta(days=3 * 365),
    Interval.MO1: timedelta(days=5 * 365),
}
KEEP_TODAY = 15.0  # seconds that a broker's answer about today is used again
KEEP_PAST = 600.0  # and one about other days, of intervals that are not stored
MOST_KEPT = 500
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Piece:
    """Candles of one teller, oldest first. `source`: a broker, or "live" for what formed here; told at `as_of`."""

    source: str
    as_of: datetime
    candles: Sequence[Candle]


@dataclass(slots=True)
class Series:
    """Candles, oldest first, what they were made of, and the times (both ends included) that nobody told of."""

    candles: list[Candle]
    forming: bool  # the last one
    pieces: list[Piece]
    gaps: list[Unasked]


@dataclass(slots=True)
class Found:
    pieces: list[Piece] = field(default_factory=list)
    gaps: list[Unasked] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Store:
    """What is stored of some past days: candles of the base, and who told which day in full."""

    kept: dict[date, list[Kept]]
    settled: dict[date, Settled]

    def pieces(self, days: Iterable[date]) -> list[Piece]:
        found = []
        for day in days:
            by_source: dict[str, list[Candle]] = {}
            for one in self.kept.get(day, ()):
                by_source.setdefault(one.source, []).append(one.candle)
            told = self.settled.get(day)
            found += [
                Piece(source, told.at if told else rows[-1].time, rows) for source, rows in by_source.items()
            ]
        return found


class History:
    def __init__(self, *, hub: Hub, past: Past, db: Database, clock: Clock, days: int) -> None:
        """`days`: how long minutes are stored."""
        self._hub, self._past, self._db, self._clock, self._days = hub, past, db, clock, days
        self._kept: dict[tuple[object, ...], tuple[float, Found]] = {}

    async def read(self, name: InstrumentId, *, interval: Interval, start: datetime, end: datetime) -> Series:
        """Those that begin in [start, end] (aware). What no broker tells is a gap, never a failure."""
        grid, now = self._hub.grid, self._clock()
        begin, end = grid.start(name.exchange, start, interval), min(end, now)
        today = midnight_of(now.astimezone(IST).date())
        past = Found()
        if begin < today:
            past = await self._past_days(name, interval.base, begin, min(end, today - INSTANT), now)
        if end >= today:
            present = await self._today(name, interval.base, max(begin, today), end, now)
            past = Found(past.pieces + present.pieces, past.gaps + present.gaps)
        pieces = _cut(past.pieces, begin, end)
        base = [one for piece in pieces for one in piece.candles]
        made = gathered(base, interval, grid=grid, exchange=name.exchange)
        shown = [one for one in made if start <= one.time <= end]
        forming = bool(shown) and grid.forming(name.exchange, shown[-1].time, interval, now)
        return Series(shown, forming, pieces, past.gaps)

    # --- days that are over --------------------------------------------------------------------------------------

    async def _past_days(
        self, name: InstrumentId, base: Interval, begin: datetime, end: datetime, now: datetime
    ) -> Found:
        days = self._trading_days(name, begin, end)
        store = await self._stored(name, base, begin, end)
        morning = last_morning(now)
        told_today = {day for day, told in store.settled.items() if told.at >= morning}
        wanting = [day for day in days if day not in told_today]
        asked = Found()
        if wanting:
            asked = await self._asked(name, base, wanting)
        lacking = {day for gap in asked.gaps for day in self._trading_days(name, gap.start, gap.end)}
        left = {*days, *store.kept} - (set(wanting) - lacking)
        if lacking and base is Interval.D1:
            store = await self._with_derived(name, store, lacking)
        pieces = [_without(piece, left) for piece in asked.pieces] + store.pieces(left)
        unknown = [day for day in lacking if day not in store.settled]
        return Found(pieces, self._day_gaps(name, unknown, asked.gaps))

    def _trading_days(self, name: InstrumentId, start: datetime, end: datetime) -> list[date]:
        first, last = start.astimezone(IST).date(), end.astimezone(IST).date()
        days = ((first + timedelta(days=number)) for number in range((last - first).days + 1))
        return [day for day in days if self._hub.grid.trading_day(name.exchange, day)]

    def _day_gaps(self, name: InstrumentId, days: Iterable[date], asked: Sequence[Unasked]) -> list[Unasked]:
        """Days that nobody told in full, next to each other in one."""
        gaps: list[Unasked] = []
        for day in sorted(days):
            why = asked[-1]
            start, end = midnight_of(day), midnight_of(day) + DAY - INSTANT
            if gaps and not self._trading_days(name, gaps[-1].end + INSTANT, start - INSTANT):
                start = gaps.pop().start
            gaps.append(Unasked(start, end, why.reason, why.words))
        return gaps

    async def _stored(self, name: InstrumentId, base: Interval, begin: datetime, end: datetime) -> Store:
        """Intraday candles are stored as minutes."""
        stored = Interval.M1 if base.intraday else Interval.D1
        since = begin if base.intraday else midnight_of(begin.astimezone(IST).date())
        first, last = begin.astimezone(IST).date(), end.astimezone(IST).date()
        rows, settled = await self._db.read(
            lambda conn: (
                candle_rows.kept(conn, name, stored, since, end),
                candle_rows.settled(conn, name, stored, first, last),
            )
        )
        kept: dict[date, list[Kept]] = {}
        for row in rows:
            kept.setdefault(row.candle.time.date(), []).append(row)
        return Store({day: self._in_base(name, base, of_day) for day, of_day in kept.items()}, settled)

    def _in_base(self, name: InstrumentId, base: Interval, rows: Sequence[Kept]) -> list[Kept]:
        by_source: dict[str, list[Candle]] = {}
        for row in rows:
            by_source.setdefault(row.source, []).append(row.candle)
        return [
            Kept(one, source)
            for source, candles in by_source.items()
            for one in gathered(candles, base, grid=self._hub.grid, exchange=name.exchange)
        ]

    async def _with_derived(self, name: InstrumentId, store: Store, days: Collection[date]) -> Store:
        """With day candles of stored minutes where no broker's is stored."""
        missing = sorted(day for day in days if day not in store.kept)
        if not missing:
            return store
        first, last = midnight_of(missing[0]), midnight_of(missing[-1]) + DAY - INSTANT
        rows = await self._db.read(lambda conn: candle_rows.kept(conn, name, Interval.M1, first, last))
        kept = dict(store.kept)
        for day in missing:
            of_day = [row for row in rows if row.candle.time.date() == day]
            kept[day] = self._in_base(name, Interval.D1, of_day)
        return Store(kept, store.settled)

    async def _asked(self, name: InstrumentId, base: Interval, days: Sequence[date]) -> Found:
        """What brokers tell of these days and those between them."""
        key = (name, base, days[0], days[-1])
        if (known := self._remembered(key, KEEP_PAST)) is not None:
            return known
        start, end = midnight_of(days[0]), midnight_of(days[-1]) + DAY - timedelta(seconds=1)
        pages, gap = await self._past.ask(name, base, start, end)
        found = Found([_piece(page) for page in pages], [gap] if gap else [])
        if gap is None:
            self._remember(key, found)
        if base in (Interval.M1, Interval.D1):
            oldest = self._clock().astimezone(IST).date() - timedelta(days=self._days)
            every = {*days, *(one.time.astimezone(IST).date() for page in pages for one in page.candles)}
            whole = [day for day in sorted(every) if gap is None or midnight_of(day) > gap.end]
            lasting = [day for day in whole if base is Interval.D1 or day >= oldest]
            await self._store(name, base, pages, lasting)
        return found

    async def _store(
        self, name: InstrumentId, base: Interval, pages: Sequence[Page], days: Sequence[date]
    ) -> None:
        """For the next who asks. A chart does not fail with the database."""
        try:
            await store_days(self._db, name, base, pages, days)
        except SQLAlchemyError as error:
            log.warning("market.candles_not_stored", instrument=str(name), error=type(error).__name__)

    # --- today ---------------------------------------------------------------------------------------------------

    async def _today(
        self, name: InstrumentId, base: Interval, begin: datetime, end: datetime, now: datetime
    ) -> Found:
        grid, exchange = self._hub.grid, name.exchange
        opening = grid.opening(exchange, now.astimezone(IST).date())
        if not grid.trading_day(exchange, opening.date()) or now < opening:
            return Found()
        told = await self._told_today(name, base, now)
        formed = gathered(await self._formed(name, now), base, grid=grid, exchange=exchange)
        brokers = [one for piece in told.pieces for one in piece.candles]
        whole = laid_over(brokers, formed)
        pieces = []
        if brokers:
            pieces.append(Piece(told.pieces[0].source, told.pieces[0].as_of, whole[: len(brokers)]))
        if len(whole) > len(brokers):
            pieces.append(Piece(LIVE, now, whole[len(brokers) :]))
        gaps = []
        since = max(begin, opening)
        until = min(end, formed[0].time - INSTANT if formed else end)
        if told.gaps and since <= until:
            gaps = [Unasked(since, until, told.gaps[0].reason, told.gaps[0].words)]
        return Found(pieces, gaps)

    async def _told_today(self, name: InstrumentId, base: Interval, now: datetime) -> Found:
        day = now.astimezone(IST).date()
        key = (name, base, day)
        if (known := self._remembered(key, KEEP_TODAY)) is not None:
            return known
        pages, gap = await self._past.ask(name, base, midnight_of(day), now)
        found = Found([_piece(page) for page in pages], [gap] if gap else [])
        if gap is None:
            self._remember(key, found)
        return found

    async def _formed(self, name: InstrumentId, now: datetime) -> list[Candle]:
        """Today's minutes: those that are stored, and the newest, which are in memory."""
        today = midnight_of(now.astimezone(IST).date())
        rows = await self._db.read(lambda conn: candle_rows.kept(conn, name, Interval.M1, today, now))
        minutes = {row.candle.time: row.candle for row in rows}
        minutes |= {one.time: one for one in self._hub.candles.formed(name) if one.time >= today}
        return [minutes[start] for start in sorted(minutes)]

    # --- remembering ---------------------------------------------------------------------------------------------

    def _remembered(self, key: tuple[object, ...], seconds: float) -> Found | None:
        at, found = self._kept.get(key, (0.0, None))
        fresh = found is not None and asyncio.get_running_loop().time() - at < seconds
        return found if fresh else None

    def _remember(self, key: tuple[object, ...], found: Found) -> None:
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (asyncio.get_running_loop().time(), found)


def _piece(page: Page) -> Piece:
    return Piece(page.source, page.at, page.candles)


def _without(piece: Piece, days: Container[date]) -> Piece:
    return Piece(
        piece.source,
        piece.as_of,
        [one for one in piece.candles if one.time.astimezone(IST).date() not in days],
    )


def _cut(pieces: Iterable[Piece], begin: datetime, end: datetime) -> list[Piece]:
    """What begins in [begin, end] of each, in the order of time; neighbours of one teller become one."""
    found: list[Piece] = []
    for piece in sorted((one for one in pieces if one.candles), key=lambda one: one.candles[0].time):
        inside = [one for one in piece.candles if begin <= one.time <= end]
        if inside and found and found[-1].source == piece.source:
            last = found.pop()
            found.append(Piece(piece.source, min(last.as_of, piece.as_of), [*last.candles, *inside]))
        elif inside:
            found.append(Piece(piece.source, piece.as_of, inside))
    return found
