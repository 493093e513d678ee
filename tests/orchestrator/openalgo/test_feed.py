"""OpenAlgo's own client hears prices; strangers and nonsense are told, and left."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import websockets
from openalgo import api  # type: ignore[import-untyped]

from domain.instrument import InstrumentId
from domain.market import Depth, DepthLevel
from domain.money import Price
from orchestrator.market.prices import Day, Seen
from orchestrator.openalgo.feed import told
from orchestrator.openalgo.symbols import Name
from tests.programs import make_token
from tests.stories.product import Product, Trader, a_trader, eventually
from tests.traders import NewUser

INFY, NIFTY = {"exchange": "NSE", "symbol": "INFY"}, {"exchange": "NSE_INDEX", "symbol": "NIFTY"}
AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture
async def trader(product: Product, new_user: NewUser) -> AsyncIterator[Trader]:
    async with a_trader(product) as one:
        await one.connect(new_user("kite"))
        await one.settled()
        yield one


def address(product: Product) -> str:
    return f"{product.url.replace('http', 'ws')}/api/v1/ws"


def socket(product: Product) -> Any:
    return websockets.connect(address(product), proxy=None, close_timeout=1)


async def said(line: Any, kind: str) -> Any:
    """The next message of this kind."""
    async with asyncio.timeout(60):
        while True:
            message = json.loads(await line.recv())
            if message["type"] == kind:
                return message


async def let_in(line: Any, token: str) -> Any:
    await line.send(json.dumps({"action": "authenticate", "api_key": token}))
    return await said(line, "auth")


async def test_the_official_client_hears_prices_in_every_mode(product: Product, trader: Trader) -> None:
    token = await make_token(trader, scopes="read")
    client = api(api_key=token, host=product.url, ws_url=address(product))
    assert await asyncio.to_thread(client.connect)
    try:
        for subscribe in (client.subscribe_ltp, client.subscribe_quote, client.subscribe_depth):
            assert await asyncio.to_thread(subscribe, [INFY, NIFTY])

        async def heard() -> Any:
            return client.ltp_data, client.quotes_data, client.depth_data

        def whole(parts: Any) -> bool:
            """A price may come before the day's figures and the offers do: null until then."""
            ltp, quotes, depth = parts
            known = "NSE:INFY" in ltp and quotes.get("NSE_INDEX:NIFTY", {}).get("low") is not None
            return known and bool(depth.get("NSE:INFY", {}).get("depth", {}).get("sell"))

        ltp, quotes, depth = await eventually(heard, whole)
        assert ltp["NSE:INFY"]["price"] > 0
        index = quotes["NSE_INDEX:NIFTY"]
        assert index["low"] <= index["ltp"] <= index["high"]
        book = depth["NSE:INFY"]["depth"]
        assert book["buy"][0]["price"] < book["sell"][0]["price"]
        assert await asyncio.to_thread(client.unsubscribe_quote, [INFY])
    finally:
        await asyncio.to_thread(client.disconnect)


async def test_a_line_says_what_is_wrong_and_ends_with_its_token(product: Product, trader: Trader) -> None:
    token, blind = await make_token(trader, scopes="read"), await make_token(trader, scopes="trade")
    for wrong in ("guess", blind, trader.http.headers["authorization"].removeprefix("Bearer ")):
        async with socket(product) as line:
            assert (await let_in(line, wrong))["status"] == "error"
            await line.wait_closed()
            assert line.close_code == 1008
    async with socket(product) as line:
        await line.send(json.dumps({"action": "subscribe", **INFY, "mode": 1}))
        assert (await said(line, "auth"))["status"] == "error", "nothing before the key"
    async with socket(product) as line:
        assert (await let_in(line, token))["status"] == "success"
        for nonsense in (
            "{", "[]", '{"action": "dance"}', '{"action": "subscribe"}', '{"action": "subscribe", "symbols": []}',
            '{"action": "subscribe", "symbol": "INFY", "exchange": "NSE", "mode": 9}',
            '{"action": "subscribe", "symbol": "INFY", "exchange": "NSE", "mode": true}',
            '{"action": "subscribe", "symbol": ["INFY"], "exchange": "NSE", "mode": 1}',
        ):  # fmt: skip
            await line.send(nonsense)
            assert (await said(line, "error"))["message"], nonsense
        asked = {"action": "subscribe", "symbols": [INFY, {"exchange": "NSE", "symbol": "NO"}], "mode": "LTP"}
        await line.send(json.dumps(asked))
        answer = await said(line, "subscribe")
        assert [one["status"] for one in answer["subscriptions"]] == ["success", "error"]
        assert answer["status"] == "partial"
        assert (await said(line, "market_data"))["symbol"] == "INFY"
        await line.send(json.dumps({"action": "unsubscribe", **INFY, "mode": 2}))
        assert (await said(line, "unsubscribe"))["subscriptions"][0]["status"] == "error"
        await trader.call("DELETE", f"/v1/users/me/tokens/{token.split('_')[1]}")
        assert "revoked" in (await said(line, "error"))["message"]
        await line.wait_closed()
        assert line.close_code == 1008


def test_what_is_not_known_is_null_and_never_zero() -> None:
    seen = Seen(InstrumentId.parse("NSE:INFY"), price=Price.of("1500.05"), at=AT)
    name = Name("NSE", "INFY")
    quote = told(seen, name, 2)
    assert (quote["symbol"], quote["mode"], quote["data"]["ltp"]) == ("INFY", 2, 1500.05)
    assert {quote["data"][word] for word in ("open", "close", "volume", "change", "change_percent")} == {None}
    assert told(seen, name, 3)["data"]["depth"] == {"buy": [], "sell": []}
    seen.prev_close, seen.depth = Price.of(1500), Depth(bids=(DepthLevel(Price.of(1499), 5, 2),))
    seen.day = Day(AT, Price.of(1490), Price.of(1510), Price.of(1480), None, 1000, None)
    data = told(seen, name, 2)["data"]
    assert (data["high"], data["close"], data["volume"], data["change"]) == (1510, 1500, 1000, 0.05)
    assert data["timestamp"] == int(AT.timestamp() * 1000)
    assert told(seen, name, 3)["data"]["depth"]["buy"] == [{"price": 1499, "quantity": 5, "orders": 2}]
