"""What a fault does to the frames of an open websocket: the Mock broker's stream, over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from mocks.launch import Sandbox
from tests.mocks.client import Client, user

LIMIT = {
    "symbol": "NSE:INFY",
    "side": "BUY",
    "type": "LIMIT",
    "price": "1450",
    "product": "CNC",
    "quantity": 1,
}
SILENCE = 0.6
PATIENCE = 60.0


@asynccontextmanager
async def listening(sandbox: Sandbox) -> AsyncIterator[tuple[Client, ClientConnection]]:
    async with user(sandbox) as client:
        url = f"{client.session['ws_url']}/stream?access_token={client.session['access_token']}"
        async with connect(url, proxy=None, close_timeout=0.1) as socket:
            assert json.loads(await socket.recv())["type"] == "ready"
            yield client, socket


async def order_updates(socket: ClientConnection, count: int) -> list[tuple[str, int]]:
    """Status and sequence of so many order updates, and of every other until the socket is silent."""
    heard: list[tuple[str, int]] = []
    while True:
        try:
            wait = PATIENCE if len(heard) < count else SILENCE
            message = json.loads(await asyncio.wait_for(socket.recv(), wait))
        except TimeoutError:
            return heard
        if message["type"] == "order":
            heard.append((message["order"]["status"], message["order"]["sequence"]))


WHOLE = [("pending", 1), ("pending", 2), ("pending", 3), ("open", 4)]


@pytest.mark.parametrize(
    ("fault", "more", "heard"),
    [
        ("drop_update", {}, [WHOLE[0], WHOLE[1], WHOLE[3]]),
        ("duplicate_update", {}, [*WHOLE[:3], WHOLE[2], WHOLE[3]]),
        ("reorder_updates", {}, [WHOLE[0], WHOLE[1], WHOLE[3], WHOLE[2]]),
        ("merge_updates", {}, [WHOLE[0], WHOLE[1], WHOLE[3]]),
        ("late_update", {"seconds": 0.3}, [WHOLE[0], WHOLE[1], WHOLE[3], WHOLE[2]]),
    ],
)
async def test_the_third_update_meets_its_fault(
    sandbox: Sandbox, fault: str, more: dict[str, Any], heard: list[tuple[str, int]]
) -> None:
    async with listening(sandbox) as (client, socket):
        client.fault(fault, after=2, times=1, **more)
        await client.call("POST", "/orders", LIMIT)
        assert await order_updates(socket, len(heard)) == heard


async def test_an_update_held_for_the_next_goes_out_alone_when_none_comes(sandbox: Sandbox) -> None:
    async with listening(sandbox) as (client, socket):
        client.fault("reorder_updates", after=3, times=1, seconds=0.2)
        await client.call("POST", "/orders", LIMIT)
        assert await order_updates(socket, len(WHOLE)) == WHOLE


async def test_a_stalled_socket_is_open_and_silent_and_loses_what_it_did_not_say(sandbox: Sandbox) -> None:
    async with listening(sandbox) as (client, socket):
        rule = client.fault("stall")
        await client.call("POST", "/orders", LIMIT)
        assert await order_updates(socket, 0) == []
        sandbox.delete(f"/faults/{rule['id']}")
        _, made = await client.call("POST", "/orders", LIMIT)
        assert [number for _, number in await order_updates(socket, 4)] == [1, 2, 3, 4]
        assert made["status"] == "open"


async def test_old_prices_come_again_until_the_rule_goes(sandbox: Sandbox) -> None:
    async with listening(sandbox) as (client, socket):

        async def tick() -> str:
            while True:
                message = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
                if message["type"] == "tick":
                    return str(message["last_price"])

        sandbox.post("/prices", {"prices": {"NSE:WIPRO": "250.00"}})
        await socket.send('{"action": "subscribe", "symbols": ["NSE:WIPRO"]}')
        while await tick() != "250.00":
            pass
        rule = client.fault("stale_ticks")
        sandbox.post("/prices", {"prices": {"NSE:WIPRO": "251.00"}})
        old = await tick()
        sandbox.post("/prices", {"prices": {"NSE:WIPRO": "252.00"}})
        assert await tick() == old
        sandbox.delete(f"/faults/{rule['id']}")
        sandbox.post("/prices", {"prices": {"NSE:WIPRO": "253.00"}})
        while await tick() != "253.00":
            pass


async def test_a_socket_cut_inside_a_message_never_gives_it(sandbox: Sandbox) -> None:
    async with listening(sandbox) as (client, socket):
        client.fault("drop_mid_message", after=1, times=1)
        _, made = await client.call("POST", "/orders", LIMIT)
        heard = [json.loads(await socket.recv())["order"]["sequence"]]
        with pytest.raises(ConnectionClosed):
            heard.append(json.loads(await socket.recv())["order"]["sequence"])
        assert heard == [1]
        assert made["status"] == "open"


async def test_updates_overtake_a_late_answer(sandbox: Sandbox) -> None:
    async with listening(sandbox) as (client, socket):
        client.fault("late_answer", "place", seconds=1, times=1)
        asked = asyncio.ensure_future(client.call("POST", "/orders", LIMIT))
        while json.loads(await socket.recv())["order"]["status"] != "open":
            pass
        assert not asked.done()
        assert (await asked)[1]["status"] == "open"
