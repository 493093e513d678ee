"""What waits, in an event loop: by hand, beside the file of the same name for the blocking half."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from websockets.asyncio.client import ClientConnection, connect

if TYPE_CHECKING:
    from collections.abc import Mapping

Socket = ClientConnection
MOST_BYTES = 16 * 1024 * 1024  # of one message: a whole portfolio


async def sleep(seconds: float) -> None:
    await asyncio.sleep(seconds)


async def opened(url: str, headers: Mapping[str, str], *, within: float) -> Socket:
    """A websocket. Raises OSError, TimeoutError, websockets.WebSocketException."""
    return await connect(url, additional_headers=headers, open_timeout=within, max_size=MOST_BYTES)


async def received(socket: Socket, within: float) -> str | bytes:
    """The next message. Raises TimeoutError, websockets.ConnectionClosed."""
    async with asyncio.timeout(within):
        return await socket.recv()
