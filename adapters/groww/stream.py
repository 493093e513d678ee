"""Groww's feed, NATS over a websocket: live prices (rupees) and order updates (paise), one connection each.

The feed has no snapshot, no replay and no sequence: after every Connected the caller re-reads over REST.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, time, timedelta
from decimal import Decimal

from google.protobuf.message import DecodeError
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from adapters import http
from adapters.broker import Clock, Connected, Endpoints, Session, StreamEvent, Symbols
from adapters.groww import nats, wire
from adapters.groww.feed_pb2 import MarketMessage, OrderMessage
from adapters.groww.session import account_client
from domain.calendar import IST
from domain.errors import BrokerUnavailable, SessionExpired
from domain.instrument import Exchange, InstrumentId
from domain.market import Tick
from domain.money import Price
from domain.order import OrderReport, OrderType, Product, Side

PING_SECONDS = 4.0
SILENCE_SECONDS = 10.0  # a live server answers our pings, so silence means a dead connection
ORDER_SUBJECTS = ("stocks/order/updates.apex.{}", "stocks_fo/order/updates.apex.{}")

# The feed's enums by number. An unlisted number becomes None (or an unrecognised status), never a default.
_STATUS = (
    "NEW",
    "ACKED",
    "TRIGGER_PENDING",
    "APPROVED",
    "REJECTED",
    "FAILED",
    "EXECUTED",
    "DELIVERY_AWAITED",
    "CANCELLED",
    "CANCELLATION_REQUESTED",
    "MODIFICATION_REQUESTED",
    "COMPLETED",
)
_VENUE: Mapping[tuple[int, int], Exchange] = {
    (1, 0): Exchange.NSE,
    (0, 0): Exchange.BSE,
    (1, 1): Exchange.NFO,
    (0, 1): Exchange.BFO,
    (2, 3): Exchange.MCX,
}
_PRODUCT: Mapping[int, Product] = {0: Product.CNC, 1: Product.MIS, 4: Product.NRML, 6: Product.MTF}
_ORDER_TYPE: Mapping[int, OrderType] = {
    0: OrderType.MARKET,
    1: OrderType.LIMIT,
    2: OrderType.SL,
    3: OrderType.SL_M,
}
_SIDE: Mapping[int, Side] = {0: Side.BUY, 1: Side.SELL}


# --- parsing -----------------------------------------------------------------------------------------------------


def tick_of(message: nats.Message, symbols: Symbols, *, seen_at: datetime) -> Tick | None:
    """A price or index value; None for a subject we cannot name or a message without a price."""
    instrument = symbols.by_feed_key(message.subject)
    parsed = MarketMessage.FromString(message.payload)
    match parsed.WhichOneof("live_point"):
        case "live_price":
            value, millis = parsed.live_price.ltp, parsed.live_price.ts_in_millis
        case "live_index":
            value, millis = parsed.live_index.value, parsed.live_index.ts_in_millis
        case _:
            return None
    if instrument is None or value <= 0:
        return None
    # The wire carries doubles; their shortest text is the price that was meant.
    at = wire.epoch(Decimal(int(millis))) if millis > 0 else seen_at
    return Tick(instrument, Price(Decimal(repr(value))), at)


def report_of(payload: bytes, symbols: Symbols, *, seen_at: datetime) -> OrderReport:
    """One order update. It carries no reference of ours: it is joined by the order id."""
    parsed = OrderMessage.FromString(payload)
    update = parsed.update
    if not update.groww_order_id:
        raise ValueError("an order update without an order id")
    known = 0 <= update.order_status < len(_STATUS)
    word = _STATUS[update.order_status] if known else f"status {update.order_status}"
    return OrderReport(
        broker_order_id=update.groww_order_id,
        status=wire.status_of(word),
        words=word,
        at=_moment(parsed, seen_at),
        quantity=update.qty,
        filled_quantity=update.filled_qty,
        average_price=_paise(update.avg_fill_price) if update.filled_qty else None,
        instrument=_instrument(update.exchange, update.segment, update.contract_id, symbols),
        side=_SIDE.get(update.buy_sell),
        product=_PRODUCT.get(update.product),
        order_type=_ORDER_TYPE.get(update.order_type),
        price=_paise(update.price),
        trigger_price=_paise(update.trigger_price),
        exchange_order_id=update.exchange_order_id or None,
        message=update.remark,
    )


def _paise(value: int) -> Price | None:
    return Price.paise(value) if value else None


def _moment(message: OrderMessage, seen_at: datetime) -> datetime:
    """The last stage's time since midnight IST. Its unit is not documented: past a day of seconds, it is millis."""
    if not message.stages:
        return seen_at
    since = max(stage.since_midnight for stage in message.stages)
    seconds = since / 1000 if since > 86_400 else since
    midnight = datetime.combine(seen_at.astimezone(IST).date(), time(0), IST)
    at = midnight + timedelta(seconds=seconds)
    return min(at, seen_at) if since > 0 else seen_at


def _instrument(exchange: int, segment: int, contract: str, symbols: Symbols) -> InstrumentId | None:
    """`contract` is the ISIN of a share and the symbol of a contract."""
    venue = _VENUE.get((exchange, segment))
    if venue is None or not contract:
        return None
    if venue not in (Exchange.NSE, Exchange.BSE):
        return symbols.by_order_key(venue, contract)
    share = symbols.by_isin(contract)
    if share is None or share.exchange is venue:
        return share
    elsewhere = symbols.listing(InstrumentId(venue, share.symbol))  # the same share on the other exchange
    same = elsewhere is not None and elsewhere.instrument.isin == contract
    return InstrumentId(venue, share.symbol) if same else None


# --- one connection ----------------------------------------------------------------------------------------------


class _Line:
    """A logged-in NATS connection. `messages` ends only by raising BrokerUnavailable or SessionExpired."""

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

    async def messages(self) -> AsyncIterator[nats.Message]:
        while True:
            operation = await self.operation()
            if isinstance(operation, nats.Message):
                yield operation

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
            endpoints.feed, compression=None, ping_interval=None, open_timeout=SILENCE_SECONDS
        )
    except InvalidStatus as error:
        kind = SessionExpired if error.response.status_code in (401, 403) else BrokerUnavailable
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
    """Implements `adapters.broker.MarketFeed` on one connection."""

    def __init__(self, line: _Line, symbols: Symbols, clock: Clock) -> None:
        self._line, self._symbols, self._clock = line, symbols, clock
        self._sids: dict[str, int] = {}
        self._last_sid = 0

    async def subscribe(self, instruments: Collection[InstrumentId]) -> None:
        """Instruments that Groww does not list are left out; twice is once."""
        commands = []
        for subject in self._subjects(instruments):
            if subject not in self._sids:
                self._last_sid += 1
                self._sids[subject] = self._last_sid
                commands.append(nats.subscribe(subject, self._last_sid))
        if commands:
            await self._line.send(b"".join(commands))

    async def unsubscribe(self, instruments: Collection[InstrumentId]) -> None:
        sids = [self._sids.pop(subject, None) for subject in self._subjects(instruments)]
        commands = [nats.unsubscribe(sid) for sid in sids if sid is not None]
        if commands:
            await self._line.send(b"".join(commands))

    def _subjects(self, instruments: Collection[InstrumentId]) -> list[str]:
        listings = (self._symbols.listing(instrument) for instrument in instruments)
        return [listing.feed_key for listing in listings if listing is not None]

    async def ticks(self) -> AsyncIterator[Tick]:
        async for message in self._line.messages():
            try:
                tick = tick_of(message, self._symbols, seen_at=self._clock())
            except DecodeError as error:
                raise BrokerUnavailable("Groww's feed cannot be read") from error
            if tick is not None:
                yield tick


@asynccontextmanager
async def market_feed(
    session: Session, endpoints: Endpoints, symbols: Symbols, clock: Clock
) -> AsyncIterator[GrowwFeed]:
    async with _line(session, endpoints) as line:
        yield GrowwFeed(line, symbols, clock)


async def order_stream(
    session: Session,
    endpoints: Endpoints,
    symbols: Symbols,
    clock: Clock,
    *,
    silence: float = SILENCE_SECONDS,
) -> AsyncIterator[StreamEvent]:
    """Cash and derivatives updates of the account over one connection, dead after `silence` seconds without a frame."""
    async with _line(session, endpoints, silence) as line:
        subjects = [subject.format(line.subscription_id) for subject in ORDER_SUBJECTS]
        await line.send(
            b"".join(nats.subscribe(subject, sid) for sid, subject in enumerate(subjects, 1)) + nats.PING
        )
        await line.settle()
        yield Connected(clock())
        async for message in line.messages():
            try:
                yield report_of(message.payload, symbols, seen_at=clock())
            except (DecodeError, ValueError) as error:
                raise BrokerUnavailable("Groww's feed cannot be read") from error
