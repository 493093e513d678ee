"""Upstox's two websockets: the protobuf market feed and the JSON portfolio stream, each with its one-time address."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, MutableMapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlencode

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from mocks.brokers.backoffice.orders import OrderUpdate
from mocks.brokers.upstox import feed, wire
from mocks.brokers.upstox.account import Account
from mocks.brokers.upstox.desk import Desk
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import Phase, Quote

MARKET = "/v3/feed/market-data-feed"
PORTFOLIO = "/v2/feed/portfolio-stream-feed"
MARKET_SOCKET = "/market-data-feeder/v3/upstox-developer-api/feeds"
PORTFOLIO_SOCKET = "/portfolio-stream-feeder/v1/upstox-developer-api/order-updates/feed"
POLL_SECONDS = 0.25
UPDATE_TYPES = frozenset({"order", "gtt_order", "position", "holding"})


class Streams:
    """Sockets open by a one-time code (from the authorize endpoints) or directly by the bearer token."""

    def __init__(self, desk: Desk) -> None:
        self._desk, self._office, self._names, self._exchange = desk, desk.office, desk.names, desk.exchange
        self._account = Account(desk)
        self._codes: dict[str, str] = {}  # code -> user

    def routes(self) -> list[BaseRoute]:
        return [
            self._desk.route(f"{MARKET}/authorize", self.authorize_market, "GET"),
            self._desk.route(f"{PORTFOLIO}/authorize", self.authorize_portfolio, "GET"),
            *(WebSocketRoute(path, self.market) for path in (MARKET, MARKET_SOCKET)),
            *(WebSocketRoute(path, self.portfolio) for path in (PORTFOLIO, PORTFOLIO_SOCKET)),
        ]

    # addresses --------------------------------------------------------------------------------------------

    async def authorize_market(self, request: Request, user_id: str) -> Response:
        return self._address(MARKET_SOCKET, user_id)

    async def authorize_portfolio(self, request: Request, user_id: str) -> Response:
        kinds = request.query_params.get("update_types", "order")
        _kinds(kinds)
        return self._address(PORTFOLIO_SOCKET, user_id, update_types=kinds)

    def _address(self, path: str, user_id: str, **more: str) -> Response:
        code = secrets.token_urlsafe(24)
        self._codes[code] = user_id
        host = self._desk.base_url.replace("http", "ws", 1)
        query = urlencode({"requestId": secrets.token_hex(8), "code": code, **more})
        address = f"{host}{path}?{query}"
        return wire.reply({"authorized_redirect_uri": address, "authorizedRedirectUri": address})

    def user(self, scope: MutableMapping[str, Any]) -> str | None:
        """Who opens a socket, without spending the code."""
        code = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("code", [""])[0]
        if code:
            return self._codes.get(code)
        try:
            return self._desk.caller(scope)
        except Problem:
            return None

    async def _caller(self, socket: WebSocket) -> str | None:
        """The user, whose code is spent now; or None, and the handshake is refused with 401."""
        user_id = self.user(socket.scope)
        self._codes.pop(socket.query_params.get("code", ""), None)
        if user_id is None:
            problem = Problem("UDAPI100050", "Invalid token used to access API")
            await socket.send_denial_response(wire.error_reply(problem))
        return user_id

    # prices -----------------------------------------------------------------------------------------------

    async def market(self, socket: WebSocket) -> None:
        if await self._caller(socket) is None:
            return
        await socket.accept()
        wanted: dict[str, str] = {}  # instrument key -> mode
        sent: dict[str, Quote] = {}
        is_open = self._exchange.phase is Phase.CONTINUOUS
        await socket.send_bytes(feed.market_info(self._now_ms, is_open=is_open))
        await _either(self._hear(socket, wanted, sent), self._tell(socket, wanted, sent))

    @property
    def _now_ms(self) -> int:
        return self._exchange.now // 1_000_000

    async def _hear(self, socket: WebSocket, wanted: dict[str, str], sent: dict[str, Quote]) -> None:
        """Requests come as JSON in binary frames; text frames are passed over, as Upstox does."""
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            request = _request(message.get("bytes"))
            if request is None:
                continue
            method, mode, keys = request
            known = [key for key in keys if self._names.name(key)]
            if method == "unsub":
                for key in known:
                    wanted.pop(key, None)
                    sent.pop(key, None)
                continue
            wanted.update(dict.fromkeys(known, mode))
            if known:
                await socket.send_bytes(self._frame(wanted, sent, known, first=True))

    async def _tell(self, socket: WebSocket, wanted: dict[str, str], sent: dict[str, Quote]) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            changed = [key for key in wanted if self._changed(key, sent)]
            if changed:
                await socket.send_bytes(self._frame(wanted, sent, changed, first=False))

    def _changed(self, key: str, sent: dict[str, Quote]) -> bool:
        old, new = sent.get(key), self._quote(key)
        return old is None or (old.last_price, old.volume, old.bids, old.asks) != (
            new.last_price,
            new.volume,
            new.bids,
            new.asks,
        )

    def _quote(self, key: str) -> Quote:
        name = self._names.name(key)
        assert name is not None
        return self._exchange.quote(name)

    def _frame(
        self, wanted: dict[str, str], sent: dict[str, Quote], keys: list[str], *, first: bool
    ) -> bytes:
        lines = []
        for key in keys:
            instrument = self._names.instrument(key)
            assert instrument is not None
            sent[key] = self._quote(key)
            lines.append((key, wanted[key], instrument, sent[key]))
        return feed.prices(self._now_ms, lines, first=first)

    # orders -----------------------------------------------------------------------------------------------

    async def portfolio(self, socket: WebSocket) -> None:
        try:
            kinds = _kinds(socket.query_params.get("update_types", "order"))
        except Problem as problem:
            await socket.send_denial_response(wire.error_reply(problem))
            return
        user_id = await self._caller(socket)
        if user_id is None:
            return
        outbox: asyncio.Queue[str] = asyncio.Queue()

        def hear(update: OrderUpdate) -> None:
            for message in self._messages(update, kinds):
                outbox.put_nowait(orjson.dumps(message).decode())

        stop = self._office.listen(user_id, hear)  # before the handshake ends, so that nothing falls between
        try:
            await socket.accept()
            await _either(_drain(socket), _pour(socket, outbox))
        finally:
            stop()

    def _messages(self, update: OrderUpdate, kinds: frozenset[str]) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        if "order" in kinds:
            messages.append(wire.update_message(update.order, update.row, self._names))
        if "position" in kinds and update.fill is not None:
            messages += self._positions(update)
        return messages

    def _positions(self, update: OrderUpdate) -> list[dict[str, Any]]:
        """The position the fill changed; the stream says neither its last price nor its profit."""
        order = update.order
        rows = [
            self._account.position(position)
            for position in self._office.positions(order.user_id)
            if (position.key, position.product) == (order.key, order.product)
        ]
        segment = self._names.segment(order.key)
        return [
            {
                "update_type": "position",
                **{name: value for name, value in row.items() if name not in ("pnl", "last_price")},
                "exchange": segment,
                "instrument_key": row["instrument_token"],
            }
            for row in rows
        ]


def _kinds(text: str) -> frozenset[str]:
    kinds = frozenset(filter(None, text.split(","))) or frozenset({"order"})
    if not kinds <= UPDATE_TYPES:
        raise Problem("UDAPI100036", "The update_types are invalid", "update_types", text)
    return kinds


def _request(frame: bytes | None) -> tuple[str, str, list[str]] | None:
    """(method, mode, keys) of a subscription frame; None for anything else."""
    try:
        body = orjson.loads(frame or b"")
        method, data = body["method"], body["data"]
        mode, keys = data.get("mode") or "ltpc", data["instrumentKeys"]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        return None
    if method not in ("sub", "unsub", "change_mode") or mode not in feed.MODES or not isinstance(keys, list):
        return None
    return method, mode, [key for key in keys if isinstance(key, str)]


async def _drain(socket: WebSocket) -> None:
    """Until the client goes; what it says is not listened to."""
    while (await socket.receive())["type"] != "websocket.disconnect":
        pass


async def _pour(socket: WebSocket, outbox: asyncio.Queue[str]) -> None:
    while True:
        await socket.send_text(await outbox.get())


async def _either(*works: Awaitable[None]) -> None:
    """Both until one ends; a client that is gone is no error."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await task
