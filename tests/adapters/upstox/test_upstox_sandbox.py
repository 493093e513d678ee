"""What only Upstox does, end to end against its sandbox server; the rest is in tests/adapters/test_contract.py."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from adapters.broker import Credentials, Session
from adapters.upstox.broker import ADAPTER
from domain.errors import BrokerRejected, BrokerUnavailable, SessionExpired
from domain.instrument import Exchange, InstrumentId, Kind
from domain.order import OrderType, Product, Side
from domain.report import ReportStatus
from tests.adapters.desk import INFY, Desk, next_good, now

REDIRECT = "http://127.0.0.1:9/callback"


async def log_in(desk: Desk, credentials: Credentials) -> Session:
    """As a person does: open the page, approve it, come back with the code."""
    page = ADAPTER.login.url(credentials, desk.endpoints, redirect_uri=REDIRECT, state="ours")
    form = dict(parse_qsl(urlsplit(page).query)) | {
        "user_id": desk.user_id, "password": "sandbox", "pin": "123456", "decision": "approve",
    }  # fmt: skip
    async with httpx.AsyncClient() as browser:
        assert (await browser.get(page)).status_code == 200
        back = await browser.post(page.partition("?")[0], data=form)
    answer = dict(parse_qsl(urlsplit(back.headers["location"]).query))
    assert answer["state"] == "ours"
    return await ADAPTER.login.session(
        credentials, desk.endpoints, answer=answer, redirect_uri=REDIRECT, now=now()
    )


async def test_a_person_logs_in_over_the_page(desk: Desk) -> None:
    credentials = {"api_key": "sandboxdemo", "api_secret": "sandboxdemo-secret"}
    session = await log_in(desk, credentials)
    assert session.broker_user_id == desk.user_id
    assert timedelta(0) < session.expires_at - now() <= timedelta(days=1)
    broker = ADAPTER.connect(session, desk.endpoints, desk.names, clock=now)
    try:
        assert (await broker.profile()).broker_user_id == desk.user_id
    finally:
        await broker.aclose()


async def test_a_wrong_secret_is_a_rejection(desk: Desk) -> None:
    with pytest.raises(BrokerRejected) as wrong:
        await log_in(desk, {"api_key": "sandboxdemo", "api_secret": "wrong"})
    assert wrong.value.code == "UDAPI100069"


async def test_every_listing_of_the_exchange_has_its_canonical_name(desk: Desk) -> None:
    for name in ("NSE:INFY", "BSE:INFY", "NSE:NIFTY 50"):
        quotes = desk.sandbox.get(f"/prices?symbols={name.replace(' ', '%20')}")["quotes"]
        [quote] = await desk.broker.quotes([InstrumentId.parse(name)])
        assert str(quote.last_price) == quotes[0]["last_price"]


async def test_a_contract_of_the_day_is_carried_product(desk: Desk) -> None:
    listed = await ADAPTER.instruments(desk.endpoints)
    blocked = {one.instrument.kind: one.intraday for one in listed}
    assert (blocked[Kind.EQUITY], blocked[Kind.FUTURE]) == (Decimal("0.2"), None)
    future = next(one.instrument.id for one in listed if one.instrument.kind is Kind.FUTURE)
    lot = desk.names.listing(future)
    assert lot is not None
    child = await desk.placed(
        desk.child(
            instrument=future, quantity=lot.instrument.lot, order_type=OrderType.MARKET, product=Product.NRML
        )
    )
    report = await desk.until(child, lambda one: one.status is ReportStatus.COMPLETE)
    assert (report.instrument, report.product) == (future, Product.NRML)
    [position] = await desk.broker.positions()
    assert (position.instrument, position.product, position.quantity) == (
        future,
        Product.NRML,
        lot.instrument.lot,
    )


async def test_a_resting_sale_blocks_shares_but_keeps_them(desk: Desk) -> None:
    sell = desk.child(side=Side.SELL, quantity=20, price=desk.far_below(percent=-5))
    await desk.placed(sell)
    [infy] = [one for one in await desk.broker.holdings() if one.instrument == INFY]
    assert (infy.quantity, infy.sellable_quantity) == (50, 30)
    await desk.placed(desk.child(side=Side.SELL, quantity=10, order_type=OrderType.MARKET))
    [infy] = [one for one in await desk.broker.holdings() if one.instrument == INFY]
    assert (infy.quantity, infy.sellable_quantity) == (40, 20)


async def test_an_order_of_the_brokers_own_app_is_heard_too(desk: Desk) -> None:
    async with desk.listening() as events:
        order = {
            "quantity": 1, "product": "I", "validity": "DAY", "price": 0, "instrument_token": "BSE_EQ|INE009A01021",
            "order_type": "MARKET", "transaction_type": "BUY", "disclosed_quantity": 0, "trigger_price": 0,
            "is_amo": False,
        }  # fmt: skip
        async with httpx.AsyncClient(
            headers={"Authorization": f"Bearer {desk.session.access_token}"}
        ) as other:
            await other.post(f"{desk.endpoints.rest}/v2/order/place", json=order)
        done = await next_good(events, lambda one: getattr(one, "status", None) is ReportStatus.COMPLETE)
        assert getattr(done, "instrument", None) == InstrumentId(Exchange.BSE, "INFY")
        assert getattr(done, "tag", "") is None


async def test_a_dead_token_shows_when_a_stream_is_opened(desk: Desk) -> None:
    desk.sandbox.post("/faults", {"broker": "upstox", "fault": "expire_token", "account": desk.user_id})
    with pytest.raises(SessionExpired):
        await anext(aiter(ADAPTER.order_stream(desk.session, desk.endpoints, desk.names, clock=now)))
    with pytest.raises(SessionExpired):
        async with ADAPTER.market_feed(desk.session, desk.endpoints, desk.names, clock=now):
            pass


async def test_a_broker_that_is_down_refuses_streams_and_master(desk: Desk) -> None:
    desk.fault("outage")
    with pytest.raises(BrokerUnavailable):
        await anext(aiter(ADAPTER.order_stream(desk.session, desk.endpoints, desk.names, clock=now)))
    with pytest.raises(BrokerUnavailable):
        await ADAPTER.instruments(desk.endpoints)


async def test_candles_of_a_month_are_one_for_each_trading_day(desk: Desk) -> None:
    end = now()
    candles = await desk.broker.candles(INFY, interval="1d", start=end - timedelta(days=30), end=end)
    days: list[datetime] = [candle.time for candle in candles]
    assert days == sorted(days)
    assert len({day.date() for day in days}) == len(days) >= 20
