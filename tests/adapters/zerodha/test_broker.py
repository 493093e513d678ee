"""The adapter against a server that answers what no broker should, over real sockets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from adapters.broker import Broker, Connected, Endpoints, MarginAsk, Session
from adapters.rows import unread
from adapters.zerodha import stream
from adapters.zerodha.broker import ADAPTER
from domain.calendar import IST
from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from domain.instrument import Exchange
from domain.money import Price
from domain.order import OrderType, Product, Side
from domain.report import OrderReport
from mocks.brokers.listener import Listener
from tests.adapters.desk import next_good, now
from tests.adapters.zerodha import payloads as kite
from tests.adapters.zerodha.test_gtt import row as trigger
from tests.adapters.zerodha.test_wire import child

SESSION = Session("token", "AB1234", datetime(2026, 11, 21, 6, tzinfo=IST), "key")


class Oddity:
    """Answers every request with one answer, after those of a script, and remembers what was asked; its socket sends
    `messages`."""

    def __init__(self) -> None:
        self.answer = Response(b"", 200)
        self.script: list[Response] = []  # answers to come first, one each
        self.asked: list[str] = []
        self.headers: dict[str, str] = {}
        self.messages: list[str | bytes] = []
        self.refuse = False

    async def rest(self, request: Request) -> Response:
        self.asked.append(f"{request.method} {request.url.path}?{request.url.query}")
        self.headers = dict(request.headers)
        return self.script.pop(0) if self.script else self.answer

    async def socket(self, socket: WebSocket) -> None:
        if self.refuse:
            await socket.close()
            return
        await socket.accept()
        for message in self.messages:
            await (socket.send_text(message) if isinstance(message, str) else socket.send_bytes(message))
        await asyncio.sleep(30)


@asynccontextmanager
async def serving(oddity: Oddity) -> AsyncIterator[Endpoints]:
    methods = ["GET", "POST", "PUT", "DELETE"]
    routes = [WebSocketRoute("/", oddity.socket), Route("/{path:path}", oddity.rest, methods=methods)]
    listener = Listener(0)
    await listener.start(Starlette(routes=routes))
    try:
        yield Endpoints(rest=listener.url, login="", feed=listener.url.replace("http", "ws"))
    finally:
        await listener.stop()


@pytest.fixture
async def oddity() -> Oddity:
    return Oddity()


@pytest.fixture
async def endpoints(oddity: Oddity) -> AsyncIterator[Endpoints]:
    async with serving(oddity) as found:
        yield found


@pytest.fixture
async def broker(endpoints: Endpoints) -> AsyncIterator[Broker]:
    connected = ADAPTER.connect(SESSION, endpoints, kite.Symbols(), clock=now)
    yield connected
    await connected.aclose()


@pytest.mark.parametrize(
    "answer", [b"", b"<html>", b"{}", kite.success({}), kite.success([]), kite.success({"order_id": None})]
)
async def test_a_write_answered_with_nonsense_is_unknown(
    oddity: Oddity, broker: Broker, answer: bytes
) -> None:
    oddity.answer = Response(answer, 200)
    with pytest.raises(OutcomeUnknown):
        await broker.place(child())
    assert len(oddity.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [b"", b"<html>", kite.success({"x": 1}), kite.success("many"), kite.success(None)],
)
async def test_a_read_answered_with_nonsense_is_unavailable(
    oddity: Oddity, broker: Broker, answer: bytes
) -> None:
    oddity.answer = Response(answer, 200)
    asks = [MarginAsk(kite.INFY, Side.BUY, 1, OrderType.LIMIT, Product.CNC, Price.of(1500))]
    reads = (
        broker.holdings,
        broker.positions,
        broker.orders,
        broker.margin,
        broker.profile,
        broker.conditionals,
        broker.probe,
        lambda: broker.charges(asks),
        lambda: broker.required_margins(asks),
        lambda: broker.authorisation({kite.INFY: 1}),
    )
    for read in reads:
        with pytest.raises(BrokerUnavailable):
            await read()


async def test_every_request_carries_version_and_token(oddity: Oddity, broker: Broker) -> None:
    oddity.answer = Response(kite.success({"order_id": "26"}))
    assert (await broker.place(child())).broker_order_id == "26"
    assert oddity.headers["authorization"] == "token key:token"
    assert oddity.headers["x-kite-version"] == "3"


async def test_an_order_without_an_id_cannot_be_cancelled_and_nothing_is_sent(
    oddity: Oddity, broker: Broker
) -> None:
    with pytest.raises(BrokerRejected):
        await broker.cancel(child())
    assert oddity.asked == []


async def test_a_cancel_that_finds_its_leg_filled_goes_to_the_next_leg(
    oddity: Oddity, broker: Broker
) -> None:
    def leg(number: int) -> dict[str, object]:
        meta = {"iceberg": {"leg": number, "legs": 3, "total_quantity": 30}}
        tag = child().tag
        return kite.order_row(order_id=str(number), variety="iceberg", meta=meta, tag=tag, tags=[tag])

    oddity.script = [
        Response(kite.success([leg(1)])),
        Response(kite.error("OrderException", "The order is already COMPLETE"), 400),
        Response(kite.success([leg(1), leg(2)])),
        Response(kite.success({"order_id": "2"})),
    ]
    await broker.cancel(child(iceberg_legs=3, quantity=30, broker_order_ids=("1",)))
    assert [asked for asked in oddity.asked if asked.startswith("DELETE")] == [
        "DELETE /orders/iceberg/1?",
        "DELETE /orders/iceberg/2?",
    ]


async def test_candles_are_asked_for_in_spans_that_kite_allows(oddity: Oddity, broker: Broker) -> None:
    oddity.answer = Response(kite.success({"candles": []}))
    end = datetime(2026, 11, 20, 15, 30, tzinfo=IST)
    await broker.candles(kite.INFY, interval="1m", start=end - timedelta(days=150), end=end)
    assert len(oddity.asked) == 3
    assert oddity.asked[0].startswith("GET /instruments/historical/408065/minute?from=2026-06-23")


async def test_what_could_not_be_told_is_neither_allowed_nor_refused(oddity: Oddity, broker: Broker) -> None:
    oddity.script = [
        Response(kite.success({"exchanges": ["NSE", "MCX", "MF"]})),
        Response(kite.success(kite.MARGINS)),
        Response(b"<html>", 503),
        Response(kite.error("PermissionException"), 403),
    ]
    found = await broker.probe()
    assert (found.market_data, found.orders, found.exchanges) == (None, False, frozenset({Exchange.NSE}))


async def test_no_question_is_asked_about_nothing(oddity: Oddity, broker: Broker) -> None:
    assert await broker.quotes([]) == []
    assert oddity.asked == []


# --- the stream


@pytest.mark.parametrize(
    ("profile", "error"),
    [
        (Response(kite.error("TokenException"), 403), SessionExpired),
        (Response(kite.success({"user_id": "AB1234"})), BrokerUnavailable),  # a plan without streams
        (Response(b"<html>", 502), BrokerUnavailable),
    ],
)
async def test_a_refused_stream_is_a_dead_login_only_if_rest_says_so(
    oddity: Oddity, endpoints: Endpoints, profile: Response, error: type[BrokerError]
) -> None:
    oddity.refuse, oddity.answer = True, profile
    with pytest.raises(BrokerError) as end:
        await anext(ADAPTER.order_stream(SESSION, endpoints, kite.Symbols(), clock=now))
    assert type(end.value) is error


@pytest.mark.parametrize(
    "message",
    ["not json", "[]", '{"type": "error", "data": "Session ended"}'],
)
async def test_a_stream_message_that_cannot_be_read_ends_the_stream(
    oddity: Oddity, endpoints: Endpoints, message: str
) -> None:
    oddity.messages = [b"\x00", json.dumps({"type": "message", "data": "Maintenance at 23:00"}), message]
    events = ADAPTER.order_stream(SESSION, endpoints, kite.Symbols(), clock=now)
    with pytest.raises(BrokerUnavailable):
        await next_good(events, lambda _: False)


async def test_an_update_that_cannot_be_read_makes_us_read_and_ends_nothing(
    oddity: Oddity, endpoints: Endpoints
) -> None:
    update = json.dumps({"type": "order", "data": kite.order_row()})
    oddity.messages = ['{"type": "order", "data": {}}', update]
    events = ADAPTER.order_stream(SESSION, endpoints, kite.Symbols(), clock=now)
    told = [await anext(events) for _ in range(3)]
    await events.aclose()
    assert [type(one) for one in told] == [Connected, Connected, OrderReport]


async def test_a_silent_stream_is_dead(endpoints: Endpoints) -> None:
    events = stream.order_stream(SESSION, endpoints, kite.Symbols(), now, silence=0.2)
    with pytest.raises(BrokerUnavailable, match="silent"):
        await next_good(events, lambda _: False)


async def test_a_tick_frame_that_cannot_be_read_ends_the_feed(oddity: Oddity, endpoints: Endpoints) -> None:
    oddity.messages = [b"\x00\x01\x00\x08\x00"]
    async with ADAPTER.market_feed(SESSION, endpoints, kite.Symbols(), clock=now) as feed:
        with pytest.raises(BrokerUnavailable):
            await next_good(feed.ticks(), lambda _: False)


async def test_a_feed_that_cannot_be_reached_is_unavailable() -> None:
    nowhere = Endpoints(rest="http://127.0.0.1:9", login="", feed="ws://127.0.0.1:9")
    with pytest.raises(BrokerUnavailable):
        async with ADAPTER.market_feed(SESSION, nowhere, kite.Symbols(), clock=now):
            pass


async def test_a_trigger_that_cannot_be_read_hides_no_other(oddity: Oddity, broker: Broker) -> None:
    good = json.loads(json.dumps(trigger(), default=float))
    oddity.answer = Response(kite.success([{**good, "id": None}, {**good, "id": 7, "orders": 1}, good]), 200)
    listed = await broker.conditionals()
    assert [(one.conditional_id, one.intent is None) for one in listed] == [("7", True), ("112127", False)]
    assert len(unread(listed)) == 1
