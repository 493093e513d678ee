"""Groww's feed, NATS over a websocket: live prices (rupees) and order updates (paise), one connection each.

The feed has no snapshot, no replay and no sequence: after every Connected the caller re-reads over REST.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime

import httpx
from google.protobuf.message import DecodeError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from adapters import http, rows
from adapters.broker import Clock, Connected, Endpoints, Listing, Session, StreamEvent, Symbols
from adapters.groww import nats, wire, wire_feed, wire_market
from adapters.groww.session import account_client
from adapters.groww.terms import TERMS
from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable, SessionExpired
from domain.instrument import InstrumentId
from domain.market import Depth, Mode, Tick

PING_SECONDS = 4.0
CLOSE_SECONDS = 1.0  # a server that fell silent answers no farewell
SILENCE_SECONDS = 10.0  # a live server answers our pings, so silence means a dead connection
# A plan without streams is forbidden the feed with a session that lives.
HANDSHAKE: Mapping[int, type[BrokerError]] = {401: SessionExpired, 403: BrokerRejected}
ORDER_SUBJECTS = ("stocks/order/updates.apex.{}", "stocks_fo/order/updates.apex.{}")

# --- one connection ----------------------------------------------------------------------------------------------


class _Line:
    """A logged-in NATS connection. `operations` ends only by raising BrokerUnavailable or SessionExpired."""

    def __init__(self, socket: ClientConnection, subscription_id: str, silence: float) -> None:
        self.subscription_id = subscription_id
        self._socket = socket
        self._silence = silence
        self._parser = nats.Parser()
        self._pending: list[nats.Operation] = []

    async def send(self, data: bytes) -> None:
        try:
            await self._socket.send(data)
        except ConnectionClosed as error:
            raise BrokerUnavailable("Groww's feed ended") from error

    async def operation(self) -> nats.Operation:
        """The next operation that is not a ping; pings are answered here."""
        while True:
            while self._pending:
                operation = self._pending.pop(0)
                if isinstance(operation, nats.Ping):
                    await self.send(nats.PONG)
                elif isinstance(operation, nats.Failure):
                    raise (SessionExpired if operation.of_login else BrokerUnavailable)(operation.words)
                else:
                    return operation
            self._pending = await self._receive()

    async def _receive(self) -> list[nats.Operation]:
        try:
            async with asyncio.timeout(self._silence):
                frame = await self._socket.recv()
            return self._parser.feed(frame if isinstance(frame, bytes) else frame.encode())
        except TimeoutError as error:
            raise BrokerUnavailable(f"Groww's feed was silent for {self._silence:g} seconds") from error
        except ConnectionClosed as error:
            raise BrokerUnavailable("Groww's feed ended") from error
        except ValueError as error:
            raise BrokerUnavailable("Groww's feed cannot be read") from error

    async def log_in(self, identity: nats.Identity, jwt: str) -> None:
        """CONNECT, then a PING whose PONG proves that the server took it."""
        greeting = await self.operation()
        if not isinstance(greeting, nats.Info):
            raise BrokerUnavailable("Groww's feed did not greet")
        await self.send(identity.connect(jwt, greeting.nonce) + nats.PING)
        await self.settle()

    async def settle(self) -> None:
        """Until the PONG of a PING sent before: everything sent before that was taken in."""
        while not isinstance(await self.operation(), nats.Pong):
            pass

    async def operations(self) -> AsyncIterator[nats.Operation]:
        while True:
            yield await self.operation()

    async def keep_alive(self) -> None:
        with suppress(BrokerUnavailable):  # the reader sees the end itself
            while True:
                await asyncio.sleep(PING_SECONDS)
                await self.send(nats.PING)


async def _socket_token(session: Session, endpoints: Endpoints, public_key: str) -> tuple[str, str]:
    """The feed's own token for this key, and the account's subscription id."""
    async with account_client(session, endpoints) as client:
        path = "/api/apex/v1/socket/token/create/"
        response = await http.send_read(
            client, client.build_request("POST", path, json={"socketKey": public_key})
        )
    payload = wire.payload_of(response.status_code, response.content, write=False)
    token, subscription_id = payload.get("token"), payload.get("subscriptionId")
    if not isinstance(token, str) or not isinstance(subscription_id, str):
        raise BrokerUnavailable("Groww gave no token for its feed")
    return token, subscription_id


@asynccontextmanager
async def _line(
    session: Session, endpoints: Endpoints, silence: float = SILENCE_SECONDS
) -> AsyncIterator[_Line]:
    identity = nats.Identity()  # a fresh key and token for every connection: yesterday's would be refused
    jwt, subscription_id = await _socket_token(session, endpoints, identity.public_key)
    try:
        socket = await connect(
            endpoints.feed,
            compression=None,
            ping_interval=None,
            open_timeout=SILENCE_SECONDS,
            close_timeout=CLOSE_SECONDS,
            **(await http.stream_route(endpoints, endpoints.feed)),
        )
    except InvalidStatus as error:
        kind = HANDSHAKE.get(error.response.status_code, BrokerUnavailable)
        raise kind(f"Groww's feed answered HTTP {error.response.status_code}") from error
    except (OSError, TimeoutError, InvalidHandshake) as error:
        raise BrokerUnavailable(f"Groww's feed is not reachable: {type(error).__name__}") from error
    async with socket:
        line = _Line(socket, subscription_id, silence)
        await line.log_in(identity, jwt)
        pinging = asyncio.create_task(line.keep_alive())
        try:
            yield line
        finally:
            pinging.cancel()


# --- what the application sees -----------------------------------------------------------------------------------


class GrowwFeed:
    """Implements `adapters.broker.MarketFeed` on one connection.

    Groww's feed is silent until a price changes, so the first price of an instrument is asked for over REST.
    """

    def __init__(self, line: _Line, client: httpx.AsyncClient, symbols: Symbols, clock: Clock) -> None:
        self._line, self._http, self._symbols, self._clock = line, client, symbols, clock
        self._sids: dict[str, int] = {}  # subject -> subscription
        self._last: dict[
            str, Tick
        ] = {}  # price subject -> what was said last: a depth is told without a price
        self._depths: dict[str, tuple[Depth, datetime]] = {}  # told before any price
        self._last_sid = 0
        self._first: deque[Tick] = deque()
        self._moved: set[InstrumentId] = (
            set()
        )  # what the feed itself has spoken of: newer than any answer of REST

    async def subscribe(self, instruments: Collection[InstrumentId], mode: Mode = Mode.LTP) -> None:
        """Instruments that Groww does not list are left out; twice is once. Raises SessionExpired."""
        listings = self._listings(instruments)
        new = [listing for listing in listings if listing.feed_key not in self._sids]
        books = [book for one in listings if (book := wire_feed.book_subject(one.feed_key))]
        commands = [self._open(listing.feed_key) for listing in new]
        if mode is Mode.DEPTH:
            commands += [self._open(book) for book in books if book not in self._sids]
        else:
            commands += [self._close(book) for book in books if book in self._sids]
        if commands:
            await self._line.send(b"".join(commands))
        if not new:
            return
        with suppress(BrokerUnavailable, BrokerRejected):  # the feed will tell in time
            await self._ask_first(new)
        await self._line.send(nats.PING)  # its PONG wakes `ticks`

    async def unsubscribe(self, instruments: Collection[InstrumentId]) -> None:
        listings = self._listings(instruments)
        self._moved.difference_update(listing.instrument.id for listing in listings)
        subjects = [one.feed_key for one in listings]
        subjects += [book for one in subjects if (book := wire_feed.book_subject(one))]
        commands = [self._close(one) for one in subjects if one in self._sids]
        if commands:
            await self._line.send(b"".join(commands))

    def _open(self, subject: str) -> bytes:
        self._last_sid += 1
        self._sids[subject] = self._last_sid
        return nats.subscribe(subject, self._last_sid)

    def _close(self, subject: str) -> bytes:
        self._last.pop(subject, None)
        self._depths.pop(subject, None)
        return nats.unsubscribe(self._sids.pop(subject))

    def _listings(self, instruments: Collection[InstrumentId]) -> list[Listing]:
        listings = (self._symbols.listing(instrument) for instrument in instruments)
        return [listing for listing in listings if listing is not None]

    async def _ask_first(self, listings: Sequence[Listing]) -> None:
        for segment, members in wire_market.by_segment(listings).items():
            for start in range(0, len(members), TERMS.quote_batch):
                batch = members[start : start + TERMS.quote_batch]
                params = {
                    "segment": segment,
                    "exchange_symbols": ",".join(map(wire_market.exchange_symbol, batch)),
                }
                request = self._http.build_request("GET", "/live-data/ltp", params=params)
                response = await http.send_read(self._http, request)
                prices = wire.payload_of(response.status_code, response.content, write=False)
                self._first += wire_market.first_ticks(prices, batch, seen_at=self._clock())

    async def ticks(self) -> AsyncIterator[Tick]:
        async for operation in self._line.operations():
            while self._first:
                tick = self._first.popleft()
                if tick.instrument not in self._moved:
                    yield self._with_depth(tick)
            if isinstance(operation, nats.Message) and (moved := self._tick(operation)) is not None:
                self._moved.add(moved.instrument)
                yield moved

    def _tick(self, message: nats.Message) -> Tick | None:
        try:
            told = wire_feed.depth_of(message, seen_at=self._clock())
            if told is None:
                tick = wire_feed.tick_of(message, self._symbols, seen_at=self._clock())
                if tick is not None and message.subject in self._sids:
                    self._last[message.subject] = tick
                return tick
        except (DecodeError, ValueError, ArithmeticError) as error:
            raise BrokerUnavailable("Groww's feed cannot be read") from error
        subject, depth, at = told
        last = self._last.get(subject)
        if last is None:
            self._depths[subject] = (depth, at)
            return None
        return replace(last, depth=depth, at=max(at, last.at))

    def _with_depth(self, first: Tick) -> Tick:
        """A first price, over REST, and the depth that the feed told before it."""
        listing = self._symbols.listing(first.instrument)
        if listing is None or listing.feed_key not in self._sids:
            return first
        self._last[listing.feed_key] = first
        known = self._depths.pop(listing.feed_key, None)
        return replace(first, depth=known[0], at=max(known[1], first.at)) if known else first


@asynccontextmanager
async def market_feed(
    session: Session,
    endpoints: Endpoints,
    symbols: Symbols,
    clock: Clock,
    *,
    silence: float = SILENCE_SECONDS,
) -> AsyncIterator[GrowwFeed]:
    async with _line(session, endpoints, silence) as line, account_client(session, endpoints) as client:
        yield GrowwFeed(line, client, symbols, clock)


async def order_stream(
    session: Session,
    endpoints: Endpoints,
    symbols: Symbols,
    clock: Clock,
    *,
    silence: float = SILENCE_SECONDS,
) -> AsyncGenerator[StreamEvent, None]:
    """Cash and derivatives updates of the account over one connection, dead after `silence` seconds without a frame."""
    async with _line(session, endpoints, silence) as line:
        subjects = [subject.format(line.subscription_id) for subject in ORDER_SUBJECTS]
        await line.send(
            b"".join(nats.subscribe(subject, sid) for sid, subject in enumerate(subjects, 1)) + nats.PING
        )
        await line.settle()
        yield Connected(clock())
        async for operation in line.operations():
            if not isinstance(operation, nats.Message):
                continue
            yield _update(operation.payload, symbols, clock())


def _update(payload: bytes, symbols: Symbols, now: datetime) -> StreamEvent:
    try:
        return wire_feed.report_of(payload, symbols, seen_at=now)
    except (DecodeError, *rows.UNREADABLE):
        return Connected(now)
