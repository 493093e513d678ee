"""The Mock broker's contract of docs/sandbox.md, over real HTTP and websockets."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from websockets.asyncio.client import ClientConnection, connect

from mocks.launch import Sandbox
from tests.mocks.client import Client, user

CALLBACK = "http://127.0.0.1:9/callback"
LIMIT = {
    "symbol": "NSE:INFY",
    "side": "BUY",
    "type": "LIMIT",
    "price": "1450.00",
    "product": "CNC",
    "quantity": 10,
}
MARKET = {"symbol": "NSE:INFY", "side": "BUY", "type": "MARKET", "product": "CNC", "quantity": 10}


async def approve(client: Client, **changes: str) -> tuple[int, str, str]:
    """Log in on the page; (status, Location, page)."""
    form = {
        "client_id": "sandboxdemo",
        "redirect_uri": CALLBACK,
        "state": "s1",
        "user_id": client.user_id,
        "password": "sandbox",
        "pin": "123456",
        "decision": "approve",
    }
    url = client.session["base_url"] + "/login"
    async with client.http.post(url, data=form | changes, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


def token_body(code: str, **changes: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "client_id": "sandboxdemo",
        "client_secret": "sandboxdemo-secret",
        "code": code,
        "redirect_uri": CALLBACK,
    } | changes


async def test_the_login_page_is_a_form_filled_in_for_the_demo_user(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        status, page = await client.text(
            "GET", f"/login?client_id=sandboxdemo&redirect_uri={CALLBACK}&state=s1"
        )
    assert status == 200
    assert '<form method="post" action="/login">' in page
    assert 'name="state" value="s1"' in page
    assert re.search(r'name="user_id" value="MK0001"', page)
    assert "<script" not in page


async def test_an_approved_login_ends_in_a_working_token(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        status, location, _ = await approve(client)
        query = parse_qs(urlsplit(location).query)
        assert (status, location.startswith(CALLBACK), query["state"]) == (302, True, ["s1"])
        status, token = await client.call("POST", "/token", token_body(query["code"][0]))
        assert (status, token["user_id"], token["token_type"]) == (200, client.user_id, "Bearer")
        client.http.headers["Authorization"] = f"Bearer {token['access_token']}"
        assert (await client.call("GET", "/profile"))[1]["user_id"] == client.user_id
        again = await client.call("POST", "/token", token_body(query["code"][0]))
        assert (again[0], again[1]["error"]["code"]) == (400, "bad_code")
        assert (await client.call("DELETE", "/token"))[0] == 204
        assert (await client.call("GET", "/profile"))[1]["error"]["code"] == "no_session"


async def test_a_denied_or_wrong_login_gives_no_code(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        status, location, _ = await approve(client, decision="deny")
        assert (status, parse_qs(urlsplit(location).query)["error"]) == (302, ["access_denied"])
        status, location, page = await approve(client, password="nope")
        assert (status, location, "Wrong user ID, password or PIN" in page) == (401, "", True)
        status, location, _ = await approve(client, redirect_uri="http://evil.test/")
        assert (status, location) == (400, "")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"client_secret": "guess"}, "unknown_app"),
        ({"client_id": "nobody"}, "unknown_app"),
        ({"redirect_uri": "http://127.0.0.1:9/other"}, "bad_code"),
        ({"grant_type": "password"}, "bad_input"),
    ],
)
async def test_a_code_is_worth_nothing_with_wrong_company(
    sandbox: Sandbox, changes: dict[str, str], code: str
) -> None:
    async with user(sandbox) as client:
        _, location, _ = await approve(client)
        body = token_body(parse_qs(urlsplit(location).query)["code"][0], **changes)
        assert (await client.call("POST", "/token", body))[1]["error"]["code"] == code


async def test_the_page_escapes_what_the_url_brings(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        path = f"/login?client_id=sandboxdemo&redirect_uri={CALLBACK}&state=%22%3E%3Cscript%3E"
        _, page = await client.text("GET", path)
    assert "<script>" not in page


async def test_a_market_order_fills_and_shows_everywhere(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        status, order = await client.call("POST", "/orders", MARKET | {"tag": "t-1"})
        assert (status, order["status"], order["filled_quantity"]) == (201, "complete", 10)
        trades = (await client.call("GET", f"/orders/{order['order_id']}/trades"))[1]["trades"]
        assert sum(trade["quantity"] for trade in trades) == 10
        assert (await client.call("GET", "/trades"))[1]["trades"] == trades
        (found,) = (await client.call("GET", "/orders?tag=t-1"))[1]["orders"]
        assert found == (await client.call("GET", f"/orders/{order['order_id']}"))[1]
        (position,) = (await client.call("GET", "/positions"))[1]["positions"]
        assert (position["quantity"], position["product"]) == (10, "CNC")
        history = (await client.call("GET", f"/orders/{order['order_id']}/history"))[1]["history"]
        assert [row["status"] for row in history][:4] == ["pending", "pending", "pending", "open"]
        assert history[-1]["status"] == "complete"


async def test_an_order_is_changed_and_cancelled(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        _, order = await client.call("POST", "/orders", LIMIT)
        path = f"/orders/{order['order_id']}"
        status, changed = await client.call("PATCH", path, {"quantity": 12, "price": "1451.50"})
        assert (status, changed["quantity"], changed["price"], changed["status"]) == (
            200,
            12,
            "1451.50",
            "open",
        )
        assert (await client.call("GET", "/funds"))[1]["blocked"] == "17418.00"
        assert (await client.call("DELETE", path))[1]["status"] == "cancelled"
        status, no = await client.call("DELETE", path)
        assert (status, no["error"]["code"], no["error"]["stage"]) == (409, "not_open", "CANCELLED")


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"quantity": 0}, 422, {"code": "bad_input", "field": "quantity"}),
        ({"price": "1450.005"}, 422, {"code": "bad_input", "field": "price"}),
        ({"price": "1450.05"}, 422, {"code": "tick", "tick": 10}),
        ({"symbol": "NSE:NOSUCH"}, 422, {"code": "unknown_instrument", "key": "NSE:NOSUCH"}),
        ({"side": "HOLD"}, 422, {"code": "bad_input", "field": "side"}),
        ({"type": "STOP"}, 422, {"code": "bad_input", "field": "type"}),
        ({"surprise": 1}, 422, {"code": "bad_input", "field": "surprise"}),
        ({"quantity": 100}, 409, {"code": "insufficient_funds", "needs": "145000.00", "has": "100000.00"}),
        ({"side": "SELL", "quantity": 11}, 409, {"code": "insufficient_holdings", "needs": 11, "has": 10}),
    ],
)
async def test_a_refused_order_says_why_and_leaves_nothing(
    sandbox: Sandbox, changes: dict[str, Any], status: int, error: dict[str, Any]
) -> None:
    async with user(sandbox) as client:
        answer = await client.call("POST", "/orders", LIMIT | changes)
        assert answer[0] == status
        assert answer[1]["error"].items() >= error.items()
        assert (await client.call("GET", "/orders"))[1]["orders"] == []


async def test_strangers_and_their_orders_are_unknown(sandbox: Sandbox) -> None:
    async with user(sandbox) as one, user(sandbox) as other:
        _, order = await one.call("POST", "/orders", LIMIT)
        assert (await other.call("GET", f"/orders/{order['order_id']}"))[0] == 404
        other.http.headers["Authorization"] = "Bearer nonsense"
        status, no = await other.call("GET", "/orders")
        assert (status, no["error"]["code"]) == (401, "no_session")


async def test_money_goes_in_and_out(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        assert (await client.call("POST", "/funds/deposit", {"amount": "500.50"}))[1][
            "available"
        ] == "100500.50"
        assert (await client.call("POST", "/funds/withdraw", {"amount": "100500.50"}))[1][
            "available"
        ] == "0.00"
        status, no = await client.call("POST", "/funds/withdraw", {"amount": "0.01"})
        assert (status, no["error"]["code"]) == (409, "insufficient_funds")
        assert (await client.call("POST", "/funds/deposit", {"amount": "1.005"}))[0] == 422


async def test_prices_are_strings_and_unknown_symbols_are_left_out(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        (quote,) = (await client.call("GET", "/quotes?symbols=NSE:TCS,NSE:NOSUCH"))[1]["quotes"]
        assert quote["symbol"] == "NSE:TCS"
        assert re.fullmatch(r"\d+\.\d\d", quote["last_price"])
        assert len(quote["bids"]) == len(quote["asks"]) == 5
        last = (await client.call("GET", "/ltp?symbols=NSE:TCS"))[1]["last_prices"]
        assert last == {"NSE:TCS": quote["last_price"]}
        assert (await client.call("GET", "/quotes"))[0] == 422


async def test_candles_of_a_span(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        span = "from=2026-11-19T09:15:00%2B05:30&to=2026-11-19T10:00:00%2B05:30"
        candles = (await client.call("GET", f"/candles?symbol=NSE:TCS&interval=15m&{span}"))[1]["candles"]
        assert [one["time"][11:16] for one in candles] == ["09:15", "09:30", "09:45", "10:00"]
        assert all(float(one["low"]) <= float(one["open"]) <= float(one["high"]) for one in candles)
        assert (await client.call("GET", f"/candles?symbol=NSE:TCS&interval=7m&{span}"))[0] == 422


async def test_the_margin_of_an_order_is_told_before_it_is_placed(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        assert (await client.call("POST", "/margin", LIMIT))[1] == {"required": "14500.00"}
        assert (await client.call("POST", "/margin", LIMIT | {"product": "MIS"}))[1] == {
            "required": "2900.00"
        }


async def test_a_position_is_converted(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        await client.call("POST", "/orders", MARKET | {"product": "MIS"})
        body = {
            "symbol": "NSE:INFY",
            "side": "BUY",
            "quantity": 10,
            "old_product": "MIS",
            "new_product": "CNC",
        }
        status, answer = await client.call("POST", "/positions/convert", body)
        assert status == 200
        assert {one["product"]: one["quantity"] for one in answer["positions"]} == {"MIS": 0, "CNC": 10}


# --- the stream ---------------------------------------------------------------------------------------------------


def stream(client: Client) -> connect:
    return connect(
        client.session["ws_url"] + "/stream",
        additional_headers={"Authorization": f"Bearer {client.session['access_token']}"},
        proxy=None,
    )


async def until(socket: ClientConnection, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            message: dict[str, Any] = json.loads(await socket.recv())
            if message["type"] == kind:
                return message


async def test_the_stream_tells_orders_and_subscribed_ticks(sandbox: Sandbox) -> None:
    async with user(sandbox) as client, stream(client) as socket:
        assert (await until(socket, "ready"))["user_id"] == client.user_id
        await socket.send('{"action": "subscribe", "symbols": ["NSE:WIPRO"]}')
        assert (await until(socket, "tick"))["symbol"] == "NSE:WIPRO"
        _, order = await client.call("POST", "/orders", MARKET)
        heard = [await until(socket, "order") for _ in range(order["sequence"])]
        assert heard[-1]["order"] == order
        assert sum(one["fill"]["quantity"] for one in heard if one["fill"]) == 10


async def test_a_moved_price_is_a_tick_until_unsubscribed(sandbox: Sandbox) -> None:
    async with user(sandbox) as client, stream(client) as socket:
        await socket.send('{"action": "subscribe", "symbols": ["NSE:ITC"]}')
        before = (await until(socket, "tick"))["last_price"]
        moved = f"{float(before) + 1:.2f}"
        sandbox.post("/prices", {"prices": {"NSE:ITC": moved}})
        assert (await until(socket, "tick"))["last_price"] == moved


@pytest.mark.parametrize("text", ["{", "[]", '{"action": "sing", "symbols": []}', '{"action": "subscribe"}'])
async def test_nonsense_on_the_stream_is_answered_not_fatal(sandbox: Sandbox, text: str) -> None:
    async with user(sandbox) as client, stream(client) as socket:
        await socket.send(text)
        assert (await until(socket, "error"))["code"] == "bad_message"
        await socket.send('{"action": "subscribe", "symbols": ["NSE:NOSUCH"]}')
        assert (await until(socket, "error"))["code"] == "unknown_instrument"


async def test_a_dead_session_gets_no_stream(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        client.fault("expire_token")
        async with stream(client) as socket:
            assert (await until(socket, "error"))["code"] == "session_expired"
