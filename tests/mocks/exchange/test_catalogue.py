"""The listings: identities of the real lists, dated rules for ticks, bands, lots and expiries."""

from __future__ import annotations

from datetime import date

import pytest

from mocks.exchange.calendar import Calendar, india_date, india_ns
from mocks.exchange.catalogue import instruments, monthly_expiries, shares, tick_for, weekly_expiries
from mocks.exchange.model import Kind

DAY = date(2026, 11, 21)
LISTED = {instrument.key: instrument for instrument in instruments(DAY)}


@pytest.mark.parametrize(
    ("key", "isin", "token"),
    [
        ("NSE:INFY", "INE009A01021", 1594),
        ("NSE:RELIANCE", "INE002A01018", 2885),
        ("NSE:M&M", "INE101A01026", 2031),
        ("BSE:SBIN", "INE062A01020", 500112),
        ("NSE:NIFTY 50", "", 1001),
        ("NSE:ASHOKLEY", "INE208A01029", 212),
    ],
)
def test_identities_are_the_exchanges_own(key: str, isin: str, token: int) -> None:
    assert (LISTED[key].isin, LISTED[key].token) == (isin, token)


def test_keys_and_tokens_are_unique() -> None:
    assert len(LISTED) == len(instruments(DAY))
    tokens = {(i.exchange, i.kind is Kind.INDEX, i.token) for i in LISTED.values()}
    assert len(tokens) == len(LISTED)


def test_both_exchanges_list_the_same_isins() -> None:
    nse = {i.isin for i in LISTED.values() if i.exchange == "NSE" and i.isin}
    bse = {i.isin for i in LISTED.values() if i.exchange == "BSE" and i.isin}
    assert len(nse) == len(shares()) == 112
    assert bse < nse
    assert "BSE:BSE" not in LISTED  # an exchange does not list itself


@pytest.mark.parametrize(
    ("close", "tick"),
    [(249_99, 1), (250_00, 5), (999_95, 5), (1000_00, 10), (5000_00, 50), (10_000_00, 100), (20_000_00, 500)],
)
def test_the_tick_follows_the_price(close: int, tick: int) -> None:
    assert tick_for(close) == tick


def test_every_price_is_on_its_tick_and_in_its_band() -> None:
    for instrument in LISTED.values():
        if instrument.kind is Kind.INDEX:
            continue
        assert instrument.prev_close % instrument.tick == 0
        assert instrument.band is not None
        low, high = instrument.band
        assert low % instrument.tick == high % instrument.tick == 0
        assert 0 < low <= instrument.prev_close <= high
        assert instrument.freeze % instrument.lot == 0 or instrument.kind is not Kind.EQUITY


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 11, 21), ["2026-11-23", "2026-12-29", "2027-01-26"]),  # 24 November is a holiday
        (date(2026, 11, 23), ["2026-11-23", "2026-12-29", "2027-01-26"]),
        (date(2026, 11, 24), ["2026-12-29", "2027-01-26", "2027-02-23"]),
        (date(2026, 3, 2), ["2026-03-30", "2026-04-28", "2026-05-26"]),  # 31 March is a holiday
    ],
)
def test_months_expire_on_the_last_tuesday_or_the_trading_day_before(day: date, expected: list[str]) -> None:
    assert [expiry.isoformat() for expiry in monthly_expiries(day, Calendar())] == expected


def test_weeks_expire_on_tuesdays() -> None:
    assert weekly_expiries(DAY, Calendar()) == [date(2026, 11, 23), date(2026, 12, 1)]
    assert weekly_expiries(date(2026, 11, 24), Calendar()) == [date(2026, 12, 1), date(2026, 12, 8)]


def test_contracts_have_their_terms() -> None:
    future = LISTED["NFO:NIFTY26NOVFUT"]
    assert (future.lot, future.freeze, future.tick, future.expiry) == (65, 1800, 10, "2026-11-23")
    assert future.underlying == "NSE:NIFTY 50"
    call = LISTED["NFO:BANKNIFTY26NOV58900CE"]
    assert (call.lot, call.freeze, call.tick, call.strike) == (30, 600, 5, 58_900_00)
    assert LISTED["NFO:NIFTY26D0126050PE"].expiry == "2026-12-01"  # a week that is not a month's last


def test_options_stand_around_the_money_on_both_sides() -> None:
    strikes = {i.strike for i in LISTED.values() if i.key.startswith("NFO:NIFTY26NOV") and i.strike}
    spot = LISTED["NSE:NIFTY 50"].prev_close
    assert len([strike for strike in strikes if strike < spot]) >= 10
    assert len([strike for strike in strikes if strike > spot]) >= 9


def test_days_in_india() -> None:
    assert india_date(india_ns(DAY, 0)) == DAY
    assert india_date(india_ns(DAY, 0) - 1) == date(2026, 11, 20)
