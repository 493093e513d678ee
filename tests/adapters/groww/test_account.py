"""What a Groww account may do and what its orders cost, with answers that the sandbox does not give."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from adapters.broker import Conversion, MarginAsk
from adapters.groww import wire
from adapters.groww.broker import ADAPTER, GrowwBroker
from adapters.groww.calls import Calls, kind_of, together
from adapters.groww.terms import TERMS
from domain.errors import BrokerRejected, BrokerUnavailable, SessionExpired
from domain.instrument import Exchange, InstrumentId
from domain.money import Money, Price
from domain.order import OrderType, Product, Side
from tests.adapters.groww.samples import NOW, ORDER_ROW, RELIANCE, SYMBOLS
from tests.adapters.groww.test_smart import broker, failure, success

FUTURE = InstrumentId(Exchange.NFO, "BANKNIFTY26NOVFUT")
OPTION = InstrumentId(Exchange.NFO, "NIFTY26N2424650CE")
USER = {
    "vendor_user_id": "v",
    "ucc": "U1",
    "nse_enabled": True,
    "bse_enabled": False,
    "ddpi_enabled": False,
    "active_segments": ["CASH", "FNO", "COMMODITY"],
}
SHARE = MarginAsk(RELIANCE, Side.BUY, 10, OrderType.LIMIT, Product.CNC, Price.of(2450))
CONTRACT = MarginAsk(FUTURE, Side.BUY, 30, OrderType.LIMIT, Product.NRML, Price.of(58000))
OTHER = replace(CONTRACT, instrument=OPTION, quantity=65, side=Side.SELL, price=Price.of(100))


def probed(live: httpx.Response, user: dict[str, Any] = USER) -> GrowwBroker:
    return broker(lambda request: live if "live-data" in request.url.path else success(user))


@pytest.mark.parametrize(
    ("live", "market_data"),
    [
        (success({"NSE_NIFTY": 26000.5}), True),
        (failure(403, "GA005"), False),
        (httpx.Response(403, text="<html>forbidden</html>"), False),
        (failure(401, "GA005"), False),
        (failure(400, "GA001"), None),
        (failure(404, "GA004"), None),
        (failure(503, "GA003"), None),
        (httpx.Response(429, text="slow"), None),
    ],
)
async def test_a_plan_without_live_data_is_told_from_a_bad_moment(
    live: httpx.Response, market_data: bool | None
) -> None:
    found = await probed(live).probe()
    assert found.market_data is market_data
    assert found.exchanges == frozenset({Exchange.NSE, Exchange.NFO})


async def test_a_dead_session_cannot_be_probed() -> None:
    with pytest.raises(SessionExpired):
        await broker(lambda _: failure(401, "GA005")).probe()


async def test_segments_that_groww_does_not_tell_are_not_known() -> None:
    user = {name: value for name, value in USER.items() if name != "active_segments"}
    assert (await probed(success({}), user).probe()).exchanges is None


async def test_contracts_are_one_basket_in_their_order_and_shares_are_added_up() -> None:
    asked: list[tuple[str, list[str]]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        rows = json.loads(request.content)
        asked.append((request.url.params["segment"], [row["trading_symbol"] for row in rows]))
        return success({"total_requirement": 1000.5 if len(rows) > 1 else 24500})

    total = await broker(answer).required_margins([CONTRACT, SHARE, OTHER, SHARE])
    assert total == Money.of("50000.5")
    assert sorted(asked) == [
        ("CASH", ["RELIANCE"]),
        ("CASH", ["RELIANCE"]),
        ("FNO", ["BANKNIFTY26NOVFUT", "NIFTY26N2424650CE"]),
    ]
    assert await broker(answer).required_margins([]) == Money.of(0)


async def test_charges_are_growws_figure_for_each_order_or_not_known() -> None:
    figures: Callable[[httpx.Request], httpx.Response] = lambda request: success(  # noqa: E731
        {"brokerage_and_charges": 12.34 if b"RELIANCE" in request.content else 56.78}
    )
    assert await broker(figures).charges([SHARE, CONTRACT]) == [Money.of("12.34"), Money.of("56.78")]
    assert await broker(lambda _: success({})).charges([SHARE]) is None
    with pytest.raises(BrokerUnavailable):
        await broker(lambda _: success({"brokerage_and_charges": "many"})).charges([SHARE])


async def test_what_groww_has_no_call_for_is_said() -> None:
    groww = broker(lambda _: success(USER))
    with pytest.raises(BrokerRejected, match="app"):
        await groww.convert(Conversion(RELIANCE, Side.BUY, 1, Product.MIS, Product.CNC))
    assert await groww.addresses() is None
    assert ADAPTER.postback(b"{}", {}, "secret", SYMBOLS) is None


async def test_the_leave_to_sell_is_asked_for_in_words() -> None:
    asked = await broker(lambda _: success(USER)).authorisation({RELIANCE: 5})
    assert (asked.url, "5 RELIANCE" in asked.words) == ("", True)
    signed = await broker(lambda _: success({**USER, "ddpi_enabled": True})).authorisation({RELIANCE: 5})
    assert "DDPI" in signed.words


@pytest.mark.parametrize(
    ("remark", "stage", "message"),
    [
        ("", "NA", ""),
        ("", None, ""),
        ("", "PENDING", "after market: PENDING"),
        ("Parked", "PARKED", "Parked; after market: PARKED"),
    ],
)
def test_an_order_for_the_next_session_says_how_far_it_is(
    remark: str, stage: str | None, message: str
) -> None:
    row = {**ORDER_ROW, "average_fill_price": 2450, "price": 2450, "remark": remark, "amo_status": stage}
    assert wire.order_report(row, SYMBOLS, seen_at=NOW).message == message


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/live-data/quote", "quote"),
        ("/v1/historical/candles", "history"),
        ("/v1/order/list", "other"),
        ("/v1/order-advance/list", "other"),
        ("/v1/margins/detail/orders", "other"),
    ],
)
def test_every_read_counts_against_a_limit_that_is_known(path: str, kind: str) -> None:
    assert kind_of(path) == kind
    assert kind in {limit.kind for limit in TERMS.limits}


async def test_reads_are_counted_call_by_call_and_the_one_too_many_is_not_sent() -> None:
    now = 1000.0
    sent: list[float] = []

    def answer(_: httpx.Request) -> httpx.Response:
        sent.append(now)
        return success({})

    client = httpx.AsyncClient(base_url="http://groww.test/v1", transport=httpx.MockTransport(answer))
    calls = Calls(client, wall=lambda: now)
    for _ in range(500):
        now += 0.06  # within the limit of a second
        await calls.get("/order/list")
    with pytest.raises(BrokerUnavailable, match="used up"):
        await calls.get("/order/list")
    await calls.get("/live-data/ltp")
    assert len(sent) == 501
    now += 60
    await calls.get("/order/list")


async def test_after_the_first_failure_nothing_more_is_asked() -> None:
    ended: list[str] = []

    async def fails() -> None:
        raise BrokerUnavailable("down")

    async def waits() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append("cancelled")

    with pytest.raises(BrokerUnavailable):
        await together(waits(), fails(), waits())
    assert ended == ["cancelled"] * 2
