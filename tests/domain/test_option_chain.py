"""The figures of a whole chain, by hand."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.money import Price
from domain.option_chain import at_the_money, max_pain, parity_forward, put_call_ratio


def rupees(**held: int) -> dict[Price, int]:
    return {Price.of(name.removeprefix("k")): number for name, number in held.items()}


def test_the_nearest_strike_is_at_the_money_and_the_lower_of_two() -> None:
    strikes = [Price.of(one) for one in (24400, 24450, 24500)]
    assert at_the_money(strikes, Price.of("24476")) == Price.of(24500)
    assert at_the_money(strikes, Price.of("24475")) == Price.of(24450)
    assert at_the_money([], Price.of(1)) is None


def test_the_put_call_ratio_is_unknown_without_calls() -> None:
    assert put_call_ratio(rupees(k100=200), rupees(k100=150)) == Decimal("0.75")
    assert put_call_ratio({}, rupees(k100=150)) is None


def test_max_pain_is_where_the_holders_are_paid_least() -> None:
    # At 110 the calls get 100 in all; at 100 the puts get 300.
    calls, puts = rupees(k100=10, k105=0, k110=0), rupees(k100=0, k105=0, k110=30)
    assert max_pain(calls, puts) == Price.of(110)
    assert max_pain(rupees(k100=0), rupees(k100=0)) is None


def test_parity_takes_the_strike_where_both_cost_nearly_the_same() -> None:
    pairs = [
        (Price.of(24400), Price.of(180), Price.of(75)),
        (Price.of(24500), Price.of(112), Price.of(108)),
        (Price.of(24600), Price.of(60), Price.of(160)),
    ]
    assert parity_forward(pairs) == Price.of(24504)
    assert parity_forward([]) is None


@given(st.dictionaries(st.integers(1, 60).map(Price.of), st.integers(0, 9_000), min_size=1, max_size=12))
def test_max_pain_of_calls_alone_is_the_lowest_strike(calls: dict[Price, int]) -> None:
    assert max_pain(calls, {}) in (None, min(calls))
