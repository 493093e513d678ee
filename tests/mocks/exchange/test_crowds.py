"""A market that one may believe: spreads, parity, bursts, a U over the day, jumps, bounded books, impact."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from statistics import fmean, pstdev

import pytest

from mocks.exchange.beliefs import Beliefs
from mocks.exchange.calendar import SECOND_NS, india_ns
from mocks.exchange.catalogue import instruments
from mocks.exchange.chance import WAITS
from mocks.exchange.liquidity import turn_seconds
from mocks.exchange.makers import CROWDED, LEVELS
from mocks.exchange.model import Add, Cancel, Event, Kind, OrderType, Quote, Side, Trade
from mocks.exchange.pricing import future_value
from mocks.exchange.synthetic import market
from mocks.exchange.tape import Tape
from mocks.exchange.venue import Exchange

FRIDAY = date(2026, 11, 20)
LISTED = {one.key: one for one in instruments(FRIDAY)}
NOON = india_ns(FRIDAY, 12 * 60)
INFY = "NSE:INFY"


def alone(seed: int = 1, start: int = NOON) -> Exchange:
    return Exchange([LISTED[INFY]], seed=seed, start_ns=start)


def trades(exchange: Exchange, seconds: int) -> list[Trade]:
    found: list[Event] = []
    for _ in range(seconds):
        found += exchange.advance(exchange.now + SECOND_NS)
    return [event for event in found if type(event) is Trade]


def middle(quote: Quote) -> float:
    return (quote.bids[0].price + quote.asks[0].price) / 2


@pytest.fixture(scope="module")
def chain() -> Exchange:
    """NIFTY's members, its futures and one expiry of its options, a minute old."""
    keys = [
        one
        for one in LISTED.values()
        if not one.expiry or one.key.startswith(("NFO:NIFTY26NOV", "NFO:NIFTY26DEC"))
    ]
    venue = Exchange(keys, seed=2, start_ns=NOON)
    trades(venue, 60)
    return venue


# --- prices that belong together ---------------------------------------------------------------------------------


def test_calls_and_puts_are_at_parity_within_their_spreads(chain: Exchange) -> None:
    spot = chain.quote("NSE:NIFTY 50").last_price
    checked = 0
    for call in (one for one in chain.instruments.values() if one.kind is Kind.CALL):
        if "26NOV" not in call.key:
            continue
        bought, written = chain.quote(call.key), chain.quote(call.key[:-2] + "PE")
        if not bought.bids or not written.bids:
            continue
        days = (india_ns(date.fromisoformat(call.expiry), 930) - chain.now) / (86_400 * SECOND_NS)
        apart = middle(bought) - middle(written) - (future_value(spot, days) - call.strike)
        spreads = bought.asks[0].price - bought.bids[0].price + written.asks[0].price - written.bids[0].price
        assert abs(apart) <= spreads + spot * 0.0004  # quotes are some seconds old, and the index moves
        checked += 1
    assert checked > 50


def test_a_future_stands_at_its_carry_within_its_spread(chain: Exchange) -> None:
    spot = chain.quote("NSE:NIFTY 50").last_price
    for month in ("NOV", "DEC"):
        key = f"NFO:NIFTY26{month}FUT"
        days = (india_ns(date.fromisoformat(LISTED[key].expiry), 930) - chain.now) / (86_400 * SECOND_NS)
        assert middle(chain.quote(key)) == pytest.approx(future_value(spot, days), rel=4e-4)


def test_calls_get_cheaper_and_puts_dearer_with_the_strike(chain: Exchange) -> None:
    for kind, sign in ((Kind.CALL, -1), (Kind.PUT, 1)):
        row = sorted(
            (one.strike, middle(chain.quote(one.key)))
            for one in chain.instruments.values()
            if one.kind is kind and "26DEC" in one.key and chain.quote(one.key).bids
        )
        prices = [price for _, price in row]
        steps = [sign * (after - before) for before, after in pairwise(prices)]
        assert sum(step < 0 for step in steps) <= len(steps) // 20


# --- who sleeps --------------------------------------------------------------------------------------------------


def test_a_far_option_sleeps_and_looking_does_not_wake_it() -> None:
    far = next(
        one for one in LISTED.values() if one.kind is Kind.CALL and turn_seconds(one, one.prev_close, 60) == 0
    )
    looked, alone_ = (Exchange([*list(LISTED.values())[:400], far], seed=4, start_ns=NOON) for _ in range(2))
    for _ in range(6):
        looked.quote(far.key)
        assert looked.advance(looked.now + SECOND_NS) == alone_.advance(alone_.now + SECOND_NS)
    assert looked.quote(far.key).volume == 0


def test_an_order_meets_exactly_what_a_sleeping_book_showed() -> None:
    key = "NFO:NIFTY26DEC24000CE"
    venue = Exchange([LISTED["NSE:NIFTY 50"], LISTED[key]], seed=4, start_ns=NOON)
    shown = venue.quote(key)
    assert shown.bids
    best = shown.asks[0]
    number = venue.next_order_number()
    told = venue.submit(Add(key, number, Side.BUY, OrderType.LIMIT, best.quantity, best.price, client="A"))
    assert sum(event.quantity for event in told if type(event) is Trade) == best.quantity
    after = venue.quote(key)
    assert after.bids == shown.bids
    assert after.asks[:4] == shown.asks[1:5]


# --- time --------------------------------------------------------------------------------------------------------


def test_trades_come_in_bursts() -> None:
    """Of a Poisson process the counts of equal windows have variance = mean; bursts have more."""
    found = trades(alone(), 1_200)
    counts = [0] * 240
    for trade in found:
        counts[(trade.time - NOON - 1) // (5 * SECOND_NS)] += 1
    assert pstdev(counts) ** 2 > 1.2 * fmean(counts)


def test_the_day_is_u_shaped_in_trades_and_in_volatility() -> None:
    found = {}
    for name, minute in (("open", 9 * 60 + 15), ("noon", 12 * 60), ("close", 15 * 60 + 10)):
        count, moved = 0, 0.0
        for seed in (1, 2, 3):
            rows = trades(alone(seed, india_ns(FRIDAY, minute)), 600)
            prices = [row.price for row in rows][::10]
            count += len(rows)
            moved += sum((after / before - 1.0) ** 2 for before, after in pairwise(prices))
        found[name] = (count, moved)
    assert found["open"][0] > 1.5 * found["noon"][0]
    assert found["close"][0] > 1.15 * found["noon"][0]
    assert found["open"][1] > 1.5 * found["noon"][1]


def test_waiting_times_are_exponential_with_mean_one() -> None:
    assert fmean(WAITS) == pytest.approx(1.0, abs=0.01)
    assert pstdev(WAITS) == pytest.approx(1.0, abs=0.05)
    assert sorted(WAITS) == list(WAITS)


def test_the_mood_is_one_on_average_over_a_session() -> None:
    tape = Tape(NOON)
    beliefs = Beliefs({}, tape, 1)
    moods = []
    for minute in range(9 * 60 + 15, 15 * 60 + 30):
        tape.now = india_ns(FRIDAY, minute)
        moods.append(beliefs.mood())
    assert fmean(moods) == pytest.approx(1.0, abs=0.2)
    assert moods[0] > 2 > moods[-1] > 1 > min(moods)


def test_prices_walk_and_neither_trend_nor_bounce() -> None:
    """Variance ratio: what ten steps move, squared, is about ten times what one step moves."""
    ratios = []
    for seed in range(4):
        venue = alone(seed)
        series = []
        for _ in range(900):
            venue.advance(venue.now + SECOND_NS)
            series.append(middle(venue.quote(INFY)))
        short = [after - before for before, after in zip(series[::5], series[5::5], strict=False)]
        long = [after - before for before, after in zip(series[::50], series[50::50], strict=False)]
        ratios.append(fmean(x * x for x in long) / fmean(x * x for x in short) / 10)
    assert 0.5 < fmean(ratios) < 1.6


def test_jumps_are_rare() -> None:
    jumps = 0
    for seed in range(4):
        venue = alone(seed)
        before = middle(venue.quote(INFY))
        for _ in range(900):
            venue.advance(venue.now + SECOND_NS)
            now = middle(venue.quote(INFY))
            jumps += abs(now / before - 1.0) > 0.0015  # more than ten deviations of a second
            before = now
    assert jumps <= 4


# --- books -------------------------------------------------------------------------------------------------------


def test_books_stay_small_and_their_levels_made_of_several_orders() -> None:
    venue = Exchange(market(FRIDAY, 150), seed=5, start_ns=NOON)
    counts: set[int] = set()
    for _ in range(20):
        venue.advance(venue.now + 3 * SECOND_NS)
        for key in venue.last_prices():
            quote = venue.quote(key)
            counts |= {level.orders for level in (*quote.bids, *quote.asks)}
            assert not quote.bids or not quote.asks or quote.bids[0].price < quote.asks[0].price
    assert {1, 2, 3} <= counts
    assert max(counts) <= CROWDED + 4
    assert all(len(book.orders) <= 2 * LEVELS * (CROWDED + 4) for book in venue._books.values())


def test_a_big_buyer_moves_the_price_more_than_a_small_one() -> None:
    rises = []
    for parts in (0, 1, 4):
        venue = alone(6)
        start = middle(venue.quote(INFY))
        for _ in range(parts):
            taken = sum(level.quantity for level in venue.quote(INFY).asks)
            venue.submit(Add(INFY, venue.next_order_number(), Side.BUY, OrderType.MARKET, taken, client="A"))
            venue.advance(venue.now + 2 * SECOND_NS)
        while venue.now < NOON + 30 * SECOND_NS:
            venue.advance(venue.now + SECOND_NS)
        rises.append(middle(venue.quote(INFY)) - start)
    assert rises[0] < rises[1] < rises[2]


def test_a_client_may_stand_inside_the_spread_and_the_makers_stay_sound() -> None:
    venue = alone(7)
    for _ in range(40):
        quote = venue.quote(INFY)
        number = venue.next_order_number()
        price = quote.asks[0].price - 10
        venue.submit(Add(INFY, number, Side.BUY, OrderType.LIMIT, 5, price, client="A"))
        venue.advance(venue.now + 3 * SECOND_NS)
        quote = venue.quote(INFY)
        assert not quote.bids or not quote.asks or quote.bids[0].price < quote.asks[0].price
        order = venue.order(INFY, number)
        if order is not None and order.filled < 5:
            venue.submit(Cancel(INFY, number))


def test_the_same_seed_is_the_same_market_however_often_somebody_looks() -> None:
    listed = list(LISTED.values())[:260] + [
        one for one in LISTED.values() if one.key.startswith("NFO:NIFTY26NOV26")
    ]
    quiet, watched = (Exchange(listed, seed=8, start_ns=NOON) for _ in range(2))
    for _ in range(8):
        for key in watched.instruments:
            watched.quote(key)
        assert quiet.advance(quiet.now + SECOND_NS) == watched.advance(watched.now + SECOND_NS)


def test_a_look_before_the_opening_changes_nothing_after_it() -> None:
    """The hours before the opening did not count for anybody, known or not."""
    listed = [one for one in LISTED.values() if one.symbol in ("INFY", "TCS") and not one.expiry]
    morning = india_ns(FRIDAY, 8 * 60)
    quiet, watched = (Exchange(listed, seed=9, start_ns=morning, always_open=False) for _ in range(2))
    for venue in (quiet, watched):
        while venue.now < india_ns(FRIDAY, 9 * 60 + 16):
            if venue is watched:
                for key in venue.instruments:
                    venue.quote(key)
            venue.advance(venue.now + 30 * SECOND_NS)
    for one in listed:
        assert quiet.quote(one.key) == watched.quote(one.key)
        opened = quiet.quote(one.key)
        assert abs(opened.last_price / opened.open - 1.0) < 0.004


def test_an_untraded_contract_closes_at_its_model_and_wakes_up_as_its_end_comes_near() -> None:
    key = next(
        one.key
        for one in LISTED.values()
        if one.key.startswith("NFO:NIFTY26DEC") and one.key.endswith("26000CE")
    )
    listed = [
        one for one in LISTED.values() if one.key in ("NSE:NIFTY 50", key) or one.symbol in ("INFY", "TCS")
    ]
    venue = Exchange(listed, seed=3, start_ns=india_ns(FRIDAY, 24 * 60 - 1))
    before = venue.quote(key)
    assert before.volume == 0
    for ahead in range(1, 12):  # each a jump over a day
        venue.advance(india_ns(FRIDAY, 24 * 60 * (ahead + 1) - 1))
        venue.advance(venue.now + 50 * SECOND_NS)
    after = venue.quote(key)
    assert after.prev_close < before.prev_close  # time has gone by, and an option is worth less
    for _ in range(120):
        venue.advance(venue.now + SECOND_NS)
    assert venue.quote(key).volume > 0
