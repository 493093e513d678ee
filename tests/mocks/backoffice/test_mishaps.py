"""Orders that go wrong on purpose; when it is over the broker's books say what the exchange's say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.brokers.backoffice.mishap import Kind
from mocks.brokers.backoffice.orders import Change, Order, Stage
from mocks.brokers.backoffice.refusal import Code, Refusal
from tests.mocks.backoffice.desk import INFY, USER, Desk, stages
from tests.mocks.backoffice.pace import going_wrong, slow

REST = "BUY 10 NSE:INFY CNC LIMIT 1450"
MARKET = "BUY 10 NSE:INFY CNC MARKET"


def stage_of(order: Order) -> Stage:
    """Read anew: time passes between two looks."""
    return order.stage


def agree(desk: Desk) -> None:
    """Open orders, fills, blocked money and positions: the broker's view is the exchange's (invariant 17)."""
    at_exchange = {one.order: one.quantity - one.filled for one in desk.exchange.open_orders(INFY)}
    orders = desk.office.orders(USER)
    assert at_exchange == {one.exchange_number: one.pending for one in orders if not one.ended}
    for order in orders:
        assert order.filled == sum(fill.quantity for fill in order.fills)
        assert order.filled == desk.traded.get(order.exchange_number, 0)
    assert desk.office.funds(USER).blocked == sum(order.blocked for order in orders)
    bought = sum(order.filled for order in orders)
    assert sum(position.quantity for position in desk.office.positions(USER)) == bought


def test_a_late_order_is_nowhere_until_it_appears() -> None:
    desk = Desk()
    with going_wrong(Kind.LATE_ACCEPT, 8):
        order = desk.place(REST, tag="x")
    assert desk.office.orders(USER) == desk.office.orders_by_tag(USER, "x") == []
    assert desk.exchange.open_orders(INFY) == []
    desk.wait(8)
    assert desk.office.orders_by_tag(USER, "x") == [order]
    assert stage_of(order) is Stage.OPEN
    agree(desk)


def test_a_late_order_without_money_then_is_rejected() -> None:
    desk = Desk(cash=20_000_00)
    with going_wrong(Kind.LATE_ACCEPT, 8):
        order = desk.place(REST)
    desk.place(REST)
    desk.wait(8)
    assert (stage_of(order), order.code) == (Stage.REJECTED, "insufficient_funds")
    agree(desk)


def test_a_stuck_order_is_listed_and_waits() -> None:
    desk = Desk()
    with going_wrong(Kind.STUCK, 83):
        order = desk.place(MARKET)
    desk.wait(82)
    assert (desk.office.orders(USER), stages(order)) == ([order], ["RECEIVED"])
    desk.wait(1)
    assert stage_of(order) is Stage.COMPLETE
    agree(desk)


def test_the_risk_desk_may_say_no_late() -> None:
    desk = Desk()
    with going_wrong(Kind.LATE_REJECT, 5):
        order = desk.place(REST)
    assert stages(order) == ["RECEIVED", "VALIDATING"]
    assert desk.office.funds(USER).blocked == 14_500_00
    desk.wait(5)
    assert (stage_of(order), order.code, order.exchange_order_id) == (Stage.REJECTED, "risk", "")
    agree(desk)


def test_a_part_is_filled_and_the_exchange_cancels_the_rest() -> None:
    desk = Desk()
    with going_wrong(Kind.PARTIAL_THEN_CANCEL, 2):
        order = desk.place(MARKET)
    assert (stage_of(order), order.filled) == (Stage.OPEN, 5)
    desk.wait(2)
    assert (stage_of(order), order.filled, order.cancelled) == (Stage.CANCELLED, 5, 5)
    assert (order.code, order.cancelled_by) == ("exchange", "exchange")
    agree(desk)


def test_a_change_that_comes_after_the_part_is_filled_keeps_no_order_alive() -> None:
    desk = Desk()
    with going_wrong(Kind.PARTIAL_THEN_CANCEL, 2):
        order = desk.place(MARKET)
    desk.office.modify(USER, order.order_id, Change(quantity=20))
    desk.wait(2)
    assert (stage_of(order), order.filled) == (Stage.CANCELLED, 5)
    agree(desk)


def test_fills_reach_a_late_broker_in_their_order() -> None:
    desk = Desk()
    with going_wrong(Kind.LATE_FILL, 4):
        order = desk.place(MARKET)
    assert (stage_of(order), desk.office.positions(USER)) == (Stage.OPEN, [])
    happened = desk.office.now()
    desk.wait(3.9)
    assert order.fills == []
    desk.wait(0.1)
    assert (stage_of(order), order.fills[0].at) == (Stage.COMPLETE, happened)
    agree(desk)


def test_a_cancel_of_an_order_whose_fills_are_late_changes_nothing() -> None:
    desk = Desk()
    with going_wrong(Kind.LATE_FILL, 4):
        order = desk.place(MARKET)
    desk.office.cancel(USER, order.order_id)
    desk.wait(4)
    assert stage_of(order) is Stage.COMPLETE
    agree(desk)


def test_the_end_of_the_day_hears_late_fills_first() -> None:
    desk = Desk()
    with going_wrong(Kind.LATE_FILL, 600):
        order = desk.place(MARKET)
    desk.office.settle()
    assert (stage_of(order), order.filled) == (Stage.COMPLETE, 10)


def test_the_brokers_own_retry_makes_a_second_order_with_the_same_tag() -> None:
    desk = Desk()
    with going_wrong(Kind.DUPLICATE_ORDER, 1):
        order = desk.place(REST, tag="x")
    assert desk.office.orders_by_tag(USER, "x") == [order]
    desk.wait(1)
    both = desk.office.orders_by_tag(USER, "x")
    assert [one.stage for one in both] == [Stage.OPEN, Stage.OPEN]
    agree(desk)


def test_a_cancel_loses_the_race_and_the_price_comes_back() -> None:
    desk = Desk()
    order = desk.place(REST)
    before = desk.price()
    with going_wrong(Kind.CANCEL_LOST_RACE, 1):
        desk.office.cancel(USER, order.order_id)
    assert stage_of(order) is Stage.COMPLETE
    assert "CANCEL_SENT" in stages(order)
    assert all(fill.price <= 1450_00 for fill in order.fills)
    assert desk.price() == before
    desk.wait(2)
    agree(desk)


def test_a_stop_that_waits_loses_no_race_its_cancel_is_late() -> None:
    desk = Desk()
    order = desk.place("BUY 5 NSE:INFY MIS SL 1600 1580")
    with going_wrong(Kind.CANCEL_LOST_RACE, 2):
        desk.office.cancel(USER, order.order_id)
    assert stage_of(order) is Stage.CANCEL_SENT
    desk.wait(2)
    assert stage_of(order) is Stage.CANCELLED


def test_a_change_that_was_acknowledged_and_lost_leaves_the_order_as_it_was() -> None:
    desk = Desk()
    order = desk.place(REST)
    terms, blocked = (order.quantity, order.price), order.blocked
    with going_wrong(Kind.CHANGE_LOST, 2):
        desk.office.modify(USER, order.order_id, Change(quantity=order.quantity + 5, price=order.price - 100))
    assert stage_of(order) is Stage.MODIFY_SENT
    desk.wait(3)
    assert stage_of(order) is Stage.OPEN
    assert "NOT_MODIFIED" in stages(order)
    assert ((order.quantity, order.price), order.blocked, order.reserved) == (terms, blocked, 0)
    agree(desk)
    desk.office.modify(USER, order.order_id, Change(price=order.price - 100))
    assert order.price == terms[1] - 100


def test_of_several_orders_in_one_request_every_second_fails() -> None:
    desk = Desk()
    with going_wrong(Kind.PARTIAL_SUCCESS):
        for _ in range(2):
            assert desk.place(REST).stage is Stage.OPEN
            assert desk.refused(REST).code is Code.EXCHANGE
    with going_wrong(Kind.PARTIAL_SUCCESS):
        assert desk.place(REST).stage is Stage.OPEN
    agree(desk)


def test_a_lagging_book_shows_what_was() -> None:
    desk = Desk()
    order = desk.place(REST, tag="x")
    desk.wait(5)
    desk.office.cancel(USER, order.order_id)
    desk.place(MARKET)
    desk.office.set_read_lag(USER, 3)
    (then,) = desk.office.orders(USER)
    assert (then.order_id, then.stage, then.pending) == (order.order_id, Stage.OPEN, 10)
    assert desk.office.order(USER, order.order_id).stage is Stage.OPEN
    assert desk.office.trades(USER) == []
    assert desk.office.positions(USER) == []
    desk.wait(3)
    assert [position.quantity for position in desk.office.positions(USER)] == [10]
    assert [one.stage for one in desk.office.orders(USER)] == [Stage.CANCELLED, Stage.COMPLETE]
    desk.office.set_read_lag(USER, 3600)
    with pytest.raises(Refusal) as no:
        desk.office.order(USER, order.order_id)
    assert no.value.code is Code.UNKNOWN_ORDER
    desk.office.set_read_lag(USER, 0)
    assert desk.office.orders(USER)[0] is order


ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(
            [REST, MARKET, "BUY 40 NSE:INFY CNC LIMIT 1480", "cancel", "change", "price 1470", "price 1500"]
        ),
        st.sampled_from([None, *Kind]),
        st.sampled_from([0.0, 0.3, 2.0]),
        st.sampled_from([0.0, 0.1, 1.0]),
    ),
    max_size=8,
)


@settings(max_examples=25, deadline=None)
@given(actions=ACTIONS, pace=st.booleans())
def test_whatever_went_wrong_broker_and_exchange_agree_in_the_end(
    actions: list[tuple[str, Kind | None, float, float]], pace: bool
) -> None:
    desk = Desk(cash=10**10)
    if pace:
        slow(desk)
    for text, kind, seconds, wait in actions:
        if kind is None:
            _act(desk, text)
        else:
            with going_wrong(kind, seconds):
                _act(desk, text)
        desk.wait(wait)
    desk.wait(20)
    agree(desk)


def _act(desk: Desk, text: str) -> None:
    if text.startswith("price"):
        desk.exchange.set_price(INFY, int(text.split()[1]) * 100)
        return
    try:
        if text not in ("cancel", "change"):
            desk.place(text)
        elif not (orders := desk.office.orders(USER)):
            return
        elif text == "cancel":
            desk.office.cancel(USER, orders[-1].order_id)
        else:
            desk.office.modify(USER, orders[-1].order_id, Change(quantity=15, price=1460_00))
    except Refusal:
        return
