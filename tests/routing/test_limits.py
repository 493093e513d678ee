"""The user's own limits: each refusal names the limit, its value and what is left; what reduces is never locked in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from domain.account import AccountId, BrokerId
from domain.instrument import InstrumentId
from domain.limits import KillDepth, Switch, Usage, UserLimits
from domain.money import ZERO, Money, Price
from domain.routing import Charges, ReasonCode, Slice
from routing.limits import Day, Planned, check
from tests.routing.cases import order

NOW = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)  # 10:30 IST
INFY = InstrumentId.parse("NSE:INFY")


def planned(text: str = "BUY 10 NSE:INFY CNC LIMIT 1500", *, reduces: bool = False) -> Planned:
    """Ten shares worth 15,000 rupees, all of them at Zerodha."""
    intent = order(text)
    part = Slice(AccountId("a"), BrokerId.ZERODHA, "Zerodha", intent.quantity, Charges(), ZERO)
    return Planned(intent, [part], Price.of(1500), reduces, NOW)


def rupees(amount: int) -> Money:
    return Money.of(amount)


USED = Usage(3, rupees(90_000), {INFY: rupees(40_000)}, {BrokerId.ZERODHA: rupees(70_000)})
DAY = Day(USED, pnl=rupees(-4_999))


@pytest.mark.parametrize(
    ("limits", "code", "says"),
    [
        (UserLimits(order_value=rupees(14_999)), ReasonCode.ORDER_VALUE_LIMIT, "₹14,999.00"),
        (UserLimits(order_quantity=9), ReasonCode.ORDER_QUANTITY_LIMIT, "9 units"),
        (UserLimits(day_orders=3), ReasonCode.DAY_ORDERS_LIMIT, "0 left"),
        (UserLimits(day_value=rupees(100_000)), ReasonCode.DAY_VALUE_LIMIT, "₹10,000.00 is left"),
        (UserLimits(symbol_value=rupees(50_000)), ReasonCode.SYMBOL_LIMIT, "a day in NSE:INFY is ₹50,000.00"),
        (UserLimits(symbols={INFY: rupees(50_000)}), ReasonCode.SYMBOL_LIMIT, "₹10,000.00 is left"),
        (UserLimits(broker_value=rupees(80_000)), ReasonCode.BROKER_LIMIT, "at Zerodha is ₹80,000.00"),
        (UserLimits(brokers={BrokerId.ZERODHA: rupees(60_000)}), ReasonCode.BROKER_LIMIT, "₹0.00 is left"),
        (UserLimits(day_loss=rupees(4_999)), ReasonCode.DAY_LOSS, "today stands at −₹4,999.00"),
        (UserLimits(reduce_only=True), ReasonCode.REDUCE_ONLY, "reduce-only"),
        (UserLimits(hours=(time(9, 15), time(10, 30))), ReasonCode.TRADING_HOURS, "09:15 to 10:30 IST"),
    ],
)
def test_each_refusal_names_its_limit(limits: UserLimits, code: ReasonCode, says: str) -> None:
    (reason,) = check(planned(), limits, None, DAY)
    assert reason.code is code
    assert says in reason.message
    assert reason.fix


@pytest.mark.parametrize(
    "limits",
    [
        UserLimits(),
        UserLimits(order_value=rupees(15_000), order_quantity=10, day_orders=4),
        UserLimits(day_value=rupees(105_000), symbol_value=rupees(55_000), broker_value=rupees(85_000)),
        UserLimits(symbol_value=rupees(1), symbols={INFY: rupees(55_000)}),  # its own line counts
        UserLimits(day_loss=rupees(5_000), hours=(time(10, 30), time(10, 31))),
    ],
)
def test_what_just_fits_is_sent(limits: UserLimits) -> None:
    assert check(planned(), limits, None, DAY) == ()


def test_a_result_that_is_not_known_counts_as_lost() -> None:
    unknown = replace(DAY, pnl=None, pnl_unknown="Upstox was not read yet")
    (reason,) = check(planned(), UserLimits(day_loss=rupees(10**7)), None, unknown)
    assert "Upstox was not read yet" in reason.message


STRICT = UserLimits(
    order_value=rupees(1),
    day_value=rupees(1),
    day_orders=1,
    symbol_value=rupees(1),
    broker_value=rupees(1),
    day_loss=rupees(1),
    reduce_only=True,
    hours=(time(1), time(2)),
)


@pytest.mark.parametrize("depth", KillDepth)
def test_the_kill_switch_refuses_new_risk_at_every_depth(depth: KillDepth) -> None:
    switch = Switch(depth, 1, NOW)
    assert [reason.code for reason in check(planned(), UserLimits(), switch, DAY)] == [ReasonCode.KILL_SWITCH]
    assert check(planned(reduces=True), UserLimits(), switch, DAY) == ()


def test_only_the_limits_of_one_order_hold_for_what_reduces_a_position() -> None:
    assert [one.code for one in check(planned(reduces=True), STRICT, None, DAY)] == [
        ReasonCode.ORDER_VALUE_LIMIT
    ]


def test_nothing_stands_in_the_way_of_flattening() -> None:
    assert check(planned(reduces=True), STRICT, Switch(KillDepth.FLATTEN, 1, NOW), DAY) == ()
