"""Upstox's two websockets: prices (protobuf) and order updates (JSON). One connection a call; the caller reconnects.

Each connection is authorised anew over REST, which hands out a one-time address: a token that died at 03:30 shows
there as SessionExpired, never as a silent stream. Nothing is sent again after a new connection: `Connected` says so.
"""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import datetime

import orjson
from websockets.exceptions import ConnectionClosed

from adapters import http, rows
from adapters.broker import Clock, Connected, Endpoints, Session, StreamEvent, Symbols
from adapters.upstox import ticks, wire
from adapters.upstox.socket import SILENCE_SECONDS, Heard, opened
from adapters.upstox.terms import TERMS
from domain.errors import BrokerUnavailable
from domain.instrument import InstrumentId
from domain.market import Mode, Tick

MARKET_PATH = "/v3/feed/market-data-feed/authorize"
PORTFOLIO_PATH = "/v2/feed/portfolio-stream-feed/authorize"
WORDS = {Mode.LTP: "ltpc", Mode.DEPTH: "full"}


class UpstoxFeed:
    """Prices of one account. Subscriptions hold for this connection only."""

    def __init__(self, socket: Heard, symbols: Symbols, clock: Clock) -> None:
        self._socket, self._symbols, self._clock = socket, symbols, clock
        self._modes: dict[str, str] = {}  # feed key -> what it is subscribed in

    async def subscribe(self, instruments: Collection[InstrumentId], mode: Mode = Mode.LTP) -> None:
        """Ask for prices; instruments not listed at Upstox are passed over."""
        word, keys = WORDS[TERMS.feed.carries[mode]], self._keys(instruments)
        changed = [key for key in keys if self._modes.get(key, word) != word]
        new = [key for key in keys if key not in self._modes]
        self._modes.update(dict.fromkeys(keys, word))
        await self._ask("change_mode", word, changed)
        await self._ask("sub", word, new)

    async def unsubscribe(self, instruments: Collection[InstrumentId]) -> None:
        keys = [key for key in self._keys(instruments) if self._modes.pop(key, None)]
        await self._ask("unsub", WORDS[Mode.LTP], keys)

    def _keys(self, instruments: Collection[InstrumentId]) -> list[str]:
        listed = (self._symbols.listing(instrument) for instrument in instruments)
        return [listing.feed_key for listing in listed if listing is not None]

    async def _ask(self, method: str, mode: str, keys: list[str]) -> None:
        if not keys:
            return
        frame = {"guid": uuid.uuid4().hex, "method": method, "data": {"mode": mode, "instrumentKeys": keys}}
        try:
            await self._socket.send(orjson.dumps(frame))  # bytes: Upstox does not read text frames
        except ConnectionClosed as error:
            raise self._socket.ended("price stream", error) from error

    async def ticks(self) -> AsyncIterator[Tick]:
        """Every price that arrives. Raises BrokerUnavailable when the connection ends or says what cannot be read."""
        try:
            async for message in self._socket:
                if isinstance(message, bytes):
                    for tick in ticks.read(message, self._symbols, seen_at=self._clock()):
                        yield tick
        except ConnectionClosed as error:
            raise self._socket.ended("price stream", error) from error
        raise BrokerUnavailable("Upstox closed the price stream")


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
