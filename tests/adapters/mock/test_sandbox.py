"""What goes beyond the common contract, end to end against the Mock broker's sandbox server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from adapters.broker import Change, Connected, Conversion, MarginAsk
from adapters.mock import stream
from adapters.mock.broker import ADAPTER
from domain.account import BrokerId
from domain.conditional import ConditionalIntent, ConditionalKind, ConditionalLeg, ConditionalStatus
from domain.errors import BrokerRejected, BrokerUnavailable
from domain.instrument import Exchange
from domain.money import Money, Price
from domain.order import OrderType, Product, Side, Validity
from domain.report import OrderReport, ReportStatus
from mocks.launch import Sandbox
from tests.adapters.desk import INFY, TCS, Desk, Names, complete, eventually, next_good, now, opened, working


@pytest.fixture(scope="module")
def mock_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False, only=["mock"]) as running:
        yield running


@pytest.fixture
async def desk(mock_sandbox: Sandbox, masters: dict[BrokerId, Names]) -> AsyncIterator[Desk]:
    async with opened(mock_sandbox, BrokerId.MOCK, masters) as account:
        yield account


def leg(desk: Desk, percent: int, order_type: OrderType = OrderType.LIMIT) -> ConditionalLeg:
    """Triggered, and priced, at a percentage of the last price."""
    amount = desk.price(INFY).amount * percent / 100
    price = Price(amount - amount % Price.of("0.1").amount)
    return ConditionalLeg(price, 10, order_type, price if order_type is OrderType.LIMIT else None)


def intent(desk: Desk, side: Side, *legs: ConditionalLeg) -> ConditionalIntent:
    kind = ConditionalKind.SINGLE if len(legs) == 1 else ConditionalKind.OCO
    return ConditionalIntent(kind, INFY, side, Product.CNC, legs, desk.price(INFY))


async def test_a_conditional_order_is_listed_as_it_was_meant_changed_and_taken_back(desk: Desk) -> None:
    asked = intent(desk, Side.BUY, leg(desk, 95))
    conditional_id = await desk.broker.place_conditional(asked)
    [listed] = await desk.broker.conditionals()
    assert (listed.conditional_id, listed.status) == (conditional_id, ConditionalStatus.ACTIVE)
    assert listed.intent == asked
    changed = intent(desk, Side.BUY, leg(desk, 105, OrderType.MARKET))
    await desk.broker.modify_conditional(conditional_id, changed)
    [listed] = await desk.broker.conditionals()
    assert listed.intent == changed
    await desk.broker.cancel_conditional(listed)
    [listed] = await desk.broker.conditionals()
    assert listed.status is ConditionalStatus.CANCELLED
    with pytest.raises(BrokerRejected):
        await desk.broker.cancel_conditional(replace(listed, conditional_id="none"))


@pytest.mark.parametrize(("side", "target", "stop"), [(Side.SELL, 105, 95), (Side.BUY, 95, 105)])
async def test_of_a_pair_the_target_comes_first_on_either_side(
    desk: Desk, side: Side, target: int, stop: int
) -> None:
    asked = intent(desk, side, leg(desk, target), leg(desk, stop))
    await desk.broker.place_conditional(asked)
    [listed] = await desk.broker.conditionals()
    assert listed.intent == asked


async def test_a_stop_that_fires_names_its_order_and_ends_the_target(desk: Desk) -> None:
    await desk.broker.place_conditional(
        intent(desk, Side.SELL, leg(desk, 105), leg(desk, 98, OrderType.MARKET))
    )
    before, reached = desk.price(INFY), leg(desk, 97).trigger_price
    await asyncio.to_thread(desk.sandbox.post, "/prices", {"prices": {str(INFY): str(reached)}})
    try:
        [listed] = await eventually(desk.broker.conditionals, lambda rows: bool(rows[0].fired_order_ids))
    finally:
        await asyncio.to_thread(desk.sandbox.post, "/prices", {"prices": {str(INFY): str(before)}})
    assert listed.status in (ConditionalStatus.TRIGGERED, ConditionalStatus.COMPLETED)
    book = {one.broker_order_id: one for one in await desk.broker.orders()}
    assert [book[one].side for one in listed.fired_order_ids] == [Side.SELL]


async def test_an_intraday_position_becomes_delivery_once(desk: Desk) -> None:
    child = await desk.placed(desk.child(quantity=10, order_type=OrderType.MARKET, product=Product.MIS))
    await desk.until(child, complete)
    conversion = Conversion(INFY, Side.BUY, 10, Product.MIS, Product.CNC)
    await desk.broker.convert(conversion)
    held = {one.product: one.quantity for one in await desk.broker.positions() if one.quantity}
    assert held == {Product.CNC: 10}
    with pytest.raises(BrokerRejected):
        await desk.broker.convert(conversion)


async def test_a_basket_needs_what_its_orders_need_and_each_has_its_charges(desk: Desk) -> None:
    infy = MarginAsk(INFY, Side.BUY, 10, OrderType.LIMIT, Product.CNC, Price.of(1500))
    tcs = MarginAsk(TCS, Side.BUY, 5, OrderType.LIMIT, Product.MIS, Price.of(3000))
    assert await desk.broker.required_margins([infy, tcs]) == Money.of(18_000)
    at_market = replace(infy, order_type=OrderType.MARKET, price=None)
    priced = replace(infy, price=desk.price(INFY))
    found = await desk.broker.charges([at_market, priced, tcs])
    assert found is not None
    assert found[0] == found[1]
    assert all(one.amount > 0 for one in found)


async def test_what_the_account_may_do_is_found_by_asking(desk: Desk) -> None:
    found = await desk.broker.probe()
    assert (found.market_data, found.orders, found.exchanges) == (True, True, ADAPTER.terms.exchanges)
    desk.sandbox.put(f"/users/mock/{desk.user_id}/kill-switch", {"exchanges": ["NSE"]})
    desk.sandbox.patch("/brokers/mock/switches", {"plan": "personal"})
    try:
        found = await desk.broker.probe()
    finally:
        desk.sandbox.patch("/brokers/mock/switches", {"plan": "connect"})
    assert (found.market_data, found.orders) == (False, True)
    assert found.exchanges == ADAPTER.terms.exchanges - {Exchange.NSE}


async def test_leave_to_sell_is_given_elsewhere_and_addresses_are_not_listed(desk: Desk) -> None:
    step = await desk.broker.authorisation({INFY: 5})
    assert (step.url, bool(step.words)) == ("", True)
    assert await desk.broker.addresses() is None
    assert ADAPTER.postback(b"{}", {}, "secret", desk.names) is None


async def test_an_iceberg_is_one_order_from_its_first_leg_to_its_last(desk: Desk) -> None:
    child = await desk.placed(desk.child(quantity=31, order_type=OrderType.MARKET, iceberg_legs=3))
    report = await desk.until(child, complete)
    assert (report.broker_order_id, report.quantity, report.filled_quantity) == (
        child.broker_order_id,
        31,
        31,
    )
    assert [one.broker_order_id for one in await desk.broker.find(child)] == [child.broker_order_id]
    assert len([one for one in await desk.broker.orders() if one.tag == child.tag]) == 1
    fills = await desk.broker.trades(child)
    assert sum(one.fill.quantity for one in fills) == 31
    assert {one.broker_order_id for one in fills} == {child.broker_order_id}


async def test_the_stream_tells_of_an_iceberg_as_one_order(desk: Desk) -> None:
    async with desk.listening() as events:
        child = await desk.placed(desk.child(quantity=31, order_type=OrderType.MARKET, iceberg_legs=3))
        last = await next_good(events, lambda one: isinstance(one, OrderReport) and complete(one))
    assert isinstance(last, OrderReport)
    assert (last.broker_order_id, last.quantity, last.filled_quantity) == (child.broker_order_id, 31, 31)


async def test_an_iceberg_at_rest_is_changed_and_cancelled_where_it_works(desk: Desk) -> None:
    child = await desk.placed(desk.child(quantity=30, iceberg_legs=3))
    assert (await desk.until(child, working)).quantity == 30
    change = Change(30, OrderType.LIMIT, Validity.DAY, desk.far_below(percent=6))
    await desk.broker.modify(child, change)
    assert (await desk.until(child, working)).price == change.price
    with pytest.raises(BrokerRejected, match="quantity of an iceberg"):
        await desk.broker.modify(child, replace(change, quantity=40))
    await desk.broker.cancel(child)
    await desk.until(child, lambda one: one.status is ReportStatus.CANCELLED)
    assert len(desk.truth()["orders"]) == 1


async def test_an_order_after_the_market_waits_and_can_be_cancelled(desk: Desk) -> None:
    child = await desk.placed(desk.child(after_market=True))
    report = await desk.broker.order(child)
    assert report is not None
    assert (report.status, report.words) == (ReportStatus.PENDING, "after_market")
    await desk.broker.cancel(child)
    await desk.until(child, lambda one: one.status is ReportStatus.CANCELLED)


async def test_a_feed_that_stalls_is_given_up_while_the_market_moves(desk: Desk) -> None:
    async with (
        desk.moving(INFY),
        stream.market_feed(desk.session, desk.endpoints, silence=1.0) as feed,
    ):
        await feed.subscribe([INFY])
        ticks = feed.ticks()
        await next_good(ticks, lambda tick: tick.instrument == INFY)
        desk.fault("stall")
        with pytest.raises(BrokerUnavailable, match="silent"):
            await next_good(ticks, lambda tick: False)
    desk.heal()


async def test_a_silent_order_stream_is_given_up(desk: Desk) -> None:
    async with aclosing(stream.order_stream(desk.session, desk.endpoints, now, silence=0.2)) as events:
        assert isinstance(await anext(events), Connected)
        with pytest.raises(BrokerUnavailable, match="silent"):
            await anext(events)
