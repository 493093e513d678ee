"""Payoffs at expiry: strategies worked by hand, and laws for any legs."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.instrument import Kind
from domain.money import Money, Price
from domain.order import Side
from domain.payoff import STEPS, Leg, Payoff, payoff, profit, round_range


def leg(text: str) -> Leg:
    """`BUY 65 CE 24500 @ 120`, `SELL 65 FUT @ 24510`."""
    terms, _, price = text.partition(" @ ")
    side, quantity, kind, *strike = terms.split()
    return Leg(
        Kind(kind), Side(side), int(quantity), Price.of(price), Price.of(strike[0]) if strike else None
    )


def reckoned(*legs: str) -> Payoff:
    return payoff([leg(one) for one in legs], low=Decimal(20000), high=Decimal(29000))


def texts(prices: tuple[Price, ...]) -> list[str]:
    return [str(one) for one in prices]


def test_a_bought_call_loses_its_premium_at_most_and_gains_without_end() -> None:
    shape = reckoned("BUY 65 CE 24500 @ 120")
    assert (shape.most, shape.least) == (None, Money.of("-7800"))
    assert texts(shape.break_evens) == ["24620.00"]
    assert shape.premium == Money.of("-7800")


def test_a_sold_straddle_gains_its_premium_at_most_and_loses_without_end() -> None:
    shape = reckoned("SELL 65 CE 24500 @ 120", "SELL 65 PE 24500 @ 100")
    assert (shape.most, shape.least) == (Money.of("14300"), None)
    assert texts(shape.break_evens) == ["24280.00", "24720.00"]


def test_a_bought_put_gains_at_most_its_strike() -> None:
    shape = reckoned("BUY 10 PE 100 @ 5")
    assert (shape.most, shape.least) == (Money.of("950"), Money.of("-50"))
    assert texts(shape.break_evens) == ["95.00"]


def test_an_iron_condor_is_bounded_on_both_sides() -> None:
    shape = reckoned(
        "BUY 65 PE 24000 @ 20", "SELL 65 PE 24300 @ 60", "SELL 65 CE 24700 @ 70", "BUY 65 CE 25000 @ 25"
    )
    assert (shape.most, shape.least) == (Money.of("5525"), Money.of("-13975"))
    assert texts(shape.break_evens) == ["24215.00", "24785.00"]
    assert shape.premium == Money.of("5525")


def test_a_covered_call_is_a_share_and_a_sold_call() -> None:
    shape = reckoned("BUY 65 EQ @ 24400", "SELL 65 CE 24500 @ 120")
    assert (shape.most, shape.least) == (Money.of("14300"), Money.of("-1578200"))
    assert texts(shape.break_evens) == ["24280.00"]


def test_a_future_breaks_even_where_it_was_bought() -> None:
    shape = reckoned("BUY 65 FUT @ 24510.05")
    assert (shape.most, shape.premium) == (None, Money.of(0))
    assert texts(shape.break_evens) == ["24510.05"]


strikes = st.integers(1, 40).map(lambda step: Price.of(step * 50))
legs_of = st.builds(
    Leg,
    st.sampled_from([Kind.CALL, Kind.PUT]),
    st.sampled_from(Side),
    st.integers(1, 300),
    st.integers(1, 20_000).map(Price.paise),
    strikes,
) | st.builds(
    Leg,
    st.just(Kind.FUTURE),
    st.sampled_from(Side),
    st.integers(1, 300),
    st.integers(1, 200_000).map(Price.paise),
)


@given(st.lists(legs_of, min_size=1, max_size=6))
def test_no_point_is_beyond_the_bounds_and_break_evens_are_nearly_nothing(legs: list[Leg]) -> None:
    shape = payoff(legs, low=Decimal(0), high=Decimal(5000))
    for price, comes_to in shape.points:
        assert comes_to == Money(profit(legs, price.amount)).rounded()
        assert shape.most is None or comes_to <= shape.most
        assert shape.least is None or comes_to >= shape.least
    units = sum(one.quantity for one in legs)
    for at in shape.break_evens:  # rounded to a paisa, which each unit may be off by
        assert abs(profit(legs, at.amount)) <= units * Decimal("0.01")


@given(st.lists(legs_of, min_size=1, max_size=5))
def test_gain_turns_into_loss_at_break_evens_only(legs: list[Leg]) -> None:
    shape = payoff(legs, low=Decimal(0), high=Decimal(5000))
    marks = [one.amount for one in shape.break_evens]
    for (left, before), (right, after) in zip(shape.points, shape.points[1:], strict=False):
        if before.amount * after.amount < 0:
            paisa = Decimal("0.01")
            assert any(left.amount - paisa <= one <= right.amount + paisa for one in marks)


@pytest.mark.parametrize("side", Side)
def test_a_leg_and_its_opposite_come_to_the_spread_whatever_happens(side: Side) -> None:
    other = Side.SELL if side is Side.BUY else Side.BUY
    pair = [
        Leg(Kind.CALL, side, 65, Price.of(120), Price.of(24500)),
        Leg(Kind.CALL, other, 65, Price.of(118), Price.of(24500)),
    ]
    shape = payoff(pair, low=Decimal(20000), high=Decimal(29000))
    assert shape.most == shape.least == shape.premium
    assert shape.break_evens == ()


@given(st.decimals("0.01", "90000", places=2), st.decimals("1", "90000", places=2))
def test_a_range_is_widened_to_round_steps(low: Decimal, width: Decimal) -> None:
    first, last, steps = round_range(low, low + width)
    assert first <= low < low + width <= last
    step = (last - first) / steps
    assert step.normalize().as_tuple().digits in ((1,), (2,), (5,))
    assert steps <= STEPS + 2
    assert last - first <= width + 2 * step


def test_a_range_of_an_index_has_steps_of_a_hundred() -> None:
    assert round_range(Decimal("22142.5"), Decimal("27957.5")) == (Decimal(22100), Decimal(28000), 59)
