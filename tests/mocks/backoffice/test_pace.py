"""Orders at the pace of a real day: stages follow one another on the exchange's clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from mocks.brokers.backoffice.latency import STAGES, Latency
from mocks.brokers.backoffice.orders import Change, Order, Stage
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import OrderType, Side
from tests.mocks.backoffice.desk import INFY, LATE_FUNDS, USER, Desk, stages
from tests.mocks.backoffice.pace import slow

REST = "BUY 10 NSE:INFY CNC LIMIT 1450"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=IST)


def stage_of(order: Order) -> Stage:
    """Read anew: time passes between two looks."""
    return order.stage


def test_place_returns_before_the_order_is_anywhere_but_received() -> None:
    desk = slow(Desk())
    order = desk.place(REST)
    assert stages(order) == ["RECEIVED"]
    assert desk.exchange.open_orders(INFY) == []
    assert desk.office.funds(USER).blocked == 14_500_00
    desk.wait(3)
    assert stages(order) == ["RECEIVED", "VALIDATING", "SENT", "OPEN"]
    times = [row.at for row in order.history]
    assert times == sorted(times)
    assert len(set(times)) == 4


def test_the_same_orders_take_the_same_time_whatever_the_steps_of_the_clock() -> None:
    histories = []
    for step in (0.01, 0.25, 3.0):
        desk = slow(Desk())
        orders = [desk.place(REST), desk.place("BUY 10 NSE:INFY CNC MARKET")]
        for _ in range(round(3 / step)):
            desk.wait(step)
        histories.append([[(row.stage, row.at) for row in order.history] for order in orders])
    assert histories[0] == histories[1] == histories[2]


def test_most_orders_are_at_the_exchange_within_half_a_second_and_none_waits_longer_than_the_cap() -> None:
    latency = Latency("test", seed=3)
    ways = ("validate", "send", "exchange")
    totals = [sum(latency.wait(n, 0, stage, NOON) for stage in ways) / 1e6 for n in range(2_000)]
    assert sorted(totals)[1_900] < 500
    assert 30 < sorted(totals)[1_000] < 120
    assert max(totals) <= 3 * latency.cap_ms
    assert max(totals) > 300  # there is a tail


def test_the_opening_is_slower_than_noon_for_the_same_order() -> None:
    latency = Latency("test")
    opening = NOON.replace(hour=9, minute=15, second=10)
    for stage in STAGES:
        assert latency.wait(1, 0, stage, opening) >= latency.wait(1, 0, stage, NOON)


def test_brokers_and_seeds_have_latencies_of_their_own() -> None:
    waits = {Latency(name, seed=seed).wait(1, 0, "exchange", NOON) for name in ("a", "b") for seed in (1, 2)}
    assert len(waits) > 1


def test_an_order_on_its_way_is_being_processed() -> None:
    desk = slow(Desk())
    order = desk.place(REST)
    with pytest.raises(Refusal) as no:
        desk.office.cancel(USER, order.order_id)
    assert no.value.code is Code.BEING_PROCESSED
    with pytest.raises(Refusal) as no:
        desk.office.modify(USER, order.order_id, Change(price=1440_00))
    assert no.value.code is Code.BEING_PROCESSED
    desk.wait(3)
    assert stage_of(order) is Stage.OPEN


def test_a_cancel_is_acknowledged_first_and_done_later() -> None:
    desk = slow(Desk())
    order = desk.place(REST)
    desk.wait(3)
    desk.office.cancel(USER, order.order_id)
    assert stage_of(order) is Stage.CANCEL_SENT
    with pytest.raises(Refusal) as no:
        desk.office.cancel(USER, order.order_id)
    assert no.value.code is Code.BEING_PROCESSED
    desk.wait(3)
    assert (stage_of(order), order.cancelled_by) == (Stage.CANCELLED, "client")


def test_a_fill_may_win_against_a_cancel_on_its_way() -> None:
    desk = slow(Desk())
    order = desk.place(REST)
    desk.wait(3)
    desk.office.cancel(USER, order.order_id)
    desk.exchange.set_price(INFY, 1440_00)
    assert stage_of(order) is Stage.COMPLETE
    desk.wait(3)
    assert stages(order)[-1] == "COMPLETE"
    assert desk.office.funds(USER).blocked == 0


def test_a_modification_takes_its_time_and_may_find_the_order_filled() -> None:
    desk = slow(Desk())
    order = desk.place(REST)
    desk.wait(3)
    desk.office.modify(USER, order.order_id, Change(price=1455_00))
    assert stage_of(order) is Stage.MODIFY_VALIDATING
    desk.wait(3)
    assert (stages(order)[-4:], order.price) == (
        ["MODIFY_VALIDATING", "MODIFY_SENT", "MODIFIED", "OPEN"],
        1455_00,
    )
    desk.office.modify(USER, order.order_id, Change(quantity=20))
    desk.exchange.set_price(INFY, 1440_00)
    desk.wait(3)
    assert (stage_of(order), order.filled, order.quantity) == (Stage.COMPLETE, 10, 10)
    assert desk.office.funds(USER).blocked == 0


def test_margin_of_a_modified_order_fits_what_is_left_of_it() -> None:
    desk = slow(Desk(cash=10**12))
    best = desk.bid() + 10
    order = desk.place(f"BUY 100 NSE:INFY CNC LIMIT {best / 100}")
    desk.wait(3)
    desk.office.modify(USER, order.order_id, Change(quantity=300, price=1450_00))
    desk.meet(Side.SELL, 40, best)  # traded while the change is on its way
    assert (order.filled, order.stage) == (40, Stage.MODIFY_VALIDATING)
    desk.wait(3)
    assert (order.pending, order.price) == (260, 1450_00)
    assert order.blocked == desk.office.funds(USER).blocked == 260 * 1450_00


def test_a_refused_modification_at_the_exchange_gives_the_old_margin_back() -> None:
    desk = slow(Desk())
    order = desk.place("BUY 5 NSE:INFY MIS SL 1600 1580")
    desk.wait(3)
    held = order.blocked
    desk.office.modify(USER, order.order_id, Change(price=1590_00, trigger=1570_00))
    desk.exchange.set_price(INFY, 1575_00)  # the new trigger is passed before the change arrives
    desk.wait(3)
    assert "NOT_MODIFIED" in stages(order)
    assert order.exit_quantity == 0
    assert (order.price, order.trigger, order.type, order.blocked) == (1600_00, 1580_00, OrderType.SL, held)


def test_shares_that_a_change_on_its_way_would_sell_are_spoken_for() -> None:
    desk = slow(Desk())
    desk.office.set_holding(USER, INFY, 30, 1400_00)
    order = desk.place("SELL 10 NSE:INFY CNC LIMIT 1600")
    desk.wait(3)
    desk.office.modify(USER, order.order_id, Change(quantity=30))
    assert desk.refused("SELL 10 NSE:INFY CNC LIMIT 1600").code is Code.INSUFFICIENT_HOLDINGS
    desk.wait(3)
    assert (order.pending, order.reserved) == (30, 0)
    assert desk.refused("SELL 10 NSE:INFY CNC LIMIT 1600").code is Code.INSUFFICIENT_HOLDINGS


def test_a_late_refusal_comes_after_the_answer() -> None:
    desk = slow(Desk(cash=100_00, profile=LATE_FUNDS))
    order = desk.place(REST)
    assert stage_of(order) is Stage.RECEIVED
    desk.wait(3)
    assert (stage_of(order), order.code) == (Stage.REJECTED, "insufficient_funds")


def test_the_day_ends_for_orders_on_their_way_too() -> None:
    desk = slow(Desk())
    order = desk.place(REST)
    desk.office.settle()
    assert stage_of(order) is Stage.CANCELLED
    desk.wait(3)
    assert desk.exchange.open_orders(INFY) == []
    assert desk.office.funds(USER).blocked == 0


def test_the_cap_on_modifications_can_be_lifted() -> None:
    desk = Desk()
    desk.office.switches = replace(desk.office.switches, modification_cap=False)
    order = desk.place(REST)
    for step in range(30):
        desk.office.modify(USER, order.order_id, Change(price=1440_00 + 10 * step))
    assert order.modifications == 30
