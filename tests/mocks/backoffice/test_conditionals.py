"""Conditional orders: single, one cancels the other, and an entry with its exits."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocks.brokers.backoffice import snapshot
from mocks.brokers.backoffice.conditional import (
    Conditional,
    Leg,
    LegStatus,
    Role,
    Shape,
    Status,
    Trigger,
)
from mocks.brokers.backoffice.mishap import Kind
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Stage
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.refusal import Code, Refusal
from tests.mocks.backoffice.desk import INFY, PROFILE, USER, Desk
from tests.mocks.backoffice.pace import going_wrong, slow


def leg(desk: Desk, role: Role, trigger: Trigger, price: float, text: str, gap: float = 0) -> Leg:
    return Leg(role, trigger, round(price * 100), desk.request(text), trailing_gap=round(gap * 100))


def single(desk: Desk, trigger: Trigger, price: float, text: str) -> Conditional:
    legs = [leg(desk, Role.ENTRY, trigger, price, text)]
    return desk.office.conditionals.place(USER, Conditional(INFY, Shape.SINGLE, legs))


def bracket(desk: Desk, *, entry: Trigger = Trigger.IMMEDIATE, at: float = 0, gap: float = 0) -> Conditional:
    at_once = Trigger.IMMEDIATE
    legs = [
        leg(desk, Role.ENTRY, entry, at, "BUY 10 NSE:INFY MIS MARKET"),
        leg(desk, Role.TARGET, at_once, 1600, "SELL 10 NSE:INFY MIS MARKET"),
        leg(desk, Role.STOPLOSS, at_once, 1470, "SELL 10 NSE:INFY MIS MARKET", gap),
    ]
    return desk.office.conditionals.place(USER, Conditional(INFY, Shape.BRACKET, legs))


def oco(desk: Desk) -> Conditional:
    legs = [
        leg(desk, Role.STOPLOSS, Trigger.BELOW, 1470, "SELL 10 NSE:INFY CNC LIMIT 1465"),
        leg(desk, Role.TARGET, Trigger.ABOVE, 1550, "SELL 10 NSE:INFY CNC LIMIT 1545"),
    ]
    return desk.office.conditionals.place(USER, Conditional(INFY, Shape.OCO, legs))


def status(one: Conditional) -> tuple[str, list[str]]:
    return one.status.value, [part.status.value for part in one.legs]


def refused(desk: Desk, asked: Conditional, limit: int | None = None) -> Code:
    with pytest.raises(Refusal) as no:
        desk.office.conditionals.place(USER, asked, limit=limit)
    return no.value.code


def test_a_single_fires_once_when_the_price_is_reached() -> None:
    desk = Desk()
    one = single(desk, Trigger.BELOW, 1480, "BUY 10 NSE:INFY CNC LIMIT 1485")
    desk.exchange.set_price(INFY, 1480_10)
    assert status(one) == ("active", ["active"])
    desk.exchange.set_price(INFY, 1480_00)
    desk.exchange.set_price(INFY, 1470_00)
    assert status(one) == ("completed", ["completed"])
    (order,) = desk.office.orders(USER)
    assert (one.legs[0].order_id, one.legs[0].fired_price, order.stage) == (
        order.order_id,
        1480_00,
        Stage.COMPLETE,
    )
    assert desk.office.conditionals.of_order(order.order_id) is one


def test_a_fired_order_that_rests_leaves_the_conditional_triggered() -> None:
    desk = Desk()
    one = single(desk, Trigger.ABOVE, 1550, "BUY 10 NSE:INFY CNC LIMIT 1450")
    desk.exchange.set_price(INFY, 1560_00)
    assert status(one) == ("triggered", ["triggered"])
    with pytest.raises(Refusal) as no:
        desk.office.conditionals.cancel(USER, one.conditional_id)
    assert no.value.code is Code.NOT_OPEN
    desk.office.cancel(USER, one.legs[0].order_id)
    assert status(one) == ("failed", ["failed"])


def test_a_refused_order_is_the_result_of_the_leg() -> None:
    desk = Desk(cash=100_00)
    one = single(desk, Trigger.BELOW, 1480, "BUY 10 NSE:INFY CNC LIMIT 1485")
    desk.exchange.set_price(INFY, 1475_00)
    assert status(one) == ("failed", ["failed"])
    assert (one.legs[0].code, one.legs[0].order_id) == ("insufficient_funds", "")
    assert "Insufficient funds" in one.legs[0].message


@pytest.mark.parametrize(("price", "fired", "let_go"), [(1465, 0, 1), (1555, 1, 0)])
def test_of_two_legs_the_first_to_fire_ends_the_other(price: int, fired: int, let_go: int) -> None:
    desk = Desk()
    desk.office.set_holding(USER, INFY, 10, 1400_00)
    one = oco(desk)
    desk.exchange.set_price(INFY, price * 100)
    assert one.legs[fired].status in (LegStatus.TRIGGERED, LegStatus.COMPLETED)
    assert one.legs[let_go].status is LegStatus.CANCELLED
    desk.exchange.set_price(INFY, 1500_00)
    assert len(desk.office.orders(USER)) == 1


def test_exits_wait_for_their_entry_then_guard_what_it_filled() -> None:
    desk = Desk()
    one = bracket(desk, entry=Trigger.ABOVE, at=1520)
    assert status(one) == ("active", ["active", "waiting", "waiting"])
    desk.exchange.set_price(INFY, 1465_00)
    assert desk.office.orders(USER) == []  # a stop without a position is nothing
    desk.exchange.set_price(INFY, 1520_00)
    assert status(one) == ("triggered", ["completed", "active", "active"])
    desk.exchange.set_price(INFY, 1601_00)
    assert status(one) == ("completed", ["completed", "completed", "cancelled"])
    assert [position.quantity for position in desk.office.positions(USER)] == [0]


def test_an_immediate_entry_goes_at_once_and_a_stop_loss_follows_the_price() -> None:
    desk = Desk()
    one = bracket(desk, gap=10)
    stop = one.legs[2]
    assert status(one)[1] == ["completed", "active", "active"]
    start = stop.trail_from
    desk.exchange.set_price(INFY, start + 9_90)
    assert stop.price == 1470_00
    desk.exchange.set_price(INFY, start + 25_00)
    assert stop.price == 1490_00  # two whole gaps
    desk.exchange.set_price(INFY, start + 15_00)
    assert stop.price == 1490_00  # it never goes back
    desk.exchange.set_price(INFY, 1489_00)
    assert status(one) == ("completed", ["completed", "cancelled", "completed"])


def test_a_bracket_whose_entry_fails_has_no_exits() -> None:
    desk = Desk(cash=10_00)
    assert status(bracket(desk)) == ("failed", ["failed", "cancelled", "cancelled"])


def test_after_the_entry_only_the_exits_change_and_their_quantity_stays() -> None:
    desk = Desk()
    one = bracket(desk)
    entry_order = one.legs[0].order_id
    at_once = Trigger.IMMEDIATE
    fresh = [
        leg(desk, Role.ENTRY, at_once, 0, "BUY 99 NSE:INFY MIS MARKET"),
        leg(desk, Role.TARGET, at_once, 1560, "SELL 99 NSE:INFY MIS MARKET"),
        leg(desk, Role.STOPLOSS, at_once, 1480, "SELL 99 NSE:INFY MIS MARKET"),
    ]
    desk.office.conditionals.modify(USER, one.conditional_id, Conditional(INFY, Shape.BRACKET, fresh))
    assert (one.legs[0].order_id, one.legs[1].price, one.legs[2].price) == (entry_order, 1560_00, 1480_00)
    assert {part.request.quantity for part in one.legs} == {10}
    assert status(one)[1] == ["completed", "active", "active"]
    desk.exchange.set_price(INFY, 1479_00)
    assert status(one) == ("completed", ["completed", "cancelled", "completed"])


def test_a_cancelled_conditional_watches_no_more() -> None:
    desk = Desk()
    one = single(desk, Trigger.BELOW, 1480, "BUY 10 NSE:INFY CNC LIMIT 1485")
    desk.office.conditionals.cancel(USER, one.conditional_id)
    desk.exchange.set_price(INFY, 1470_00)
    assert (status(one), desk.office.orders(USER)) == (("cancelled", ["cancelled"]), [])
    assert list(desk.office.conditionals.list(USER)) == [one]
    assert list(desk.office.conditionals.active(USER)) == []


def test_a_conditional_lives_a_year_and_one_of_a_contract_until_its_last_day() -> None:
    desk = Desk()
    share = single(desk, Trigger.BELOW, 1480, "BUY 10 NSE:INFY CNC LIMIT 1485")
    assert share.created_at is not None
    assert share.expires_at == share.created_at + timedelta(days=365)
    future = "NFO:NIFTY26DECFUT"
    legs = [leg(desk, Role.ENTRY, Trigger.BELOW, 20_000, f"BUY 65 {future} NRML LIMIT 20000")]
    contract = desk.office.conditionals.place(USER, Conditional(future, Shape.SINGLE, legs))
    last_day = datetime.fromisoformat(desk.exchange.instruments[future].expiry)
    assert contract.expires_at == last_day.replace(hour=15, minute=30, tzinfo=IST)


def test_a_conditional_past_its_time_is_expired_and_fires_no_more() -> None:
    desk = Desk()
    one = single(desk, Trigger.BELOW, 1480, "BUY 10 NSE:INFY CNC LIMIT 1485")
    one.expires_at = desk.office.now() + timedelta(seconds=5)
    desk.wait(6)
    desk.exchange.set_price(INFY, 1470_00)
    assert status(one) == ("expired", ["expired"])
    assert desk.office.orders(USER) == []


def test_there_is_a_limit_and_wrong_ones_are_refused() -> None:
    desk = Desk()
    one = single(desk, Trigger.BELOW, 1480, "BUY 10 NSE:INFY CNC LIMIT 1485")
    again = Conditional(INFY, Shape.SINGLE, [replace(one.legs[0])])
    assert refused(desk, again, limit=1) is Code.TOO_MANY_CONDITIONS
    assert refused(desk, Conditional(INFY, Shape.OCO, one.legs)) is Code.BAD_CONDITION
    off_tick = Conditional(INFY, Shape.SINGLE, [replace(one.legs[0], price=1480_05)])
    assert refused(desk, off_tick) is Code.TICK
    assert refused(desk, Conditional("NSE:NOSUCH", Shape.SINGLE, [])) is Code.UNKNOWN_INSTRUMENT
    with pytest.raises(Refusal) as no:
        desk.office.conditionals.get(USER, "999")
    assert no.value.code is Code.UNKNOWN_CONDITION


def test_listeners_hear_each_change() -> None:
    desk = Desk()
    heard: list[str] = []
    stop = desk.office.conditionals.listen(USER, lambda one: heard.append(one.status.value))
    single(desk, Trigger.BELOW, 1480, "BUY 10 NSE:INFY CNC LIMIT 1485")
    desk.exchange.set_price(INFY, 1470_00)
    assert heard[0] == "active"
    assert heard[-1] == "completed"
    stop()
    single(desk, Trigger.BELOW, 1400, "BUY 10 NSE:INFY CNC LIMIT 1400")
    assert heard[-1] == "completed"


def test_a_fired_order_takes_its_time_and_meets_nobody_elses_mishap() -> None:
    desk = slow(Desk())
    one = single(desk, Trigger.BELOW, 1480, "BUY 10 NSE:INFY CNC LIMIT 1485")
    with going_wrong(Kind.LATE_REJECT, 1):
        desk.exchange.set_price(INFY, 1470_00)
    assert one.status is Status.TRIGGERED
    desk.wait(5)
    assert status(one) == ("completed", ["completed"])


def test_conditionals_survive_a_restart() -> None:
    desk = Desk()
    kept = single(desk, Trigger.BELOW, 1480, "BUY 10 NSE:INFY CNC LIMIT 1485")
    fired = bracket(desk, gap=10)
    data = json.loads(orjson.dumps(snapshot.dump(desk.office)))
    later = BackOffice(Desk().exchange, PROFILE)
    snapshot.load(later, data)
    assert list(later.conditionals.list(USER)) == [kept, fired]
    later.exchange.set_price(INFY, 1475_00)
    assert later.conditionals.get(USER, kept.conditional_id).status is Status.COMPLETED
    fresh = later.conditionals.place(
        USER, Conditional(INFY, Shape.SINGLE, [replace(kept.legs[0], status=LegStatus.ACTIVE)])
    )
    assert fresh.number == 3


WALK = st.lists(st.integers(14_600, 16_200), min_size=1, max_size=12)


@settings(max_examples=20, deadline=None)
@given(prices=WALK, gap=st.sampled_from([0, 2, 10]), entry=st.sampled_from([0, 1530, 1560]))
def test_whatever_the_price_does_a_bracket_enters_and_leaves_at_most_once(
    prices: list[int], gap: int, entry: int
) -> None:
    desk = Desk()
    one = bracket(desk, entry=Trigger.ABOVE if entry else Trigger.IMMEDIATE, at=entry, gap=gap)
    stop, highest = one.legs[2].price, 0
    for price in prices:
        desk.exchange.set_price(INFY, price * 10)
        assert one.legs[2].price >= stop  # a sale's stop only rises
        stop = one.legs[2].price
        highest = max(highest, price * 10)
        held = sum(position.quantity for position in desk.office.positions(USER))
        assert held in (0, 10)
        fired = [leg for leg in one.legs if leg.triggered_at is not None]
        assert len(fired) == len(desk.office.orders(USER)) <= 2
        assert (one.status is Status.COMPLETED) is (len(fired) == 2)
        if entry and highest < entry * 100:
            assert fired == []
