"""The background market: it lives, it stays sound, and clients can move it."""

from __future__ import annotations

from datetime import date

import pytest

from mocks.exchange.calendar import SECOND_NS, india_ns
from mocks.exchange.catalogue import instruments
from mocks.exchange.chance import shock, stream
from mocks.exchange.model import Add, Instrument, Kind, OrderType, Quote, Side, Trade
from mocks.exchange.pricing import future_value, option_value
from mocks.exchange.venue import Exchange

MONDAY = date(2026, 11, 16)
NOON = india_ns(MONDAY, 12 * 60)
LISTED = instruments(MONDAY)


@pytest.fixture(scope="module")
def lively() -> Exchange:
    """All listings after eight seconds."""
    venue = Exchange(LISTED, seed=3, start_ns=NOON)
    for _ in range(16):
        venue.advance(venue.now + SECOND_NS // 2)
    return venue


def tradable() -> list[Instrument]:
    return [instrument for instrument in LISTED if instrument.kind is not Kind.INDEX]


def test_every_share_trades_within_seconds(lively: Exchange) -> None:
    shares = [i for i in tradable() if not i.expiry]
    assert [i.key for i in shares if not lively.quote(i.key).volume] == []


def test_every_contract_shows_a_market_whether_it_trades_or_not(lively: Exchange) -> None:
    for contract in (i for i in tradable() if i.expiry):
        quote = lively.quote(contract.key)
        assert quote.asks
        assert quote.bids or quote.asks[0].price <= 4 * contract.tick  # nobody bids for next to nothing


def test_books_are_never_crossed_and_stay_on_tick_and_in_band(lively: Exchange) -> None:
    for instrument in tradable():
        quote = lively.quote(instrument.key)
        assert not quote.bids or not quote.asks or quote.bids[0].price < quote.asks[0].price
        for level in (*quote.bids, *quote.asks):
            assert level.price % instrument.tick == 0
            assert quote.lower_band <= level.price <= quote.upper_band
            assert level.quantity % instrument.lot == 0
        assert not quote.volume or quote.low <= quote.last_price <= quote.high


def test_liquid_shares_show_five_levels_of_believable_size(lively: Exchange) -> None:
    quote = lively.quote("NSE:INFY")
    assert len(quote.bids) == len(quote.asks) == 5
    assert all(100 <= level.quantity <= 10_000 for level in (*quote.bids, *quote.asks))
    assert (quote.asks[0].price - quote.bids[0].price) * 1000 < quote.last_price  # under 0.1 %


def test_bse_follows_nse(lively: Exchange) -> None:
    for instrument in tradable():
        if instrument.exchange == "BSE":
            here = lively.quote(instrument.key)
            there = lively.quote(f"NSE:{instrument.symbol}")
            assert abs(middle(here) - middle(there)) * 200 < there.prev_close  # within half a percent


def middle(quote: Quote) -> int:
    return (quote.bids[0].price + quote.asks[0].price) // 2


def test_indices_move_with_their_members_and_have_no_depth(lively: Exchange) -> None:
    quote = lively.quote("NSE:NIFTY 50")
    assert quote.last_price != quote.prev_close
    assert abs(quote.last_price - quote.prev_close) * 100 < quote.prev_close * 2
    assert (quote.bids, quote.asks) == ((), ())
    assert quote.low <= quote.last_price <= quote.high


def test_an_index_weighs_its_members_by_size() -> None:
    venue = Exchange(LISTED, seed=1, start_ns=NOON, flow=False)
    before = venue.quote("NSE:NIFTY IT").last_price
    last = venue.quote("NSE:INFY").last_price
    venue.set_price("NSE:INFY", last * 102 // 100 // 10 * 10)
    rise = venue.quote("NSE:NIFTY IT").last_price - before
    assert before * 3 // 1000 < rise < before * 7 // 1000  # about a quarter of two percent


def test_futures_stand_above_the_index_by_their_carry(lively: Exchange) -> None:
    spot = lively.quote("NSE:NIFTY 50").last_price
    near, next_, far = (lively.quote(f"NFO:NIFTY{month}FUT") for month in ("26NOV", "26DEC", "27JAN"))
    assert spot < middle(near) < middle(next_) < middle(far)


def test_a_clients_buying_moves_the_price_and_part_of_it_stays() -> None:
    calm, pushed = (Exchange(LISTED[:1], seed=5, start_ns=NOON) for _ in range(2))
    key = LISTED[0].key
    taken = sum(level.quantity for level in pushed.quote(key).asks)
    pushed.submit(Add(key, pushed.next_order_number(), Side.BUY, OrderType.MARKET, taken, client="A"))
    assert pushed.quote(key).last_price > calm.quote(key).asks[0].price
    for venue in (calm, pushed):
        venue.advance(NOON + 5 * SECOND_NS)
    assert middle(pushed.quote(key)) > middle(calm.quote(key))


def test_a_resting_client_order_at_the_top_gets_filled_in_time() -> None:
    venue = Exchange(LISTED[:1], seed=5, start_ns=NOON)
    key = LISTED[0].key
    number = venue.next_order_number()
    inside = venue.quote(key).bids[0].price + LISTED[0].tick
    venue.submit(Add(key, number, Side.BUY, OrderType.LIMIT, 1, inside, client="A"))
    events = venue.advance(NOON + 20 * SECOND_NS)
    assert [event.quantity for event in events if isinstance(event, Trade) and event.buy == number] == [1]
    assert venue.order(key, number) is None


def test_switched_off_it_stands_still_and_on_again_it_moves() -> None:
    venue = Exchange(LISTED[:1], seed=5, start_ns=NOON)
    key = LISTED[0].key
    venue.advance(NOON + 3 * SECOND_NS)
    venue.set_flow(False)
    still = venue.quote(key)
    assert venue.advance(NOON + 30 * SECOND_NS) == []
    assert venue.quote(key).bids == still.bids
    venue.set_flow(True)
    assert venue.advance(NOON + 40 * SECOND_NS) != []


def test_a_long_pause_is_one_turn_for_everybody() -> None:
    venue = Exchange(LISTED[:20], seed=5, start_ns=NOON)
    assert len(venue.advance(NOON + 8 * 3600 * SECOND_NS)) < 100


def test_a_price_at_its_limit_keeps_one_side_only() -> None:
    venue = Exchange(LISTED[:1], seed=5, start_ns=NOON, flow=False)
    instrument = LISTED[0]
    assert instrument.band is not None
    venue.set_price(instrument.key, instrument.band[1])
    quote = venue.quote(instrument.key)
    assert quote.asks == ()
    assert quote.bids[0].price < instrument.band[1]


def test_named_streams_are_independent_and_repeatable() -> None:
    assert stream(1, "NSE:INFY", "maker").getrandbits(64) == stream(1, "NSE:INFY", "maker").getrandbits(64)
    assert stream(1, "NSE:INFY", "maker").getrandbits(64) != stream(1, "NSE:INFY", "taker").getrandbits(64)
    draws = [shock(stream(n, "x", "y")) for n in range(500)]
    assert abs(sum(draws) / 500) < 0.2
    assert 0.8 < sum(draw * draw for draw in draws) / 500 < 1.2


@pytest.mark.parametrize(
    ("strike", "call", "expected"),
    [(25_000, True, 330.28), (25_000, False, 196.72), (25_500, True, 117.33), (24_000, False, 9.31)],
)
def test_option_values_are_blacks(strike: int, call: bool, expected: float) -> None:
    """Against Black's formula with the C library's functions: spot 25,000, 30 days, 9 % volatility."""
    assert option_value(25_000, strike, 30, 0.09, call=call) == pytest.approx(expected, abs=0.01)


def test_calls_and_puts_are_at_parity() -> None:
    for strike in range(24_000, 26_001, 250):
        call, put = (option_value(25_000, strike, 7, 0.12, call=word) for word in (True, False))
        assert call - put == pytest.approx(future_value(25_000, 7) - strike, abs=0.05)
