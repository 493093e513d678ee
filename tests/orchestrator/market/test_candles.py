"""Longer candles are made of shorter ones, counted from the opening, and go on where a broker's history ends."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import IST, Calendar, Phase, SpecialDay
from domain.instrument import Exchange
from domain.market import Candle
from domain.money import Price
from orchestrator.market.candles import gathered, joined, laid_over
from orchestrator.market.intervals import Grid, Interval

START = datetime(2026, 11, 20, 9, 15, tzinfo=IST)  # a Friday
GRID = Grid(Calendar())


def at(minute: int, second: int = 0) -> datetime:
    return START + timedelta(minutes=minute, seconds=second)


def candle(minute: int, prices: str, volume: int | None = 0) -> Candle:
    """`open high low close`."""
    first, high, low, close = (Price.of(text) for text in prices.split())
    return Candle(at(minute), first, high, low, close, volume)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=IST)


@pytest.mark.parametrize(
    ("exchange", "moment", "interval", "start"),
    [
        ("NSE", at(7, 30), "1m", at(7)),
        ("NSE", at(7, 30), "3m", at(6)),
        ("NSE", at(7, 30), "5m", at(5)),
        ("NSE", at(27), "10m", at(20)),
        ("NSE", at(44), "15m", at(30)),
        ("NSE", at(44), "30m", at(30)),
        ("NSE", at(61), "1h", at(60)),
        ("NFO", at(61), "1h", at(60)),
        ("MCX", at(61), "1h", at(45)),  # commodities open at nine
        ("CDS", at(-10), "5m", at(-10)),
        ("NSE", at(-2), "5m", at(0)),  # the pre-open auction is of the session's first candle
        ("NSE", at(-15), "1m", at(0)),
        ("NSE", at(-20), "5m", at(-20)),  # before any session
        ("NSE", at(61), "1d", day("2026-11-20")),
        ("NSE", at(-2), "1d", day("2026-11-20")),
        ("NSE", at(61), "1w", day("2026-11-16")),
        ("NSE", at(61), "1mo", day("2026-11-01")),
        ("MCX", day("2026-11-20 23:29:59"), "30m", day("2026-11-20 23:00")),
    ],
)
def test_candles_count_from_the_opening(
    exchange: str, moment: datetime, interval: str, start: datetime
) -> None:
    assert GRID.start(Exchange(exchange), moment, Interval(interval)) == start


def test_candles_of_a_special_day_count_from_its_own_opening() -> None:
    sunday = date(2026, 11, 22)
    evening = SpecialDay(
        "Muhurat trading", ((time(18), time(18, 8), Phase.PRE_OPEN), (time(18, 10), time(19, 10), Phase.OPEN))
    )
    grid = Grid(Calendar(special={(Exchange.NSE, sunday): evening}))
    assert grid.start(Exchange.NSE, day("2026-11-22 18:33"), Interval.M15) == day("2026-11-22 18:25")
    assert grid.start(Exchange.NSE, day("2026-11-22 18:07"), Interval.M1) == day("2026-11-22 18:10")
    assert grid.trading_day(Exchange.NSE, sunday)
    assert not grid.trading_day(Exchange.NFO, sunday)
    assert grid.forming(Exchange.NSE, day("2026-11-22"), Interval.D1, day("2026-11-22 19:09"))
    assert not grid.forming(Exchange.NSE, day("2026-11-22"), Interval.D1, day("2026-11-22 19:10"))


def test_a_market_that_never_closes_has_no_auction_to_fold() -> None:
    grid = Grid(Calendar(always_open=True))
    assert grid.start(Exchange.NSE, at(-2), Interval.M5) == at(-5)
    assert grid.opening(Exchange.NSE, START.date()) == day("2026-11-20")


@pytest.mark.parametrize(
    ("now", "interval", "start", "forming"),
    [
        (at(7, 30), "5m", at(5), True),
        (at(10), "5m", at(5), False),
        (at(10), "1d", day("2026-11-20"), True),
        (day("2026-11-20 15:59"), "1d", day("2026-11-20"), True),
        (day("2026-11-20 16:00"), "1d", day("2026-11-20"), False),
        (day("2026-11-20 17:00"), "1w", day("2026-11-16"), True),
        (day("2026-11-30 17:00"), "1mo", day("2026-11-01"), True),
        (day("2026-12-01 00:00"), "1mo", day("2026-11-01"), False),
    ],
)
def test_a_candle_forms_until_it_is_over(
    now: datetime, interval: str, start: datetime, forming: bool
) -> None:
    assert GRID.forming(Exchange.NSE, start, Interval(interval), now) is forming


def test_every_interval_is_made_of_what_every_broker_has() -> None:
    assert {one.base for one in Interval} == {"1m", "5m", "15m", "1d"}
    for one in Interval:
        assert one is Interval.MO1 or one.span % one.base.span == timedelta()


def test_longer_candles_gather_shorter_ones() -> None:
    minutes = [candle(0, "10 12 9 11", 5), candle(4, "11 15 11 14", 7), candle(5, "14 14 13 13", 1)]
    made = gathered(minutes, Interval.M5, grid=GRID, exchange=Exchange.NSE)
    assert made == [candle(0, "10 15 9 14", 12), candle(5, "14 14 13 13", 1)]


def test_an_unknown_volume_makes_the_whole_unknown() -> None:
    assert joined(candle(0, "1 1 1 1", 5), candle(1, "2 2 2 2", None)).volume is None
    assert joined(candle(0, "1 1 1 1", 5), candle(1, "2 2 2 2", 2)).volume == 7


@given(st.lists(st.tuples(st.integers(0, 374), st.integers(1, 99)), min_size=1, max_size=60))
def test_candles_by_way_of_others_are_the_same(rows: list[tuple[int, int]]) -> None:
    """Ten minutes are two times five, an hour four quarters, a day all of them."""
    minutes = [candle(minute, f"{price} {price + 1} {price} {price}", price) for minute, price in rows]
    minutes = list({one.time: one for one in sorted(minutes, key=lambda one: one.time)}.values())

    def of(candles: list[Candle], interval: Interval) -> list[Candle]:
        return gathered(candles, interval, grid=GRID, exchange=Exchange.NSE)

    for interval in Interval:
        if interval.base in (Interval.M5, Interval.M15):
            assert of(of(minutes, interval.base), interval) == of(minutes, interval)
        if interval.intraday:
            assert of(of(minutes, interval), Interval.D1) == of(minutes, Interval.D1)


def test_the_brokers_last_candle_goes_on_forming_and_ours_follow() -> None:
    told = [candle(0, "10 12 9 11", 5), candle(1, "11 13 11 12", 6)]
    formed = [candle(0, "1 1 1 1"), candle(1, "12 14 12 14", 4), candle(2, "14 15 14 15", None)]
    assert laid_over(told, formed) == [told[0], candle(1, "11 14 11 14", 6), candle(2, "14 15 14 15", None)]
    assert laid_over([], formed) == formed
    assert laid_over(told, []) == told
