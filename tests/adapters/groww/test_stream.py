"""The feed's framing and messages, cut anywhere; a feed that says nothing is dead."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from adapters.broker import Endpoints, Session
from adapters.groww import nats, stream, wire_feed
from adapters.groww.feed_pb2 import MarketMessage, OrderMessage
from domain.errors import BrokerRejected, BrokerUnavailable, SessionExpired
from domain.instrument import Exchange, InstrumentId
from domain.market import DepthLevel
from domain.money import Price
from domain.order import OrderType, Product, Side
from domain.report import ReportStatus
from mocks.brokers.listener import Listener
from tests.adapters.groww.samples import NOW, RELIANCE, SYMBOLS

FRAMES = (
    b'INFO {"nonce":"abc"}\r\nPING\r\nPONG\r\n+OK\r\n'
    b"MSG /ld/eq/nse/price.2885 7 5\r\na\r\nb\n\r\nMSG s 1 r 0\r\n\r\n"
)


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_a_frame_may_end_anywhere(size: int) -> None:
    parser = nats.Parser()
    found = [one for at in range(0, len(FRAMES), size) for one in parser.feed(FRAMES[at : at + size])]
    assert [type(one) for one in found] == [nats.Info, nats.Ping, nats.Pong, nats.Message, nats.Message]
    assert found[3] == nats.Message("/ld/eq/nse/price.2885", b"a\r\nb\n")
    assert found[4] == nats.Message("s", b"")


def test_headers_are_left_out_of_a_message() -> None:
    (found,) = nats.Parser().feed(b"HMSG s 1 12 14\r\nNATS/1.0\r\n\r\nhi\r\n")
    assert found == nats.Message("s", b"hi")


def test_what_is_not_nats_is_refused() -> None:
    with pytest.raises(ValueError, match="not a NATS operation"):
        nats.Parser().feed(b"<html>\r\n")


@pytest.mark.parametrize(
    ("words", "of_login"),
    [("Authorization Violation", True), ("User Authentication Expired", True), ("Stale Connection", False)],
)
def test_a_login_failure_is_told_from_others(words: str, of_login: bool) -> None:
    (found,) = nats.Parser().feed(f"-ERR '{words}'\r\n".encode())
    assert isinstance(found, nats.Failure)
    assert (found.words, found.of_login) == (words, of_login)


def test_connect_signs_the_nonce_with_the_key_that_the_token_is_for() -> None:
    identity = nats.Identity()
    line = identity.connect("jwt", "the nonce")
    options = json.loads(line.removeprefix(b"CONNECT "))
    assert options["jwt"] == "jwt"
    raw_key = base64.b32decode(identity.public_key)[1:33]  # a prefix byte, the key, a checksum
    Ed25519PublicKey.from_public_bytes(raw_key).verify(base64.b64decode(options["sig"]), b"the nonce")


def market(**fields: object) -> bytes:
    message = MarketMessage()
    for name, value in fields.items():
        part, field = name.split("__")
        setattr(getattr(message, part), field, value)
    return message.SerializeToString()  # type: ignore[attr-defined, no-any-return]


def test_a_price_is_read_exactly_with_its_time() -> None:
    payload = market(live_price__ltp=2450.55, live_price__ts_in_millis=1_795_150_230_123.0)
    tick = wire_feed.tick_of(nats.Message("/ld/eq/nse/price.2885", payload), SYMBOLS, seen_at=NOW)
    assert tick is not None
    assert (tick.instrument, tick.last_price) == (RELIANCE, Price.of("2450.55"))
    assert tick.at == datetime.fromtimestamp(1_795_150_230.123, UTC)


def test_an_index_value_is_a_price() -> None:
    payload = market(live_index__value=26066.55)
    tick = wire_feed.tick_of(nats.Message("/ld/indices/nse/price.NIFTY", payload), SYMBOLS, seen_at=NOW)
    assert tick is not None
    assert (tick.instrument, tick.at) == (InstrumentId(Exchange.NSE, "NIFTY 50"), NOW)


@pytest.mark.parametrize(
    ("subject", "payload"),
    [
        ("/ld/eq/nse/price.1", market(live_price__ltp=1.0)),
        ("/ld/eq/nse/price.2885", market(live_price__ltp=0.0)),
    ],
)
def test_nothing_is_made_of_an_unknown_subject_or_a_missing_price(subject: str, payload: bytes) -> None:
    assert wire_feed.tick_of(nats.Message(subject, payload), SYMBOLS, seen_at=NOW) is None


def test_a_depth_is_told_best_first_without_its_empty_levels() -> None:
    message = MarketMessage()
    message.book.ts_in_millis = 1_795_150_230_123.0
    for level, price, quantity in ((2, 2450.4, 7.0), (1, 2450.5, 10.0), (3, 2450.3, 0.0)):
        message.book.buy[level].price, message.book.buy[level].quantity = price, quantity
    payload = message.SerializeToString()  # type: ignore[attr-defined]
    told = wire_feed.depth_of(nats.Message("/ld/eq/nse/book.2885", payload), seen_at=NOW)
    assert told is not None
    subject, depth, at = told
    assert subject == "/ld/eq/nse/price.2885"
    assert depth.bids == (DepthLevel(Price.of("2450.5"), 10), DepthLevel(Price.of("2450.4"), 7))
    assert (depth.asks, at) == ((), datetime.fromtimestamp(1_795_150_230.123, UTC))
    assert wire_feed.depth_of(nats.Message("/ld/eq/nse/price.2885", payload), seen_at=NOW) is None


def test_an_index_has_no_book() -> None:
    assert wire_feed.book_subject("/ld/fo/nse/price.35001") == "/ld/fo/nse/book.35001"
    assert wire_feed.book_subject("/ld/indices/nse/price.NIFTY") is None


def update(**fields: object) -> bytes:
    message = OrderMessage()
    known = {
        "qty": 10,
        "price": 245050,
        "filled_qty": 4,
        "avg_fill_price": 245045,
        "groww_order_id": "GMK1",
        "order_status": 3,
        "exchange": 1,
        "segment": 0,
        "order_type": 1,
        "contract_id": "INE002A01018",
    }
    for name, value in {**known, **fields}.items():
        setattr(message.update, name, value)
    return message.SerializeToString()  # type: ignore[attr-defined, no-any-return]


def test_prices_of_an_order_update_are_paise() -> None:
    report = wire_feed.report_of(update(), SYMBOLS, seen_at=NOW)
    assert (report.price, report.average_price) == (Price.of("2450.50"), Price.of("2450.45"))
    assert (report.status, report.words, report.tag) == (ReportStatus.OPEN, "APPROVED", None)
    assert (report.instrument, report.side, report.product) == (RELIANCE, Side.BUY, Product.CNC)
    assert report.order_type is OrderType.LIMIT


@pytest.mark.parametrize(
    ("fields", "instrument"),
    [
        ({"exchange": 0}, InstrumentId(Exchange.BSE, "RELIANCE")),
        ({"exchange": 0, "contract_id": "INE009A01021"}, None),  # not listed on BSE in this table
        ({"segment": 1, "contract_id": "BANKNIFTY26NOVFUT"}, InstrumentId(Exchange.NFO, "BANKNIFTY26NOVFUT")),
        ({"exchange": 9}, None),
        ({"contract_id": ""}, None),
    ],
)
def test_an_update_names_the_listing_it_is_of_or_none(
    fields: dict[str, object], instrument: InstrumentId | None
) -> None:
    assert wire_feed.report_of(update(**fields), SYMBOLS, seen_at=NOW).instrument == instrument


def test_unlisted_enum_numbers_become_no_default() -> None:
    report = wire_feed.report_of(
        update(order_status=77, product=5, order_type=9, buy_sell=4), SYMBOLS, seen_at=NOW
    )
    assert (report.status, report.words) == (ReportStatus.UNRECOGNISED, "status 77")
    assert (report.side, report.product, report.order_type) == (None, None, None)


@pytest.mark.parametrize("since_midnight", [36_930.0, 36_930_000.0])
def test_a_stage_time_is_seconds_or_millis_since_midnight_in_india(since_midnight: float) -> None:
    message = OrderMessage.FromString(update())
    message.stages.add(since_midnight=since_midnight, name="APPROVED")  # type: ignore[attr-defined]
    report = wire_feed.report_of(message.SerializeToString(), SYMBOLS, seen_at=NOW)  # type: ignore[attr-defined]
    assert report.at.isoformat() == "2026-11-20T10:15:30+05:30"


# --- a feed that misbehaves ------------------------------------------------------------------------------------------


class BrokenFeed:
    """Gives a socket token, then greets and goes on as told."""

    def __init__(self) -> None:
        self.answer = b""
        self.status = 0  # of a refused handshake

    async def token(self, _: Request) -> Response:
        return JSONResponse({"status": "SUCCESS", "payload": {"token": "t", "subscriptionId": "s"}})

    async def socket(self, websocket: WebSocket) -> None:
        if self.status:
            await websocket.send_denial_response(Response(status_code=self.status))
            return
        await websocket.accept()
        await websocket.send_bytes(b'INFO {"nonce":"n"}\r\n')
        await websocket.receive_bytes()
        if self.answer:
            await websocket.send_bytes(self.answer)
        while (await websocket.receive())["type"] != "websocket.disconnect":
            pass


@pytest.fixture
async def broken() -> AsyncIterator[tuple[BrokenFeed, Endpoints]]:
    feed, listener = BrokenFeed(), Listener(0)
    path = "/v1/api/apex/v1/socket/token/create/"
    await listener.start(
        Starlette(routes=[Route(path, feed.token, methods=["POST"]), WebSocketRoute("/", feed.socket)])
    )
    yield feed, Endpoints(rest=listener.url, login="", feed=listener.url.replace("http", "ws"))
    await listener.stop()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"", BrokerUnavailable),  # silence
        (b"-ERR 'Authorization Violation'\r\n", SessionExpired),
        (b"-ERR 'maximum connections exceeded'\r\n", BrokerUnavailable),
        (b"PONG\r\nPONG\r\nMSG x 1 3\r\n\xff\xff\xff\r\n", BrokerUnavailable),
        (b"nonsense\r\n", BrokerUnavailable),
    ],
)
async def test_a_feed_that_misbehaves_ends_the_stream(
    broken: tuple[BrokenFeed, Endpoints], answer: bytes, error: type[Exception]
) -> None:
    feed, endpoints = broken
    feed.answer = answer
    session = Session("token", "user", NOW + timedelta(hours=1))
    with pytest.raises(error):
        async for _ in stream.order_stream(session, endpoints, SYMBOLS, lambda: NOW, silence=0.3):
            pass


async def test_a_feed_that_is_not_there_is_unavailable(broken: tuple[BrokenFeed, Endpoints]) -> None:
    _, endpoints = broken
    nowhere = Endpoints(rest=endpoints.rest, login="", feed="ws://127.0.0.1:1")
    with pytest.raises(BrokerUnavailable):
        await anext(stream.order_stream(Session("t", "u", NOW), nowhere, SYMBOLS, lambda: NOW))


@pytest.mark.parametrize(
    ("status", "error"), [(401, SessionExpired), (403, BrokerRejected), (500, BrokerUnavailable)]
)
async def test_a_plan_without_a_feed_is_no_dead_session(
    broken: tuple[BrokenFeed, Endpoints], status: int, error: type[Exception]
) -> None:
    feed, endpoints = broken
    feed.status = status
    with pytest.raises(error):
        await anext(stream.order_stream(Session("t", "u", NOW), endpoints, SYMBOLS, lambda: NOW))
