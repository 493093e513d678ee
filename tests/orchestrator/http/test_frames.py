"""Messages written straight to a websocket's connection are those of the library, and no handshake waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import websockets
from fastapi import FastAPI
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.frames import Frame, Opcode

from orchestrator.http.frames import framed, frames_of
from orchestrator.server import listen, server_of

LENGTHS = (0, 1, 125, 126, 65_535, 65_536, 200_000)


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("opcode", [Opcode.TEXT, Opcode.BINARY])
def test_a_frame_is_the_one_that_the_library_makes(opcode: Opcode, length: int) -> None:
    message = bytes(at % 128 for at in range(length))
    assert framed(0x80 | opcode, message) == Frame(opcode, message).serialize(mask=False)


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server whose one socket sends a message of each length, in text and binary, among usual ones, and closes."""

    async def endpoint(socket: WebSocket) -> None:
        await socket.accept()
        frames = frames_of(socket.scope)
        for length in LENGTHS:
            await frames.drained()
            frames.text("x" * length)
            await socket.send_text("between")
            await frames.drained()
            frames.binary(b"y" * length)
        await socket.close()
        assert not frames.ready
        with pytest.raises(WebSocketDisconnect):
            await frames.drained()

    app = FastAPI(routes=[WebSocketRoute("/", endpoint)])
    bound, server = listen("127.0.0.1", 0), server_of(app, proxied=False)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield bound.getsockname()[1]
    server.should_exit = True
    await task


async def test_messages_of_both_ways_arrive_whole_and_in_order(port: int) -> None:
    async with websockets.connect(f"ws://127.0.0.1:{port}/", proxy=None) as socket:
        heard = [message async for message in socket]
    assert heard == [one for length in LENGTHS for one in ("x" * length, "between", b"y" * length)]


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [("/" + "a" * 9_000, "", b"414"), ("/", f"X-Long: {'a' * 9_000}\r\n", b"431")],
)
async def test_a_handshake_with_a_line_too_long_is_answered_and_closed(
    port: int, path: str, headers: str, status: bytes
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{headers}"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    async with asyncio.timeout(60):
        answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 " + status)
