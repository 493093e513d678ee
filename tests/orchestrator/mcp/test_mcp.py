"""The MCP tools with the SDK's own client, over standard input and over HTTP, against the running product."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from mocks.launch import Sandbox
from tests.programs import make_token
from tests.stories.product import ROOT, Product, Trader, a_trader, last_price
from tests.traders import NewUser

BUY = {"symbol": "NSE:INFY", "side": "BUY", "quantity": 2, "order_type": "MARKET", "product": "CNC"}


@dataclass
class Person:
    product: Product
    trader: Trader

    async def orders(self) -> list[Any]:
        items: list[Any] = (await self.trader.call("GET", "/v1/orders"))["items"]
        return items

    @asynccontextmanager
    async def over_http(self, token: str) -> AsyncIterator[Client]:
        headers = {"authorization": f"Bearer {token}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=30) as http,
            Client(streamable_http_client(f"{self.product.url}/mcp", http_client=http)) as client,
        ):
            yield client

    @asynccontextmanager
    async def over_stdio(self, token: str) -> AsyncIterator[Client]:
        program = StdioServerParameters(
            command=sys.executable,
            args=["-m", "trademaster", "mcp"],
            env={"TRADEMASTER_URL": self.product.url, "TRADEMASTER_TOKEN": token},
            cwd=ROOT,
        )
        async with Client(stdio_client(program)) as client:
            yield client


@pytest.fixture
async def person(product: Product, new_user: NewUser) -> AsyncIterator[Person]:
    async with a_trader(product) as trader:
        await trader.connect(new_user("kite", cash="200000", holdings={"NSE:TCS": 12}))
        await trader.settled()
        yield Person(product, trader)


async def tell(client: Client, tool: str, **given: Any) -> Any:
    answer = await client.call_tool(tool, given)
    assert not answer.is_error, answer.content
    return answer.structured_content


async def refused(client: Client, tool: str, **given: Any) -> str:
    answer = await client.call_tool(tool, given)
    assert answer.is_error, answer.structured_content
    return str(answer.content[0].text)  # type: ignore[union-attr]


async def test_the_tools_say_what_they_may_do(person: Person) -> None:
    async with person.over_http(await make_token(person.trader)) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    acting = {
        name for name, tool in tools.items() if tool.annotations and not tool.annotations.read_only_hint
    }
    assert acting == {"place_order", "change_order", "cancel_order"}
    for name, tool in tools.items():
        assert tool.output_schema, name
        assert 20 < len(tool.description or "") < 250, name
        assert tool.annotations is not None
        assert tool.annotations.destructive_hint is (name in acting)
    page = (ROOT / "docs/api/mcp.md").read_text(encoding="utf-8")
    assert set(
        re.findall(r"`([a-z]+_[a-z]+)`", page.partition("## Tools")[2].partition("Resources:")[0])
    ) == {*tools}


@pytest.mark.parametrize("way", ["over_http", "over_stdio"])
async def test_both_ways_show_the_same_and_place_only_what_was_confirmed(person: Person, way: str) -> None:
    token = await make_token(person.trader)
    async with getattr(person, way)(token) as client:
        whole = await tell(client, "get_portfolio")
        assert [(one["symbol"], one["quantity"]) for one in whole["holdings"]] == [("NSE:TCS", 12)]
        assert whole["totals"]["cash"] == "200000.00"
        told = await tell(client, "get_quotes", symbols=["NSE:INFY", "NSE:NOSUCH"])
        assert told["missing"] == ["NSE:NOSUCH"]
        found = await tell(client, "search_instruments", words="nifty 50")
        assert found["instruments"][0]["symbol"] == "NSE:NIFTY 50"
        resource = await client.read_resource("trademaster://portfolio/holdings")
        assert "NSE:TCS" in str(resource.contents[0])

        shown = await tell(client, "place_order", **BUY)
        assert (shown["sent"], await person.orders()) == (False, [])
        sent = await tell(client, "place_order", **BUY, confirm=shown["confirm"])
        assert sent["sent"] is True
        again = await tell(client, "place_order", **BUY, confirm=shown["confirm"])
        assert again["order"]["id"] == sent["order"]["id"]
        assert len(await person.orders()) == 1
        await person.trader.order_when(sent["order"]["id"], "FILLED")
        story = await tell(client, "get_order", order_id=sent["order"]["id"])
        assert story["timeline"]


async def test_a_confirmation_is_for_the_very_plan_and_the_very_token(person: Person) -> None:
    token = await make_token(person.trader)
    other = await make_token(person.trader)
    async with person.over_http(token) as client, person.over_http(other) as elsewhere:
        shown = await tell(client, "place_order", **BUY)
        for changed in ({"quantity": 3}, {"side": "SELL"}, {"symbol": "NSE:TCS"}, {"product": "MIS"}):
            answer = await tell(client, "place_order", **{**BUY, **changed}, confirm=shown["confirm"])
            assert answer["sent"] is False
        assert (await tell(elsewhere, "place_order", **BUY, confirm=shown["confirm"]))["sent"] is False
        for made_up in ("yes", "", "true", shown["plan"]["summary"], shown["confirm"][:-1]):
            assert "confirm" in await refused(client, "place_order", **BUY, confirm=made_up)
        assert await person.orders() == []


async def test_one_confirmation_used_at_once_makes_one_order(person: Person) -> None:
    async with person.over_http(await make_token(person.trader)) as client:
        shown = await tell(client, "preview_order", **BUY)
        calls = (tell(client, "place_order", **BUY, confirm=shown["confirm"]) for _ in range(4))
        answers = await asyncio.gather(*calls)
    assert len(await person.orders()) == 1
    assert all(one["sent"] for one in answers)


async def test_an_order_is_changed_and_cancelled_after_it_was_shown(person: Person, sandbox: Sandbox) -> None:
    price = last_price(sandbox, "NSE:INFY") - 20
    resting = await person.trader.place(f"BUY 2 NSE:INFY CNC LIMIT {price}")
    async with person.over_http(await make_token(person.trader)) as client:
        shown = await tell(client, "change_order", order_id=resting["id"], quantity=5)
        assert (shown["terms"]["quantity"], shown["terms"]["new_quantity"]) == (2, 5)
        wrong = await tell(
            client, "change_order", order_id=resting["id"], quantity=50, confirm=shown["confirm"]
        )
        assert wrong["sent"] is False
        cancel = await tell(client, "cancel_order", order_id=resting["id"], confirm=shown["confirm"])
        assert cancel["sent"] is False
        assert (await person.trader.order(resting["id"]))["quantity"] == 2
        changed = await tell(
            client, "change_order", order_id=resting["id"], quantity=5, confirm=shown["confirm"]
        )
        assert changed["order"]["quantity"] == 5
        cancel = await tell(client, "cancel_order", order_id=resting["id"])
        assert (await tell(client, "cancel_order", order_id=resting["id"], confirm=cancel["confirm"]))[
            "sent"
        ] is True
    await person.trader.order_when(resting["id"], "CANCELLED")


async def test_a_token_may_no_more_through_tools_than_elsewhere(person: Person) -> None:
    reading = await make_token(person.trader, "read")
    async with person.over_http(reading) as client:
        shown = await tell(client, "place_order", **BUY)
        assert "scope" in await refused(client, "place_order", **BUY, confirm=shown["confirm"])
        assert "not_found" in await refused(client, "get_order", order_id="ord_somebody_elses")
        dear = await tell(client, "preview_order", **{**BUY, "quantity": 100_000})
        assert (dear["confirm"], dear["sent"]) == (None, False)
        assert dear["plan"]["refused"]
    assert await person.orders() == []


async def test_what_is_outside_a_tokens_policy_is_the_persons_to_decide(person: Person) -> None:
    asking = await make_token(person.trader, order_value="100.00", on_breach="ask")
    async with person.over_http(asking) as client:
        shown = await tell(client, "place_order", **BUY)
        if shown["confirm"] is not None:
            told = await refused(client, "place_order", **BUY, confirm=shown["confirm"])
            assert "waits for the person" in told
    assert await person.orders() == []


async def test_the_door_takes_personal_tokens_from_programs_only(person: Person) -> None:
    token = await make_token(person.trader)
    login = person.trader.http.headers["Authorization"]
    ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    good = {"authorization": f"Bearer {token}", "accept": "application/json, text/event-stream"}
    async with httpx.AsyncClient(base_url=person.product.url, trust_env=False) as http:

        async def status(**headers: str) -> int:
            return (await http.post("/mcp", json=ask, headers={**good, **headers})).status_code

        assert await status() == 200
        assert await status(authorization=login) == 401
        assert await status(authorization="") == 401
        assert await status(authorization=f"Bearer {token[:-1]}") == 401
        assert await status(origin="https://evil.example") == 403
        assert await status(host="evil.example") in (400, 403, 421)
        assert (await http.get("/mcp", headers=good)).status_code == 405
        assert (await http.post("/mcp", content="{", headers=good)).status_code == 400
        assert (await http.post("/mcp", json=ask, params={"access_token": token})).status_code == 401
