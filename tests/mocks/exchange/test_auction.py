"""The call auction (R8) as small books."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

from mocks.exchange.auction import equilibrium
from tests.mocks.exchange.notation import asks, bids, play, rejects, state, trades


def test_most_volume_wins() -> None:
    result = play(
        "a B 10 @102; b B 10 @101; s S 10 @100; t S 8 @101; auction", phase="preopen", prev_close=100
    )
    assert result["auction"] == {"price": 101, "volume": 18}
    assert trades(result) == ["a<s 10@101", "b<t 8@101"]
    assert bids(result) == ["101 2/2 b"]


def test_then_least_imbalance() -> None:
    """100 and 101 both trade 10; at 100 four more want to buy, at 101 nobody is left over."""
    result = play("a B 10 @101; b B 4 @100; s S 10 @99; auction", phase="preopen", prev_close=99)
    assert result["auction"] == {"price": 101, "volume": 10}


@pytest.mark.parametrize(("prev_close", "price"), [(98, 99), (103, 102), (100, 99), (101, 102)])
def test_then_closest_to_the_previous_close(prev_close: int, price: int) -> None:
    result = play("a B 10 @102; s S 10 @99; auction", phase="preopen", prev_close=prev_close)
    assert result["auction"] == {"price": price, "volume": 10}


def test_a_previous_close_in_the_middle_is_the_price_itself() -> None:
    result = play("a B 10 @102; s S 10 @98; auction", phase="preopen", prev_close=100)
    assert result["auction"] == {"price": 100, "volume": 10}


def test_only_market_orders_match_at_the_previous_close() -> None:
    result = play("a B 10 MKT; s S 6 MKT; auction", phase="preopen", prev_close=100)
    assert (trades(result), bids(result)) == (["a<s 6@100"], ["100 4/4 a"])


@pytest.mark.parametrize(
    ("priority", "traded"),
    [("limit_first", ["a<s 10@100"]), ("market_first", ["m<s 10@100"])],
)
def test_who_is_served_first(priority: str, traded: list[str]) -> None:
    text = "a B 10 @100; m B 10 MKT; s S 10 @100; auction"
    assert trades(play(text, phase="preopen", prev_close=100, auction_priority=priority)) == traded


def test_leftovers_keep_their_time() -> None:
    """The market order came before the limit at the auction's price, so it stands before it afterwards."""
    result = play("m B 5 MKT; a B 5 @100; s S 2 @100; auction", phase="preopen", prev_close=100)
    assert bids(result) == ["100 8/8 m,a"]


def test_without_a_price_everything_moves_over() -> None:
    result = play("a B 5 @98; s S 5 @102; auction; x B 5 @102", phase="preopen", prev_close=100)
    assert result["auction"] == {"price": None, "volume": 0}
    assert trades(result) == ["x<s 5@102"]
    assert bids(result) == ["98 5/5 a"]
    assert asks(result) == []


def test_an_auction_takes_no_stops_no_ioc_no_disclosed_quantity() -> None:
    result = play("x B 5 @105 SL 102; y B 5 @100 IOC; z B 10 @100 DQ 5", phase="preopen")
    assert rejects(result) == ["x phase", "y phase", "z phase"]


def test_self_trade_prevention_in_an_auction_ends_the_newcomer() -> None:
    text = "a B 5 @100 client X; s S 5 @101 client X; t S 5 @100 client X; auction"
    result = play(text, phase="preopen", prev_close=100, stp="cancel_passive")
    assert (state(result, "s"), state(result, "t")) == ("OPEN 0", "CANCELLED 0")
    assert trades(result) == []


def test_orders_can_be_changed_while_they_are_collected() -> None:
    text = "a B 5 @100; b B 5 @100; modify a qty 9; s S 7 @100; cancel b; auction"
    assert trades(play(text, phase="preopen", prev_close=100)) == ["a<s 7@100"]


def test_a_resumed_market_opens_with_an_auction() -> None:
    result = play("halt; resume preopen; a B 5 @101; s S 5 @99; auction", ltp=100, prev_close=100)
    assert result["auction"] == {"price": 100, "volume": 5}


def test_no_other_limit_price_trades_more() -> None:
    """Against the definition, price by price, on many small random books."""
    draw = Random(7)
    for _ in range(300):
        buys = {draw.randint(95, 105): draw.randint(1, 9) for _ in range(draw.randint(0, 4))}
        sells = {draw.randint(95, 105): draw.randint(1, 9) for _ in range(draw.randint(0, 4))}
        market_buy, market_sell = draw.randint(0, 5), draw.randint(0, 5)
        ranks = {}
        for price in {*buys, *sells}:
            demand = market_buy + sum(size for limit, size in buys.items() if limit >= price)
            supply = market_sell + sum(size for limit, size in sells.items() if limit <= price)
            ranks[price] = (min(demand, supply), -abs(demand - supply), -abs(price - 100))
        found = equilibrium(buys, sells, market_buy, market_sell, 100)
        best = max(ranks.values(), default=(0, 0, 0))
        assert found.volume == best[0]
        if found.volume and found.price != 100:
            assert ranks[found.price] == best
        elif found.volume:
            ties = [price for price, rank in ranks.items() if rank == best]
            assert 100 in ties or any(a + b == 200 for a, b in product(ties, ties) if a != b)
