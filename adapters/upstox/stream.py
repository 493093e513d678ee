"""Upstox's two websockets: prices (protobuf) and order updates (JSON). One connection a call; the caller reconnects.

Each connection is authorised anew over REST, which hands out a one-time address: a token that died at 03:30 shows
there as SessionExpired, never as a silent stream. Nothing is sent again after a new connection: `Connected` says so.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from decimal import Decimal

import orjson
from google.protobuf.message import DecodeError
from websockets.exceptions import ConnectionClosed

from adapters import http, rows
from adapters.broker import Clock, Connected, Endpoints, Session, StreamEvent, Symbols
from adapters.upstox import wire
from adapters.upstox.figures import epoch_ms
from adapters.upstox.market_feed_pb2 import Frame, market_info
from adapters.upstox.socket import SILENCE_SECONDS, Heard, opened
from domain.errors import BrokerUnavailable
from domain.instrument import InstrumentId
from domain.market import Tick
from domain.money import Price

MARKET_PATH = "/v3/feed/market-data-feed/authorize"
PORTFOLIO_PATH = "/v2/feed/portfolio-stream-feed/authorize"


class UpstoxFeed:
    """Last prices of one account. Subscriptions hold for this connection only."""

    def __init__(self, socket: Heard, symbols: Symbols, clock: Clock) -> None:
        self._socket, self._symbols, self._clock = socket, symbols, clock

    async def subscribe(self, instruments: Collection[InstrumentId]) -> None:
        """Ask for prices; instruments not listed at Upstox are passed over."""
        await self._ask("sub", instruments)

    async def unsubscribe(self, instruments: Collection[InstrumentId]) -> None:
        await self._ask("unsub", instruments)

    async def _ask(self, method: str, instruments: Collection[InstrumentId]) -> None:
        listed = (self._symbols.listing(instrument) for instrument in instruments)
        keys = [listing.feed_key for listing in listed if listing is not None]
        if not keys:
            return
        frame = {"guid": uuid.uuid4().hex, "method": method, "data": {"mode": "ltpc", "instrumentKeys": keys}}
        try:
            await self._socket.send(orjson.dumps(frame))  # bytes: Upstox does not read text frames
        except ConnectionClosed as error:
            raise self._socket.ended("price stream", error) from error

    async def ticks(self) -> AsyncIterator[Tick]:
        """Every price that arrives. Raises BrokerUnavailable when the connection ends or says what cannot be read."""
        try:
            async for message in self._socket:
                if isinstance(message, bytes):
                    for tick in parse_ticks(message, self._symbols, seen_at=self._clock()):
                        yield tick
        except ConnectionClosed as error:
            raise self._socket.ended("price stream", error) from error
        raise BrokerUnavailable("Upstox closed the price stream")


def parse_ticks(message: bytes, symbols: Symbols, *, seen_at: datetime) -> Iterator[Tick]:
    """The prices in one frame; instruments not in the master are left out. Raises BrokerUnavailable for garbage."""
    frame = Frame()
    try:
        frame.ParseFromString(message)
    except DecodeError as error:
        raise BrokerUnavailable("Upstox's price stream sent what cannot be read") from error
    if frame.type == market_info:
        return
    for feed_key, feed in frame.feeds.items():
        instrument = symbols.by_feed_key(feed_key)
        if instrument is None or not feed.HasField("ltpc") or not feed.ltpc.ltp:
            continue
        last = feed.ltpc
        yield Tick(
            instrument=instrument,
            last_price=_price(last.ltp),
            at=epoch_ms(last.ltt) if last.ltt else seen_at,
            prev_close=_price(last.cp) if last.cp else None,
        )


def _price(value: float) -> Price:
    # The wire has doubles; their shortest text is the decimal the exchange meant.
    return Price(Decimal(repr(value)))


@asynccontextmanager
async def market_feed(
    session: Session,
    endpoints: Endpoints,
    symbols: Symbols,
    *,
    clock: Clock,
    silence: float = SILENCE_SECONDS,
) -> AsyncIterator[UpstoxFeed]:
    """An open price stream. Raises SessionExpired or BrokerUnavailable when it cannot be opened."""
    uri = await _authorised(session, endpoints, MARKET_PATH)
    async with opened(uri, endpoints, silence) as socket:
        yield UpstoxFeed(socket, symbols, clock)


async def order_stream(
    session: Session,
    endpoints: Endpoints,
    symbols: Symbols,
    *,
    clock: Clock,
    silence: float = SILENCE_SECONDS,
) -> AsyncGenerator[StreamEvent, None]:
    """Connected, then every order update of the account, the ones made in Upstox's own app too."""
    uri = await _authorised(session, endpoints, f"{PORTFOLIO_PATH}?update_types=order")
    async with opened(uri, endpoints, silence) as socket:
        yield Connected(clock())
        try:
            async for message in socket:
                with wire.understood("an order update"):
                    update = http.exact_json(message.encode() if isinstance(message, str) else message)
                    told = update.get("update_type") == "order"
                if told:
                    yield _update(update, symbols, clock())
        except ConnectionClosed as error:
            raise socket.ended("order stream", error) from error
        raise BrokerUnavailable("Upstox closed the order stream")


def _update(row: wire.Row, symbols: Symbols, now: datetime) -> StreamEvent:
    try:
        return wire.report(row, symbols, seen_at=now)
    except rows.UNREADABLE:
        return Connected(now)


async def _authorised(session: Session, endpoints: Endpoints, path: str) -> str:
    """The one-time websocket address."""
    headers = {"Authorization": f"Bearer {session.access_token}"}
    async with http.client(endpoints.rest, via=endpoints, headers=headers) as client:
        reply = await http.send_read(client, client.build_request("GET", path))
    with wire.understood("a stream address"):
        data = wire.read(reply.status_code, reply.content)
        return str(data.get("authorized_redirect_uri") or data["authorizedRedirectUri"])
