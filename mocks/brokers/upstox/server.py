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
from mocks.brokers.faults import ASGIApp, Fault, FaultPlan, Faulty, Message, Reply, Scope, Surface
from mocks.brokers.upstox import (
    account,
    batches,
    charges,
    console,
    controls,
    days,
    funds,
    gtt,
    history,
    login,
    options,
    orders,
    quotes,
    reports,
    search,
    streams,
    wire,
)
from mocks.brokers.upstox.calls import call_of
from mocks.brokers.upstox.desk import Desk
from mocks.brokers.upstox.feed import MARKET_INFO
from mocks.brokers.upstox.status import Statuses
from mocks.brokers.upstox.webhooks import Webhooks
from mocks.brokers.upstox.wire import Problem

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

TOO_MANY = Reply(429, "application/json", wire.error_body(Problem("UDAPI10005", "Too Many Request Sent")))
# Upstox's own words for faults that pretend one of its rules.
REPLIES = {
    Fault.ERROR_400_AFTER_ACCEPT: Problem("UDAPI100500", "Something went wrong. Please contact us."),
    Fault.IP_NOT_ALLOWED: Problem(
        "UDAPI1154", "Access to this API has been restricted due to static IP restrictions"
    ),
    Fault.SERVICE_HOURS: Problem("UDAPI100074", "The service is accessible from 5:30 AM to 12:00 AM IST"),
    Fault.KILL_SWITCH: wire.KILLED,
}


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


def _gtt_id(number: int, at: datetime, shape: str) -> str:
    """Such as GTT-C26211100000007: year, day, month, number."""
    return f"GTT-C{at:%y%d%m}{number:08d}"


PROFILE = Profile(
    name="upstox",
    title="Upstox",
    order_id=lambda number, at: f"{at:%y%m%d}{number:09d}",
    trade_id=lambda number, at: str(50_000_000 + number),
    expiry=lambda now: next_time_of_day(now, 3, 30),
    user_id=lambda number: f"UP{number:04d}",
    token=_token,
    rejects_in_book=wire.LATE_REFUSALS,
    conditional_id=_gtt_id,
)


def app(office: BackOffice, exchange: Exchange, faults: FaultPlan, *, base_url: str) -> ASGIApp:
    """See `mocks.brokers.server.ServerModule`."""
    desk = Desk(office, exchange, base_url)
    statuses = Statuses(desk.names, exchange)
    webhooks = Webhooks(desk)
    live = streams.Streams(desk, statuses)
    routes = [
        *orders.routes(desk, webhooks),
        *batches.routes(desk, webhooks),
        *gtt.routes(desk, webhooks),
        *account.routes(desk),
        *funds.routes(desk),
        *controls.routes(desk),
        *charges.routes(desk),
        *reports.routes(desk),
        *quotes.routes(desk),
        *options.routes(desk),
        *history.routes(desk),
        *search.routes(desk),
        *days.routes(desk, statuses),
        *login.routes(desk),
        *console.routes(desk, webhooks),
        *live.routes(),
    ]
    inner = Starlette(routes=routes, exception_handlers={404: _not_found, 405: _not_found})

    def account_of(scope: Scope) -> str | None:
        return live.user(scope)

    replies = {fault: _refusal(problem) for fault, problem in REPLIES.items()}
    surface = Surface(call_of, account_of, TOO_MANY, frame_of=frame_of, replies=replies, envelope=_envelope)
    return Faulty(inner, faults, "upstox", surface)


def frame_of(message: Message) -> str:
    """Order updates are text, prices bytes; a frame about the market itself is neither."""
    if message.get("text") is not None:
        return "update"
    return "other" if (message.get("bytes") or b"").startswith(MARKET_INFO) else "tick"


def _refusal(problem: Problem) -> Reply:
    return Reply(wire.HTTP_STATUS.get(problem.code, 400), "application/json", wire.error_body(problem))


def _envelope(status: int, message: str) -> bytes:
    return wire.error_body(Problem("UDAPI100500", message))


async def _not_found(request: Request, error: Exception) -> Response:
    return wire.error_reply(Problem("UDAPI100060", "Resource not Found."))
