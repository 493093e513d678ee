"""Getting out of an order while its request is still under way: the wish is kept, wherever the order is by then."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from mocks.launch import Sandbox
from tests.stories.product import Trader, eventually
from tests.stories.test_exactly_once import BROKERS, at_broker, resting_order
from tests.traders import NewUser


async def sending(trader: Trader, text: str) -> tuple[asyncio.Task[Any], str]:
    """The request for an order, and the order's id while no broker has answered yet."""
    request = asyncio.create_task(trader.place(text))
    page = await eventually(lambda: trader.call("GET", "/v1/orders"), lambda seen: bool(seen["items"]))
    assert page["items"][0]["status"] == "SUBMITTING"
    return request, page["items"][0]["id"]


@pytest.mark.parametrize("broker", BROKERS)
async def test_an_order_cancelled_before_its_broker_answered_is_cancelled_once_it_did(
    broker: str, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user(broker)
    await trader.connect(user)
    await trader.settled()
    late = {"fault": "delay", "call": "place", "times": 1, "seconds": 1}
    sandbox.post("/faults", {"broker": broker, "account": user["user_id"], **late})
    request, order_id = await sending(trader, resting_order(sandbox))

    await trader.call("DELETE", f"/v1/orders/{order_id}", expect=202)

    await request
    ended = await trader.order_when(order_id, "CANCELLED")
    assert ended["filled_quantity"] == 0
    assert [row["status"] for row in at_broker(sandbox, user)] == ["cancelled"]


async def test_a_cancelled_order_is_not_sent_to_another_broker(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    dead, other = new_user("kite"), new_user("upstox")
    await trader.connect(dead)
    await trader.connect(other)
    await trader.settled()
    mine = {"broker": "kite", "account": dead["user_id"], "times": 1}
    sandbox.post("/faults", {**mine, "fault": "expire_token", "call": "place"})
    sandbox.post("/faults", {**mine, "fault": "delay", "call": "profile", "seconds": 1})
    request, order_id = await sending(trader, resting_order(sandbox))

    await trader.call("DELETE", f"/v1/orders/{order_id}", expect=202)

    placed = await request
    assert len(placed["children"]) == 1
    assert "not_moved" in [step["kind"] for step in placed["timeline"]]
    assert at_broker(sandbox, other) == []
