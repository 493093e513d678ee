"""What waits, in a thread of its own: by hand, beside the file of the same name for the asynchronous half."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from websockets.sync.client import ClientConnection, connect

if TYPE_CHECKING:
    from collections.abc import Mapping

Socket = ClientConnection
MOST_BYTES = 16 * 1024 * 1024  # of one message: a whole portfolio


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def opened(url: str, headers: Mapping[str, str], *, within: float) -> Socket:
    """A websocket. Raises OSError, TimeoutError, websockets.WebSocketException."""
    return connect(url, additional_headers=headers, open_timeout=within, max_size=MOST_BYTES)


def received(socket: Socket, within: float) -> str | bytes:
    """The next message. Raises TimeoutError, websockets.ConnectionClosed."""
    return socket.recv(within)
