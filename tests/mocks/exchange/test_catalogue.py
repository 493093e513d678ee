"""The listings: identities of the real lists, dated rules for ticks, bands, lots and expiries."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from mocks.exchange.calendar import Calendar, india_date, india_ns
from mocks.exchange.catalogue import instruments, monthly_expiries, shares, tick_for, weekly_expiries
from mocks.exchange.contracts import THURSDAY, TUESDAY
from mocks.exchange.model import Kind
from mocks.exchange.pricing import future_value

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
        (
            date(2026, 11, 21),
            ["2026-11-23", "2026-12-29", "2027-01-25"],
        ),  # 24 November and 26 January are holidays
        (date(2026, 11, 23), ["2026-11-23", "2026-12-29", "2027-01-25"]),
        (date(2026, 11, 24), ["2026-12-29", "2027-01-25", "2027-02-23"]),
        (date(2026, 3, 2), ["2026-03-30", "2026-04-28", "2026-05-26"]),  # 31 March is a holiday
    ],
)
def test_months_expire_on_the_last_tuesday_or_the_trading_day_before(day: date, expected: list[str]) -> None:
    assert [expiry.isoformat() for expiry in monthly_expiries(day, Calendar())] == expected


def test_weeks_expire_on_tuesdays_at_nse_and_on_thursdays_at_bse() -> None:
    nse, bse = (weekly_expiries(DAY, Calendar(), weekday) for weekday in (TUESDAY, THURSDAY))
    assert nse == [date(2026, 11, 23), date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 15)]
    assert bse == [date(2026, 11, 26), date(2026, 12, 3), date(2026, 12, 10), date(2026, 12, 17)]


def test_contracts_have_their_terms() -> None:
    future = LISTED["NFO:NIFTY26NOVFUT"]
    assert (future.lot, future.freeze, future.tick, future.expiry) == (65, 1800, 10, "2026-11-23")
    assert future.underlying == "NSE:NIFTY 50"
    call = LISTED["NFO:BANKNIFTY26NOV58900CE"]
    assert (call.lot, call.freeze, call.tick, call.strike) == (30, 600, 5, 58_900_00)
    assert LISTED["NFO:NIFTY26D0126050PE"].expiry == "2026-12-01"  # a week that is not a month's last
    assert (LISTED["BFO:SENSEX26DEC85000PE"].lot, LISTED["BFO:SENSEX26DEC85000PE"].expiry) == (
        20,
        "2026-12-31",
    )


def test_only_nifty_and_sensex_have_weekly_options() -> None:
    assert {i.name for i in LISTED.values() if i.weekly} == {"NIFTY", "SENSEX"}


def test_every_ladder_reaches_a_tenth_to_both_sides_at_even_steps() -> None:
    ladders: dict[tuple[str, str], set[int]] = {}
    for listing in LISTED.values():
        if listing.strike:
            ladders.setdefault((listing.underlying, listing.expiry), set()).add(listing.strike)
    assert len(ladders) > 300
    for (underlying, _), strikes in ladders.items():
        spot = LISTED[underlying].prev_close
        assert min(strikes) <= spot * 9 // 10
        assert max(strikes) >= spot * 11 // 10
        ordered = sorted(strikes)
        assert len({after - before for before, after in pairwise(ordered)}) == 1


@pytest.mark.parametrize("step", ["00", "50"])
def test_nifty_has_its_well_known_strikes(step: str) -> None:
    assert f"NFO:NIFTY26NOV245{step}CE" in LISTED
    assert f"NFO:NIFTY26NOV245{step}PE" in LISTED


def test_contracts_are_named_after_their_underlying() -> None:
    names = {i.underlying: i.name for i in LISTED.values() if i.expiry}
    assert names["NSE:NIFTY FIN SERVICE"] == "FINNIFTY"
    assert names["NSE:NIFTY MID SELECT"] == "MIDCPNIFTY"
    assert names["NSE:NIFTY NEXT 50"] == "NIFTYNXT50"
    assert names["BSE:SENSEX"] == "SENSEX"
    assert names["BSE:BANKEX"] == "BANKEX"
    assert names["NSE:RELIANCE"] == "RELIANCE"


def test_every_share_with_derivatives_has_three_futures_and_options_around_it() -> None:
    for share in (i for i in LISTED.values() if i.derivatives and i.exchange == "NSE"):
        family = [i for i in LISTED.values() if i.underlying == share.key]
        assert len([i for i in family if i.kind is Kind.FUTURE]) == 3
        assert len({i.expiry for i in family if i.kind is Kind.PUT}) == 3
        assert all(i.lot == family[0].lot and i.freeze % i.lot == 0 for i in family)


def test_a_contract_keeps_its_token_from_day_to_day_and_shares_it_with_none() -> None:
    before = {i.key: i for i in LISTED.values()}
    for ahead in range(1, 15, 3):
        later = instruments(DAY + timedelta(days=ahead))
        assert len({(i.exchange, i.kind is Kind.INDEX, i.token) for i in later}) == len(later)
        for contract in later:
            if contract.key in before:
                assert contract.token == before[contract.key].token


def test_calls_and_puts_close_at_parity() -> None:
    for call in (i for i in LISTED.values() if i.kind is Kind.CALL and i.sector == "Index"):
        put = LISTED[call.key[:-2] + "PE"]
        days = (date.fromisoformat(call.expiry) - date(2026, 11, 20)).days
        forward = future_value(LISTED[call.underlying].prev_close, days)
        assert abs(call.prev_close - put.prev_close - (forward - call.strike)) <= 2 * call.tick


def test_contracts_follow_the_closes_that_are_known() -> None:
    spot = LISTED["NSE:NIFTY 50"].prev_close * 107 // 100
    moved = {i.key: i for i in instruments(DAY, {"NSE:NIFTY 50": spot, "NSE:INFY": 150_000})}
    assert moved["NSE:INFY"].prev_close == 150_000
    assert moved["NFO:NIFTY26NOVFUT"].prev_close > spot
    assert LISTED.keys() <= moved.keys()  # no strike goes because the price moved
    assert max(i.strike for i in moved.values() if i.key.startswith("NFO:NIFTY26NOV")) >= spot * 11 // 10


def test_days_in_india() -> None:
    assert india_date(india_ns(DAY, 0)) == DAY
    assert india_date(india_ns(DAY, 0) - 1) == date(2026, 11, 20)
