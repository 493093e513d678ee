"""Why a broker's P&L is not ours: every cause is worked out, and together they are the whole difference."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from aggregation.differences import Cause, Comparison, Figures, Own, compare
from domain.money import Money, Price

PRICE = Price.of(120)


def figures(quantity: int, cost: str, realised: str = "0") -> Figures:
    return Figures(quantity, Money.of(cost), Money.of(realised))


def causes(own: Own, broker: Figures, broker_price: Price = PRICE) -> dict[str, str]:
    found = compare(own, broker, price=PRICE, broker_price=broker_price)
    assert Money.sum(one.amount for one in found.differences) == found.difference
    return {one.cause.value: str(one.amount) for one in found.differences}


def mine(quantity: int = 100, cost: str = "10000", realised: str = "0", **more: Any) -> Own:
    return Own(figures(quantity, cost, realised), **more)


def test_equal_figures_differ_by_nothing() -> None:
    assert causes(mine(), figures(100, "10000")) == {}


def test_another_price_is_its_age() -> None:
    assert causes(mine(), figures(100, "10000"), Price.of("119.50")) == {"price_age": "-50.00"}


def test_trades_after_the_brokers_reading_are_told_apart() -> None:
    cheaper = mine(150, "15500", before_reading=figures(100, "10000"))
    assert causes(cheaper, figures(100, "10000")) == {"trades_since_reading": "-500.00"}


def test_units_that_came_at_no_cost_are_a_corporate_action() -> None:
    assert causes(mine(), figures(200, "10000.40")) == {"corporate_action": "11999.60"}


def test_a_bonus_that_the_broker_has_not_credited_yet_is_told() -> None:
    own = mine(200, before_action=figures(100, "10000"))
    assert causes(own, figures(100, "10000")) == {"corporate_action": "-12000.00"}


def test_units_that_nobody_saw_being_bought_are_missing_history() -> None:
    found = compare(mine(), figures(130, "12100"), price=PRICE, broker_price=PRICE)
    assert [(one.cause, str(one.amount), one.units) for one in found.differences] == [
        (Cause.HISTORY_MISSING, "1500.00", 30)
    ]
    assert causes(mine(), figures(60, "6000")) == {"history_missing": "-800.00"}


def test_an_average_told_to_the_paisa_rounds() -> None:
    assert causes(mine(), figures(100, "10000.45")) == {"rounding": "-0.45"}


def test_a_broker_that_counts_by_the_average_is_found_out() -> None:
    own = mine(50, "5500", "15000", at_average=figures(50, "5250", "14750"), closed=150)
    assert causes(own, figures(50, "5250", "14750")) == {}
    sold_before = mine(50, "5500", at_average=figures(50, "5250"))
    assert causes(sold_before, figures(50, "5250.10")) == {"average_not_fifo": "250.00", "rounding": "-0.10"}


def test_a_broker_that_does_not_net_the_day_is_found_out() -> None:
    own = mine(80, "8000", "2000", without_netting=figures(80, "8600", "12000"), closed=60)
    assert causes(own, figures(80, "8600", "12000")) == {"intraday_netting": "9400.00"}


def test_brokerage_and_all_charges_in_the_average_are_told_apart_and_from_both_together() -> None:
    fees: dict[str, Any] = {"brokerage": Money.of("20"), "charges": Money.of("35.50")}
    assert causes(mine(**fees), figures(100, "10020.20")) == {
        "brokerage_in_average": "-20.00",
        "rounding": "-0.20",
    }
    assert causes(mine(**fees), figures(100, "10035.50")) == {"charges_in_average": "-35.50"}
    both = mine(at_average=figures(100, "9000"), **fees)
    assert causes(both, figures(100, "9020")) == {
        "average_not_fifo": "1000.00",
        "brokerage_in_average": "-20.00",
    }


def test_what_nothing_explains_is_unexplained_unless_the_history_is_known_to_lack() -> None:
    assert causes(mine(), figures(100, "10500")) == {"unexplained": "-500.00"}
    assert causes(mine(unseen=5), figures(100, "10500")) == {"history_missing": "-500.00"}


amounts = st.decimals(-(10**6), 10**6, places=2).map(Money)
some = st.builds(Figures, st.integers(-1000, 1000), amounts, amounts)
prices = st.decimals(Decimal("0.05"), 5000, places=2).map(Price)


@given(
    st.builds(
        Own, some, st.none() | some, st.none() | some, st.none() | some, st.none() | some,
        st.integers(0, 5), st.integers(0, 9), st.none() | amounts, st.none() | amounts,
    ),
    some,
    prices,
    prices,
)  # fmt: skip
def test_causes_always_add_up_to_the_difference(own: Own, broker: Figures, one: Price, other: Price) -> None:
    found: Comparison = compare(own, broker, price=one, broker_price=other)
    assert Money.sum(cause.amount for cause in found.differences) == found.difference
    assert len({cause.cause for cause in found.differences}) == len(found.differences)
