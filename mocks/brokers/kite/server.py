"""A broker that speaks Kite Connect v3: REST and the ticker on one port, also under the official sandbox's /oms.

What it does not take is refused in Kite's own envelope: varieties other than regular, GTT, alerts, mutual funds.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import Profile, next_time_of_day
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.faults import ASGIApp, FaultPlan, Faulty, Reply, Scope, Surface
from mocks.brokers.kite.login import PAGE, LoginPages
from mocks.brokers.kite.market import Market
from mocks.brokers.kite.orders import Orders
from mocks.brokers.kite.portfolio import Portfolio
from mocks.brokers.kite.reply import GENERAL, NETWORK, TOKEN, KiteError, failure, refused
from mocks.brokers.kite.ticker import Ticker
from mocks.brokers.kite.tokens import Tokens

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

PROFILE = Profile(
    name="kite",
    title="Kite",
    order_id=lambda number, at: f"{at:%y%m%d}{number:09d}",
    trade_id=lambda number, at: str(10_000_000 + number),
    expiry=lambda now: next_time_of_day(now, 6),
    user_id=lambda number: f"KT{number:04d}",
    rejects_in_book=frozenset({Code.INSUFFICIENT_HOLDINGS}),
)

Signed = Callable[[Request, Session], Awaitable[Response]]
Plain = Callable[[Request], Awaitable[Response]]

CALLS: tuple[tuple[str, re.Pattern[str], str], ...] = tuple(
    (method, re.compile(pattern), call)
    for method, pattern, call in (
        ("POST", r"/orders/\w+$", "place"),
        ("PUT", r"/orders/\w+/\w+$", "modify"),
        ("DELETE", r"/orders/\w+/\w+$", "cancel"),
        ("GET", r"/orders$", "orders"),
        ("GET", r"/orders/\w+$", "order_history"),
        ("GET", r"/orders/\w+/trades$", "order_trades"),
        ("GET", r"/trades$", "trades"),
        ("GET", r"/quote$", "quote"),
        ("GET", r"/quote/ltp$", "ltp"),
        ("GET", r"/quote/ohlc$", "ohlc"),
        ("GET", r"/portfolio/holdings$", "holdings"),
        ("GET", r"/portfolio/positions$", "positions"),
        ("PUT", r"/portfolio/positions$", "convert"),
        ("GET", r"/user/profile$", "profile"),
        ("GET", r"/user/margins", "funds"),
        ("POST", r"/margins/", "margin"),
        ("POST", r"/charges/", "charges"),
        ("GET", r"/instruments/historical/", "candles"),
        ("GET", r"/instruments", "instruments"),
        ("POST", r"/session/", "token"),
        ("GET", PAGE, "login"),
        ("POST", PAGE, "login"),
        ("GET", r"(/ws)?/?$", "ticks"),
    )
)


def call_of(method: str, path: str) -> str | None:
    """The neutral name of a request."""
    path = path.removeprefix("/oms")
    return next((call for verb, pattern, call in CALLS if verb == method and pattern.match(path)), None)


def app(office: BackOffice, exchange: Exchange, faults: FaultPlan, *, base_url: str) -> ASGIApp:
    tokens = Tokens(exchange.instruments)
    ticker = Ticker(office, tokens)
    routes = _routes(office, tokens)
    sockets: list[BaseRoute] = [WebSocketRoute(path, ticker.connect) for path in ("/", "/ws")]
    inner = Starlette(
        routes=[*sockets, *routes, Mount("/oms", routes=[*sockets, *routes])],
        exception_handlers={HTTPException: _no_such_route},
    )

    def account_of(scope: Scope) -> str | None:
        session = office.directory.sessions.get(_credentials(scope)[1])
        return session.user_id if session else None

    return Faulty(inner, faults, "kite", Surface(call_of, account_of, _TOO_MANY))


_TOO_MANY = Reply(
    429,
    "application/json",
    bytes(failure(KiteError(429, NETWORK, "Too many requests")).body),
)


def _routes(office: BackOffice, tokens: Tokens) -> list[BaseRoute]:
    orders, portfolio, market, login = (
        Orders(office, tokens),
        Portfolio(office, tokens),
        Market(office, tokens),
        LoginPages(office),
    )

    def plain(path: str, method: str, handler: Plain) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                return await handler(request)
            except Refusal as no:
                return failure(refused(no))
            except KiteError as no:
                return failure(no)

        return Route(path, endpoint, methods=[method])

    def signed(path: str, method: str, handler: Signed) -> Route:
        async def logged_in(request: Request) -> Response:
            return await handler(request, _session(office, request.scope))

        return plain(path, method, logged_in)

    return [
        signed("/orders/{variety}", "POST", orders.place),
        signed("/orders/{variety}/{order_id}", "PUT", orders.modify),
        signed("/orders/{variety}/{order_id}", "DELETE", orders.cancel),
        signed("/orders", "GET", orders.book),
        signed("/orders/{order_id}", "GET", orders.history),
        signed("/orders/{order_id}/trades", "GET", orders.order_trades),
        signed("/trades", "GET", orders.trades),
        signed("/user/profile", "GET", portfolio.profile),
        signed("/user/margins", "GET", portfolio.margins),
        signed("/user/margins/{segment}", "GET", portfolio.margins),
        signed("/portfolio/holdings", "GET", portfolio.holdings),
        signed("/portfolio/holdings/auctions", "GET", portfolio.auctions),
        signed("/portfolio/positions", "GET", portfolio.positions),
        signed("/portfolio/positions", "PUT", portfolio.convert),
        signed("/margins/orders", "POST", portfolio.order_margins),
        signed("/margins/basket", "POST", portfolio.basket_margins),
        signed("/charges/orders", "POST", portfolio.order_charges),
        signed("/quote", "GET", market.quote),
        signed("/quote/ohlc", "GET", market.ohlc),
        signed("/quote/ltp", "GET", market.ltp),
        plain("/instruments", "GET", market.instruments),
        signed("/instruments/historical/{token:int}/{interval}", "GET", market.historical),
        plain("/instruments/{exchange}", "GET", market.instruments),
        plain("/session/token", "POST", login.token),
        plain("/session/token", "DELETE", login.logout),
        plain("/session/refresh_token", "POST", login.refresh),
        plain(PAGE, "GET", login.page),
        plain(PAGE, "POST", login.decide),
    ]


def _credentials(scope: Scope) -> tuple[str, str]:
    """API key and access token, of the header or (websocket) of the query."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            scheme, _, pair = value.decode("latin-1").partition(" ")
            key, _, token = pair.partition(":")
            return (key, token) if scheme.lower() == "token" else ("", "")
    query = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    return query.get("api_key", [""])[0], query.get("access_token", [""])[0]


def _session(office: BackOffice, scope: Scope) -> Session:
    key, token = _credentials(scope)
    session = office.directory.session(token)
    if session.api_key != key:
        raise KiteError(403, TOKEN, "Incorrect `api_key` or `access_token`.")
    return session


async def _no_such_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return failure(KiteError(status, GENERAL, "Route not found" if status == 404 else "Method not allowed"))
