"""Messages on a websocket written straight to its connection, for sockets that send thousands a second.

The usual way of a message (starlette, its error handlers, uvicorn, the websocket library) costs more than all that is
in it. Here it is a header and one write. Whoever sends so looks at `ready` first: nothing holds the sender up, and the
system keeps what the connection cannot take yet.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, cast

from starlette.websockets import WebSocketDisconnect
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

EXTENSION = "trademaster.frames"  # of the ASGI scope
# A whole message, from a server: not masked (RFC 6455, 5.2).
_TEXT, _BINARY = 0x81, 0x82
_SHORT, _MIDDLE, _LONG = struct.Struct(">BB"), struct.Struct(">BBH"), struct.Struct(">BBQ")


def framed(kind: int, message: bytes) -> bytes:
    """One frame that is a whole message."""
    length = len(message)
    if length < 126:
        return _SHORT.pack(kind, length) + message
    if length < 65_536:
        return _MIDDLE.pack(kind, 126, length) + message
    return _LONG.pack(kind, 127, length) + message


class Frames:
    """One connection, once its socket is accepted."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def ready(self) -> bool:
        """Whether it takes a message now: it is open, and what was sent before is with the system."""
        one = self._connection
        return (
            one.writable.is_set()
            and not one.close_sent
            and one.conn.state is State.OPEN
            and not one.transport.is_closing()
        )

    def text(self, message: str) -> None:
        """Only while `ready`."""
        self._connection.transport.write(framed(_TEXT, message.encode()))

    def binary(self, message: bytes) -> None:
        """Only while `ready`."""
        self._connection.transport.write(framed(_BINARY, message))

    async def drained(self) -> None:
        """Until it is ready. Raises WebSocketDisconnect once it is closed."""
        await self._connection.writable.wait()
        if not self.ready:
            raise WebSocketDisconnect(1006)


class Connection(WebSocketsSansIOProtocol):
    """uvicorn's, which lets sockets send by `Frames`, and answers a handshake that it cannot read."""

    async def run_asgi(self) -> None:
        cast(dict[str, Any], self.scope["extensions"])[EXTENSION] = Frames(self)
        await super().run_asgi()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body":
            self.handshake_complete = True  # by a refusal; else uvicorn writes a fault of ours into the log

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            # A line that is too long: the library has words for it (414, 431), and uvicorn would wait for ever.
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.transport.close()


def frames_of(scope: Mapping[str, Any]) -> Frames:
    """Of a socket that our server serves."""
    return cast(Frames, scope["extensions"][EXTENSION])
