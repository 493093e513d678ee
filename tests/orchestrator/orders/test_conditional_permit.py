"""Orders that a broker keeps to close a position close it once, however many of them there are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.conditional import (
    ConditionalIntent,
    ConditionalKind,
    ConditionalLeg,
    ConditionalReport,
    ConditionalStatus,
)
from domain.instrument import InstrumentId
from domain.money import Price
from domain.order import OrderType, Product, Side
from orchestrator.orders.conditional_permit import unprotected
from orchestrator.orders.rails import protects

NIFTY = InstrumentId.parse("NFO:NIFTY26NOVFUT")


def intent(
    quantity: int, side: Side = Side.SELL, product: Product = Product.NRML, *more: int
) -> ConditionalIntent:
    legs = tuple(
        ConditionalLeg(Price.of(100 + place), units, OrderType.LIMIT, Price.of(100))
        for place, units in enumerate((quantity, *more))
    )
    kind = ConditionalKind.OCO if more else ConditionalKind.SINGLE
    return ConditionalIntent(kind, NIFTY, side, product, legs, Price.of(101))


def kept(
    asked: ConditionalIntent | None, name: str = "1", status: ConditionalStatus = ConditionalStatus.ACTIVE
) -> ConditionalReport:
    return ConditionalReport(name, status, "words", asked)


def test_what_another_order_will_close_is_not_there_to_be_closed_again() -> None:
    stop = intent(75)
    assert unprotected(150, stop, []) == 150
    assert unprotected(150, stop, [kept(intent(75))]) == 75
    assert unprotected(150, stop, [kept(intent(75), "1"), kept(intent(75), "2")]) == 0
    assert unprotected(150, stop, [kept(intent(200))]) == 0, "never turned round"
    assert unprotected(-150, intent(75, Side.BUY), [kept(intent(75, Side.BUY))]) == -75


def test_a_target_and_its_stop_count_once_and_a_change_not_beside_itself() -> None:
    both = intent(75, Side.SELL, Product.NRML, 75)
    assert unprotected(150, intent(75), [kept(both)]) == 75
    assert unprotected(75, intent(50), [kept(intent(75), "mine")], besides="mine") == 75


def test_what_ended_or_is_about_something_else_does_not_count() -> None:
    others = [
        kept(intent(75), status=ConditionalStatus.CANCELLED),
        kept(intent(75, Side.BUY)),
        kept(intent(75, product=Product.MIS)),
        kept(None),
    ]
    assert unprotected(150, intent(75), others) == 150
    unsure = [kept(intent(75), status=ConditionalStatus.UNRECOGNISED)]
    assert unprotected(150, intent(75), unsure) == 75, "a word that is not known may be one that waits"


@given(st.integers(-300, 300), st.lists(st.integers(1, 200), max_size=6), st.sampled_from(list(Side)))
def test_all_that_are_let_through_one_after_the_other_never_turn_a_position_round(
    held: int, asked: list[int], side: Side
) -> None:
    placed: list[ConditionalReport] = []
    for place, quantity in enumerate(asked):
        one = intent(quantity, side)
        if protects(one, unprotected(held, one, placed)):
            placed.append(kept(one, str(place)))
    units = sum(one.intent.legs[0].quantity for one in placed if one.intent is not None)
    assert units <= abs(held)
    assert not placed or (held > 0) is (side is Side.SELL)
