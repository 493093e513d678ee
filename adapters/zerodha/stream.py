"""Kite's websocket: binary ticks and JSON order updates. One connection per call; the caller reconnects.

An idle market still sends a heartbeat every few seconds, so silence means a dead connection.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus, WebSocketException

from adapters import http, iceberg, rows
from adapters.broker import Clock, Connected, Endpoints, Session, StreamEvent, Symbols
from adapters.zerodha import book, ticks, wire
from adapters.zerodha.calls import Calls
from domain.errors import BrokerRejected, BrokerUnavailable
from domain.instrument import InstrumentId
from domain.market import Mode, Tick

SILENCE_SECONDS = 10.0
NO_STREAMS = "no_streams"
CONNECT_SECONDS = 5.0


async def _connect(session: Session, endpoints: Endpoints) -> ClientConnection:
    """An open socket. Raises SessionExpired or BrokerUnavailable."""
    query = urlencode({"api_key": session.api_key, "access_token": session.access_token})
    try:
        return await connect(
            f"{endpoints.feed}?{query}",
            additional_headers=wire.VERSION,
            user_agent_header=http.USER_AGENT,
            open_timeout=CONNECT_SECONDS,
            close_timeout=1.0,
            ping_interval=None,  # the byte watchdog sees more than pongs would
            compression=None,
            **(await http.stream_route(endpoints, endpoints.feed)),
            max_size=2**22,
        )
    except InvalidStatus as error:
        if error.response.status_code in (401, 403):
            await _why_refused(session, endpoints)
        raise BrokerUnavailable(f"Zerodha refused the stream: HTTP {error.response.status_code}") from error
    except (OSError, TimeoutError, WebSocketException) as error:
        raise BrokerUnavailable(f"the stream cannot be reached: {type(error).__name__}") from error


@asynccontextmanager
async def _connection(session: Session, endpoints: Endpoints) -> AsyncIterator[ClientConnection]:
    socket = await _connect(session, endpoints)
    try:
        yield socket
    finally:
        await socket.close()


async def _why_refused(session: Session, endpoints: Endpoints) -> None:
    """A dead token and a plan without streams are refused alike (403); reads by REST tell them apart.

    Raises SessionExpired, or BrokerUnavailable whose code is NO_STREAMS for the plan: quotes are refused like streams.
    """
    calls = Calls(session, endpoints)
    try:
        await calls.read("/user/profile", lambda data: data)
        await calls.read("/quote/ltp?i=NSE:INFY", lambda data: data)
    except BrokerRejected as no:
        raise BrokerUnavailable(
            "Zerodha refused the stream though the login is valid: the app's plan has no market data",
            code=NO_STREAMS,
        ) from no
    finally:
        await calls.aclose()


async def _frames(socket: ClientConnection, silence: float) -> AsyncIterator[bytes | str]:
    """Every frame until the connection ends or falls silent: BrokerUnavailable."""
    while True:
        try:
            async with asyncio.timeout(silence):
                frame = await socket.recv()
        except TimeoutError as error:
            raise BrokerUnavailable(f"the stream was silent for {silence:g} s") from error
        except WebSocketException as error:
            raise BrokerUnavailable(f"the stream ended: {type(error).__name__}") from error
        yield frame


def _message(text: str) -> tuple[str, Any]:
    """Type and data of a text frame. Raises BrokerUnavailable for what cannot be read."""
    try:
        body = http.exact_json(text.encode())
        return str(body["type"]), body.get("data")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokerUnavailable(f"unreadable stream message: {error!r}") from error


class KiteFeed:
    """Prices over one open socket, in full mode: the only one that carries the exchange's time. Of what is wanted less
    of, less is read."""

    def __init__(self, socket: ClientConnection, symbols: Symbols, clock: Clock, silence: float) -> None:
        self._socket, self._symbols, self._clock, self._silence = socket, symbols, clock, silence
        self._names: dict[int, tuple[InstrumentId, Mode]] = {}

    async def subscribe(self, instruments: Collection[InstrumentId], mode: Mode = Mode.LTP) -> None:
        """Instruments that Zerodha does not list are passed over."""
        tokens = self._tokens(instruments)
        new = [token for token in tokens if token not in self._names]
        # The packet that follows tells what a mode that grew now wants, too.
        more = [token for token in tokens if token in self._names and mode.rank > self._names[token][1].rank]
        self._names.update({token: (name, mode) for token, name in tokens.items()})
        if new:
            await self._send({"a": "subscribe", "v": new})
        if new or more:
            await self._send({"a": "mode", "v": ["full", new + more]})

    async def unsubscribe(self, instruments: Collection[InstrumentId]) -> None:
        tokens = [token for token in self._tokens(instruments) if self._names.pop(token, None)]
        if tokens:
            await self._send({"a": "unsubscribe", "v": tokens})

    async def ticks(self) -> AsyncIterator[Tick]:
        async for frame in _frames(self._socket, self._silence):
            if isinstance(frame, bytes):
                for tick in self._read(frame):
                    yield tick
            elif (message := _message(frame))[0] == "error":
                raise BrokerUnavailable(str(message[1]))

    def _read(self, frame: bytes) -> list[Tick]:
        try:
            return ticks.ticks(frame, self._names, self._clock())
        except (ValueError, ArithmeticError, struct.error) as error:
            raise BrokerUnavailable(f"unreadable tick frame: {error}") from error

    def _tokens(self, instruments: Collection[InstrumentId]) -> dict[int, InstrumentId]:
        listed = ((self._symbols.listing(one), one) for one in instruments)
        return {int(listing.feed_key): one for listing, one in listed if listing}

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            await self._socket.send(json.dumps(message))
        except WebSocketException as error:
            raise BrokerUnavailable(f"the stream ended: {type(error).__name__}") from error


@asynccontextmanager
async def market_feed(
    session: Session,
    endpoints: Endpoints,
    symbols: Symbols,
    clock: Clock,
    *,
    silence: float = SILENCE_SECONDS,
) -> AsyncIterator[KiteFeed]:
    """A connected feed. At most 3,000 instruments a connection and 3 connections an API key."""
    async with _connection(session, endpoints) as socket:
        yield KiteFeed(socket, symbols, clock, silence)


async def order_stream(
    session: Session,
    endpoints: Endpoints,
    symbols: Symbols,
    clock: Clock,
    *,
    silence: float = SILENCE_SECONDS,
) -> AsyncGenerator[StreamEvent, None]:
    """Updates of all orders of the account, wherever they were placed. They may come late, twice or out of order."""
    async with _connection(session, endpoints) as socket:
        yield Connected(clock())
        icebergs = iceberg.Stream()
        async for frame in _frames(socket, silence):
            if isinstance(frame, bytes):
                continue  # heartbeats
            kind, data = _message(frame)
            if kind == "error":
                raise BrokerUnavailable(str(data))
            if kind == "order" and (told := _update(data, symbols, icebergs, clock)):
                yield told


def _update(data: Any, symbols: Symbols, icebergs: iceberg.Stream, clock: Clock) -> StreamEvent | None:
    """None for a leg of an iceberg whose earlier legs this stream did not tell of."""
    try:
        report = wire.order_report(data, symbols)
        leg = book.part(data, report)
        return icebergs.heard(leg) if leg and report.tag else report
    except rows.UNREADABLE:
        return Connected(clock())
