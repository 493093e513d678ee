"""Legs of one underlying and expiry stay in one account, where they need less margin together."""

from dataclasses import replace
from decimal import ROUND_UP, Decimal

import pytest

from domain.account import BrokerId
from domain.instrument import Kind
from domain.money import PAISA, Money, Price
from domain.policy import Policy
from domain.routing import Leg, QuotedMargin, ReasonCode, RoutingDecision
from routing.decide import decide
from routing.hedges import covers, margin_of, partners
from tests.routing.cases import CALL, FUTURE, SHARE, TODAY, account, order

Z, U = BrokerId.ZERODHA, BrokerId.UPSTOX
PUT = replace(CALL, kind=Kind.PUT)
SELL_CALL = order("SELL 65 NFO:NIFTY26NOV25000CE NRML LIMIT 150")
SELL_PUT = order("SELL 65 NFO:NIFTY26NOV25000PE NRML LIMIT 150")
BUY_CALL = order("BUY 65 NFO:NIFTY26NOV25000CE NRML LIMIT 150")
BUY_FUTURE = order("BUY 65 NFO:NIFTY26NOVFUT NRML LIMIT 25000")
SELL_FUTURE = order("SELL 65 NFO:NIFTY26NOVFUT NRML LIMIT 25000")


def call(strike: int, units: int) -> Leg:
    return Leg(Kind.CALL, Price.of(strike), units)


def put(strike: int, units: int) -> Leg:
    return Leg(Kind.PUT, Price.of(strike), units)


def future(units: int) -> Leg:
    return Leg(Kind.FUTURE, None, units)


@pytest.mark.parametrize(
    ("intent", "market", "legs", "loss"),
    [
        (SELL_CALL, CALL, [call(25200, 65)], 200),
        (SELL_CALL, CALL, [call(24800, 65)], 0),
        (SELL_CALL, CALL, [future(65)], 0),
        (SELL_PUT, PUT, [put(24700, 65)], 300),
        (SELL_PUT, PUT, [future(-65)], 0),
        (BUY_FUTURE, FUTURE, [put(24500, 65)], 500),
        (SELL_FUTURE, FUTURE, [call(25100, 65)], 100),
        (SELL_CALL, CALL, [put(25200, 65)], None),
        (SELL_CALL, CALL, [call(25200, -65)], None),
        (SELL_CALL, CALL, [call(25200, 65), call(25500, -65)], None),  # spoken for
        (SELL_CALL, CALL, [future(65), call(25500, -65)], None),
        (BUY_CALL, CALL, [call(25200, 65)], None),
    ],
)
def test_what_covers_a_leg_bounds_its_loss(intent, market, legs, loss) -> None:  # type: ignore[no-untyped-def]
    found = covers(intent, market, legs, Decimal(25000))
    assert found == ([] if loss is None else [(Decimal(loss), 65)])


def test_of_several_covers_the_worst_are_taken_to_be_free() -> None:
    legs = [call(25100, 65), call(25300, 65), call(25500, -65)]
    assert covers(SELL_CALL, CALL, legs, Decimal(150)) == [(Decimal(300), 65)]


def test_a_covered_leg_needs_its_loss_and_the_exposure_and_never_more_than_by_itself() -> None:
    value, rate = Decimal(25000), Decimal("0.15")
    assert margin_of(65, value, rate, []) == 65 * 3750
    assert margin_of(65, value, rate, [(Decimal(200), 65)]) == 65 * (200 + 875)
    assert margin_of(130, value, rate, [(Decimal(200), 65)]) == 65 * (200 + 875) + 65 * 3750
    assert margin_of(65, value, rate, [(Decimal(9000), 65)]) == 65 * 3750


def test_margin_never_falls_when_the_quantity_grows() -> None:
    found = [(Decimal(0), 65), (Decimal(200), 130), (Decimal(9000), 65)]
    steps = [margin_of(65 * lots, Decimal(25000), Decimal("0.15"), found) for lots in range(8)]
    assert steps == sorted(steps)


def test_both_legs_of_a_hedge_know_each_other() -> None:
    assert partners(BUY_CALL, CALL, [call(25200, -65)], Decimal(150)) == 65
    assert partners(BUY_FUTURE, FUTURE, [call(25200, -130)], Decimal(25000)) == 130
    assert partners(SELL_CALL, CALL, [call(25200, 65)], Decimal(150)) == 65
    assert partners(BUY_CALL, CALL, [call(25200, 65)], Decimal(150)) == 0


def test_a_hedge_goes_where_its_other_leg_is_though_another_account_comes_first() -> None:
    holder = account(Z, legs=(call(25200, 65),), place_ms=500)
    decision = decide(SELL_CALL, CALL, [holder, account(U, place_ms=5)], Policy(), on=TODAY)
    assert isinstance(decision, RoutingDecision)
    assert [one.label for one in decision.slices] == ["Zerodha"]
    assert decision.slices[0].margin_required == Money.of(65 * 1075)
    assert decision.slices[0].margin_estimated
    assert decision.reasons[-1].code is ReasonCode.HEDGES
    assert decision.alternatives[0].reasons[0].code is ReasonCode.HEDGE_ELSEWHERE


def test_a_hedge_goes_elsewhere_when_the_account_of_its_other_leg_cannot_take_it() -> None:
    holder = account(Z, legs=(call(25200, 65),), cash=10)
    decision = decide(SELL_CALL, CALL, [holder, account(U)], Policy(), on=TODAY)
    assert isinstance(decision, RoutingDecision)
    assert [one.label for one in decision.slices] == ["Upstox"]


def test_the_brokers_own_figure_stands_before_the_estimate_and_says_so() -> None:
    quoted = QuotedMargin(100, Money.of("41234.56"))
    text = "BUY 100 NSE:INFY MIS LIMIT 1500"
    decision = decide(order(text), SHARE, [account(Z, margin_quoted=quoted)], Policy(), on=TODAY)
    assert isinstance(decision, RoutingDecision)
    assert decision.slices[0].margin_required == Money.of("41234.56")
    assert not decision.slices[0].margin_estimated
    parts = [account(Z, margin_quoted=quoted, cash=20_700), account(U, cash=16_000)]
    split = decide(order(text), SHARE, parts, Policy(), on=TODAY)
    assert isinstance(split, RoutingDecision)
    assert all(one.margin_estimated for one in split.slices)
    mine = next(one for one in split.slices if one.label == "Zerodha")
    assert mine.margin_required == Money(
        (quoted.amount.amount * mine.quantity / 100).quantize(PAISA, ROUND_UP)
    )


def test_a_delivery_order_at_a_limit_is_no_estimate_and_a_market_order_is_one() -> None:
    for text, about in (("BUY 10 NSE:INFY CNC LIMIT 1500", False), ("BUY 10 NSE:INFY CNC MARKET", True)):
        decision = decide(order(text), SHARE, [account(Z)], Policy(), on=TODAY)
        assert isinstance(decision, RoutingDecision)
        assert decision.slices[0].margin_estimated is about
