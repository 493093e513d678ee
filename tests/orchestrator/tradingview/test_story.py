"""An alert as TradingView sends it trades on the sandbox, once; what the documentation says to paste is what works."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.programs import make_token
from tests.stories.product import ROOT, Product, Trader, a_trader, eventually
from tests.traders import NewUser

PAGE = (ROOT / "docs/api/tradingview.md").read_text(encoding="utf-8")
TEMPLATES = [json.loads(one) for one in re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)]
FILLED_IN = {
    "{{ticker}}": "INFY",
    "{{exchange}}": "NSE",
    "{{strategy.order.action}}": "buy",
    "{{strategy.order.contracts}}": "3",
    "{{close}}": "1541.2",
    "{{strategy.order.id}}": "Long",
}


@dataclass
class Chart:
    """Somebody whose alerts go to a hook."""

    product: Product
    trader: Trader

    async def hook(self, token: str, **rules: Any) -> Any:
        body = {"name": "Chart", "token": token.split("_")[1], "rules": {"product": "MIS", **rules}}
        return await self.trader.call("POST", "/v1/hooks", json=body)

    async def send(self, hook: Any, message: dict[str, str]) -> httpx.Response:
        """As TradingView fills a message in."""
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        filled = {name: {**FILLED_IN, "{{timenow}}": now}.get(one, one) for name, one in message.items()}
        async with httpx.AsyncClient(trust_env=False) as tradingview:
            there = hook["url"].replace(hook["url"].partition("/v1/")[0], self.product.url)
            return await tradingview.post(there, json={**filled, "secret": hook["secret"]})

    async def done(self, hook: Any, count: int = 1) -> list[Any]:
        """Its deliveries, once all are done with."""
        told = await eventually(
            lambda: self.trader.call("GET", f"/v1/hooks/{hook['id']}/deliveries"),
            lambda found: (
                len(found["items"]) == count and all(one["outcome"] != "received" for one in found["items"])
            ),
        )
        items: list[Any] = told["items"]
        return items


@pytest.fixture
async def chart(product: Product, new_user: NewUser) -> AsyncIterator[Chart]:
    async with a_trader(product) as trader:
        await trader.connect(new_user("kite", cash="200000"))
        await trader.settled()
        yield Chart(product, trader)


async def test_the_messages_of_the_documentation_trade_and_each_once(chart: Chart) -> None:
    hook = await chart.hook(await make_token(chart.trader, "trade"))
    assert json.loads(hook["message"]) == {**TEMPLATES[0], "secret": hook["secret"]}
    for number, template in enumerate(TEMPLATES, 1):
        answer = await chart.send(hook, template)
        assert answer.status_code == 202, answer.text
        newest = (await chart.done(hook, number))[0]
        assert newest["outcome"] == "placed", newest
        order = await chart.trader.order(newest["order"])
        assert order["quantity"] == int(FILLED_IN.get(template["contracts"], template["contracts"]))
        assert (order["symbol"], order["side"], order["product"]) == ("INFY", "BUY", "MIS")
    log = chart.product.log()
    assert hook["secret"] not in log


async def test_an_alert_that_tradingview_sends_again_places_no_second_order(chart: Chart) -> None:
    hook = await chart.hook(await make_token(chart.trader, "trade"))
    message = {**TEMPLATES[0], "time": datetime.now(UTC).isoformat(timespec="seconds")}
    first, second = [(await chart.send(hook, message)).json() for _ in range(2)]
    assert (second["repeated"], second["delivery"]) == (True, first["delivery"])
    await chart.done(hook)
    assert len((await chart.trader.call("GET", "/v1/orders"))["items"]) == 1


async def test_a_refusal_is_told_in_words_and_a_dry_run_sends_nothing(chart: Chart) -> None:
    dear = await chart.hook(
        await make_token(chart.trader, "trade"), quantity={"by": "units", "units": 100_000}
    )
    await chart.send(dear, TEMPLATES[0])
    refused = (await chart.done(dear))[0]
    assert (refused["outcome"], refused["order"]) == ("refused", None)
    assert refused["words"]
    trying = await chart.hook(await make_token(chart.trader, "read trade", dry_run=True))
    await chart.send(trying, TEMPLATES[0])
    assert (await chart.done(trying))[0]["outcome"] == "dry_run"
    assert (await chart.trader.call("GET", "/v1/orders"))["items"] == []


async def test_the_test_button_says_what_an_alert_would_do(chart: Chart) -> None:
    hook = await chart.hook(
        await make_token(chart.trader, "read trade"),
        order_type="LIMIT",
        offset_percent="1",
        quantity={"by": "rupees", "amount": "15500.00"},
    )
    message = {
        **TEMPLATES[1],
        "ticker": "INFY",
        "exchange": "NSE",
        "price": "1541.20",
        "time": "2026-11-23T05:00:00Z",
    }
    del message["secret"]
    told = await chart.trader.call("POST", f"/v1/hooks/{hook['id']}/test", json={"alert": message})
    assert (told["quantity"], told["order_type"], told["price"]) == (10, "LIMIT", "1556.70")
    assert told["decision"]["kind"] == "plan"
    assert (await chart.trader.call("GET", "/v1/orders"))["items"] == []


async def test_what_is_outside_the_tokens_policy_waits_for_its_user(chart: Chart) -> None:
    asking = await make_token(chart.trader, "read trade", order_value="100.00", on_breach="ask")
    hook = await chart.hook(asking)
    await chart.send(hook, TEMPLATES[0])
    waits = (await chart.done(hook))[0]
    assert (waits["outcome"], waits["order"]) == ("waits", None)
    assert (await chart.trader.call("GET", f"/v1/approvals/{waits['code']}"))["id"] == waits["code"]
    assert (await chart.trader.call("GET", "/v1/orders"))["items"] == []
