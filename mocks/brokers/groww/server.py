"""A broker on the wire of Groww's Trading API: REST under /v1, the feed (NATS over a websocket) at /.

No word of it is Groww's own; prices and people are invented.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import IST, Profile, next_time_of_day
from mocks.brokers.faults import ASGIApp, Fault, FaultPlan, Faulty, Reply, Surface
from mocks.brokers.groww.branch import Branch
from mocks.brokers.groww.chains import Chains
from mocks.brokers.groww.envelope import (
    BAD_REQUEST,
    CANNOT_PROCESS,
    INTERNAL,
    NOT_AUTHORISED,
    NOT_FOUND,
    RATE_LIMITED,
    UNAVAILABLE,
    Failure,
    failure,
)
from mocks.brokers.groww.feed import Feed, FeedTokens, frame_of
from mocks.brokers.groww.history import History
from mocks.brokers.groww.login import Login
from mocks.brokers.groww.market import Market
from mocks.brokers.groww.orders import RISK_CODES, Orders
from mocks.brokers.groww.portfolio import Portfolio
from mocks.brokers.groww.smart import SmartOrders

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CALLS: Mapping[tuple[str, str], str] = {
    ("POST", "/v1/token/api/access"): "token",
    ("GET", "/v1/user/detail"): "profile",
    ("GET", "/instruments"): "instruments",
    ("GET", "/instruments/instrument.csv"): "instruments",
    ("GET", "/v1/margins/detail/user"): "funds",
    ("POST", "/v1/margins/detail/orders"): "margin",
    ("GET", "/v1/holdings/user"): "holdings",
    ("GET", "/v1/positions/user"): "positions",
    ("GET", "/v1/positions/trading-symbol"): "positions",
    ("POST", "/v1/order/create"): "place",
    ("POST", "/v1/order/modify"): "modify",
    ("POST", "/v1/order/cancel"): "cancel",
    ("GET", "/v1/order/list"): "orders",
    ("GET", "/v1/live-data/quote"): "quote",
    ("GET", "/v1/live-data/ltp"): "ltp",
    ("GET", "/v1/live-data/ohlc"): "ohlc",
    ("GET", "/v1/historical/candles"): "candles",
    ("GET", "/v1/historical/candle/range"): "candles",
    ("GET", "/v1/historical/expiries"): "option_chain",
    ("GET", "/v1/historical/contracts"): "option_chain",
    ("POST", "/v1/order-advance/create"): "gtt_place",
    ("GET", "/v1/order-advance/list"): "gtts",
    ("GET", "/"): "ticks",  # order updates come over the same socket
}
_PREFIXES: Mapping[str, str] = {
    "/v1/order/status/": "order",
    "/v1/order/detail/": "order",
    "/v1/order/trades/": "order_trades",
    "/v1/order-advance/modify/": "gtt_modify",
    "/v1/order-advance/cancel/": "gtt_cancel",
    "/v1/order-advance/status/": "gtts",
    "/v1/option-chain/": "option_chain",
    "/v1/live-data/greeks/": "option_chain",
}


def _order_id(number: int, at: datetime) -> str:
    """GMK, the time, twelve letters and digits."""
    digest = hashlib.blake2b(f"{number} {at:%Y%m%d}".encode(), digest_size=12).digest()
    return f"GMK{at.astimezone(IST):%y%m%d%H%M%S}" + "".join(_ALPHABET[byte % 36] for byte in digest)


def _smart_order_id(number: int, at: datetime, shape: str) -> str:
    digest = hashlib.blake2b(f"{number} {at:%Y%m%d}".encode(), digest_size=6).hexdigest()
    return f"{'oco' if shape == 'oco' else 'gtt'}_{digest}"


def _token(user_id: str, expires_at: datetime) -> str:
    """Three parts, as a JWT looks."""
    parts = ({"typ": "JWT", "alg": "ES256"}, {"sub": user_id, "exp": int(expires_at.timestamp())})
    head = ".".join(base64.urlsafe_b64encode(orjson.dumps(part)).rstrip(b"=").decode() for part in parts)
    return f"{head}.{secrets.token_urlsafe(48)}"


PROFILE = Profile(
    name="groww",
    title="Groww",
    order_id=_order_id,
    trade_id=lambda number, at: f"GTR{at.astimezone(IST):%y%m%d}{number:08d}",
    expiry=lambda now: next_time_of_day(now, 6),
    user_id=lambda number: f"{7_100_000_000 + number}",
    token=_token,
    conditional_id=_smart_order_id,
    rejects_in_book=RISK_CODES,
    app_per_user=True,
)

# Groww's words for what the fault plan may ask of it; which code it uses in truth is not documented.
REPLIES: Mapping[Fault, Failure] = {
    Fault.ERROR_400_AFTER_ACCEPT: Failure(400, CANNOT_PROCESS, "Request timed out, please check your orders"),
    Fault.IP_NOT_ALLOWED: Failure(403, NOT_AUTHORISED, "IP address is not registered for order placement"),
    Fault.SERVICE_HOURS: Failure(503, UNAVAILABLE, "Orders are not taken at this hour"),
    Fault.KILL_SWITCH: Failure(403, NOT_AUTHORISED, "Trading is switched off for this account"),
}


def call_of(method: str, path: str) -> str | None:
    known = _CALLS.get((method, path))
    if known is not None:
        return known
    return next((call for prefix, call in _PREFIXES.items() if path.startswith(prefix)), None)


def app(
    office: BackOffice, exchange: Exchange, faults: FaultPlan, *, base_url: str, open_word: str = "OPEN"
) -> ASGIApp:
    """`open_word`: a resting order over REST, OPEN as in the docs' examples or APPROVED as in their list."""
    branch, tokens = Branch(office, exchange), FeedTokens()
    chains = Chains(branch)
    inner = Starlette(
        routes=[
            *Login(branch, tokens).routes(),
            *Orders(branch, open_word=open_word).routes(),
            *Portfolio(branch).routes(),
            *Market(branch, chains).routes(),
            *chains.routes(),
            *History(branch).routes(),
            *SmartOrders(branch).routes(),
            Feed(branch, tokens).route(),
        ],
        exception_handlers={404: _no_such_call, 405: _no_such_call},
    )
    too_many = Reply(429, "application/json", RATE_LIMITED)
    replies = {
        fault: Reply(no.status, "application/json", bytes(failure(no).body)) for fault, no in REPLIES.items()
    }
    return Faulty(
        inner,
        faults,
        PROFILE.name,
        Surface(call_of, branch.account_of, too_many, frame_of, replies, _envelope),
    )


async def _no_such_call(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = NOT_FOUND if error.status_code == 404 else BAD_REQUEST
    return failure(Failure(error.status_code, code, f"{error.detail}: {request.method} {request.url.path}"))


def _envelope(status: int, words: str) -> bytes:
    """A failure of the servers themselves, in JSON."""
    return bytes(failure(Failure(status, INTERNAL if status == 500 else UNAVAILABLE, words)).body)
