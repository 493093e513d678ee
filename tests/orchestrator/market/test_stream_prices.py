"""Live prices on the socket of events: a screen needs one connection."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest
import websockets

from orchestrator.bus import user_topic
from orchestrator.market.audience import SOCKETS, STREAMS
from tests.orchestrator.market.conftest import USER, heard, say
from tests.orchestrator.market.floor import INFY
from tests.orchestrator.market.test_live import Stand, told
from tests.orchestrator.market.test_live import stand as stand


async def test_prices_come_between_the_events_of_one_socket(stand: Stand) -> None:
    here, browser = stand
    told(here, INFY, "1500")
    async with browser.socket("/v1/stream") as socket:
        await say(socket, action="subscribe", symbols=["NSE:INFY"], mode="quote", id=1)
        assert await heard(socket) == {"type": "ok", "id": 1}
        first = await heard(socket)
        assert first["type"] == "prices"
        assert [(one["symbol"], one["ltp"]) for one in first["prices"]] == [("NSE:INFY", "1500.00")]
        await here.bus.publish(user_topic(USER), {"type": "portfolio", "data": {"reason": "numbers"}})
        assert (await heard(socket))["type"] == "portfolio"
        told(here, INFY, "1501")
        assert (await heard(socket))["prices"][0]["ltp"] == "1501.00"
        await say(socket, action="unsubscribe", symbols=["NSE:INFY"], id=2)
        assert await heard(socket) == {"type": "ok", "id": 2}
        told(here, INFY, "1502")
        await say(socket, action="ping", id=3)
        assert (await heard(socket))["type"] == "pong"


async def test_a_socket_of_events_counts_as_one_of_prices_once_it_asks_for_some(stand: Stand) -> None:
    here, browser = stand
    async with AsyncExitStack() as stack:
        for _ in range(SOCKETS):
            socket = await stack.enter_async_context(browser.socket("/v1/stream"))
            await say(socket, action="subscribe", symbols=["NSE:INFY"], id=1)
            assert await heard(socket) == {"type": "ok", "id": 1}
        last = await stack.enter_async_context(browser.socket("/v1/stream"))
        await say(last, action="subscribe", symbols=["NSE:INFY"])
        assert (await heard(last))["error"]["code"] == "too_many_sockets"
        await here.bus.publish(user_topic(USER), {"type": "portfolio", "data": {"reason": "numbers"}})
        assert (await heard(last))["type"] == "portfolio"
        await socket.close()
        async with asyncio.timeout(60):
            while True:
                await say(last, action="subscribe", symbols=["NSE:INFY"], id=2)
                if await heard(last) == {"type": "ok", "id": 2}:
                    break


async def test_a_user_has_so_many_sockets_of_events_and_a_closed_one_makes_room(stand: Stand) -> None:
    _, browser = stand
    async with AsyncExitStack() as stack:
        opened = [
            await stack.enter_async_context(browser.socket("/v1/stream")) for _ in range(SOCKETS * STREAMS)
        ]
        refused = await stack.enter_async_context(browser.socket("/v1/stream"))
        assert (await heard(refused))["error"]["code"] == "too_many_sockets"
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await heard(refused)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4429
        await opened[0].close()
        async with asyncio.timeout(60):
            while True:
                again = await stack.enter_async_context(browser.socket("/v1/stream"))
                await say(again, action="ping", id=1)
                if (await heard(again)).get("type") == "pong":
                    break


@pytest.mark.parametrize("option", ["format=msgpack", "pace=5"])
async def test_the_stream_speaks_json_at_a_pace_that_there_is(stand: Stand, option: str) -> None:
    _, browser = stand
    async with browser.socket(f"/v1/stream?{option}") as socket:
        assert (await heard(socket))["error"]["code"] == "unknown_option"
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await heard(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


async def test_a_price_that_nobody_lists_is_refused_and_the_socket_lives(stand: Stand) -> None:
    _, browser = stand
    async with browser.socket("/v1/stream") as socket:
        await say(socket, action="subscribe", symbols=["NSE:NOSUCH"], id="x")
        answer = await heard(socket)
        assert (answer["error"]["code"], answer["id"]) == ("unknown_symbol", "x")
        await say(socket, action="dance")
        assert (await heard(socket))["error"]["code"] == "unknown_action"
