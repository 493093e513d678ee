"""After-market, iceberg and cover orders, and clearing the table."""

from __future__ import annotations

import json
from datetime import datetime

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocks import seed
from mocks.brokers.backoffice import snapshot
from mocks.brokers.backoffice.iceberg import legs, slices
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Change, Order, Product, Stage
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.refusal import Code
from mocks.exchange.model import OrderType
from mocks.exchange.venue import Exchange
from tests.mocks.backoffice.desk import INFY, PROFILE, USER, Desk, listed, stages
from tests.mocks.backoffice.pace import slow

REST = "BUY 10 NSE:INFY CNC LIMIT 1450"
NIFTY = "NFO:NIFTY26DECFUT"
EVENING = datetime(2026, 11, 19, 18, 0, tzinfo=IST)  # a Thursday


def stage_of(order: Order) -> Stage:
    """Read anew: time passes between two looks."""
    return order.stage


class Night(Desk):
    """A desk with a calendar, on a closed market in the evening."""

    def __init__(self) -> None:
        start_ns = int(EVENING.timestamp()) * 10**9
        self.exchange = Exchange(
            listed(EVENING.date()), seed=1, start_ns=start_ns, flow=False, always_open=False
        )
        self.office = BackOffice(self.exchange, PROFILE)
        self.user = seed.create(self.office, seed.NewUser(user_id=USER, cash=1_000_000_00))

    def until(self, hour: int, minute: int, day: int = 20) -> None:
        at = datetime(2026, 11, day, hour, minute, 1, tzinfo=IST)
        self.exchange.advance(int(at.timestamp()) * 10**9)


# after the market ---------------------------------------------------------------------------------------------


def test_a_closed_market_takes_after_market_orders_only() -> None:
    desk = Night()
    assert desk.refused(REST).code is Code.CLOSED
    order = desk.place(REST, amo=True)
    assert (stages(order), order.exchange_order_id) == (["AMO_RECEIVED"], "")
    assert desk.office.funds(USER).blocked == 14_500_00


def test_an_after_market_order_is_sent_in_the_next_pre_open_and_stops_wait_for_trading() -> None:
    desk = Night()
    order, stop = desk.place(REST, amo=True), desk.place("BUY 5 NSE:INFY MIS SL 1600 1580", amo=True)
    desk.until(8, 59)
    assert (stage_of(order), stage_of(stop)) == (Stage.AMO_RECEIVED, Stage.AMO_RECEIVED)
    desk.until(9, 1)
    assert stages(order) == ["AMO_RECEIVED", "RECEIVED", "VALIDATING", "SENT", "OPEN"]
    assert stage_of(stop) is Stage.AMO_RECEIVED
    desk.until(9, 16)
    assert stage_of(stop) is Stage.TRIGGER_PENDING
    assert desk.refused(REST, amo=True).code is Code.AMO_HOURS


def test_an_after_market_order_can_be_changed_and_cancelled_while_it_waits() -> None:
    desk = Night()
    order = desk.place(REST, amo=True)
    desk.office.modify(USER, order.order_id, Change(quantity=20, price=1440_00))
    assert (stages(order), order.quantity, order.price) == (["AMO_RECEIVED", "AMO_MODIFIED"], 20, 1440_00)
    assert desk.office.funds(USER).blocked == 20 * 1440_00
    desk.office.cancel(USER, order.order_id)
    assert (stage_of(order), order.exchange_number, order.cancelled_by) == (Stage.CANCELLED, 0, "client")
    desk.until(9, 16)
    assert stages(order)[-1] == "CANCELLED"


def test_after_market_orders_survive_the_day_and_a_restart() -> None:
    desk = Night()
    order = desk.place(REST, amo=True)
    desk.office.settle()
    data = json.loads(orjson.dumps(snapshot.dump(desk.office)))
    later = Night()
    later.office = BackOffice(later.exchange, PROFILE)
    snapshot.load(later.office, data)
    later.until(9, 1)
    assert later.office.order(USER, order.order_id).stage is Stage.OPEN


def test_in_an_always_open_market_they_go_when_the_day_rolls_over() -> None:
    desk = Desk()
    order = desk.place(REST, amo=True)
    desk.wait(13 * 3600)
    assert stage_of(order) is Stage.AMO_RECEIVED
    desk.wait(2 * 3600)
    assert stage_of(order) is Stage.OPEN


def test_a_parked_order_in_a_contract_that_expired_is_let_go() -> None:
    desk = Night()
    desk.until(18, 0, day=23)  # the contract's last evening; the 24th is a holiday
    future = "NFO:NIFTY26NOVFUT"
    order = desk.place(f"BUY 65 {future} NRML LIMIT {desk.price(future) // 100}", amo=True)
    desk.until(9, 16, day=25)
    assert (stage_of(order), order.code) == (Stage.CANCELLED, "expired")
    assert desk.office.funds(USER).blocked == 0


# icebergs -----------------------------------------------------------------------------------------------------


@given(st.integers(2, 50), st.integers(0, 5_000), st.sampled_from([1, 65, 250]))
def test_legs_are_whole_lots_as_even_as_can_be(count: int, more: int, lot: int) -> None:
    parts = legs((count + more) * lot, count, lot)
    assert sum(parts) == (count + more) * lot
    assert parts == sorted(parts, reverse=True)
    assert parts[0] - parts[-1] in (0, lot)


@given(st.integers(1, 100_000))
def test_slices_are_full_but_the_last(lots: int) -> None:
    instrument = next(one for one in listed(EVENING.date()) if one.key == NIFTY)
    parts = slices(lots * instrument.lot, instrument)
    assert sum(parts) == lots * instrument.lot
    assert all(0 < part <= instrument.freeze and part % instrument.lot == 0 for part in parts)
    assert len(set(parts[:-1])) <= 1


def test_the_next_leg_goes_out_when_the_one_before_is_complete() -> None:
    desk = Desk()
    first = desk.place(REST, quantity=31, iceberg_legs=3, tag="big")
    assert desk.office.orders(USER) == [first]
    assert first.iceberg is not None
    assert (first.quantity, first.iceberg.total_quantity, first.iceberg.remaining_quantity) == (11, 31, 20)
    desk.exchange.set_price(INFY, 1440_00)
    orders = desk.office.orders_by_tag(USER, "big")
    assert [one.quantity for one in orders] == [11, 10, 10]
    assert {one.stage for one in orders} == {Stage.COMPLETE}
    assert [one.parent_id for one in orders] == ["", first.order_id, first.order_id]
    assert first.children == [one.order_id for one in orders[1:]]


def test_cancelling_a_leg_stops_the_rest() -> None:
    desk = Desk()
    first = desk.place(REST, quantity=30, iceberg_legs=3)
    desk.office.cancel(USER, first.order_id)
    assert desk.office.orders(USER) == [first]


@pytest.mark.parametrize(("count", "quantity"), [(1, 0), (51, 0), (3, 10), (40, 0)])
def test_wrong_icebergs_are_refused(count: int, quantity: int) -> None:
    desk = Desk()
    no = desk.refused(REST, quantity=31, iceberg_legs=count, iceberg_quantity=quantity)
    assert no.code is Code.BAD_ICEBERG


# cover orders -------------------------------------------------------------------------------------------------


def cover(desk: Desk) -> tuple[Order, Order]:
    parent = desk.place("BUY 10 NSE:INFY MIS MARKET", cover_trigger=1470_00)
    return parent, desk.office.orders(USER)[1]


def test_what_a_cover_order_filled_is_guarded_by_a_stop() -> None:
    desk = Desk()
    parent, guard = cover(desk)
    assert (guard.parent_id, parent.children) == (parent.order_id, [guard.order_id])
    assert (guard.stage, guard.type, guard.trigger, guard.blocked) == (
        Stage.TRIGGER_PENDING,
        OrderType.SL_M,
        1470_00,
        0,
    )
    desk.exchange.set_price(INFY, 1469_00)
    desk.wait()
    assert stage_of(guard) is Stage.COMPLETE
    assert [position.quantity for position in desk.office.positions(USER)] == [0]


def test_cancelling_the_guard_leaves_the_position_at_the_market() -> None:
    desk = Desk()
    _, guard = cover(desk)
    desk.office.cancel(USER, guard.order_id)
    assert (stage_of(guard), guard.type) == (Stage.COMPLETE, OrderType.MARKET)
    assert [position.quantity for position in desk.office.positions(USER)] == [0]


def test_a_cover_order_that_did_not_fill_has_no_guard() -> None:
    desk = Desk()
    parent = desk.place("BUY 10 NSE:INFY MIS LIMIT 1450", cover_trigger=1400_00)
    desk.office.cancel(USER, parent.order_id)
    assert desk.office.orders(USER) == [parent]
    wrong = desk.refused("BUY 10 NSE:INFY MIS LIMIT 1450", cover_trigger=1460_00)
    assert wrong.code is Code.BAD_TRIGGER


# clearing the table -------------------------------------------------------------------------------------------


def test_cancel_all_cancels_but_what_is_kept() -> None:
    desk = Desk()
    one, two = desk.place(REST, tag="a"), desk.place(REST, tag="b")
    desk.place("BUY 1 NSE:INFY CNC MARKET")
    swept = desk.office.cancel_all(USER, keep=lambda order: order.tag == "b")
    assert (swept.done, swept.refused) == ([one], [])
    assert (stage_of(one), stage_of(two)) == (Stage.CANCELLED, Stage.OPEN)


def test_exit_all_buys_back_first_slices_and_leaves_delivery() -> None:
    desk = Desk(cash=10**12)
    desk.place("BUY 10 NSE:INFY CNC MARKET")
    desk.place("BUY 10 NSE:TCS MIS MARKET")
    big = desk.exchange.instruments[NIFTY].freeze // 65 * 65 + 65
    desk.office.set_position(USER, NIFTY, Product.NRML, -big, desk.price(NIFTY))
    swept = desk.office.exit_all(USER, tag="out")
    assert swept.refused == []
    assert [(order.key, order.side.value, order.quantity) for order in swept.done] == [
        (NIFTY, "B", big - 65),
        (NIFTY, "B", 65),
        ("NSE:TCS", "S", 10),
    ]
    left = {position.key for position in desk.office.exitable(USER)}
    assert "NSE:TCS" not in left
    assert len(desk.office.orders_by_tag(USER, "out")) == 3


def test_the_kill_switch_cancels_and_refuses_until_it_is_lifted() -> None:
    desk = Desk()
    order = desk.place(REST)
    desk.office.block_segments(USER, ["NSE"])
    assert stage_of(order) is Stage.CANCELLED
    assert desk.refused(REST).code is Code.BLOCKED
    desk.office.block_segments(USER, [])
    assert desk.place(REST).stage is Stage.OPEN


def test_the_kill_switch_stops_what_has_not_left_the_house() -> None:
    desk = slow(Desk())
    order = desk.place(REST)
    desk.office.block_segments(USER, ["NSE"])
    assert (stage_of(order), order.cancelled_by) == (Stage.CANCELLED, "broker")
    desk.wait(3)
    assert desk.exchange.open_orders(INFY) == []


# restarts -----------------------------------------------------------------------------------------------------


def test_a_restart_goes_on_with_what_was_on_its_way_and_with_the_legs_to_come() -> None:
    desk = slow(Desk())
    order = desk.place(REST, quantity=30, iceberg_legs=3)
    data = json.loads(orjson.dumps(snapshot.dump(desk.office)))
    later = Desk()
    later.office = BackOffice(later.exchange, PROFILE)
    snapshot.load(later.office, data)
    assert later.office.order(USER, order.order_id).stage is Stage.OPEN
    later.exchange.set_price(INFY, 1440_00)
    assert [one.filled for one in later.office.orders(USER)] == [10, 10, 10]


def test_a_restart_forgets_a_change_on_its_way_but_not_the_order() -> None:
    desk = slow(Desk())
    order = desk.place("BUY 5 NSE:INFY MIS SL 1600 1580")
    desk.wait(3)
    desk.office.cancel(USER, order.order_id)
    data = json.loads(orjson.dumps(snapshot.dump(desk.office)))
    later = Desk()
    later.office = BackOffice(later.exchange, PROFILE)
    snapshot.load(later.office, data)
    kept = later.office.order(USER, order.order_id)
    assert (kept.stage, len(later.exchange.open_orders(INFY))) == (Stage.TRIGGER_PENDING, 1)
    later.office.cancel(USER, kept.order_id)
    assert stage_of(kept) is Stage.CANCELLED
