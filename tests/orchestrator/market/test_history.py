"""Candles are stored as they form and settled by brokers in the night; charts say who told them and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from domain.calendar import IST, Calendar
from domain.errors import BrokerUnavailable, SessionExpired
from domain.instrument import InstrumentId
from domain.market import Candle, Tick
from domain.money import Price
from orchestrator.market import candle_rows
from orchestrator.market.forming import CandleBook
from orchestrator.market.history import History, Series
from orchestrator.market.intervals import Grid, Interval
from orchestrator.market.keeping import CandleKeeper
from orchestrator.market.past import Past
from orchestrator.storage.db import Database

INFY = InstrumentId.parse("NSE:INFY")
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)


def at(text: str, day: date = MONDAY) -> datetime:
    hours, minutes = (int(part) for part in text.split(":"))
    return datetime(day.year, day.month, day.day, hours, minutes, tzinfo=IST)


def minute(text: str, price: int, volume: int | None = 10, day: date = MONDAY) -> Candle:
    same = Price.of(price)
    return Candle(at(text, day), same, same, same, same, volume)


@dataclass
class Account:
    """One account that can be asked for candles; `told` of one day or of one interval."""

    name: str
    told: list[Candle] = field(default_factory=list)
    days: int = 60
    error: Exception | None = None
    asked: list[tuple[str, datetime, datetime]] = field(default_factory=list)

    @property
    def connection(self) -> Any:
        return SimpleNamespace(
            account=SimpleNamespace(id=self.name, broker=SimpleNamespace(value=self.name)),
            terms=SimpleNamespace(history_days={"1m": self.days, "1d": 1000}, name=self.name.title()),
            broker=self,
        )

    async def candles(
        self, instrument: InstrumentId, *, interval: str, start: datetime, end: datetime
    ) -> list[Candle]:
        self.asked.append((interval, start, end))
        if self.error is not None:
            raise self.error
        grid, found = Grid(Calendar()), {}
        for one in self.told:
            begins = grid.start(instrument.exchange, one.time, Interval(interval))
            if start <= begins <= end:
                found[begins] = Candle(begins, one.open, one.high, one.low, one.close, one.volume)
        return [found[time] for time in sorted(found)]


@dataclass
class Bench:
    """History and its keeper over accounts made by hand, at a time the test sets."""

    db: Database
    accounts: list[Account] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: at("10:00"))
    ended: list[str] = field(default_factory=list)
    wanted: set[InstrumentId] = field(default_factory=lambda: {INFY})

    def __post_init__(self) -> None:
        grid = Grid(Calendar())
        self.book = CandleBook(grid, self.clock)
        self.hub: Any = SimpleNamespace(grid=grid, candles=self.book, wanted=lambda: self.wanted)
        self.anew()

    def restart(self) -> None:
        """Another process: nothing in memory."""
        self.book = CandleBook(self.hub.grid, self.clock)
        self.hub.candles = self.book
        self.anew()

    def anew(self) -> None:
        """As after a restart: nothing in memory but what forms."""
        past = Past(self, self, self.clock)  # type: ignore[arg-type]
        kept: dict[str, Any] = {"db": self.db, "hub": self.hub, "past": past, "clock": self.clock, "days": 30}
        self.history, self.keeper = History(**kept), CandleKeeper(**kept)

    def clock(self) -> datetime:
        return self.now

    def choose(self, name: InstrumentId, *, without: set[str]) -> Any:
        return next((one.connection for one in self.accounts if one.name not in without), None)

    async def login_needed(self, account_id: str, words: str) -> None:
        self.ended.append(account_id)

    def tick(self, text: str, price: int, volume: int, day: date = MONDAY) -> None:
        self.now = max(self.now, at(text, day))
        self.book.take(Tick(INFY, Price.of(price), at(text, day), volume=volume))

    async def read(self, interval: str, start: datetime, end: datetime | None = None) -> Series:
        return await self.history.read(INFY, interval=Interval(interval), start=start, end=end or self.now)

    async def stored(self) -> list[str]:
        rows = await self.db.read(
            lambda conn: candle_rows.kept(conn, INFY, Interval.M1, at("00:00", date(2026, 1, 1)), at("23:59"))
        )
        return [f"{shown(row.candle)} {row.source}" for row in rows]


def shown(one: Candle) -> str:
    return f"{one.time:%d %H:%M} {one.close} {one.volume}"


def told(series: Series) -> list[tuple[str, str, str]]:
    """Source, first and last candle of each part."""
    return [
        (one.source, f"{one.candles[0].time:%d %H:%M}", f"{one.candles[-1].time:%d %H:%M}")
        for one in series.pieces
    ]


def missing(series: Series) -> list[tuple[str, str, str]]:
    return [(one.reason, f"{one.start:%d %H:%M}", f"{one.end:%d %H:%M}") for one in series.gaps]


@pytest.fixture
def bench(db: Database) -> Bench:
    return Bench(db)


# --- storing -----------------------------------------------------------------------------------------------------


async def test_minutes_are_stored_when_they_are_over_and_again_when_a_late_tick_changes_them(
    bench: Bench,
) -> None:
    bench.tick("10:00", 100, 50)
    bench.tick("10:00", 101, 60)
    await bench.keeper.store()
    assert await bench.stored() == []
    bench.tick("10:01", 102, 70)
    bench.now = at("10:01") + timedelta(seconds=6)
    await bench.keeper.store()
    assert await bench.stored() == ["23 10:00 101.00 10 live"]
    bench.book.take(Tick(INFY, Price.of(99), at("10:00") + timedelta(seconds=30), volume=65))
    await bench.keeper.store()
    assert await bench.stored() == ["23 10:00 99.00 15 live"]
    bench.now = at("10:03")
    await bench.keeper.store()
    assert await bench.stored() == ["23 10:00 99.00 15 live", "23 10:01 102.00 5 live"]


async def test_prices_keep_every_digit_and_moments_their_zone(bench: Bench) -> None:
    low, high = Price(Decimal("84.1")), Price(Decimal("84.1275"))
    odd = Candle(at("10:00"), Price(Decimal("84.1225")), high, low, low, None, 7)
    await bench.db.write(lambda conn: candle_rows.keep_formed(conn, [(INFY, odd)]))
    (row,) = await bench.db.read(
        lambda conn: candle_rows.kept(conn, INFY, Interval.M1, at("09:00"), at("11:00"))
    )
    assert row.candle == odd
    assert row.candle.time.utcoffset() == timedelta(hours=5, minutes=30)


async def test_a_minute_goes_on_over_a_restart_without_a_volume(bench: Bench) -> None:
    """What was traded while nothing ran is in no number, so that the minute's volume is not known."""
    bench.tick("10:00", 100, 50)
    bench.tick("10:00", 120, 60)
    await bench.keeper.store()
    assert await bench.stored() == []
    await bench.keeper.finish()
    assert await bench.stored() == ["23 10:00 120.00 10 live"]
    bench.restart()
    await bench.keeper.resume()
    for second, price, volume in ((30, 101, 80), (40, 102, 90)):
        bench.now = at("10:00") + timedelta(seconds=second)
        bench.book.take(Tick(INFY, Price.of(price), bench.now, volume=volume))
    (whole,) = bench.book.formed(INFY)
    prices = (whole.open, whole.high, whole.low, whole.close)
    assert (*prices, whole.volume) == (*map(Price.of, (120, 120, 102, 102)), None)
    bench.tick("10:01", 103, 95)
    bench.now = at("10:03")
    await bench.keeper.store()
    assert await bench.stored() == ["23 10:00 102.00 None live", "23 10:01 103.00 5 live"]


async def test_a_minute_that_another_run_ended_with_stays_as_it_was_once_it_is_over(bench: Bench) -> None:
    bench.tick("10:00", 100, 50)
    bench.tick("10:00", 120, 60)
    await bench.keeper.finish()
    bench.restart()
    bench.now = at("10:02")
    await bench.keeper.resume()
    bench.tick("10:02", 101, 80)
    bench.tick("10:02", 102, 90)
    await bench.keeper.finish()
    assert await bench.stored() == ["23 10:00 120.00 10 live", "23 10:02 102.00 10 live"]


async def test_what_is_no_longer_streamed_is_not_counted_when_it_comes_back(bench: Bench) -> None:
    bench.tick("10:00", 100, 50)
    bench.tick("10:00", 101, 60)
    await bench.keeper.store()
    bench.wanted = set()
    await bench.keeper.store()
    bench.tick("10:40", 105, 9000)
    bench.tick("10:40", 106, 9010)
    assert [shown(one) for one in bench.book.formed(INFY)] == ["23 10:00 101.00 10", "23 10:40 106.00 10"]


async def test_the_night_settles_a_day_once(bench: Bench) -> None:
    broker = Account("zerodha", [minute("09:15", 90, day=FRIDAY), minute("15:29", 103, 7, day=FRIDAY)])
    rows = [(INFY, minute("10:00", 100, 5, FRIDAY)), (INFY, minute("15:29", 101, 6, FRIDAY))]
    await bench.db.write(lambda conn: candle_rows.keep_formed(conn, rows))
    bench.now = at("00:29", FRIDAY + timedelta(days=1))
    bench.accounts = [broker]
    await bench.keeper.settle(pace=0)
    assert broker.asked == []  # the commodities' market closed an hour ago: its candles come later
    bench.now = at("00:30", FRIDAY + timedelta(days=1))
    for _ in range(2):
        await bench.keeper.settle(pace=0)
    assert len(broker.asked) == 1
    settled = ["20 09:15 90.00 10 zerodha", "20 15:29 103.00 7 zerodha"]
    assert await bench.stored() == settled
    await bench.db.write(lambda conn: candle_rows.keep_formed(conn, rows[1:]))
    assert await bench.stored() == settled  # what formed here never wins over a broker


async def test_half_a_day_settles_nothing_and_nobody_to_ask_loses_nothing(bench: Bench) -> None:
    rows = [(INFY, minute("10:00", 100, 5, FRIDAY)), (INFY, minute("15:29", 101, 6, FRIDAY))]
    await bench.db.write(lambda conn: candle_rows.keep_formed(conn, rows))
    formed = ["20 10:00 100.00 5 live", "20 15:29 101.00 6 live"]
    await bench.keeper.settle(pace=0)
    bench.accounts = [Account("zerodha", [minute("10:00", 90, day=FRIDAY)])]
    await bench.keeper.settle(pace=0)
    bench.accounts = [Account("zerodha", error=BrokerUnavailable("away"))]
    await bench.keeper.settle(pace=0)
    assert await bench.stored() == formed


async def test_what_is_to_settle_is_found_by_its_own_index(bench: Bench) -> None:
    rows = [(INFY, minute("10:00", 100, day=FRIDAY))]
    await bench.db.write(lambda conn: candle_rows.keep_formed(conn, rows))
    days = [FRIDAY, MONDAY]
    due = await bench.db.read(lambda conn: candle_rows.unsettled(conn, days))
    assert due == {INFY: {FRIDAY}}
    if bench.db.dialect == "sqlite":  # PostgreSQL plans by how much there is
        here = "start >= 1 AND start < 2 AND source = 'live'"
        asked = f"EXPLAIN QUERY PLAN SELECT DISTINCT instrument FROM candles WHERE {here}"
        plan = await bench.db.read(lambda conn: str(conn.execute(sa.text(asked)).all()))
        assert "ix_candles_live" in plan


async def test_old_minutes_are_forgotten(bench: Bench) -> None:
    rows = [(INFY, minute("10:00", 100, day=MONDAY - timedelta(days=back))) for back in (31, 30, 1)]
    await bench.db.write(lambda conn: candle_rows.keep_formed(conn, rows))
    await bench.keeper.prune()
    assert [line[:2] for line in await bench.stored()] == ["24", "22"]


# --- reading -----------------------------------------------------------------------------------------------------


async def test_a_chart_is_the_brokers_past_its_today_and_what_forms_since(bench: Bench) -> None:
    bench.accounts = [
        Account(
            "upstox",
            [
                minute("15:29", 90, day=FRIDAY),
                minute("09:15", 91),
                minute("09:59", 92),
                minute("10:00", 93, 4),
            ],
        )
    ]
    bench.tick("10:00", 94, 500)
    bench.tick("10:00", 95, 506)
    bench.tick("10:01", 96, 510)
    series = await bench.read("1m", at("15:00", FRIDAY))
    assert [shown(one) for one in series.candles] == [
        "20 15:29 90.00 10",
        "23 09:15 91.00 10",
        "23 09:59 92.00 10",
        "23 10:00 95.00 6",
        "23 10:01 96.00 4",
    ]
    assert series.forming
    assert told(series) == [("upstox", "20 15:29", "23 10:00"), ("live", "23 10:01", "23 10:01")]
    assert series.gaps == []
    hour = await bench.read("1h", at("15:00", FRIDAY))
    assert [shown(one) for one in hour.candles] == ["20 15:15 90.00 10", "23 09:15 96.00 30"]


async def test_a_day_that_was_told_this_morning_is_not_asked_for_again(bench: Bench) -> None:
    broker = Account("zerodha", [minute("10:00", 90, day=FRIDAY), minute("09:15", 91)])
    bench.accounts = [broker]
    first = await bench.read("1m", at("09:15", FRIDAY), at("23:00", FRIDAY))
    bench.anew()
    again = await bench.read("1m", at("09:15", FRIDAY), at("23:00", FRIDAY))
    assert again.candles == first.candles
    assert [shown(one) for one in again.candles] == ["20 10:00 90.00 10"]
    assert len(broker.asked) == 1
    # After the next morning it is: a split changes the past.
    broker.told = [minute("10:00", 45, day=FRIDAY)]
    bench.now = at("08:30", MONDAY + timedelta(days=1))
    bench.anew()
    after = await bench.read("1m", at("09:15", FRIDAY), at("23:00", FRIDAY))
    assert [shown(one) for one in after.candles] == ["20 10:00 45.00 10"]


async def test_without_a_broker_there_is_what_was_stored_and_the_rest_is_a_gap(bench: Bench) -> None:
    broker = Account("zerodha", [minute("10:00", 90, day=FRIDAY)])
    bench.accounts = [broker]
    await bench.read("1m", at("09:15", FRIDAY), at("23:00", FRIDAY))
    bench.now += timedelta(days=1)
    bench.accounts = [
        Account("zerodha", error=SessionExpired("log in")),
        Account("groww", error=SessionExpired("no")),
    ]
    thursday = FRIDAY - timedelta(days=1)
    await bench.db.write(
        lambda conn: candle_rows.keep_formed(conn, [(INFY, minute("11:00", 80, day=MONDAY))])
    )
    bench.anew()
    series = await bench.read("1m", at("09:15", thursday), at("20:00", MONDAY))
    assert [shown(one) for one in series.candles] == ["20 10:00 90.00 10", "23 11:00 80.00 10"]
    assert told(series) == [("zerodha", "20 10:00", "20 10:00"), ("live", "23 11:00", "23 11:00")]
    # Thursday was never told, and of Monday nobody knows but what formed here; Friday was told in full.
    assert missing(series) == [
        ("not_connected", "19 00:00", "19 23:59"),
        ("not_connected", "23 00:00", "23 23:59"),
    ]
    assert bench.ended == ["zerodha", "groww"]
    # A day candle is made of the minutes where no broker's is stored.
    days = await bench.read("1d", at("00:00", MONDAY), at("20:00", MONDAY))
    assert [shown(one) for one in days.candles] == ["23 00:00 80.00 10"]


async def test_today_without_a_broker_is_a_gap_until_candles_form(bench: Bench) -> None:
    bench.tick("10:00", 94, 500)
    bench.tick("10:00", 95, 506)
    series = await bench.read("1m", at("09:00"))
    assert missing(series) == [("not_connected", "23 09:15", "23 09:59")]
    assert told(series) == [("live", "23 10:00", "23 10:00")]
    nothing = await bench.read("1d", at("00:00", FRIDAY), at("12:00", FRIDAY + timedelta(days=1)))
    assert (nothing.candles, missing(nothing)) == ([], [("not_connected", "20 00:00", "20 23:59")])


async def test_another_account_tells_what_the_first_does_not(bench: Bench) -> None:
    bench.accounts = [
        Account("groww", error=BrokerUnavailable("no answer")),
        Account("upstox", [minute("10:00", 90, day=FRIDAY)]),
    ]
    series = await bench.read("1d", at("00:00", FRIDAY), at("20:00", FRIDAY))
    assert told(series) == [("upstox", "20 00:00", "20 00:00")]
    bench.accounts.pop()
    bench.anew()
    bench.now += timedelta(days=1)
    failed = await bench.read("5m", at("09:15", FRIDAY - timedelta(days=2)), at("20:00", FRIDAY))
    assert [one.words for one in failed.gaps] == ["Groww: no answer"]


async def test_a_long_history_is_asked_for_in_pages_the_newest_first(bench: Bench) -> None:
    first = FRIDAY - timedelta(days=21)
    trades = [minute("10:00", 90 + back, day=FRIDAY - timedelta(days=back)) for back in range(21)]
    broker = Account("groww", trades, days=7)
    bench.accounts = [broker]
    series = await bench.read("1m", at("00:00", first), at("23:00", FRIDAY))
    assert len(series.candles) == 21
    spans = [(start, end) for _, start, end in broker.asked]
    assert len(spans) == 4
    assert all(end - start <= timedelta(days=7) for start, end in spans)
    assert [start for start, _ in spans] == sorted((start for start, _ in spans), reverse=True)
    for (start, _), (_, end) in pairwise(spans):
        assert end == start - timedelta(seconds=1)
    bench.anew()
    again = await bench.read("1m", at("00:00", first), at("23:00", FRIDAY))
    assert again.candles == series.candles
    assert len(broker.asked) == 4


async def test_a_holiday_asks_nobody_and_is_no_gap(bench: Bench) -> None:
    diwali = date(2026, 11, 10)
    series = await bench.read("1m", at("00:00", diwali), at("23:59", diwali))
    assert (series.candles, series.gaps) == ([], [])


@pytest.mark.parametrize(
    ("interval", "starts"),
    [("1w", ["09 00:00", "16 00:00", "23 00:00"]), ("1mo", ["01 00:00"]), ("1d", ["13", "16", "20", "23"])],
)
async def test_weeks_and_months_are_made_of_days(bench: Bench, interval: str, starts: list[str]) -> None:
    days = [date(2026, 11, 13), date(2026, 11, 16), FRIDAY, MONDAY]
    bench.accounts = [Account("zerodha", [minute("10:00", 90, day=day) for day in days])]
    series = await bench.read(interval, at("00:00", date(2026, 11, 1)))
    assert [f"{one.time:%d %H:%M}"[: len(starts[0])] for one in series.candles] == starts
    assert series.forming
