"""When an Upstox stream is given up: for silence on the wire, not for a quiet market or a ping without an answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta

import httpx
import orjson
import pytest
import respx
from websockets.asyncio.server import ServerConnection, serve
from websockets.utils import accept_key

from adapters.broker import Connected, Endpoints, Session, StreamEvent
from adapters.upstox import stream
from domain.errors import BrokerUnavailable
from domain.report import OrderReport
from tests.adapters.upstox.upstox_payloads import NOW, ORDER_ROW, Names, ok

SESSION = Session("secret-token", "SB0001", NOW + timedelta(hours=8))
ENDPOINTS = Endpoints(rest="https://api.upstox.test", login="")
SILENCE = 0.3  # seconds
UPDATE = orjson.dumps({**ORDER_ROW, "update_type": "order"})


@pytest.fixture
def upstox() -> Iterator[respx.MockRouter]:
    with respx.mock(using="httpx") as router:
        yield router


def leads_to(upstox: respx.MockRouter, uri: str) -> None:
    address = ok({"authorized_redirect_uri": uri})
    upstox.get(url__regex=rf"{ENDPOINTS.rest}/v[23]/feed/.*").mock(
        return_value=httpx.Response(200, content=address)
    )


def order_stream() -> AsyncGenerator[StreamEvent, None]:
    return stream.order_stream(SESSION, ENDPOINTS, Names(), clock=lambda: NOW, silence=SILENCE)


@asynccontextmanager
async def deaf(said: bytes) -> AsyncIterator[str]:
    """A server that opens websockets and answers no ping; it says one text again and again, or nothing."""
    over = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        key = next(line.partition(": ")[2] for line in lines if line.lower().startswith("sec-websocket-key"))
        writer.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept_key(key).encode() + b"\r\n\r\n"
        )
        while not over.is_set():
            if said:
                writer.write(b"\x81\x7e" + len(said).to_bytes(2, "big") + said)
            await asyncio.sleep(SILENCE / 5)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        over.set()
        server.close()


async def test_a_stream_without_a_byte_is_given_up(upstox: respx.MockRouter) -> None:
    async with deaf(b"") as uri:
        leads_to(upstox, uri)
        async with aclosing(order_stream()) as events:
            assert await anext(events) == Connected(NOW)
            with pytest.raises(BrokerUnavailable, match="nothing came"):
                await anext(events)


async def test_a_price_stream_without_a_byte_is_given_up(upstox: respx.MockRouter) -> None:
    async with deaf(b"") as uri:
        leads_to(upstox, uri)
        opened = stream.market_feed(SESSION, ENDPOINTS, Names(), clock=lambda: NOW, silence=SILENCE)
        async with opened as feed:
            with pytest.raises(BrokerUnavailable, match="nothing came"):
                await anext(aiter(feed.ticks()))


async def test_a_stream_that_talks_but_answers_no_ping_goes_on(upstox: respx.MockRouter) -> None:
    async with deaf(UPDATE) as uri:
        leads_to(upstox, uri)
        async with aclosing(order_stream()) as events:
            heard = [await anext(events) for _ in range(16)]  # three silences long
    assert [type(one) for one in heard] == [Connected] + [OrderReport] * 15


async def test_a_quiet_market_is_no_silence(upstox: respx.MockRouter) -> None:
    async def quiet(socket: ServerConnection) -> None:
        await asyncio.sleep(3 * SILENCE)
        await socket.send(UPDATE.decode())
        await socket.wait_closed()

    async with serve(quiet, "127.0.0.1", 0) as server:
        leads_to(upstox, f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        async with aclosing(order_stream()) as events:
            assert await anext(events) == Connected(NOW)
            update = await anext(events)
    assert isinstance(update, OrderReport)


async def test_every_connection_begins_by_saying_so(upstox: respx.MockRouter) -> None:
    """What happened between two connections is not sent again: whoever hears Connected reads the book."""
    async with serve(ServerConnection.wait_closed, "127.0.0.1", 0) as server:
        leads_to(upstox, f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        for _ in range(2):
            async with aclosing(order_stream()) as events:
                assert await anext(events) == Connected(NOW)
    assert upstox.calls.call_count == 2  # each authorised anew
