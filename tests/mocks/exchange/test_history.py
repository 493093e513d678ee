"""Candles: the past ends where today begins, every interval is made of its minutes, today is what traded."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from mocks.exchange.calendar import SECOND_NS, Calendar, india_ns
from mocks.exchange.catalogue import instruments
from mocks.exchange.history import IST, Candle, History, by_month, by_week
from mocks.exchange.indices import members
from mocks.exchange.venue import Exchange

FRIDAY = date(2026, 11, 20)
LISTED = {one.key: one for one in instruments(FRIDAY)}
PAST = History(1, LISTED, Calendar(), FRIDAY)
MIDNIGHT = datetime(2026, 11, 20, tzinfo=IST)
KINDS = (
    "NSE:INFY", "BSE:INFY", "NSE:NIFTY 50", "BSE:SENSEX", "NSE:INDIA VIX", "NFO:NIFTY26DECFUT",
    "NFO:NIFTY26NOV26000CE", "NFO:NIFTY26NOV26000PE", "NFO:RELIANCE26NOVFUT", "BFO:SENSEX26NOV85000PE",
)  # fmt: skip


def days(key: str, back: int, history: History = PAST) -> list[Candle]:
    return history.candles(key, None, MIDNIGHT - timedelta(days=back), MIDNIGHT)


def whole(candles: list[Candle]) -> tuple[int, int, int, int, int]:
    return (
        candles[0].open, max(one.high for one in candles), min(one.low for one in candles), candles[-1].close,
        sum(one.volume for one in candles),
    )  # fmt: skip


@pytest.mark.parametrize("key", KINDS)
def test_the_past_ends_at_the_previous_close(key: str) -> None:
    assert days(key, 30)[-1].close == LISTED[key].prev_close
    assert days(key, 30)[-1].start.date() == date(2026, 11, 19)


@pytest.mark.parametrize("key", KINDS)
@pytest.mark.parametrize("minutes", [1, 3, 5, 10, 15, 30, 60])
def test_a_days_candles_of_any_interval_make_the_day(key: str, minutes: int) -> None:
    start = datetime(2026, 11, 12, tzinfo=IST)
    inside = PAST.candles(key, minutes, start, start + timedelta(days=1))
    (day,) = PAST.candles(key, None, start, start)
    assert whole(inside) == (day.open, day.high, day.low, day.close, day.volume)


@pytest.mark.parametrize("key", KINDS)
def test_every_candle_is_sound_and_on_its_tick(key: str) -> None:
    tick, lot = LISTED[key].tick, LISTED[key].lot
    for one in [*days(key, 365), *PAST.candles(key, 5, MIDNIGHT - timedelta(days=4), MIDNIGHT)]:
        assert 0 < one.low <= min(one.open, one.close) <= max(one.open, one.close) <= one.high
        assert all(price % tick == 0 for price in (one.open, one.high, one.low, one.close))
        assert one.volume % lot == one.open_interest % lot == 0
        assert one.start.tzinfo is IST


def test_days_go_back_ten_years_and_leave_holidays_out() -> None:
    found = days("NSE:INFY", 3_652)
    assert found[0].start.date() <= date(2016, 11, 23)
    assert len(found) > 2_400
    calendar = Calendar()
    assert all(calendar.is_trading_day(one.start.date()) for one in found)
    assert date(2026, 10, 20) not in {one.start.date() for one in found}


def test_a_long_look_back_ends_in_the_short_one() -> None:
    assert days("NSE:INFY", 3_652)[-100:] == days("NSE:INFY", 365)[-100:]


def test_a_date_keeps_its_return_whatever_day_the_exchange_starts_on() -> None:
    later = History(1, LISTED, Calendar(), date(2026, 11, 23))
    was, now = (
        days("NSE:INFY", 40)[:20],
        later.candles("NSE:INFY", None, MIDNIGHT - timedelta(days=40), MIDNIGHT)[:20],
    )
    for before, after in zip(was, now, strict=True):
        assert before.close / before.open == pytest.approx(after.close / after.open, abs=2e-4)


def test_seeds_tell_different_stories_and_one_seed_always_the_same() -> None:
    again, other = (History(seed, LISTED, Calendar(), FRIDAY) for seed in (1, 2))
    assert days("NSE:INFY", 90, again) == days("NSE:INFY", 90)
    assert days("NSE:INFY", 90, other) != days("NSE:INFY", 90)


def test_an_index_closes_where_its_members_closed() -> None:
    parts = members("NIFTY 50")
    total = sum(share.market_cap for share in parts)
    closes = {share.symbol: [one.close for one in days(f"NSE:{share.symbol}", 60)] for share in parts}
    for at, candle in enumerate(days("NSE:NIFTY 50", 60)):
        made = sum(closes[share.symbol][at] / share.prev_close * share.market_cap / total for share in parts)
        assert candle.close == pytest.approx(made * LISTED["NSE:NIFTY 50"].prev_close, rel=2e-4)


def test_contracts_have_candles_from_their_listing_on_and_gather_open_interest() -> None:
    found = days("NFO:NIFTY26DECFUT", 365)
    assert found[0].start.date().isoformat() >= LISTED["NFO:NIFTY26DECFUT"].listed
    assert found[0].open_interest < found[-1].open_interest // 4
    assert all(one.open_interest == 0 for one in days("NSE:INFY", 30))


def test_futures_stood_near_their_underlying_on_every_day() -> None:
    spots = {one.start: one.close for one in days("NSE:NIFTY 50", 120)}
    for one in days("NFO:NIFTY26DECFUT", 120):
        assert 1.0 <= one.close / spots[one.start] < 1.02


def test_volume_is_u_shaped_over_the_day() -> None:
    key = next(one.key for one in LISTED.values() if one.series == "EQ" and not one.derivatives)
    sums = [0] * 13
    for one in PAST.candles(key, 30, MIDNIGHT - timedelta(days=60), datetime(2026, 11, 7, tzinfo=IST)):
        sums[(one.start.hour * 60 + one.start.minute - 555) // 30] += one.volume
    assert sums[0] > 2 * sums[5]
    assert sums[11] > 1.2 * sums[5]


def test_the_hours_of_a_past_day_are_those_of_its_date() -> None:
    """Closing auctions and longer derivatives days began on 3 August 2026."""

    def last(key: str, day: date) -> str:
        start = datetime(day.year, day.month, day.day, tzinfo=IST)
        return f"{PAST.candles(key, 1, start, start + timedelta(days=1))[-1].start:%H:%M}"

    assert [last("NSE:INFY", day) for day in (date(2026, 7, 31), date(2026, 8, 4))] == ["15:29", "15:30"]
    assert [last("NFO:NIFTY26DECFUT", day) for day in (date(2026, 11, 3),)] == ["15:39"]
    start = datetime(2026, 8, 4, 15, 14, tzinfo=IST)
    assert (
        len(PAST.candles("NSE:INFY", 1, start, start + timedelta(hours=1))) == 2
    )  # and nothing before the auction


def test_a_festive_evening_session_is_in_the_past_as_well() -> None:
    found = PAST.candles("NSE:INFY", 1, datetime(2026, 11, 8, tzinfo=IST), datetime(2026, 11, 9, tzinfo=IST))
    assert found
    assert found[0].start.hour >= 13


def test_weeks_and_months_are_made_of_days() -> None:
    found = days("NSE:INFY", 365)
    for groups in (by_week(found), by_month(found)):
        assert whole(groups) == whole(found)
    assert all(one.start.weekday() == 0 for one in by_week(found))
    assert all(one.start.day == 1 for one in by_month(found))


def test_the_years_range_is_that_of_its_days() -> None:
    for key in ("NSE:INFY", "NSE:NIFTY 50", "NFO:NIFTY26DECFUT"):
        found = days(key, 364)
        assert PAST.year_range(key) == (min(one.low for one in found), max(one.high for one in found))


def test_an_interval_has_at_least_a_minute_and_a_listing_is_known() -> None:
    with pytest.raises(ValueError, match="minute"):
        PAST.candles("NSE:INFY", 0, MIDNIGHT, MIDNIGHT)
    with pytest.raises(KeyError):
        PAST.candles("NSE:NOBODY", 1, MIDNIGHT, MIDNIGHT)


def test_today_is_what_really_traded() -> None:
    noon = india_ns(FRIDAY, 12 * 60)
    exchange = Exchange([LISTED["NSE:INFY"]], seed=1, start_ns=noon)
    for _ in range(150):
        exchange.advance(exchange.now + SECOND_NS)
    quote = exchange.quote("NSE:INFY")
    (today,) = exchange.history.candles("NSE:INFY", None, MIDNIGHT, MIDNIGHT)
    assert today[1:6] == (quote.open, quote.high, quote.low, quote.last_price, quote.volume)
    inside = exchange.history.candles("NSE:INFY", 1, MIDNIGHT, MIDNIGHT + timedelta(days=1))
    assert [f"{one.start:%H:%M}" for one in inside] == ["12:00", "12:01", "12:02"]
    assert whole(inside) == today[1:6]


def test_a_day_that_was_lived_through_stays_as_it_was() -> None:
    evening = india_ns(FRIDAY, 24 * 60) - 90 * SECOND_NS
    exchange = Exchange([LISTED["NSE:INFY"]], seed=1, start_ns=evening)
    for _ in range(80):
        exchange.advance(exchange.now + SECOND_NS)
    before = exchange.history.candles("NSE:INFY", 1, MIDNIGHT, MIDNIGHT + timedelta(hours=23, minutes=58))
    for _ in range(60):
        exchange.advance(exchange.now + SECOND_NS)
    assert exchange.day == date(2026, 11, 21)
    assert (
        exchange.history.candles("NSE:INFY", 1, MIDNIGHT, MIDNIGHT + timedelta(hours=23, minutes=58))
        == before
    )
    friday, saturday = exchange.history.candles("NSE:INFY", None, MIDNIGHT, MIDNIGHT + timedelta(days=1))
    assert (friday.start.date(), saturday.start.date()) == (FRIDAY, date(2026, 11, 21))
    assert days("NSE:INFY", 10, exchange.history)[:-1] == days("NSE:INFY", 10)
