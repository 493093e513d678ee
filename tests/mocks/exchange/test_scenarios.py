"""Scenarios do what they say, to whom they say, and a journal repeats them."""

from __future__ import annotations

import io
from datetime import date

import pytest

from mocks.exchange.calendar import SECOND_NS, india_ns
from mocks.exchange.catalogue import instruments
from mocks.exchange.model import Event, Kind, Phase
from mocks.exchange.recovery import replay
from mocks.exchange.scenarios import SCENARIOS
from mocks.exchange.venue import Exchange

FRIDAY = date(2026, 11, 20)
NOON = india_ns(FRIDAY, 12 * 60)
# A dozen companies are an index, too: it is made of those of its members that are listed.
COMPANIES = ("INFY", "TCS", "RELIANCE", "HDFCBANK", "ICICIBANK", "ITC", "SBIN", "LT", "TITAN", "WIPRO", "MRF")
LISTED = [
    one
    for one in instruments(FRIDAY)
    if one.kind is Kind.INDEX
    or (one.kind is Kind.EQUITY and one.symbol in COMPANIES)
    or one.key.startswith(("NFO:INFY26NOV", "NFO:NIFTY26NOV"))
]
INFY, NIFTY = "NSE:INFY", "NSE:NIFTY 50"


def venue(*, journal: io.StringIO | None = None) -> Exchange:
    found = Exchange(LISTED, seed=3, start_ns=NOON, journal=journal)
    found.advance(NOON + 2 * SECOND_NS)
    return found


def run(exchange: Exchange, seconds: int) -> None:
    for _ in range(seconds):
        exchange.advance(exchange.now + SECOND_NS)


def test_a_share_runs_into_its_upper_circuit_and_has_buyers_only() -> None:
    market = venue()
    market.play("upper_circuit", INFY)
    run(market, 45)
    quote = market.quote(INFY)
    assert quote.last_price == quote.upper_band == quote.bids[0].price
    assert quote.asks == ()
    run(market, 620)
    assert market.quote(INFY).asks != ()  # it opens again


def test_a_share_falls_into_its_lower_circuit_and_has_sellers_only() -> None:
    market = venue()
    market.play("lower_circuit", INFY)
    run(market, 45)
    quote = market.quote(INFY)
    assert quote.last_price == quote.lower_band == quote.asks[0].price
    assert quote.bids == ()


def test_a_flash_crash_comes_and_goes() -> None:
    market = venue()
    before = market.quote(INFY).last_price
    market.play("flash_crash", INFY)
    run(market, 18)
    assert market.quote(INFY).last_price < before * 0.955
    run(market, 150)
    assert market.quote(INFY).last_price > before * 0.98


def test_a_crash_of_everything_takes_the_index_along() -> None:
    market = venue()
    before = market.quote(NIFTY).last_price
    market.play("flash_crash")
    run(market, 18)
    assert market.quote(NIFTY).last_price < before * 0.96


def test_a_gap_prints_at_once_and_both_listings_follow() -> None:
    market = venue()
    before = market.quote(INFY).last_price
    market.play("gap_open", INFY)
    assert market.quote(INFY).last_price == pytest.approx(before * 0.96, rel=1e-3)
    run(market, 5)
    assert market.quote("BSE:INFY").last_price == pytest.approx(before * 0.96, rel=5e-3)


def test_an_illiquid_book_is_thin_and_wide_until_it_is_over() -> None:
    market = venue()
    usual = market.quote(INFY)
    market.play("illiquid", INFY)
    run(market, 5)
    thin = market.quote(INFY)
    assert thin.asks[0].price - thin.bids[0].price > 4 * (usual.asks[0].price - usual.bids[0].price)
    assert thin.buy_quantity * 2 < usual.buy_quantity
    run(market, 610)
    again = market.quote(INFY)
    assert again.asks[0].price - again.bids[0].price <= 2 * (usual.asks[0].price - usual.bids[0].price)


def test_a_halt_stops_everything_and_trading_comes_back() -> None:
    market = venue()
    market.play("halt")
    run(market, 40)
    assert market.phase_of(INFY) is Phase.HALTED
    run(market, 62 * 60)
    assert market.phase_of(INFY) is Phase.CONTINUOUS
    assert market.quote(INFY).bids


def test_an_expiry_pins_the_index_to_a_strike() -> None:
    market = venue()
    market.play("expiry_day", NIFTY)
    run(market, 200)
    level = market.quote(NIFTY).last_price
    strikes = [
        one.strike for one in market.instruments.values() if one.underlying == NIFTY and one.kind is Kind.CALL
    ]
    assert min(abs(level - strike) for strike in strikes) < 20_00


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("upper_circuit", None),
        ("upper_circuit", "NFO:INFY26NOVFUT"),
        ("illiquid", NIFTY),
        ("expiry_day", "NSE:MRF"),
    ],
)
def test_a_scenario_that_does_not_suit_its_key_is_refused(name: str, key: str | None) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        venue().play(name, key)


@pytest.mark.parametrize(("name", "key"), [("no_such_day", INFY), ("illiquid", "NSE:NOBODY")])
def test_unknown_scenarios_and_keys_are_refused(name: str, key: str) -> None:
    with pytest.raises(KeyError):
        venue().play(name, key)


def test_a_journal_repeats_a_scenario_to_the_letter() -> None:
    journal = io.StringIO()
    played = Exchange(LISTED, seed=3, start_ns=NOON, journal=journal)
    told: list[Event] = []
    played.listen(told.append)
    played.play("flash_crash", INFY)
    run(played, 30)
    assert journal.getvalue().count('"bend"') == 2
    again, heard = replay(journal.getvalue().splitlines(), LISTED)
    assert heard == told
    assert again.quote(INFY) == played.quote(INFY)


def test_every_scenario_says_what_it_is_and_ends_in_an_ordinary_market() -> None:
    for scenario in SCENARIOS.values():
        assert scenario.words.endswith(".")
        last = scenario.steps[-1]
        assert (last.calm, last.wide, last.thin, last.locked) == (1.0, 1.0, 1.0, 0)
        assert [step.after for step in scenario.steps] == sorted(step.after for step in scenario.steps)
