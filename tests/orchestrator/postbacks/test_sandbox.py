"""The sandbox's brokers post to a running application, which then wants to read that account's orders."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from adapters.broker import Broker
from domain.account import AccountId, BrokerId
from domain.order import ChildId, ChildOrder, OrderId, OrderType, Product, Side, Validity
from mocks.launch import Sandbox
from orchestrator.app import create_app
from orchestrator.config import Settings
from orchestrator.demo.run import APP_KEY, APP_SECRET, sandbox_settings
from orchestrator.postbacks.hints import TOPIC
from orchestrator.server import listen, opened, serve_on
from tests.adapters.desk import INFY
from tests.stories.product import Trader, eventually

PATIENCE = 60.0


@pytest.fixture
async def served(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[tuple[FastAPI, str]]:
    """The whole application on a port of its own."""
    bound = listen("127.0.0.1", 0)
    port = bound.getsockname()[1]
    brokers: dict[str, Any] = sandbox_settings(sandbox.urls)
    settings = Settings(port=port, data=tmp_path, always_open=True, **brokers)
    app, stop = create_app(settings), asyncio.Event()
    async with opened(app):
        serving = asyncio.create_task(serve_on(bound, app, stop=stop))
        yield app, f"http://127.0.0.1:{port}"
        stop.set()
        await serving
    bound.close()


def app_at(sandbox: Sandbox, broker: str, url: str) -> None:
    """What a person enters on the broker's developer page."""
    if broker == "kite":
        sandbox.put(f"/apps/kite/{APP_KEY}", {"postback_url": url})
        return
    given = {"client_id": APP_KEY, "client_secret": APP_SECRET, "postback_url": url}
    assert httpx.put(f"{sandbox.urls['upstox']}/sandbox/app", json=given).status_code == 200


def broker_of(app: FastAPI, account: str) -> Broker:
    broker: Broker = app.state.connections.get(account).broker
    return broker


def elsewhere() -> ChildOrder:
    """An order that we have no record of."""
    return ChildOrder(
        id=ChildId("elsewhere"),
        order_id=OrderId("elsewhere"),
        account_id=AccountId("elsewhere"),
        broker=BrokerId.MOCK,
        slice=1,
        instrument=INFY,
        side=Side.BUY,
        quantity=1,
        order_type=OrderType.MARKET,
        product=Product.CNC,
        validity=Validity.DAY,
        price=None,
        trigger_price=None,
        tag="elsewhere1",
    )


async def hinted(app: FastAPI, sandbox: Sandbox, broker: str, account: str, url: str) -> str:
    """The account at which the broker's post about an order placed elsewhere hints."""
    app_at(sandbox, broker, url)
    try:
        async with app.state.bus.subscribe(TOPIC) as events:
            await broker_of(app, account).place(elsewhere())
            async with asyncio.timeout(PATIENCE):
                return str((await anext(aiter(events))).data["account"])
    finally:
        app_at(sandbox, broker, "")


async def test_an_update_that_a_broker_posts_is_a_hint_at_its_account(
    served: tuple[FastAPI, str], sandbox: Sandbox
) -> None:
    app, url = served
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as http:
        asha = Trader(http)
        await asha.sign_up()
        for broker in ("kite", "upstox"):
            user = {**sandbox.post("/users", {"broker": broker, "cash": "100000"}), "broker": broker}
            account = await asha.connect(user)
            shown = await asha.call("GET", f"/v1/accounts/{account}/postback")
            assert shown["reachable"] is False
            assert await hinted(app, sandbox, broker, account, shown["url"]) == account
        await approved_on_the_phone(app, asha, account, sandbox, user)


async def approved_on_the_phone(
    app: FastAPI, asha: Trader, account: str, sandbox: Sandbox, user: dict[str, Any]
) -> None:
    """The account's session is asked for, approved at Upstox, and posted to us."""
    before, upstox = app.state.connections.get(account).session, sandbox.urls["upstox"]
    url = (await asha.call("GET", f"/v1/accounts/{account}/postback"))["url"]
    keys = {"client_id": APP_KEY, "client_secret": APP_SECRET}
    async with httpx.AsyncClient(base_url=upstox, trust_env=False) as person:
        await person.put("/sandbox/app", json={**keys, "notifier_url": url})
        asked = await asha.call("POST", f"/v1/accounts/{account}/phone-login")
        assert asked["reaches_us"] is True
        form = {
            "user_id": user["user_id"],
            "password": "sandbox",
            "pin": "123456",
            "decision": "approve",
        }
        assert (await person.post("/sandbox/approve", data=form)).status_code == 200
        await person.put("/sandbox/app", json={**keys, "notifier_url": ""})
    after = await eventually(
        lambda: asyncio.sleep(0, app.state.connections.get(account).session), lambda now: now != before
    )
    assert after.broker_user_id == user["user_id"]
