"""An order's stages, checks, updates and lookups at a back office."""

from __future__ import annotations

import pytest

from mocks.brokers.backoffice.orders import Change, OrderUpdate, Stage
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import OrderType, Validity
from tests.mocks.backoffice.desk import INFY, LATE_FUNDS, USER, Desk, stages

REST = "BUY 10 NSE:INFY CNC LIMIT 1450"


def test_a_resting_order_passes_every_stage_to_open() -> None:
    desk = Desk()
    order = desk.place(REST)
    assert stages(order) == ["RECEIVED", "VALIDATING", "SENT", "OPEN"]
    assert (order.pending, order.filled, order.exchange_order_id != "") == (10, 0, True)


def test_a_marketable_order_is_complete_when_place_returns() -> None:
    desk = Desk()
    order = desk.place("BUY 10 NSE:INFY CNC MARKET")
    assert order.stage is Stage.COMPLETE
    assert sum(fill.quantity for fill in order.fills) == 10
    assert order.average == sum(fill.quantity * fill.price for fill in order.fills) / 10
    assert desk.office.trades(USER) == order.fills


def test_a_partial_fill_leaves_the_order_open() -> None:
    desk = Desk(cash=10**12)
    offered = desk.exchange.quote(INFY).asks[0]
    limit = offered.price / 100
    order = desk.place(f"BUY {offered.quantity + 100} NSE:INFY CNC LIMIT {limit}")
    assert order.stage is Stage.OPEN
    assert order.filled == offered.quantity
    assert "PARTIAL" in stages(order)


def test_a_price_move_fills_a_resting_order() -> None:
    desk = Desk()
    order = desk.place(REST)
    desk.exchange.set_price(INFY, 1440_00)
    assert order.stage is Stage.COMPLETE


def test_a_stop_waits_then_triggers_then_trades() -> None:
    desk = Desk()
    order = desk.place("BUY 5 NSE:INFY MIS SL 1600 1580")
    assert stages(order)[-1] == "TRIGGER_PENDING"
    desk.exchange.set_price(INFY, 1590_00)
    desk.wait()
    assert "TRIGGERED" in stages(order)
    assert stages(order)[-1] == "COMPLETE"


def test_a_modification_is_told_in_steps_and_keeps_the_id() -> None:
    desk = Desk()
    order = desk.place(REST)
    changed = desk.office.modify(USER, order.order_id, Change(quantity=20, price=1460_00))
    assert changed is order
    assert stages(order)[-4:] == ["MODIFY_VALIDATING", "MODIFY_SENT", "MODIFIED", "OPEN"]
    assert (order.quantity, order.price, order.pending) == (20, 1460_00, 20)


def test_a_limit_order_may_become_a_market_order() -> None:
    desk = Desk()
    order = desk.place(REST)
    desk.office.modify(USER, order.order_id, Change(type=OrderType.MARKET, price=0, protection=-1))
    assert order.stage is Stage.COMPLETE


def test_a_quantity_at_or_below_the_filled_part_is_refused() -> None:
    desk = Desk(cash=10**12)
    offered = desk.exchange.quote(INFY).asks[0]
    order = desk.place(f"BUY {offered.quantity + 100} NSE:INFY CNC LIMIT {offered.price / 100}")
    with pytest.raises(Refusal) as no:
        desk.office.modify(USER, order.order_id, Change(quantity=offered.quantity))
    assert no.value.code is Code.BELOW_FILLED


def test_the_twenty_sixth_modification_is_refused() -> None:
    desk = Desk()
    order = desk.place(REST)
    for step in range(25):
        desk.office.modify(USER, order.order_id, Change(price=1450_00 + 10 * step))
    with pytest.raises(Refusal) as no:
        desk.office.modify(USER, order.order_id, Change(price=1440_00))
    assert no.value.code is Code.TOO_MANY_CHANGES


def test_a_cancelled_order_ends_and_stays_ended() -> None:
    desk = Desk()
    order = desk.place(REST)
    desk.office.cancel(USER, order.order_id)
    assert stages(order)[-2:] == ["CANCEL_SENT", "CANCELLED"]
    assert (order.cancelled, order.pending) == (10, 0)
    with pytest.raises(Refusal) as no:
        desk.office.cancel(USER, order.order_id)
    assert no.value.code is Code.NOT_OPEN


def test_the_rest_of_an_ioc_order_is_cancelled() -> None:
    desk = Desk()
    order = desk.place(REST, validity=Validity.IOC)
    assert (order.stage, order.code) == (Stage.CANCELLED, "ioc")


def test_a_ttl_order_ends_when_its_minutes_are_over() -> None:
    desk = Desk()
    order = desk.place(REST, validity=Validity.TTL, ttl_minutes=2)
    desk.wait(121)
    assert (order.stage, order.code) == (Stage.CANCELLED, "ttl")


def test_own_orders_never_trade_with_each_other() -> None:
    desk = Desk()
    desk.office.set_holding(USER, INFY, 10, 1400_00)
    rest = desk.place(f"BUY 10 NSE:INFY CNC LIMIT {(desk.bid() + 10) / 100}")
    sell = desk.place(f"SELL 10 NSE:INFY CNC LIMIT {rest.price / 100}")
    assert not {fill.exchange_trade for fill in rest.fills} & {fill.exchange_trade for fill in sell.fills}
    assert (rest.stage, rest.code) == (Stage.CANCELLED, "self_trade")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("BUY 0 NSE:INFY CNC LIMIT 1500", Code.BAD_QUANTITY),
        ("BUY 200000 NSE:INFY MIS LIMIT 1500", Code.FREEZE),
        ("BUY 10 NSE:INFY CNC LIMIT 1500.05", Code.TICK),
        ("BUY 10 NSE:INFY CNC LIMIT 15", Code.BAND),
        ("BUY 10 NSE:INFY CNC LIMIT 0", Code.BAD_PRICE),
        ("BUY 10 NSE:INFY MIS SL 1500 1600", Code.BAD_TRIGGER),
        ("BUY 10 NSE:INFY MIS SL 1500 1500", Code.TRIGGER_REACHED),
        ("BUY 10 NSE:INFY NRML LIMIT 1500", Code.BAD_PRODUCT),
        ("BUY 64 NFO:NIFTY26DECFUT NRML LIMIT 26000", Code.LOT),
        ("BUY 65 NFO:NIFTY26DECFUT CNC LIMIT 26000", Code.BAD_PRODUCT),
        ("BUY 1 NSE:INDIA#VIX MIS LIMIT 13", Code.UNKNOWN_INSTRUMENT),
        ("BUY 1 NSE:NOSUCH CNC LIMIT 13", Code.UNKNOWN_INSTRUMENT),
    ],
)
def test_an_impossible_order_is_refused_and_leaves_no_trace(text: str, code: Code) -> None:
    desk = Desk(cash=10**12)
    assert desk.refused(text).code is code
    assert desk.office.orders(USER) == []
    assert desk.office.funds(USER).blocked == 0


def test_an_index_cannot_be_traded() -> None:
    assert Desk().refused("BUY 1 NSE:X MIS LIMIT 13", key="NSE:NIFTY 50").code is Code.NOT_TRADABLE


@pytest.mark.parametrize("disclosed", [5, 101])
def test_disclosed_quantity_is_between_a_tenth_and_the_whole(disclosed: int) -> None:
    no = Desk().refused("BUY 100 NSE:INFY CNC LIMIT 1450", disclosed=disclosed)
    assert no.code is Code.BAD_DISCLOSED


def test_a_late_refusal_is_a_rejected_order_with_its_words() -> None:
    desk = Desk(cash=100_00, profile=LATE_FUNDS)
    order = desk.place(REST)
    assert (order.stage, order.code) == (Stage.REJECTED, "insufficient_funds")
    assert "Insufficient funds" in order.message
    assert order.exchange_order_id == ""


def test_listeners_hear_every_stage_in_order_and_only_their_users() -> None:
    desk = Desk()
    heard: list[OrderUpdate] = []
    stop = desk.office.listen(USER, heard.append)
    desk.office.listen("U0002", lambda update: pytest.fail("not theirs"))
    order = desk.place("BUY 10 NSE:INFY CNC MARKET")
    assert [update.row.stage for update in heard] == [row.stage for row in order.history]
    assert [update.fill for update in heard if update.fill] == order.fills
    stop()
    desk.place(REST)
    assert heard[-1].order is order


def test_orders_are_found_by_tag_and_id() -> None:
    desk = Desk()
    one = desk.place(REST, tag="abc")
    desk.place(REST, tag="xyz")
    twin = desk.place(REST, tag="abc")
    assert desk.office.orders_by_tag(USER, "abc") == [one, twin]
    assert desk.office.order(USER, one.order_id) is one
    with pytest.raises(Refusal) as no:
        desk.office.order(USER, "O99")
    assert no.value.code is Code.UNKNOWN_ORDER


def test_a_refused_modification_changes_nothing() -> None:
    desk = Desk(cash=16_000_00)
    order = desk.place(REST)
    with pytest.raises(Refusal) as no:
        desk.office.modify(USER, order.order_id, Change(quantity=1000))
    assert no.value.code is Code.INSUFFICIENT_FUNDS
    assert (order.quantity, order.modifications) == (10, 0)
    assert desk.office.funds(USER).blocked == 14_500_00
