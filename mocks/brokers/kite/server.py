"""A broker that speaks Kite Connect v3: REST and the ticker on one port, also under the official sandbox's /oms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, WebSocketRoute

from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import Profile, next_time_of_day
from mocks.brokers.backoffice.refusal import Code
from mocks.brokers.faults import ASGIApp, Fault, FaultPlan, Faulty, Message, Reply, Scope, Surface
from mocks.brokers.kite.calls import call_of
from mocks.brokers.kite.gate import Gate, credentials
from mocks.brokers.kite.reply import GENERAL, INPUT, NETWORK, PERMISSION, KiteError, failure
from mocks.brokers.kite.routes import routes
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
TIMED_OUT = "Order request timed out. Please check the order book and confirm before placing again."


def app(office: BackOffice, exchange: Exchange, faults: FaultPlan, *, base_url: str) -> ASGIApp:
    tokens, gate = Tokens(exchange.instruments), Gate(office)
    exchange.on_day(lambda rolled: tokens.relist(exchange.instruments))
    ticker = Ticker(office, tokens, gate)
    paths = routes(office, tokens, gate)
    sockets: list[BaseRoute] = [WebSocketRoute(path, ticker.connect) for path in ("/", "/ws", "/oms")]
    inner = Starlette(
        routes=[*sockets, *paths, Mount("/oms", routes=[*sockets, *paths])],
        exception_handlers={HTTPException: _no_such_route},
    )

    def account_of(scope: Scope) -> str | None:
        session = office.directory.sessions.get(credentials(scope)[1])
        return session.user_id if session else None

    return Faulty(inner, faults, "kite", _surface(account_of))


def _surface(account_of: Any) -> Surface:
    return Surface(
        call_of,
        account_of,
        _reply(429, NETWORK, "Too many requests"),
        frame_of=frame_of,
        replies={
            Fault.ERROR_400_AFTER_ACCEPT: _reply(400, INPUT, TIMED_OUT),
            Fault.IP_NOT_ALLOWED: _reply(
                403, PERMISSION, "IP address is not allowed to place orders for this app."
            ),
        },
        envelope=lambda status, words: bytes(failure(KiteError(status, _error_type(status), words)).body),
    )


def _reply(status: int, error_type: str, words: str) -> Reply:
    return Reply(status, "application/json", bytes(failure(KiteError(status, error_type, words)).body))


def _error_type(status: int) -> str:
    return NETWORK if status in (429, 502, 503, 504) else GENERAL


def frame_of(message: Message) -> str:
    """Order updates are text like errors and notices, heartbeats binary like ticks."""
    text, data = message.get("text"), message.get("bytes") or b""
    if text is not None:
        return "update" if text.startswith('{"type":"order"') else "other"
    return "tick" if len(data) > 1 else "other"


async def _no_such_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return failure(KiteError(status, GENERAL, "Route not found" if status == 404 else "Method not allowed"))
