"""The `openalgo` Python client as everybody has it, against the running product: only its host and key are ours."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pandas as pd  # type: ignore[import-untyped]
import pytest
from openalgo import api  # type: ignore[import-untyped]

from domain.calendar import IST
from mocks.launch import Sandbox
from tests.programs import make_token
from tests.stories.product import Product, Trader, a_trader, eventually, last_price
from tests.traders import NewUser

INFY = {"symbol": "INFY", "exchange": "NSE"}
BUY = {**INFY, "action": "BUY", "product": "MIS"}


@dataclass
class Program:
    """`ask("quotes", ...)` calls the client's method of that name in a thread: it knows no event loop."""

    product: Product
    trader: Trader
    token: str
    user: dict[str, Any]

    async def ask(self, method: str, *, token: str | None = None, **given: Any) -> Any:
        client = api(api_key=token or self.token, host=self.product.url, timeout=20.0)
        return await asyncio.to_thread(getattr(client, method), **given)

    async def done(self, method: str, **given: Any) -> Any:
        """The answer, which is a success."""
        answer = await self.ask(method, **given)
        assert answer["status"] == "success", answer
        return answer

    async def raw(self, name: str, body: Any) -> httpx.Response:
        return await self.trader.http.post(f"/api/v1/{name}", json=body)

    async def orders(self) -> list[Any]:
        items: list[Any] = (await self.trader.call("GET", "/v1/orders"))["items"]
        return items


@pytest.fixture
async def program(product: Product, new_user: NewUser) -> AsyncIterator[Program]:
    async with a_trader(product) as trader:
        user = new_user("kite", cash="500000", holdings={"NSE:TCS": 12})
        await trader.connect(user)
        await trader.settled()
        yield Program(product, trader, await make_token(trader), user)


async def test_an_order_is_placed_followed_changed_and_cancelled(program: Program, sandbox: Sandbox) -> None:
    bought = await program.done("placeorder", strategy="S", price_type="MARKET", quantity=5, **BUY)
    order = bought["orderid"]
    told = await eventually(
        lambda: program.done("orderstatus", order_id=order),
        lambda one: one["data"]["order_status"] == "complete",
    )
    assert told["data"]["filled_quantity"] == "5"
    assert told["data"]["symbol"] == "INFY"
    assert (await program.done("tradebook"))["data"][0]["orderid"] == order
    assert (await program.trader.order(order))["status"] == "FILLED"

    price = f"{last_price(sandbox, 'NSE:INFY') - 20:.2f}"
    resting = (await program.done("placeorder", price_type="LIMIT", quantity="3", price=price, **BUY))[
        "orderid"
    ]
    assert (await program.trader.order(resting))["price"] == price
    changed = await program.done(
        "modifyorder", order_id=resting, price_type="LIMIT", quantity=4, price=price, **BUY
    )
    assert changed["orderid"] == resting
    assert (await program.trader.order(resting))["quantity"] == 4
    wrong = await program.ask(
        "modifyorder",
        order_id=resting,
        price_type="LIMIT",
        quantity=9,
        price=price,
        **{**BUY, "action": "SELL"},
    )
    assert "BUY INFY MIS" in wrong["message"]
    assert (await program.trader.order(resting))["quantity"] == 4

    book = (await program.done("orderbook"))["data"]
    assert [one["orderid"] for one in book["orders"]] == [resting, order]
    assert book["statistics"]["total_open_orders"] == 1
    assert (await program.done("cancelorder", order_id=resting))["orderid"] == resting
    await program.trader.order_when(resting, "CANCELLED")


async def test_books_and_prices_are_those_of_the_product(program: Program) -> None:
    held = (await program.done("holdings"))["data"]
    assert [(one["symbol"], one["quantity"]) for one in held["holdings"]] == [("TCS", 12)]
    assert (await program.done("funds"))["data"]["availablecash"] == "500000.00"
    quote = (await program.done("quotes", **INFY))["data"]
    assert quote["bid"] < quote["ask"]
    assert len((await program.done("depth", **INFY))["data"]["bids"]) == 5
    asked = [INFY, {"symbol": "NIFTY", "exchange": "NSE_INDEX"}, {"symbol": "NO", "exchange": "NSE"}]
    several = (await program.done("multiquotes", symbols=asked))["results"]
    assert [("data" in one, "error" in one) for one in several] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    assert (await program.done("symbol", **INFY))["data"]["lotsize"] == 1
    order = {**BUY, "pricetype": "LIMIT", "quantity": "10", "price": str(quote["bid"])}
    assert (await program.done("margin", positions=[order]))["data"]["total_margin_required"] > 0


async def test_history_is_a_table_with_the_candles_of_our_own(program: Program) -> None:
    today = datetime.now(IST).date()
    days = {"start_date": f"{today - timedelta(days=5)}", "end_date": f"{today}"}
    candles = await program.ask("history", interval="15m", **INFY, **days)
    assert isinstance(candles, pd.DataFrame), candles
    assert str(candles.index.tz) == "Asia/Kolkata"
    ours = await program.trader.call(
        "GET", "/v1/stocks/NSE:INFY/history", params={"interval": "15m", "from": days["start_date"]}
    )
    assert str(candles["close"].iloc[0]) == ours["candles"][0]["close"].rstrip("0")
    whole = await program.ask("history", interval="D", **INFY, **days)
    assert all((moment.hour, moment.minute) == (0, 0) for moment in whole.index)


async def test_contracts_have_openalgos_names_everywhere(program: Program) -> None:
    expiry = (await program.done("expiry", symbol="NIFTY", exchange="NFO", instrumenttype="options"))["data"][
        0
    ]
    chain = await program.done("optionchain", underlying="NIFTY", exchange="NSE_INDEX", strike_count=2)
    assert chain["expiry_date"] == expiry.replace("-", "")
    assert [row["ce"]["label"] for row in chain["chain"]] == ["ITM2", "ITM1", "ATM", "OTM1", "OTM2"]
    picked = await program.done(
        "optionsymbol", underlying="NIFTY", exchange="NSE_INDEX", offset="OTM2", option_type="PE"
    )
    assert picked["symbol"] == chain["chain"][0]["pe"]["symbol"]
    found = await program.done("search", query="nifty fut", exchange="NFO")
    future = found["data"][0]["symbol"]
    assert (await program.done("quotes", symbol=future, exchange="NFO"))["data"]["ltp"] > 0
    bought = await program.done(
        "placeorder",
        symbol=future,
        exchange="NFO",
        action="BUY",
        product="NRML",
        quantity=found["data"][0]["lotsize"],
    )
    assert (await program.trader.order(bought["orderid"]))["symbol"] == found["data"][0]["brsymbol"]
    assert (await program.done("orderbook"))["data"]["orders"][0]["symbol"] == future


async def test_two_equal_signals_at_once_make_one_position(program: Program) -> None:
    """Position 10 is wanted twice: whoever comes second sees what the first one has on its way."""
    signal = {**BUY, "price_type": "MARKET", "quantity": 1, "position_size": 10}
    answers = await asyncio.gather(*(program.done("placesmartorder", **signal) for _ in range(3)))
    assert sum("orderid" in one for one in answers) == 1
    await eventually(
        lambda: program.done("openposition", **INFY, product="MIS"), lambda one: one["quantity"] == "10"
    )
    await program.done("placesmartorder", **{**signal, "action": "SELL", "position_size": -4})
    await eventually(
        lambda: program.done("openposition", **INFY, product="MIS"), lambda one: one["quantity"] == "-4"
    )


async def test_a_basket_is_read_whole_before_anything_is_sent(program: Program) -> None:
    good = {**BUY, "pricetype": "MARKET", "quantity": 1}
    refused = await program.ask("basketorder", orders=[good, {**good, "symbol": "NOSUCH"}])
    assert "NOSUCH" in refused["message"]
    assert await program.orders() == []
    dear = {**good, "pricetype": "LIMIT", "price": 1}
    results = (await program.done("basketorder", orders=[dear, good]))["results"]
    assert [one["status"] for one in results] == ["error", "success"]
    assert results[0]["code"] == "price_out_of_band"


async def test_a_split_order_stops_at_the_first_that_is_refused(program: Program) -> None:
    sale = {"symbol": "TCS", "exchange": "NSE", "action": "SELL", "product": "CNC"}
    results = (await program.done("splitorder", quantity=20, splitsize=8, **sale))["results"]
    assert [one["status"] for one in results] == ["success", "error", "error"]
    assert "not sent" in results[2]["message"]
    assert len(await program.orders()) == 1


async def test_a_key_of_the_programs_own_places_once(program: Program) -> None:
    orders = [
        await program.done("placeorder", quantity=1, idempotency_key="signal-7", **BUY) for _ in range(2)
    ]
    assert orders[0] == orders[1]
    other = await program.ask("placeorder", quantity=2, idempotency_key="signal-7", **BUY)
    assert "idempotency_key_reused" in other["message"]
    assert len(await program.orders()) == 1


async def test_what_is_no_good_token_is_told_in_openalgos_form(program: Program) -> None:
    login = program.trader.http.headers["Authorization"].removeprefix("Bearer ")
    broken = program.token[:-1] + ("a" if program.token[-1] != "a" else "b")
    for key in (broken, login, "x", program.token.lower()):
        answer = await program.raw("funds", {"apikey": key})
        assert answer.status_code == 401, answer.text
        assert answer.json()["status"] == "error"
        assert key not in answer.text or key == "x"
    bodies: list[Any] = [{}, {"apikey": None}, {"apikey": ["x"]}, [], "x", None]
    for body in bodies:
        assert (await program.raw("funds", body)).json()["status"] == "error"


async def test_a_token_does_no_more_here_than_anywhere(program: Program) -> None:
    reading = await make_token(program.trader, "read")
    trading = await make_token(program.trader, "trade")
    refused = await program.ask("placeorder", token=reading, quantity=1, **BUY)
    assert "scope" in refused["message"]
    for method in ("funds", "intervals", "orderbook"):
        refused = await program.ask(method, token=trading)
        assert "scope_missing" in refused["message"]
    assert await program.orders() == []


async def test_nonsense_is_refused_in_words_and_nothing_is_sent(program: Program) -> None:
    order = {"apikey": program.token, **BUY, "pricetype": "MARKET", "quantity": "1"}
    for wrong in (
        {"quantity": "1e9"},
        {"product": "BO"},
        {"stoploss": 3},
        {"exchange": "NASDAQ"},
        {"x": "y"},
    ):
        answer = await program.raw("placeorder", order | wrong)
        assert answer.status_code in (400, 404), answer.text
        assert answer.json()["status"] == "error"
        assert program.token not in answer.text
    for text in ('{"apikey": NaN}', "[" * 100_000, "\x00", '{"apikey": 1e999999999}'):
        answer = await program.trader.http.post("/api/v1/funds", content=text)
        assert answer.status_code in (400, 401), answer.text
    assert (await program.raw("nosuchcall", {"apikey": program.token})).status_code == 404
    assert (await program.raw("optionsorder", {"apikey": program.token})).status_code == 501
    assert await program.orders() == []


async def test_a_key_in_an_address_is_never_taken(program: Program) -> None:
    refused = await program.ask("instruments", exchange="NSE")
    assert refused["status"] == "error"
    assert "address" in refused["message"]
    assert program.token not in program.product.log()


async def test_everything_open_is_cancelled_and_every_position_left(
    program: Program, sandbox: Sandbox
) -> None:
    bought = (await program.done("placeorder", quantity=2, **BUY))["orderid"]
    await eventually(
        lambda: program.done("orderstatus", order_id=bought),
        lambda one: one["data"]["order_status"] == "complete",
    )
    price = f"{last_price(sandbox, 'NSE:INFY') - 20:.2f}"
    resting = (await program.done("placeorder", price_type="LIMIT", price=price, quantity=1, **BUY))[
        "orderid"
    ]
    cancelled = await program.done("cancelallorder")
    assert [*cancelled["canceled_orders"], *cancelled["failed_cancellations"]] == [resting]
    await eventually(
        lambda: program.done("openposition", **INFY, product="MIS"), lambda one: one["quantity"] == "2"
    )
    assert "Squared Off" in (await program.done("closeposition"))["message"]
    await eventually(
        lambda: program.done("openposition", **INFY, product="MIS"), lambda one: one["quantity"] == "0"
    )
    assert (await program.done("closeposition"))["message"] == "No open positions"


async def test_the_policy_of_a_token_is_told_by_its_clause(program: Program) -> None:
    small = await make_token(program.trader, "read trade", symbols=["NSE:TCS"], order_value="1000.00")
    refused = await program.ask("placeorder", token=small, quantity=1, **BUY)
    assert refused["code"] == 403
    assert "token_policy" in refused["message"]
    assert '"clause":"symbols"' in refused["message"]
    assert await program.orders() == []


async def test_a_token_that_only_tries_things_is_analyze_mode(program: Program) -> None:
    trying = await make_token(program.trader, "read trade", dry_run=True)
    assert (await program.ask("analyzerstatus", token=trying))["data"]["mode"] == "analyze"
    answer = await program.ask("placeorder", token=trying, quantity=1, **BUY)
    assert (answer["mode"], "orderid" in answer) == ("analyze", False)
    assert await program.orders() == []


async def test_a_token_for_one_account_sees_and_trades_that_one(
    program: Program, new_user: NewUser, sandbox: Sandbox
) -> None:
    other = await program.trader.connect(
        new_user("upstox", cash="100000", holdings={"NSE:SBIN": 4}), "second"
    )
    await program.trader.settled()
    alone = await make_token(program.trader, "read trade", accounts=[other])
    placed = await program.ask("placeorder", token=alone, quantity=1, **BUY)
    order = await program.trader.order(placed["orderid"])
    assert [child["account"] for child in order["children"]] == [other]
    assert (await program.ask("orderstatus", token=alone, order_id=placed["orderid"]))["status"] == "success"
    elsewhere = await program.trader.place("SELL 1 NSE:TCS CNC MARKET")
    hidden = await program.ask("orderstatus", token=alone, order_id=elsewhere["id"])
    assert hidden["code"] == 404
    book = (await program.ask("orderbook", token=alone))["data"]["orders"]
    assert [one["orderid"] for one in book] == [placed["orderid"]]


async def test_what_waits_for_its_user_is_no_success(program: Program) -> None:
    asking = await make_token(program.trader, "read trade", order_value="100.00", on_breach="ask")
    answer = await program.ask("placeorder", token=asking, quantity=1, **BUY)
    assert (answer["status"], answer["code"]) == ("error", 202)
    assert "waits for your approval" in answer["message"]
    assert await program.orders() == []
