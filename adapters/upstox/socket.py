"""An open websocket to Upstox with a watchdog on bytes: a stream from which nothing comes, not even the answers to our
pings, is ended. A quiet market is not silent, and one that sends too much to answer a ping in time is not dead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

from adapters import http
from adapters.broker import Endpoints
from domain.errors import BrokerUnavailable, SessionExpired

SILENCE_SECONDS = 12.0  # without one byte, then the socket is given up
LOOKS = 4  # in that time; a ping goes out before each
CLOSE_SECONDS = 1.0
LARGEST_FRAME = 16 * 2**20  # the first snapshot of 5,000 instruments


class Heard(ClientConnection):
    """Knows whether bytes came lately, and whether it was given up for silence."""

    heard = True
    gave_up = False

    def data_received(self, data: bytes) -> None:
        self.heard = True
        super().data_received(data)

    async def listen_for(self, silence: float) -> None:
        """Ends the connection after `silence` seconds without a byte. What we do not take ourselves is no silence, and
        neither is time in which this program stood still: looks are counted, not seconds."""
        empty = 0
        while empty < LOOKS:
            self.heard = False
            await asyncio.sleep(silence / LOOKS)
            empty = 0 if self.heard or not self.transport.is_reading() else empty + 1
        self.gave_up = True
        self.transport.abort()

    def ended(self, what: str, error: ConnectionClosed) -> BrokerUnavailable:
        """Why a stream is over, in words."""
        if self.gave_up:
            return BrokerUnavailable(f"nothing came over Upstox's {what} any more")
        return BrokerUnavailable(f"Upstox's {what} ended: {error}")


@asynccontextmanager
async def opened(uri: str, endpoints: Endpoints, silence: float) -> AsyncIterator[Heard]:
    """A connection, closed at the end. Raises SessionExpired or BrokerUnavailable when it cannot be opened."""
    try:
        socket = await connect(
            uri,
            create_connection=Heard,
            user_agent_header=http.USER_AGENT,
            ping_interval=silence / LOOKS,
            ping_timeout=None,  # any byte will do
            close_timeout=CLOSE_SECONDS,
            max_size=LARGEST_FRAME,
            **(await http.stream_route(endpoints, uri)),
        )
    except InvalidStatus as error:
        if error.response.status_code == 401:
            raise SessionExpired("Upstox's stream refused the login") from error
        raise BrokerUnavailable(f"Upstox's stream answered HTTP {error.response.status_code}") from error
    except (OSError, TimeoutError, InvalidHandshake, InvalidURI) as error:
        raise BrokerUnavailable(f"could not open Upstox's stream: {error}") from error
    assert isinstance(socket, Heard)
    watchdog = asyncio.create_task(socket.listen_for(silence))
    try:
        yield socket
    finally:
        watchdog.cancel()
        await socket.close()
