"""Conversions, baskets, charges, GTT orders and what an account may do, end to end against Upstox's sandbox server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from aiohttp import web

from adapters.broker import Conversion, MarginAsk, Session
from adapters.upstox.broker import ADAPTER, UpstoxBroker
from adapters.upstox.costs import MOST_LINES
from adapters.upstox.terms import TERMS
from domain.errors import BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from domain.instrument import Kind
from domain.money import Money, Price
from domain.order import OrderType, Product, Side
from domain.report import ReportStatus
from tests.adapters.desk import INFY, PATIENCE_SECONDS, TCS, Desk, complete, eventually, now


@pytest.fixture
def broker(desk: Desk) -> UpstoxBroker:
    assert isinstance(desk.broker, UpstoxBroker)
    return desk.broker


def switch(desk: Desk, **switches: Any) -> None:
    desk.sandbox.patch("/brokers/upstox/switches", switches)


# --- conversions -------------------------------------------------------------------------------------------------


async def bought_intraday(desk: Desk) -> None:
    child = await desk.placed(desk.child(quantity=10, order_type=OrderType.MARKET, product=Product.MIS))
    await desk.until(child, complete)


async def test_an_intraday_position_becomes_delivery(desk: Desk, broker: UpstoxBroker) -> None:
    await bought_intraday(desk)
    await broker.convert(Conversion(INFY, Side.BUY, 4, Product.MIS, Product.CNC))
    open_now = {one.product: one.quantity for one in await broker.positions() if one.quantity}
    assert open_now == {Product.MIS: 6, Product.CNC: 4}


async def test_what_is_not_held_cannot_be_converted(desk: Desk, broker: UpstoxBroker) -> None:
    with pytest.raises(BrokerRejected) as no:
        await broker.convert(Conversion(INFY, Side.BUY, 4, Product.MIS, Product.CNC))
    assert no.value.code == "UDAPI1035"


@pytest.mark.parametrize(
    ("old", "new", "overnight"),
    [
        (Product.CNC, Product.NRML, False),
        (Product.MIS, Product.MTF, False),
        (Product.MTF, Product.CNC, False),
        (Product.CNC, Product.MIS, True),
    ],
)
async def test_a_conversion_upstox_does_not_make_never_leaves(
    desk: Desk, broker: UpstoxBroker, old: Product, new: Product, overnight: bool
) -> None:
    desk.fault("outage")
    with pytest.raises(BrokerRejected):
        await broker.convert(Conversion(INFY, Side.BUY, 1, old, new, overnight))


# --- what orders block and cost ----------------------------------------------------------------------------------


def ask(side: Side = Side.BUY, quantity: int = 10, **more: Any) -> MarginAsk:
    given = MarginAsk(INFY, side, quantity, OrderType.LIMIT, Product.CNC, Price.of(1500))
    return replace(given, **more)


async def test_a_basket_blocks_what_its_orders_block_together(desk: Desk, broker: UpstoxBroker) -> None:
    basket = [ask(), ask(instrument=TCS, price=Price.of(3000))]
    assert await broker.required_margins(basket) == Money.of(45_000)
    assert await broker.required_margins([]) == Money.of(0)


async def test_two_lines_alike_are_sent_as_one(desk: Desk, broker: UpstoxBroker) -> None:
    assert await broker.required_margins([ask(), ask(quantity=30, price=Price.of(1400))]) == Money.of(57_000)


async def test_a_hedged_basket_needs_less_than_its_parts(desk: Desk, broker: UpstoxBroker) -> None:
    listed = await ADAPTER.instruments(desk.endpoints)
    futures = [one.instrument for one in listed if one.instrument.kind is Kind.FUTURE]
    near, far = next(
        (one, two)
        for one in futures
        for two in futures
        if one.underlying == two.underlying and one.expiry and two.expiry and one.expiry < two.expiry
    )
    legs = [
        ask(side, one.lot, instrument=one.id, product=Product.NRML, order_type=OrderType.MARKET, price=None)
        for side, one in ((Side.BUY, near), (Side.SELL, far))
    ]
    alone = Money.sum([await broker.required_margin(leg) for leg in legs])
    assert Money.of(0) < await broker.required_margins(legs) < alone


async def test_a_basket_longer_than_upstox_prices_is_refused(desk: Desk, broker: UpstoxBroker) -> None:
    listed = [one.instrument.id for one in await ADAPTER.instruments(desk.endpoints)]
    basket = [ask(instrument=one) for one in listed[: MOST_LINES + 1]]
    with pytest.raises(BrokerRejected, match="20"):
        await broker.required_margins(basket)


async def test_charges_are_told_order_by_order(desk: Desk, broker: UpstoxBroker) -> None:
    intraday = ask(product=Product.MIS, quantity=100)
    market = replace(intraday, order_type=OrderType.MARKET, price=None)
    costs = await broker.charges([ask(quantity=100), intraday, market])
    assert costs is not None
    delivery, cheap, at_market = costs
    assert delivery > cheap > Money.of(0)  # delivery pays the tax on both sides
    [at_last] = await broker.charges([replace(intraday, price=desk.price(INFY))]) or []
    assert at_market == at_last


# --- bad weather -----------------------------------------------------------------------------------------------

AFTER_ACCEPT = ["timeout_after_accept", "error_5xx_after_accept", "error_400_after_accept", "drop_answer"]


@pytest.mark.parametrize("fault", AFTER_ACCEPT)
async def test_a_conversion_without_an_answer_is_unknown_and_made_once(
    desk: Desk, broker: UpstoxBroker, fault: str
) -> None:
    await bought_intraday(desk)
    desk.fault(fault, "convert", times=1, seconds=0.2)
    with pytest.raises(OutcomeUnknown):
        await broker.convert(Conversion(INFY, Side.BUY, 4, Product.MIS, Product.CNC))

    async def held() -> dict[Product, int]:
        return {one.product: one.quantity for one in await broker.positions() if one.quantity}

    assert await eventually(held, lambda parts: len(parts) == 2) == {Product.MIS: 6, Product.CNC: 4}


@pytest.mark.parametrize("call", ["gtts", "margin", "charges", "ip"])
async def test_a_question_that_fails_is_unavailable_and_may_be_asked_again(
    desk: Desk, broker: UpstoxBroker, call: str
) -> None:
    questions: dict[str, Callable[[], Awaitable[object]]] = {
        "gtts": broker.conditionals,
        "margin": lambda: broker.required_margins([ask()]),
        "charges": lambda: broker.charges([ask()]),
        "ip": broker.addresses,
    }
    desk.fault("error_5xx_before", call, times=1)
    with pytest.raises(BrokerUnavailable):
        await questions[call]()
    await questions[call]()


# --- webhooks ----------------------------------------------------------------------------------------------------


async def test_a_webhook_names_the_order_to_read(desk: Desk, broker: UpstoxBroker) -> None:
    posts: asyncio.Queue[bytes] = asyncio.Queue()

    async def take(request: web.Request) -> web.Response:
        posts.put_nowait(await request.read())
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    keys = {"client_id": "sandboxdemo", "client_secret": "sandboxdemo-secret"}
    async with httpx.AsyncClient(base_url=desk.endpoints.rest) as console:
        put = await console.put("/sandbox/app", json={**keys, "postback_url": f"http://{host}:{port}/"})
        assert put.status_code == 200
        child = await desk.placed(desk.child())
        async with asyncio.timeout(PATIENCE_SECONDS):
            hint = ADAPTER.postback(await posts.get(), {}, "", desk.names)
        await console.put("/sandbox/app", json={**keys, "postback_url": ""})
    await runner.cleanup()
    assert hint is not None
    assert (hint.broker_order_id, hint.tag) == (child.broker_order_id, child.tag)


# --- what the account may do -------------------------------------------------------------------------------------


@asynccontextmanager
async def with_token(desk: Desk, kind: str) -> AsyncIterator[UpstoxBroker]:
    """The same account with a token of a year that only reads."""
    app = {"client_id": "sandboxdemo", "client_secret": "sandboxdemo-secret", "user_id": desk.user_id}
    async with httpx.AsyncClient() as console:
        reply = await console.post(f"{desk.endpoints.rest}/sandbox/tokens", json={**app, "kind": kind})
    session = Session(reply.json()["data"]["access_token"], desk.user_id, now() + timedelta(days=365))
    reader = ADAPTER.connect(session, desk.endpoints, desk.names, clock=now)
    try:
        yield reader
    finally:
        await reader.aclose()


async def test_a_whole_account_may_do_everything_upstox_takes(desk: Desk, broker: UpstoxBroker) -> None:
    able = await broker.probe()
    assert (able.market_data, able.orders, able.exchanges) == (True, True, TERMS.exchanges)


@pytest.mark.parametrize(("kind", "market_data"), [("analytics", True), ("extended", False)])
async def test_a_token_that_only_reads_is_no_dead_session(desk: Desk, kind: str, market_data: bool) -> None:
    async with with_token(desk, kind) as reader:
        able = await reader.probe()
        assert (able.market_data, able.orders, able.exchanges) == (market_data, False, None)
        with pytest.raises(BrokerRejected) as no:
            await reader.place(desk.child())
        assert no.value.code == "UDAPI100067"
        assert await reader.addresses() is None


async def test_a_killed_segment_is_left_out(desk: Desk, broker: UpstoxBroker) -> None:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {desk.session.access_token}"}) as app:
        kill = [{"segment": "BSE_EQ", "action": "ENABLE"}]
        assert (await app.post(f"{desk.endpoints.rest}/v2/user/kill-switch", json=kill)).status_code == 200
    able = await broker.probe()
    assert able.exchanges is not None
    assert {one.value for one in TERMS.exchanges - able.exchanges} == {"BSE"}


async def test_a_dead_token_and_an_outage_are_told_apart(desk: Desk, broker: UpstoxBroker) -> None:
    desk.fault("outage")
    able = await broker.probe()
    assert (able.market_data, able.orders, able.exchanges) == (None, None, None)
    desk.heal()
    desk.sandbox.post("/faults", {"broker": "upstox", "fault": "expire_token", "account": desk.user_id})
    with pytest.raises(SessionExpired):
        await broker.probe()


async def test_orders_come_from_the_registered_address_only(desk: Desk, broker: UpstoxBroker) -> None:
    assert await broker.addresses() == []
    switch(desk, static_ips={desk.user_id: ["203.0.113.7", "203.0.113.8"]})
    assert await broker.addresses() == ["203.0.113.7", "203.0.113.8"]
    with pytest.raises(BrokerRejected, match="egress") as no:
        await broker.place(desk.child())
    assert no.value.code == "UDAPI1154"
    assert (await broker.profile()).broker_user_id == desk.user_id  # reads go on
    assert await broker.orders() == []
    switch(desk, static_ips={})


async def test_the_leave_to_sell_is_given_in_the_brokers_own_app(desk: Desk, broker: UpstoxBroker) -> None:
    leave = await broker.authorisation({INFY: 5, TCS: 0})
    assert leave.url == ""
    assert "5 INFY" in leave.words or "no leave is needed" in leave.words


async def test_what_came_too_late_is_a_no_and_the_book_tells_why(desk: Desk, broker: UpstoxBroker) -> None:
    child = await desk.placed(desk.child(quantity=5, order_type=OrderType.MARKET))
    await desk.until(child, complete)
    with pytest.raises(BrokerRejected) as no:
        await broker.cancel(child)
    assert no.value.code in ("UDAPI100040", "UDAPI100041")
    report = await broker.order(child)
    assert report is not None
    assert report.status is ReportStatus.COMPLETE
