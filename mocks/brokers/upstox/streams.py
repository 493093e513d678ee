"""Upstox's two websockets and their addresses: one-time ones by authorisation, fixed ones that lead there."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from mocks.brokers.backoffice.accounts import LOOPBACK
from mocks.brokers.backoffice.refusal import Refusal
from mocks.brokers.prints import Prints
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.account import Account
from mocks.brokers.upstox.desk import Desk, Topic
from mocks.brokers.upstox.market_stream import MarketFeed
from mocks.brokers.upstox.portfolio_stream import PortfolioFeed, kinds_of
from mocks.brokers.upstox.status import Statuses
from mocks.brokers.upstox.wire import Problem

MARKET = "/v3/feed/market-data-feed"
PORTFOLIO = "/v2/feed/portfolio-stream-feed"
MARKET_SOCKET = "/market-data-feeder/v3/upstox-developer-api/feeds"
PORTFOLIO_SOCKET = "/portfolio-stream-feeder/v1/upstox-developer-api/order-updates/feed"
# Where clients of the real host names are sent: they come through a proxy that speaks TLS (`tunnel.py`).
MARKET_HOST, PORTFOLIO_HOST = "wsfeeder-api.upstox.com", "api.upstox.com"
CONNECTIONS = 2  # market feeds of one user


@dataclass(frozen=True, slots=True)
class Pass:
    """A one-time address: whose, by which token."""

    user_id: str
    token: str


class Streams:
    """A socket opens by a one-time code; the fixed addresses answer a bearer token with a redirect to such a one."""

    def __init__(self, desk: Desk, statuses: Statuses) -> None:
        self._desk, self._office, self._statuses = desk, desk.office, statuses
        self._account, self._prints = Account(desk), Prints(desk.exchange)
        self._passes: dict[str, Pass] = {}
        self._open: Counter[str] = Counter()

    def routes(self) -> list[BaseRoute]:
        return [
            self._desk.route(f"{MARKET}/authorize", self.authorize_market, "GET", Topic.MARKET),
            self._desk.route(f"{PORTFOLIO}/authorize", self.authorize_portfolio, "GET", Topic.BOOK),
            self._desk.route(MARKET, self.no_socket, "GET", Topic.MARKET),
            self._desk.route(PORTFOLIO, self.no_socket, "GET", Topic.BOOK),
            WebSocketRoute(MARKET, self.lead_to_market),
            WebSocketRoute(PORTFOLIO, self.lead_to_portfolio),
            WebSocketRoute(MARKET_SOCKET, self.market),
            WebSocketRoute(PORTFOLIO_SOCKET, self.portfolio),
        ]

    # addresses ----------------------------------------------------------------------------------------------

    async def authorize_market(self, request: Request, user_id: str) -> Response:
        return self._authorized(self._market_address(request.scope))

    async def authorize_portfolio(self, request: Request, user_id: str) -> Response:
        return self._authorized(
            self._portfolio_address(request.scope, request.query_params.get("update_types"))
        )

    async def no_socket(self, request: Request, user_id: str) -> Response:
        """The fixed address over plain HTTP."""
        raise Problem("UDAPI100060", "This address is for websockets: ask for one at /authorize")

    def _authorized(self, address: str) -> Response:
        return wire.reply({"authorized_redirect_uri": address, "authorizedRedirectUri": address})

    def _market_address(self, scope: MutableMapping[str, Any]) -> str:
        return self._address(scope, MARKET_HOST, MARKET_SOCKET)

    def _portfolio_address(self, scope: MutableMapping[str, Any], kinds: str | None) -> str:
        wanted = kinds or "order"
        kinds_of(wanted)
        return self._address(scope, PORTFOLIO_HOST, PORTFOLIO_SOCKET, update_types=wanted)

    def _address(self, scope: MutableMapping[str, Any], public_host: str, path: str, **more: str) -> str:
        """On the host that the client called by: the sandbox's own, or Upstox's name for it."""
        session = self._desk.session(scope)
        if session.scope:
            raise Problem("UDAPI100067", "The API you are trying to access is not permitted with this token")
        code = secrets.token_urlsafe(24)
        self._passes[code] = Pass(session.user_id, session.access_token)
        base = (
            f"wss://{public_host}" if _calls_upstox(scope) else self._desk.base_url.replace("http", "ws", 1)
        )
        return f"{base}{path}?{urlencode({'requestId': secrets.token_hex(8), 'code': code, **more})}"

    async def lead_to_market(self, socket: WebSocket) -> None:
        await self._lead(socket, lambda: self._market_address(socket.scope))

    async def lead_to_portfolio(self, socket: WebSocket) -> None:
        kinds = socket.query_params.get("update_types")
        await self._lead(socket, lambda: self._portfolio_address(socket.scope, kinds))

    async def _lead(self, socket: WebSocket, address: Callable[[], str]) -> None:
        try:
            await socket.send_denial_response(RedirectResponse(address(), 302))
        except Problem as problem:
            await socket.send_denial_response(wire.error_reply(problem))

    def user(self, scope: MutableMapping[str, Any]) -> str | None:
        """Who opens a socket, without spending the code."""
        code = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("code", [""])[0]
        if code:
            found = self._passes.get(code)
            return found.user_id if found else None
        try:
            return self._desk.session(scope).user_id
        except Problem:
            return None

    async def _caller(self, socket: WebSocket) -> str | None:
        """The user, whose code is spent now; or None, and the handshake is refused with 401."""
        found = self._passes.pop(socket.query_params.get("code", ""), None)
        if found is not None:
            try:
                return self._office.directory.session(found.token).user_id
            except Refusal:
                pass  # the token died since
        problem = Problem("UDAPI100050", "Invalid token used to access API")
        await socket.send_denial_response(wire.error_reply(problem))
        return None

    # the sockets --------------------------------------------------------------------------------------------

    async def market(self, socket: WebSocket) -> None:
        user_id = await self._caller(socket)
        if user_id is None:
            return
        if self._desk.switches.rate_limits and self._open[user_id] >= CONNECTIONS:
            problem = Problem("UDAPI10005", f"At most {CONNECTIONS} connections to the market feed")
            await socket.send_denial_response(wire.error_reply(problem))
            return
        self._open[user_id] += 1
        try:
            await socket.accept()
            feed = MarketFeed(self._desk, self._statuses, self._prints, socket)
            await feed.greet()
            await _either(feed.hear(), feed.tell())
        finally:
            self._open[user_id] -= 1

    async def portfolio(self, socket: WebSocket) -> None:
        try:
            kinds = kinds_of(socket.query_params.get("update_types", "order"))
        except Problem as problem:
            await socket.send_denial_response(wire.error_reply(problem))
            return
        user_id = await self._caller(socket)
        if user_id is None:
            return
        # Listen before the handshake ends, so that nothing falls between.
        feed = PortfolioFeed(self._desk, self._account, user_id, kinds)
        try:
            await socket.accept()
            await _either(_drain(socket), _pour(socket, feed.outbox))
        finally:
            feed.stop()


def _calls_upstox(scope: MutableMapping[str, Any]) -> bool:
    """Is the host in the request Upstox's own name?"""
    for name, value in scope["headers"]:
        if name == b"host":
            host = value.decode("latin-1").partition(":")[0]
            return host not in LOOPBACK and host.endswith(".upstox.com")
    return False


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
