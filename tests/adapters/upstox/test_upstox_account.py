"""Conversions, baskets, charges, GTT orders and what an account may do, end to end against Upstox's sandbox server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from adapters.broker import Conversion, MarginAsk, Session
from adapters.upstox.broker import ADAPTER, UpstoxBroker
from adapters.upstox.costs import MOST_LINES
from adapters.upstox.terms import TERMS
from domain.conditional import ConditionalIntent, ConditionalKind, ConditionalLeg, ConditionalStatus
from domain.errors import BrokerRejected, SessionExpired
from domain.instrument import InstrumentId, Kind
from domain.money import Money, Price
from domain.order import OrderType, Product, Side
from domain.report import ReportStatus
from tests.adapters.desk import INFY, TCS, Desk, complete, eventually, now


@pytest.fixture
def broker(desk: Desk) -> UpstoxBroker:
    assert isinstance(desk.broker, UpstoxBroker)
    return desk.broker


def switch(desk: Desk, **switches: Any) -> None:
    desk.sandbox.patch("/brokers/upstox/switches", switches)


def above(desk: Desk, percent: int, instrument: InstrumentId = INFY) -> Price:
    return desk.far_below(instrument, -percent)


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


# --- GTT orders --------------------------------------------------------------------------------------------------


def gtt(desk: Desk, trigger: Price, **more: Any) -> ConditionalIntent:
    leg = ConditionalLeg(trigger, more.pop("quantity", 5), more.pop("order_type", OrderType.MARKET))
    given: dict[str, Any] = {"side": Side.BUY, "product": Product.CNC, "last_price": desk.price(INFY)}
    return ConditionalIntent(ConditionalKind.SINGLE, INFY, legs=(leg,), **(given | more))


async def test_a_gtt_order_is_listed_as_it_was_asked_for(desk: Desk, broker: UpstoxBroker) -> None:
    asked = gtt(desk, desk.far_below())
    mark = await broker.place_conditional(asked)
    [kept] = await broker.conditionals()
    assert (kept.conditional_id, kept.status, kept.words) == (
        mark,
        ConditionalStatus.ACTIVE,
        "ENTRY SCHEDULED",
    )
    assert kept.intent == asked
    assert kept.created_at is not None
    assert kept.expires_at is not None
    assert timedelta(days=364) < kept.expires_at - kept.created_at < timedelta(days=367)
    assert await broker.orders() == []


async def test_a_gtt_order_is_changed_and_cancelled(desk: Desk, broker: UpstoxBroker) -> None:
    mark = await broker.place_conditional(gtt(desk, desk.far_below()))
    changed = gtt(desk, above(desk, 4), quantity=7)
    await broker.modify_conditional(mark, changed)
    [kept] = await broker.conditionals()
    assert (kept.conditional_id, kept.intent) == (mark, changed)
    await broker.cancel_conditional(kept)
    [kept] = await broker.conditionals()
    assert kept.status is ConditionalStatus.CANCELLED
    with pytest.raises(BrokerRejected):
        await broker.cancel_conditional(kept)


async def test_a_gtt_order_that_fires_names_its_order(desk: Desk, broker: UpstoxBroker) -> None:
    trigger = Price(desk.price(TCS).amount + 1)
    leg = ConditionalLeg(trigger, 2, OrderType.MARKET)
    intent = ConditionalIntent(
        ConditionalKind.SINGLE, TCS, Side.BUY, Product.CNC, (leg,), last_price=desk.price(TCS)
    )
    await broker.place_conditional(intent)
    before = desk.price(TCS)
    desk.sandbox.post("/prices", {"prices": {str(TCS): str(before.amount + 2)}})
    [fired] = await eventually(broker.conditionals, lambda rows: bool(rows[0].fired_order_ids))
    assert fired.status in (ConditionalStatus.TRIGGERED, ConditionalStatus.COMPLETED)
    book = {one.broker_order_id: one for one in await broker.orders()}
    order = book[fired.fired_order_ids[0]]
    assert (order.instrument, order.side, order.quantity) == (TCS, Side.BUY, 2)
    desk.sandbox.post("/prices", {"prices": {str(TCS): str(before.amount)}})


async def test_what_upstox_does_not_keep_never_leaves(desk: Desk, broker: UpstoxBroker) -> None:
    limit = gtt(desk, desk.far_below(), order_type=OrderType.LIMIT)
    at_last = gtt(desk, desk.price(INFY))
    leg = ConditionalLeg(desk.far_below(), 5, OrderType.MARKET)
    both = replace(limit, kind=ConditionalKind.OCO, legs=(replace(leg, trigger_price=above(desk, 3)), leg))
    desk.fault("outage")
    for intent in (limit, at_last, both):
        with pytest.raises(BrokerRejected):
            await broker.place_conditional(intent)
    assert both.kind not in TERMS.conditionals


async def test_a_bracket_of_the_brokers_own_app_is_shown_and_can_be_cancelled(
    desk: Desk, broker: UpstoxBroker
) -> None:
    def rule(strategy: str, trigger: str, price: Price) -> dict[str, Any]:
        return {"strategy": strategy, "trigger_type": trigger, "trigger_price": float(price.amount)}

    body = {
        "type": "MULTIPLE", "quantity": 3, "product": "D", "instrument_token": "NSE_EQ|INE009A01021",
        "transaction_type": "BUY",
        "rules": [
            rule("ENTRY", "BELOW", desk.far_below()),
            rule("TARGET", "IMMEDIATE", above(desk, 3)),
            rule("STOPLOSS", "IMMEDIATE", desk.far_below(percent=7)),
        ],
    }  # fmt: skip
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {desk.session.access_token}"}) as app:
        await app.post(f"{desk.endpoints.rest}/v3/order/gtt/place", json=body)
    [kept] = await broker.conditionals()
    assert (kept.intent, kept.status) == (None, ConditionalStatus.ACTIVE)
    assert kept.words == "ENTRY SCHEDULED, TARGET PENDING, STOPLOSS PENDING"
    await broker.cancel_conditional(kept)
    [kept] = await broker.conditionals()
    assert kept.status is ConditionalStatus.CANCELLED


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
