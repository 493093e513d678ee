"""An order that goes in legs: its rules, who can take it, what it costs, and that it is never shared out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import BrokerId
from domain.order import OrderIntent
from domain.policy import Policy
from domain.routing import Denied, ReasonCode, RoutingDecision
from routing.decide import decide
from routing.rules import check, legs_left
from routing.split import iceberg_parts
from tests.routing.cases import FUTURE, SHARE, TODAY, account, order

CLOSED = replace(SHARE, open=False)


def iceberg(text: str = "BUY 100 NSE:INFY CNC LIMIT 1500", legs: int = 4, **more: object) -> OrderIntent:
    return order(text, iceberg_legs=legs, **more)


def broken(intent: OrderIntent, market: object = SHARE) -> list[tuple[str, str | None]]:
    return [(one.message, one.fix) for one in check(intent, market) if one.code is ReasonCode.ICEBERG_LEGS]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        (iceberg(legs=1), "at least 2 legs"),
        (iceberg("BUY 100 NSE:INFY CNC MARKET"), "LIMIT order"),
        (iceberg("BUY 100 NSE:INFY CNC LIMIT 1500 IOC"), "for the day"),
        (iceberg(disclosed_quantity=20), "hides its rest already"),
        (iceberg("BUY 3 NSE:INFY CNC LIMIT 1500"), "cannot be divided"),
    ],
)
def test_what_cannot_go_in_legs_is_refused_in_words(intent: OrderIntent, words: str) -> None:
    ((message, fix),) = broken(intent)
    assert words in message
    assert fix


def test_after_the_market_nothing_goes_in_legs() -> None:
    assert broken(iceberg(after_market=True), CLOSED)


def test_each_leg_stays_within_the_freeze_limit_and_the_fix_says_how_many_it_takes() -> None:
    text = "BUY 6500 NFO:NIFTY26NOVFUT NRML LIMIT 25000"  # 100 lots of 65; 27 lots is the most in one order
    ((message, fix),) = broken(iceberg(text, legs=3), FUTURE)
    assert "at most 1,800" in message
    assert fix == "Use at least 4 legs."
    assert not broken(iceberg(text, legs=4), FUTURE)


@given(lots=st.integers(2, 500), legs=st.integers(2, 50), lot=st.sampled_from([1, 65]))
def test_legs_are_whole_lots_nearly_equal_and_add_up(lots: int, legs: int, lot: int) -> None:
    left = legs_left(legs, lots * lot, lot)
    assert left == min(legs, lots)
    parts = iceberg_parts(lots * lot, left, lot)
    assert sum(parts) == lots * lot
    assert all(part % lot == 0 and part > 0 for part in parts)
    assert parts[0] - parts[-1] in (0, lot)
    assert list(parts) == sorted(parts, reverse=True)


def test_what_is_left_of_one_lot_goes_at_once() -> None:
    assert legs_left(4, 65, 65) == 0


def test_only_accounts_that_take_so_many_legs_are_used() -> None:
    able, unable = account(BrokerId.ZERODHA, iceberg_legs=50), account(BrokerId.UPSTOX)
    few = account(BrokerId.MOCK, iceberg_legs=3)
    decision = decide(iceberg(), SHARE, [unable, few, able], Policy(), on=TODAY)
    assert isinstance(decision, RoutingDecision)
    (only,) = decision.slices
    assert (only.account_id, only.quantity) == (able.account_id, 100)
    said = {reason.message for other in decision.alternatives for reason in other.reasons}
    assert {"Upstox has no iceberg orders.", "Mock takes at most 3 legs."} <= said
    assert ReasonCode.SENT_IN_LEGS in {reason.code for reason in decision.reasons}


def test_every_leg_is_charged_as_an_order_of_its_own() -> None:
    able = account(BrokerId.ZERODHA, iceberg_legs=50)
    text = "BUY 1000 NSE:INFY MIS LIMIT 1500"  # Rs 20 an order at most
    whole = decide(order(text), SHARE, [able], Policy(), on=TODAY)
    legs = decide(iceberg(text, legs=5), SHARE, [able], Policy(), on=TODAY)
    assert isinstance(whole, RoutingDecision)
    assert isinstance(legs, RoutingDecision)
    assert len(legs.slices) == 1
    assert legs.charges.brokerage == whole.charges.brokerage * 5
    assert legs.charges.stt == whole.charges.stt


def test_an_iceberg_is_not_shared_between_accounts() -> None:
    halves = [account(broker, cash=100_000, iceberg_legs=50) for broker in (BrokerId.ZERODHA, BrokerId.MOCK)]
    assert isinstance(
        decide(order("BUY 100 NSE:INFY CNC LIMIT 1500"), SHARE, halves, Policy(), on=TODAY), RoutingDecision
    )
    denied = decide(iceberg(), SHARE, halves, Policy(), on=TODAY)
    assert isinstance(denied, Denied)
    assert denied.reasons[0].code is ReasonCode.NO_FEASIBLE_ACCOUNT
    assert "not shared" in denied.reasons[0].message
    assert ReasonCode.MARGIN_SHORT in {reason.code for reason in denied.reasons}
