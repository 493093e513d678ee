"""Kite beyond its API: postbacks to the app, the depository's page, the order rows of every message."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.listener import Listener
from tests.mocks.kite_server import LIMIT, Server, serving, user

POSTBACK = {
    "user_id", "unfilled_quantity", "app_id", "checksum", "placed_by", "order_id", "exchange_order_id",
    "parent_order_id", "status", "status_message", "status_message_raw", "order_timestamp",
    "exchange_update_timestamp", "exchange_timestamp", "variety", "exchange", "tradingsymbol", "instrument_token",
    "order_type", "transaction_type", "validity", "product", "quantity", "disclosed_quantity", "price",
    "trigger_price", "average_price", "filled_quantity", "pending_quantity", "cancelled_quantity",
    "market_protection", "meta", "tag", "guid",
}  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as found:
        yield found


@asynccontextmanager
async def app_of_the_client() -> AsyncIterator[tuple[str, asyncio.Queue[dict[str, Any]]]]:
    """A web hook on this machine and what it was sent."""
    heard: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    async def hook(request: Request) -> Response:
        assert request.headers["content-type"] == "application/json"
        heard.put_nowait(json.loads(await request.body()))
        return Response("ok")

    listener = Listener(0)
    await listener.start(Starlette(routes=[Route("/hook", hook, methods=["POST"])]))
    try:
        yield f"{listener.url}/hook", heard
    finally:
        await listener.stop()


async def test_postbacks_tell_the_app_of_its_own_orders_signed(server: Server) -> None:
    async with app_of_the_client() as (url, heard), asyncio.timeout(60):
        server.office.directory.app("key").postback_url = url
        other = server.office.directory.open_session("KT1", "personal")
        placed = await server.placed()
        await server.data("PUT", f"/orders/regular/{placed}", {"quantity": "5"})
        changed = await heard.get()
        await server.data("DELETE", f"/orders/regular/{placed}")
        ended = await heard.get()
        server.session = other
        silent = await server.placed()
        await server.data("DELETE", f"/orders/regular/{silent}")
        assert heard.empty()
    assert changed.keys() == ended.keys() == POSTBACK
    assert [one["status"] for one in (changed, ended)] == ["UPDATE", "CANCELLED"]
    assert (changed["quantity"], changed["unfilled_quantity"], changed["order_id"]) == (5, 5, placed)
    signed = f"{placed}{ended['order_timestamp']}secret"
    assert ended["checksum"] == hashlib.sha256(signed.encode()).hexdigest()


async def test_a_postback_never_leaves_this_machine_and_a_deaf_app_harms_no_order(server: Server) -> None:
    app = server.office.directory.app("key")
    for url in ("http://example.com/hook", "http://127.0.0.1:9/hook"):
        app.postback_url = url
        placed = await server.placed(order_type="LIMIT", price="1600")
        assert (await server.row(placed))["status"] == "COMPLETE"


async def browse(server: Server, path: str, form: dict[str, str] | None = None) -> httpx.Response:
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as browser:
        return await (browser.get(path) if form is None else browser.post(path, data=form))


async def without_ddpi(server: Server) -> None:
    server.office.add_user(user("KT2", ddpi=False))
    server.office.set_holding("KT2", "NSE:INFY", 10, 140_000)
    server.office.set_holding("KT2", "NSE:TCS", 5, 300_000)
    server.session = server.office.directory.open_session("KT2", "key")


SALE = LIMIT | {"transaction_type": "SELL", "price": "1600"}


async def test_shares_are_sold_after_the_depository_was_asked(server: Server) -> None:
    await without_ddpi(server)
    status, _, message = await server.error("POST", "/orders/regular", SALE)
    assert (status, message) == (428, "10 quantity needs authorisation at depository")
    made = await server.data(
        "POST", "/portfolio/holdings/authorise", {"isin": "INE009A01021", "quantity": "10"}
    )
    path = f"/connect/portfolio/authorise/holdings/key/{made['request_id']}"
    page = await browse(server, path)
    assert (page.status_code, "NSE:INFY" in page.text, "NSE:TCS" in page.text) == (200, True, False)
    wrong = await browse(server, path, {"decision": "approve", "pin": "000000"})
    assert (wrong.status_code, "Wrong TPIN" in wrong.text) == (200, True)
    done = await browse(server, path, {"decision": "approve", "pin": "123456"})
    assert (done.status_code, done.headers["location"]) == (302, f"{path}/finish?status=success")
    assert "done" in (await browse(server, done.headers["location"])).text
    (held, _) = await server.data("GET", "/portfolio/holdings")
    assert held["authorised_quantity"] == 10
    assert await server.data("POST", "/orders/regular", SALE)


async def test_no_name_asks_for_everything_that_is_held(server: Server) -> None:
    await without_ddpi(server)
    made = await server.data("POST", "/portfolio/holdings/authorise")
    path = f"/connect/portfolio/authorise/holdings/key/{made['request_id']}"
    page = (await browse(server, path)).text
    assert "NSE:INFY" in page
    assert "NSE:TCS" in page
    refused = await browse(server, path, {"decision": "deny"})
    assert refused.headers["location"].endswith("/finish?status=error")
    assert (await server.error("POST", "/orders/regular", SALE))[0] == 428


async def test_a_request_that_cannot_be_is_refused(server: Server) -> None:
    await without_ddpi(server)
    path = "/portfolio/holdings/authorise"
    assert (await server.error("POST", path, {"isin": "INE009A01021"}))[:2] == (400, "InputException")
    too_many = {"isin": "INE009A01021", "quantity": "11"}
    assert (await server.error("POST", path, too_many))[:2] == (400, "HoldingException")
    page = await browse(server, "/connect/portfolio/authorise/holdings/key/none")
    assert (page.status_code, page.json()["error_type"]) == (404, "GeneralException")
