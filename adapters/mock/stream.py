"""The Mock broker's websocket: JSON ticks and order updates. One connection per call; the caller reconnects.

A heartbeat comes every three silent seconds, so longer silence means a dead connection.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from adapters import http, iceberg, rows
from adapters.broker import Clock, Connected, Endpoints, Session, StreamEvent
from adapters.mock import market, wire
from domain.errors import BrokerUnavailable, SessionExpired
from domain.instrument import InstrumentId
from domain.market import Mode, Tick

SILENCE_SECONDS = 10.0
CONNECT_SECONDS = 5.0


@asynccontextmanager
async def _connection(
    session: Session, endpoints: Endpoints, url: str, silence: float
) -> AsyncIterator[ClientConnection]:
    """An open socket that said "ready". Raises SessionExpired or BrokerUnavailable; so does its end in the block."""
    try:
        async with connect(
            url,
            additional_headers={"Authorization": f"Bearer {session.access_token}"},
            user_agent_header=http.USER_AGENT,
            open_timeout=CONNECT_SECONDS,
            close_timeout=1.0,
            ping_interval=None,  # the heartbeat tells more than pongs would
            compression=None,
            **(await http.stream_route(endpoints, url)),
            max_size=2**22,
        ) as socket:
            if (first := await _next(socket, silence)).get("type") != "ready":
                raise BrokerUnavailable(f"Mock Broker's stream began with {first.get('type')!r}")
            yield socket
    except (OSError, TimeoutError, WebSocketException) as error:
        raise BrokerUnavailable(f"the stream ended: {type(error).__name__}") from error


async def _next(socket: ClientConnection, silence: float) -> Mapping[str, Any]:
    """The next message. An error message ends the stream as what it says."""
    try:
        async with asyncio.timeout(silence):
            message = http.exact_json(await socket.recv(decode=False))
    except TimeoutError as error:
        raise BrokerUnavailable(f"the stream was silent for {silence:g} s") from error
    except ValueError as error:
        raise BrokerUnavailable(f"unreadable stream message: {error!r}") from error
    if not isinstance(message, dict):
        raise BrokerUnavailable("unreadable stream message: no object")
    if message.get("type") == "error":
        words, code = str(message.get("message")), str(message.get("code"))
        raise (SessionExpired if code in wire.DEAD_SESSION else BrokerUnavailable)(words, code=code)
    return message


class MockFeed:
    """Prices over one open socket."""

    def __init__(self, socket: ClientConnection, silence: float) -> None:
        self._socket, self._silence = socket, silence

    async def subscribe(self, instruments: Collection[InstrumentId], mode: Mode = Mode.LTP) -> None:
        """There is one mode only."""
        await self._send("subscribe", instruments)

    async def unsubscribe(self, instruments: Collection[InstrumentId]) -> None:
        await self._send("unsubscribe", instruments)

    async def ticks(self) -> AsyncIterator[Tick]:
        try:
            while True:
                message = await _next(self._socket, self._silence)
                if message.get("type") == "tick":
                    yield market.tick(message)
        except WebSocketException as error:
            raise BrokerUnavailable(f"the stream ended: {type(error).__name__}") from error
        except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            raise BrokerUnavailable(f"unreadable tick: {error!r}") from error

    async def _send(self, action: str, instruments: Collection[InstrumentId]) -> None:
        try:
            await self._socket.send(
                json.dumps({"action": action, "symbols": [str(one) for one in instruments]})
            )
        except WebSocketException as error:
            raise BrokerUnavailable(f"the stream ended: {type(error).__name__}") from error


@asynccontextmanager
async def market_feed(
    session: Session, endpoints: Endpoints, *, silence: float = SILENCE_SECONDS
) -> AsyncIterator[MockFeed]:
    async with _connection(session, endpoints, endpoints.feed, silence) as socket:
        yield MockFeed(socket, silence)


async def order_stream(
    session: Session, endpoints: Endpoints, clock: Clock, *, silence: float = SILENCE_SECONDS
) -> AsyncGenerator[StreamEvent, None]:
    """Updates of all orders of the account, each fill also as a trade."""
    async with _connection(session, endpoints, endpoints.orders_feed or endpoints.feed, silence) as socket:
        yield Connected(clock())
        icebergs = iceberg.Stream()
        while True:
            message = await _next(socket, silence)
            if message.get("type") != "order":
                continue
            try:
                told = _told(message, icebergs)
            except rows.UNREADABLE:
                told = [Connected(clock())]
            for event in told:
                yield event


def _told(message: Mapping[str, Any], icebergs: iceberg.Stream) -> list[StreamEvent]:
    """The order, then its fill. Nothing for a leg of an iceberg whose earlier legs this stream did not tell of."""
    report = wire.order_report(message["order"])
    leg = wire.part(message["order"], report)
    whole = icebergs.heard(leg) if leg and report.tag else report
    if whole is None:
        return []
    if not message.get("fill"):
        return [whole]
    return [whole, replace(wire.broker_fill(message["fill"]), broker_order_id=whole.broker_order_id)]
