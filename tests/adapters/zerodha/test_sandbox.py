"""What Kite alone has, end to end against its sandbox server; the rest is in tests/adapters/test_contract.py."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.broker import Change, Conversion, MarginAsk, Session
from adapters.zerodha.broker import ADAPTER
from adapters.zerodha.stream import NO_STREAMS
from domain.account import BrokerId
from domain.conditional import ConditionalIntent, ConditionalKind, ConditionalLeg, ConditionalStatus
from domain.errors import BrokerRejected, BrokerUnavailable, SessionExpired
from domain.instrument import Exchange
from domain.money import Money, Price
from domain.order import ChildOrder, OrderType, Product, Side, Validity
from domain.report import OrderReport, ReportStatus
from mocks.brokers.listener import Listener
from mocks.launch import Sandbox
from tests.adapters.desk import INFY, TCS, Desk, Names, complete, eventually, next_good, now, opened, working


@pytest.fixture(scope="module")
def kite_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False, only=["kite"]) as running:
        yield running


@pytest.fixture
async def desk(kite_sandbox: Sandbox, masters: dict[BrokerId, Names]) -> AsyncIterator[Desk]:
    async with opened(kite_sandbox, BrokerId.ZERODHA, masters) as account:
        yield account


@pytest.fixture
def personal(kite_sandbox: Sandbox) -> Iterator[None]:
    kite_sandbox.patch("/brokers/kite/switches", {"plan": "personal"})
    yield
    kite_sandbox.patch("/brokers/kite/switches", {"plan": "connect"})


def sale(desk: Desk, kind: ConditionalKind, *legs: tuple[int, int]) -> ConditionalIntent:
    """A sale of 10 INFY; each leg is a trigger and a price in percent of the last price."""
    last = desk.price(INFY)

    def at(percent: int) -> Price:
        amount = last.amount * percent / 100
        return Price(amount - amount % Price.of("0.1").amount)

    made = tuple(ConditionalLeg(at(trigger), 10, OrderType.LIMIT, at(price)) for trigger, price in legs)
    return ConditionalIntent(kind, INFY, Side.SELL, Product.CNC, made, last)


# --- conditional orders ------------------------------------------------------------------------------------------


async def test_a_trigger_is_listed_as_it_was_meant_changed_and_taken_back(desk: Desk) -> None:
    asked = sale(desk, ConditionalKind.SINGLE, (105, 105))
    trigger_id = await desk.broker.place_conditional(asked)
    [listed] = await desk.broker.conditionals()
    assert (listed.conditional_id, listed.status, listed.words) == (
        trigger_id,
        ConditionalStatus.ACTIVE,
        "active",
    )
    assert listed.intent == asked
    assert listed.created_at is not None
    assert listed.expires_at is not None
    assert listed.expires_at > listed.created_at
    changed = sale(desk, ConditionalKind.SINGLE, (106, 104))
    await desk.broker.modify_conditional(trigger_id, changed)
    [listed] = await desk.broker.conditionals()
    assert listed.intent == changed
    await desk.broker.cancel_conditional(listed)
    [listed] = await desk.broker.conditionals()
    assert (listed.status, listed.words) == (ConditionalStatus.CANCELLED, "deleted")


@pytest.mark.parametrize("side", list(Side))
async def test_of_a_pair_the_target_comes_first_on_either_side(desk: Desk, side: Side) -> None:
    upper, lower = (105, 105), (95, 94)
    asked = sale(desk, ConditionalKind.OCO, *((upper, lower) if side is Side.SELL else (lower, upper)))
    asked = replace(asked, side=side)
    await desk.broker.place_conditional(asked)
    [listed] = await desk.broker.conditionals()
    assert listed.intent == asked


async def test_a_trigger_that_fires_names_its_order(desk: Desk) -> None:
    await desk.broker.place_conditional(sale(desk, ConditionalKind.SINGLE, (101, 104)))
    before = desk.price(INFY)
    fired = before.amount * 102 / 100
    await asyncio.to_thread(
        desk.sandbox.post, "/prices", {"prices": {str(INFY): str(fired - fired % Price.of("0.1").amount)}}
    )
    [listed] = await eventually(desk.broker.conditionals, lambda rows: bool(rows[0].fired_order_ids))
    await asyncio.to_thread(desk.sandbox.post, "/prices", {"prices": {str(INFY): str(before)}})
    assert listed.status is ConditionalStatus.TRIGGERED
    book = {one.broker_order_id: one for one in await desk.broker.orders()}
    assert (book[listed.fired_order_ids[0]].side, book[listed.fired_order_ids[0]].quantity) == (Side.SELL, 10)


async def test_a_trigger_too_near_to_the_price_is_shown_as_disabled(desk: Desk) -> None:
    await desk.broker.place_conditional(sale(desk, ConditionalKind.SINGLE, (100, 100)))
    [listed] = await desk.broker.conditionals()
    assert listed.status is ConditionalStatus.DISABLED


async def test_a_trigger_cannot_place_a_market_order_and_an_unknown_one_cannot_be_changed(desk: Desk) -> None:
    asked = sale(desk, ConditionalKind.SINGLE, (105, 105))
    market = replace(asked, legs=(ConditionalLeg(asked.legs[0].trigger_price, 10, OrderType.MARKET),))
    with pytest.raises(BrokerRejected, match="limit orders only"):
        await desk.broker.place_conditional(market)
    assert await desk.broker.conditionals() == []
    with pytest.raises(BrokerRejected):
        await desk.broker.modify_conditional("999999", asked)


# --- positions, margins, charges, what an app may do ---------------------------------------------------------------


async def test_an_intraday_position_becomes_delivery_once(desk: Desk) -> None:
    child = await desk.placed(desk.child(quantity=10, order_type=OrderType.MARKET, product=Product.MIS))
    await desk.until(child, complete)
    conversion = Conversion(INFY, Side.BUY, 10, Product.MIS, Product.CNC)
    await desk.broker.convert(conversion)

    async def held() -> dict[Product, int]:
        return {one.product: one.quantity for one in await desk.broker.positions() if one.quantity}

    assert await held() == {Product.CNC: 10}
    with pytest.raises(BrokerRejected):
        await desk.broker.convert(conversion)
    assert await held() == {Product.CNC: 10}


async def test_a_basket_needs_what_its_orders_need_one_after_another(desk: Desk) -> None:
    asks = [
        MarginAsk(INFY, Side.BUY, 10, OrderType.LIMIT, Product.CNC, Price.of(1500)),
        MarginAsk(TCS, Side.BUY, 5, OrderType.LIMIT, Product.MIS, Price.of(3000)),
    ]
    assert await desk.broker.required_margins(asks) == Money.of(15_000) + Money.of(3_000)


async def test_charges_come_by_order_and_a_market_order_goes_by_the_last_price(desk: Desk) -> None:
    limit = MarginAsk(INFY, Side.BUY, 10, OrderType.LIMIT, Product.CNC, desk.price(INFY))
    market = replace(limit, order_type=OrderType.MARKET, price=None)
    larger = replace(limit, quantity=20)
    found = await desk.broker.charges([limit, market, larger])
    assert found is not None
    assert found[0] == found[1]
    assert found[2].amount > found[0].amount > 0


async def test_a_full_app_may_read_the_market_and_trade_shares_but_no_commodities(desk: Desk) -> None:
    found = await desk.broker.probe()
    assert (found.market_data, found.orders) == (True, True)
    assert found.exchanges is not None
    assert {Exchange.NSE, Exchange.NFO} <= found.exchanges
    assert Exchange.MCX not in found.exchanges


@pytest.mark.usefixtures("personal")
async def test_a_personal_app_is_alive_without_market_data(desk: Desk) -> None:
    found = await desk.broker.probe()
    assert (found.market_data, found.orders) == (False, True)
    with pytest.raises(BrokerRejected) as no:
        await desk.broker.quotes([INFY])
    assert no.value.code == "PermissionException"
    unpriced = MarginAsk(INFY, Side.BUY, 1, OrderType.MARKET, Product.CNC)
    assert await desk.broker.charges([unpriced]) is None
    with pytest.raises(BrokerUnavailable) as end:
        await anext(ADAPTER.order_stream(desk.session, desk.endpoints, desk.names, clock=now))
    assert end.value.code == NO_STREAMS


@pytest.mark.usefixtures("personal")
async def test_a_dead_token_is_told_even_under_a_plan_without_streams(desk: Desk) -> None:
    dead = replace(desk.session, access_token="dead")
    with pytest.raises(SessionExpired):
        await anext(ADAPTER.order_stream(dead, desk.endpoints, desk.names, clock=now))
    broker = ADAPTER.connect(dead, desk.endpoints, desk.names, clock=now)
    try:
        with pytest.raises(SessionExpired):
            await broker.probe()
    finally:
        await broker.aclose()


async def test_a_sale_goes_after_the_person_authorised_it_on_zerodhas_page(desk: Desk) -> None:
    holdings = [{"symbol": "NSE:INFY", "quantity": 50, "average_price": "1400"}]
    user = desk.sandbox.post("/sessions", {"broker": "kite", "ddpi": False, "holdings": holdings})
    session = Session(user["access_token"], user["user_id"], desk.session.expires_at, user["api_key"])
    broker = ADAPTER.connect(session, desk.endpoints, desk.names, clock=now)
    try:
        with pytest.raises(BrokerRejected, match="authoris"):
            await broker.place(desk.child(Side.SELL, 20, order_type=OrderType.MARKET))
        (held,) = await broker.holdings()
        assert (held.sellable_quantity, held.unauthorised_quantity) == (50, 50)
        step = await broker.authorisation({INFY: 20})
        async with httpx.AsyncClient() as browser:
            assert "INE009A01021" in (await browser.get(step.url)).text
            done = await browser.post(step.url, data={"decision": "approve", "pin": "123456"})
        assert done.headers["location"].endswith("status=success")
        (held,) = await broker.holdings()
        assert (held.sellable_quantity, held.unauthorised_quantity) == (50, 30)
        await broker.place(desk.child(Side.SELL, 20, order_type=OrderType.MARKET))
        with pytest.raises(BrokerRejected, match="not held"):
            await broker.authorisation({TCS: 1})
    finally:
        await broker.aclose()


# --- orders ------------------------------------------------------------------------------------------------------


def to(child: ChildOrder, **terms: Any) -> Change:
    given: dict[str, Any] = {
        "quantity": child.quantity,
        "order_type": child.order_type,
        "validity": Validity.DAY,
    }
    return Change(**(given | {"price": child.price} | terms))


async def test_what_comes_after_an_order_ended_is_a_definite_no(desk: Desk) -> None:
    child = await desk.placed(desk.child(order_type=OrderType.MARKET))
    await desk.until(child, complete)
    with pytest.raises(BrokerRejected) as late:
        await desk.broker.cancel(child)
    assert late.value.code == "OrderException"
    with pytest.raises(BrokerRejected):
        await desk.broker.modify(child, to(child, order_type=OrderType.LIMIT, price=desk.far_below()))


async def test_a_limit_order_turned_into_a_market_order_goes_protected_and_fills(desk: Desk) -> None:
    child = await desk.placed(desk.child())
    await desk.until(child, working)
    await desk.broker.modify(child, to(child, order_type=OrderType.MARKET, price=None))
    await desk.until(child, complete)


async def test_one_change_too_many_is_a_definite_no(desk: Desk) -> None:
    child = await desk.placed(desk.child())
    most = ADAPTER.terms.most_changes
    assert most is not None
    for number in range(most):
        await desk.broker.modify(child, to(child, quantity=child.quantity + 1 + number % 2))
    with pytest.raises(BrokerRejected, match="modifications exceeded"):
        await desk.broker.modify(child, to(child))


async def test_an_iceberg_is_one_order_from_its_first_leg_to_its_last(desk: Desk) -> None:
    child = await desk.placed(desk.child(quantity=31, order_type=OrderType.MARKET, iceberg_legs=3))
    report = await desk.until(child, complete)
    assert (report.broker_order_id, report.quantity) == (child.broker_order_id, 31)
    assert report.filled_quantity == 31
    assert [one.broker_order_id for one in await desk.broker.find(child)] == [child.broker_order_id]
    fills = await desk.broker.trades(child)
    assert sum(one.fill.quantity for one in fills) == 31
    assert {one.broker_order_id for one in fills} == {child.broker_order_id}
    assert report.average_price is not None
    value = Money.sum(one.fill.price * one.fill.quantity for one in fills)
    assert abs((report.average_price * 31 - value).amount) < 1


async def test_the_stream_tells_of_an_iceberg_as_one_order(desk: Desk) -> None:
    async with desk.listening() as events:
        child = await desk.placed(desk.child(quantity=31, order_type=OrderType.MARKET, iceberg_legs=3))
        last = await next_good(events, lambda one: isinstance(one, OrderReport) and complete(one))
    assert isinstance(last, OrderReport)
    assert (last.broker_order_id, last.quantity, last.filled_quantity) == (child.broker_order_id, 31, 31)


async def test_an_iceberg_at_rest_is_changed_and_cancelled_where_it_works(desk: Desk) -> None:
    child = await desk.placed(desk.child(quantity=30, iceberg_legs=3))
    resting = await desk.until(child, working)
    assert (resting.quantity, resting.filled_quantity) == (30, 0)
    lower = desk.far_below(percent=6)
    await desk.broker.modify(child, to(child, price=lower))
    assert (await desk.until(child, working)).price == lower
    with pytest.raises(BrokerRejected, match="quantity of an iceberg"):
        await desk.broker.modify(child, to(child, quantity=40))
    await desk.broker.cancel(child)
    ended = await desk.until(child, lambda one: one.status is ReportStatus.CANCELLED)
    assert (ended.quantity, ended.filled_quantity) == (30, 0)
    assert len(desk.truth()["orders"]) == 1


async def test_each_of_two_icebergs_that_were_made_of_one_request_is_cancelled_where_it_works(
    desk: Desk,
) -> None:
    desk.fault("duplicate_order", "place", times=1)
    child = await desk.placed(desk.child(quantity=30, iceberg_legs=3))
    found = await eventually(lambda: desk.broker.find(child), lambda both: len(both) == 2)
    assert {(one.quantity, one.filled_quantity) for one in found} == {(30, 0)}
    both = replace(child, broker_order_ids=tuple(one.broker_order_id for one in found))
    for number in both.broker_order_ids:
        await desk.broker.cancel(both.at(number))
        ended = await desk.until(both.at(number), lambda one: one.status is ReportStatus.CANCELLED)
        assert ended.broker_order_id == number


async def test_an_order_after_the_market_is_placed_changed_and_cancelled_as_one(desk: Desk) -> None:
    child = await desk.placed(desk.child(after_market=True))
    report = await desk.broker.order(child)
    assert report is not None
    assert (report.status, report.words) == (ReportStatus.PENDING, "AMO REQ RECEIVED")
    await desk.broker.modify(child, to(child, quantity=5))
    # An order that was adopted from the book does not say that it is one for after the market.
    await desk.broker.cancel(replace(child, after_market=False))
    gone = await desk.broker.order(child)
    assert gone is not None
    assert (gone.status, gone.quantity) == (ReportStatus.CANCELLED, 5)


# --- postbacks ---------------------------------------------------------------------------------------------------


async def test_a_postback_is_read_only_with_the_right_signature(desk: Desk) -> None:
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def hook(request: Request) -> Response:
        heard.put_nowait(await request.body())
        return Response()

    listener = Listener(0)
    await listener.start(Starlette(routes=[Route("/hook", hook, methods=["POST"])]))
    try:
        desk.sandbox.put(f"/apps/kite/{desk.session.api_key}", {"postback_url": f"{listener.url}/hook"})
        child = await desk.placed(desk.child(order_type=OrderType.MARKET))
        async with asyncio.timeout(60):
            body = await heard.get()
        while json.loads(body)["order_id"] != child.broker_order_id:
            body = await heard.get()
    finally:
        desk.sandbox.put(f"/apps/kite/{desk.session.api_key}", {"postback_url": ""})
        await listener.stop()
    told = ADAPTER.postback(body, {}, "sandboxdemo-secret", desk.names)
    assert told is not None
    assert (told.broker_order_id, told.tag, told.status) == (
        child.broker_order_id,
        child.tag,
        ReportStatus.COMPLETE,
    )
    assert ADAPTER.postback(body, {}, "another secret", desk.names) is None
    forged = json.dumps(json.loads(body) | {"order_id": "1"}).encode()
    assert ADAPTER.postback(forged, {}, "sandboxdemo-secret", desk.names) is None
