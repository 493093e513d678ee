"""One port with one ASGI app behind it, which can be cut off and brought back: an outage is a refused connect.

uvicorn's own protocols do the wire; this replaces its `Server`, which cannot go down and come back.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from email.utils import formatdate
from typing import Any

from uvicorn.config import Config
from uvicorn.server import ServerState

from mocks.brokers.faults import ASGIApp

HOST = "127.0.0.1"
BACKLOG = 2048
DATE_SECONDS = 1.0
# uvicorn says so of every websocket handshake answered with a status: a redirect or a refusal is no error here.
NO_ERROR = "ASGI callable returned without completing handshake."
logging.getLogger("uvicorn.error").addFilter(lambda record: record.msg != NO_ERROR)


class Listener:
    """Bind at once (so that the port is known and kept), serve after `start`."""

    def __init__(self, port: int, host: str = HOST, name: str = "") -> None:
        """`port` 0 takes a free one; `name` is what the URL calls the host. Raises OSError when the port is taken."""
        self._host = host
        self._socket = _bind(host, port)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://{name or host}:{self.port}"
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self._config: Config | None = None
        self._down = False
        self._rising: asyncio.Task[None] | None = None

    async def start(self, app: ASGIApp) -> None:
        self._config = Config(
            app,
            lifespan="off",
            access_log=False,
            log_config=None,
            http="httptools",
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            ws_ping_interval=None,
            server_header=False,
        )
        self._config.load()
        self.refresh_date()
        await self._listen()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, sock=self._socket, backlog=BACKLOG)

    def _protocol(self) -> asyncio.Protocol:
        assert self._config is not None
        state: dict[str, Any] = {}
        factory: Any = self._config.http_protocol_class
        protocol: Any = factory(config=self._config, server_state=self._state, app_state=state)
        # The app_state is copied into each request's scope["state"]: a fault cuts the connection through it.
        # Half a message is written past the protocol.
        state["abort"] = lambda: protocol.transport.abort()
        state["write"] = lambda data: protocol.transport.write(data)

        def hear(heard: bool) -> None:
            if not protocol.transport.is_closing():
                (protocol.transport.resume_reading if heard else protocol.transport.pause_reading)()

        state["hear"] = hear
        made: asyncio.Protocol = protocol
        return made

    def refresh_date(self) -> None:
        """The Date header; call about once a second."""
        self._state.default_headers = [(b"date", formatdate(usegmt=True).encode())]

    def set_down(self, down: bool) -> None:
        """Down: connections are cut, new ones refused, the port stays ours. Up: it listens again."""
        self._down = down
        if down and self._server is not None:
            self._fall()
        elif not down and self._server is None and self._rising is None:
            self._socket.listen(BACKLOG)  # connects wait from now on; they are taken in a moment
            self._rising = asyncio.ensure_future(self._rise())

    def _fall(self) -> None:
        self._close()
        # Bound but not listening: connects are refused, and nobody else gets the port.
        self._socket = _bind(self._host, self.port)

    async def _rise(self) -> None:
        try:
            await self._listen()
        finally:
            self._rising = None
        if self._down:  # it went down once more meanwhile
            self._fall()

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self._state.connections):
            transport: Any = connection.transport
            transport.abort()

    async def stop(self) -> None:
        """End now: open connections are cut, running requests cancelled."""
        self._close()
        self._socket.close()
        tasks = list(self._state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _bind(host: str, port: int) -> socket.socket:
    # Named by its protocol, or asyncio does not turn off Nagle's delay: 40 ms for each request of an open connection.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    bound.setblocking(False)
    return bound
