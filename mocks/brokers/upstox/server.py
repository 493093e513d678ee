"""The Upstox-compatible broker: its profile and its ASGI app."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import Profile, next_time_of_day
from mocks.brokers.faults import ASGIApp, FaultPlan, Faulty, Reply, Scope, Surface
from mocks.brokers.upstox import account, batches, charges, days, login, market, orders, streams, wire
from mocks.brokers.upstox.desk import Desk
from mocks.brokers.upstox.wire import Problem

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

CALLS = {
    ("GET", login.DIALOG): "login",
    ("POST", login.DIALOG): "login",
    ("POST", "/v2/login/authorization/token"): "token",
    ("GET", "/v2/user/profile"): "profile",
    ("GET", "/v2/user/get-funds-and-margin"): "funds",
    ("GET", "/v3/user/get-funds-and-margin"): "funds",
    ("GET", "/v2/portfolio/long-term-holdings"): "holdings",
    ("GET", "/v2/portfolio/short-term-positions"): "positions",
    ("GET", "/v3/portfolio/mtf-positions"): "positions",
    ("PUT", "/v2/portfolio/convert-position"): "convert",
    ("POST", "/v2/charges/margin"): "margin",
    ("GET", "/v2/charges/brokerage"): "charges",
    ("POST", "/v3/order/place"): "place",
    ("POST", "/v2/order/place"): "place",
    ("POST", "/v2/order/multi/place"): "place",
    ("POST", "/v2/order/positions/exit"): "place",
    ("PUT", "/v3/order/modify"): "modify",
    ("PUT", "/v2/order/modify"): "modify",
    ("DELETE", "/v3/order/cancel"): "cancel",
    ("DELETE", "/v2/order/cancel"): "cancel",
    ("DELETE", "/v2/order/multi/cancel"): "cancel",
    ("GET", "/v2/order/retrieve-all"): "orders",
    ("GET", "/v2/order/details"): "order",
    ("GET", "/v2/order/history"): "order_history",
    ("GET", "/v2/order/trades/get-trades-for-day"): "trades",
    ("GET", "/v2/order/trades"): "order_trades",
    ("GET", "/v2/market-quote/quotes"): "quote",
    ("GET", "/v3/market-quote/quotes"): "quote",
    ("GET", "/v2/market-quote/ltp"): "ltp",
    ("GET", "/v3/market-quote/ltp"): "ltp",
    ("GET", "/v2/market-quote/ohlc"): "ohlc",
    ("GET", "/v3/market-quote/ohlc"): "ohlc",
    ("GET", streams.MARKET): "ticks",
    ("GET", streams.MARKET_SOCKET): "ticks",
    ("GET", streams.PORTFOLIO): "order_updates",
    ("GET", streams.PORTFOLIO_SOCKET): "order_updates",
}
PREFIXES = (("/v3/historical-candle/", "candles"), ("/market-quote/instruments/", "instruments"))
TOO_MANY = wire.error_body(Problem("UDAPI10005", "Too Many Request Sent"))


def _token(user_id: str, expires_at: datetime) -> str:
    """Looks like the JWT that Upstox hands out; the signature is random, and nobody should read it."""
    claims = {
        "sub": user_id,
        "isMultiClient": False,
        "isPlusPlan": False,
        "exp": int(expires_at.timestamp()),
        "iss": "udapi-gateway-service",
    }
    parts = (orjson.dumps({"typ": "JWT", "alg": "HS256"}), orjson.dumps(claims), secrets.token_bytes(32))
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


PROFILE = Profile(
    name="upstox",
    title="Upstox",
    order_id=lambda number, at: f"{at:%y%m%d}{number:09d}",
    trade_id=lambda number, at: str(50_000_000 + number),
    expiry=lambda now: next_time_of_day(now, 3, 30),
    user_id=lambda number: f"UP{number:04d}",
    token=_token,
    rejects_in_book=wire.LATE_REFUSALS,
)


def call_of(method: str, path: str) -> str | None:
    known = CALLS.get((method, path))
    if known is not None:
        return known
    return next((call for prefix, call in PREFIXES if path.startswith(prefix)), None)


def app(office: BackOffice, exchange: Exchange, faults: FaultPlan, *, base_url: str) -> ASGIApp:
    """See `mocks.brokers.server.ServerModule`."""
    desk = Desk(office, exchange, base_url)
    live = streams.Streams(desk)
    routes = [
        *orders.routes(desk),
        *account.routes(desk),
        *market.routes(desk),
        *batches.routes(desk),
        *charges.routes(desk),
        *days.routes(desk),
        *login.routes(desk),
        *live.routes(),
    ]
    inner = Starlette(routes=routes, exception_handlers={404: _not_found, 405: _not_found})

    def account_of(scope: Scope) -> str | None:
        return live.user(scope)

    reply = Reply(429, "application/json", TOO_MANY)
    return Faulty(inner, faults, "upstox", Surface(call_of, account_of, reply))


async def _not_found(request: Request, error: Exception) -> Response:
    return wire.error_reply(Problem("UDAPI100060", "Resource not Found."))
