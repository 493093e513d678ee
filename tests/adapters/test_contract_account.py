"""What every broker behind the interface must do beyond orders: conversions, conditional orders, what an account
may do, and what orders cost. Where a broker has no call for it, it says so and nothing leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters.broker import Conversion, MarginAsk
from domain.account import BrokerId
from domain.conditional import (
    ConditionalIntent,
    ConditionalKind,
    ConditionalLeg,
    ConditionalReport,
    ConditionalStatus,
)
from domain.errors import BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from domain.instrument import Exchange
from domain.market import Mode, Tick
from domain.money import Money, Price
from domain.order import OrderType, Product, Side
from domain.position import Position
from tests.adapters.desk import INFY, PATIENCE_SECONDS, TCS, Desk, complete, eventually, now

PLANS_WITHOUT_DATA = {BrokerId.ZERODHA, BrokerId.GROWW, BrokerId.MOCK}  # Upstox sells none

# --- the session --------------------------------------------------------------------------------------------------


async def test_a_session_that_was_logged_out_is_over_at_the_broker(desk: Desk) -> None:
    login = desk.adapter.login
    if not desk.broker.terms.logs_out:
        with pytest.raises(BrokerRejected) as no:
            await login.end(desk.session, desk.endpoints)
        assert no.value.words
        await desk.broker.profile()
        return
    await login.end(desk.session, desk.endpoints)
    with pytest.raises(SessionExpired):
        await desk.broker.profile()
    with pytest.raises(SessionExpired):
        await login.end(desk.session, desk.endpoints)


# --- conversions -------------------------------------------------------------------------------------------------


async def open_positions(desk: Desk) -> list[Position]:
    return [one for one in await desk.broker.positions() if one.quantity]


async def test_a_position_goes_to_another_product_and_back(desk: Desk) -> None:
    child = desk.child(quantity=10, order_type=OrderType.MARKET, product=Product.MIS)
    await desk.until(await desk.placed(child), complete)
    there = Conversion(INFY, Side.BUY, 4, Product.MIS, Product.CNC)
    if not desk.broker.terms.converts:
        with pytest.raises(BrokerRejected) as no:
            await desk.broker.convert(there)
        assert no.value.words
        return
    await desk.broker.convert(there)
    await eventually(lambda: products(desk), lambda held: held == {Product.MIS: 6, Product.CNC: 4})
    await desk.broker.convert(replace(there, old=Product.CNC, new=Product.MIS))
    await eventually(lambda: products(desk), lambda held: held == {Product.MIS: 10})


async def products(desk: Desk) -> dict[Product, int]:
    return {one.product: one.quantity for one in await open_positions(desk)}


async def test_more_than_is_there_is_not_converted(desk: Desk) -> None:
    child = desk.child(quantity=10, order_type=OrderType.MARKET, product=Product.MIS)
    await desk.until(await desk.placed(child), complete)
    with pytest.raises(BrokerRejected):
        await desk.broker.convert(Conversion(INFY, Side.BUY, 11, Product.MIS, Product.CNC))
    assert await products(desk) == {Product.MIS: 10}


# --- conditional orders ------------------------------------------------------------------------------------------


def leg(desk: Desk, trigger: Price, quantity: int) -> ConditionalLeg:
    """A limit a rupee under its trigger where the broker takes limits."""
    if OrderType.LIMIT in desk.broker.terms.conditional_types:
        return ConditionalLeg(trigger, quantity, OrderType.LIMIT, Price(trigger.amount - 1))
    return ConditionalLeg(trigger, quantity, OrderType.MARKET)


def single(desk: Desk, quantity: int = 5, percent: int = 3) -> ConditionalIntent:
    legs = (leg(desk, desk.far_below(percent=percent), quantity),)
    return ConditionalIntent(
        ConditionalKind.SINGLE, INFY, Side.BUY, Product.CNC, legs, last_price=desk.price(INFY)
    )


def oco(desk: Desk, product: Product) -> ConditionalIntent:
    target = leg(desk, Price(desk.far_below(percent=-3).amount), 5)
    stop = leg(desk, desk.far_below(percent=3), 5)
    return ConditionalIntent(
        ConditionalKind.OCO, INFY, Side.SELL, product, (target, stop), last_price=desk.price(INFY)
    )


async def kept(desk: Desk, conditional_id: str) -> ConditionalReport | None:
    found = [one for one in await desk.broker.conditionals() if one.conditional_id == conditional_id]
    assert len(found) <= 1
    return found[0] if found else None


def asks_for(report: ConditionalReport | None, intent: ConditionalIntent) -> bool:
    """The price of now is the broker's."""
    if report is None or report.intent is None:
        return False
    return replace(report.intent, last_price=intent.last_price) == intent


async def test_a_conditional_order_is_listed_as_asked_changed_and_ended(desk: Desk) -> None:
    intent = single(desk)
    conditional_id = await desk.broker.place_conditional(intent)
    report = await eventually(lambda: kept(desk, conditional_id), lambda one: one is not None)
    assert report is not None
    assert report.status is ConditionalStatus.ACTIVE
    assert asks_for(report, intent), report
    assert report.words
    assert report.created_at is None or report.created_at.tzinfo is not None
    other = single(desk, quantity=3, percent=4)
    await desk.broker.modify_conditional(conditional_id, other)
    changed = await eventually(lambda: kept(desk, conditional_id), lambda one: asks_for(one, other))
    assert changed is not None
    await desk.broker.cancel_conditional(changed)
    ended = await eventually(lambda: kept(desk, conditional_id), lambda one: one is None or one.status.final)
    assert ended is None or ended.status is ConditionalStatus.CANCELLED
    with pytest.raises(BrokerRejected):
        await desk.broker.cancel_conditional(changed)
    assert await desk.broker.orders() == []


async def test_a_conditional_order_fires_once_when_its_price_comes(desk: Desk) -> None:
    last = desk.price(INFY)
    there = Price(last.amount - 10)  # farther than the quarter of a percent in which Kite watches nothing
    intent = replace(single(desk), legs=(leg(desk, there, 5),), last_price=last)
    conditional_id = await desk.broker.place_conditional(intent)
    desk.sandbox.post("/prices", {"prices": {str(INFY): str(there)}})
    orders = await eventually(desk.broker.orders, lambda found: len(found) > 0)
    desk.sandbox.post("/prices", {"prices": {str(INFY): str(last)}})
    assert [(one.instrument, one.side, one.quantity) for one in orders] == [(INFY, Side.BUY, 5)]
    report = await kept(desk, conditional_id)
    assert report is None or report.status in (ConditionalStatus.TRIGGERED, ConditionalStatus.COMPLETED)
    assert report is None or set(report.fired_order_ids) <= {one.broker_order_id for one in orders}


async def test_a_target_and_a_stop_guard_what_is_held(desk: Desk) -> None:
    product = Product.CNC
    if desk.broker.terms.broker is BrokerId.GROWW:  # closes a position of the day
        product = Product.MIS
        child = desk.child(quantity=5, order_type=OrderType.MARKET, product=product)
        await desk.until(await desk.placed(child), complete)
    intent = oco(desk, product)
    if ConditionalKind.OCO not in desk.broker.terms.conditionals:
        with pytest.raises(BrokerRejected):
            await desk.broker.place_conditional(intent)
        assert await desk.broker.conditionals() == []
        return
    conditional_id = await desk.broker.place_conditional(intent)
    report = await eventually(lambda: kept(desk, conditional_id), lambda one: asks_for(one, intent))
    assert report is not None
    assert report.status is ConditionalStatus.ACTIVE
    await desk.broker.cancel_conditional(report)


@pytest.mark.parametrize("fault", ["timeout_after_accept", "error_5xx_after_accept", "drop_answer"])
async def test_a_conditional_order_without_an_answer_is_unknown_and_there_once(
    desk: Desk, fault: str
) -> None:
    desk.fault(fault, "gtt_place", times=1, seconds=0.2)
    with pytest.raises(OutcomeUnknown):
        await desk.broker.place_conditional(single(desk))
    assert len(await desk.broker.conditionals()) == 1


async def test_a_conditional_order_over_the_rate_limit_was_surely_not_placed(desk: Desk) -> None:
    desk.fault("rate_limit", "gtt_place", times=1)
    with pytest.raises(BrokerUnavailable):
        await desk.broker.place_conditional(single(desk))
    assert await desk.broker.conditionals() == []


async def test_a_leg_the_terms_do_not_name_is_refused_before_it_leaves(desk: Desk) -> None:
    stop = ConditionalLeg(desk.far_below(percent=3), 5, OrderType.SL_M)
    intent = replace(single(desk), legs=(stop,))
    desk.fault("outage")
    with pytest.raises(BrokerRejected):
        await desk.broker.place_conditional(intent)


# --- what the account may do -------------------------------------------------------------------------------------


@pytest.fixture
def without_data(desk: Desk) -> Iterator[None]:
    """The broker's plan that has no market data, for as long as the test."""
    switches = f"/brokers/{desk.server}/switches"
    desk.sandbox.patch(switches, {"plan": "personal"})
    yield
    desk.sandbox.patch(switches, {"plan": "connect"})


async def test_a_full_account_may_do_everything(desk: Desk) -> None:
    found = await desk.broker.probe()
    assert found.market_data is True
    assert found.orders in (True, None)
    assert found.exchanges is not None
    assert {Exchange.NSE, Exchange.BSE} <= found.exchanges <= desk.broker.terms.exchanges


@pytest.mark.usefixtures("without_data")
async def test_a_plan_without_market_data_is_no_dead_session(desk: Desk) -> None:
    found = await desk.broker.probe()
    if desk.broker.terms.broker not in PLANS_WITHOUT_DATA:
        assert found.market_data is True
        return
    assert (found.market_data, found.orders is not False) == (False, True)
    with pytest.raises(BrokerRejected):
        await desk.broker.quotes([INFY])
    assert (await desk.broker.margin()).available == Money.of(1_000_000)
    price = Price(desk.far_below().amount)
    await desk.placed(desk.child(price=price))


@pytest.mark.usefixtures("without_data")
async def test_a_feed_that_the_plan_forbids_is_no_dead_session(desk: Desk) -> None:
    if desk.broker.terms.broker not in PLANS_WITHOUT_DATA:
        return
    with pytest.raises((BrokerRejected, BrokerUnavailable)):
        await first_tick(desk)


async def first_tick(desk: Desk) -> Tick:
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        desk.adapter.market_feed(desk.session, desk.endpoints, desk.names, clock=now) as feed,
    ):
        await feed.subscribe([INFY])
        return await anext(aiter(feed.ticks()))


async def test_a_feed_tells_the_depth_once_it_is_wanted(desk: Desk) -> None:
    told = desk.broker.terms.feed.carries[Mode.DEPTH] is Mode.DEPTH
    async with (
        asyncio.timeout(PATIENCE_SECONDS),
        desk.adapter.market_feed(desk.session, desk.endpoints, desk.names, clock=now) as feed,
    ):
        await feed.subscribe([INFY])
        ticks = aiter(feed.ticks())
        assert (await anext(ticks)).depth is None
        await feed.subscribe([INFY], Mode.DEPTH)
        await desk.placed(desk.child(price=Price(desk.price(INFY).amount - 1)))  # the book changes
        async for tick in ticks:
            if tick.depth is not None or not told:
                break
    assert (tick.depth is not None and len(tick.depth.bids) > 0) is told


async def test_a_dead_session_is_told_by_the_probe(desk: Desk) -> None:
    desk.fault("expire_token")
    with pytest.raises(SessionExpired):
        await desk.broker.probe()


async def test_market_data_that_fails_for_a_moment_is_not_known(desk: Desk) -> None:
    desk.fault("error_5xx_before", "data_api")
    found = await desk.broker.probe()
    assert (found.market_data, found.orders is not False) == (None, True)


async def test_an_address_that_is_not_registered_is_a_no_to_orders_alone(desk: Desk) -> None:
    desk.fault("ip_not_allowed")
    with pytest.raises(BrokerRejected) as no:
        await desk.broker.place(desk.child())
    assert no.value.words
    assert desk.truth()["orders"] == []
    assert (await desk.broker.margin()).available == Money.of(1_000_000)
    assert await desk.broker.orders() == []


async def test_registered_addresses_are_listed_where_the_broker_tells_them(desk: Desk) -> None:
    found = await desk.broker.addresses()
    assert (found is not None) is desk.broker.terms.lists_addresses


async def test_the_leave_to_sell_is_begun_with_words(desk: Desk) -> None:
    asked = await desk.broker.authorisation({INFY: 5})
    assert asked.words
    assert asked.url == "" or asked.url.startswith("http")


def test_what_is_no_postback_is_nothing(desk: Desk) -> None:
    for body in (b"", b"{}", b"[]", b"\xff", b'{"order_id": "1"}', b'{"status": "COMPLETE"}'):
        assert desk.adapter.postback(body, {}, "secret", desk.names) is None


# --- what orders cost --------------------------------------------------------------------------------------------

BUY = MarginAsk(INFY, Side.BUY, 10, OrderType.LIMIT, Product.CNC, Price.of(1500))
OTHER = replace(BUY, instrument=TCS, quantity=2, price=Price.of(3000))


async def test_a_basket_of_shares_needs_what_its_orders_need(desk: Desk) -> None:
    assert await desk.broker.required_margins([BUY, OTHER]) == Money.of(21_000)


async def test_charges_come_one_for_each_order_and_not_for_their_sum(desk: Desk) -> None:
    found = await desk.broker.charges([BUY, replace(BUY, product=Product.MIS), OTHER])
    assert found is not None
    delivery, intraday, other = found
    assert delivery != intraday
    assert Money.of(0) < other < delivery
