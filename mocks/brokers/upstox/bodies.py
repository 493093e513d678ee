"""Reading the bodies of order requests: every wrong field has its code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import orjson
from starlette.requests import Request

from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.backoffice.switches import Strictness
from mocks.brokers.server import MOST_SHARES, paise
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.names import Names
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import Instrument, Kind, OrderType

T = TypeVar("T")
TAG_LIMIT = 40
MARKET_TYPES = (OrderType.MARKET, OrderType.SL_M)
STOPS = (OrderType.SL, OrderType.SL_M)
PRICED = (OrderType.LIMIT, OrderType.SL)


def order_request(body: dict[str, Any], names: Names, strictness: Strictness) -> OrderRequest:
    """The order in a body, or the Problem with it."""
    instrument = listed(body.get("instrument_token"), names)
    kind = one_of(wire.TYPES, body, "order_type", "UDAPI1056")
    price, trigger = amount(body, "price"), amount(body, "trigger_price")
    if kind in PRICED and price <= 0:
        raise Problem("UDAPI1029", "The price is required for this order type", "price", body.get("price"))
    if kind in STOPS and trigger <= 0:
        raise Problem(
            "UDAPI1030",
            "The trigger price is required for this order type",
            "trigger_price",
            body.get("trigger_price"),
        )
    return OrderRequest(
        key=instrument.key,
        side=one_of(wire.SIDES, body, "transaction_type", "UDAPI1057"),
        type=kind,
        product=product(body.get("product"), instrument),
        quantity=whole(body, "quantity", "UDAPI1052"),
        price=price if kind in PRICED else 0,
        trigger=trigger if kind in STOPS else 0,
        disclosed=whole(body, "disclosed_quantity", "UDAPI1039", default=0),
        validity=one_of(wire.VALIDITIES, body, "validity", "UDAPI1055"),
        protection=protection(body, strictness) if kind in MARKET_TYPES else None,
        tag=tag(body.get("tag")),
    )


def listed(key: Any, names: Names) -> Instrument:
    """The instrument behind a key like `NSE_EQ|INE009A01021`."""
    if not isinstance(key, str) or not key:
        raise Problem("UDAPI1026", "The instrument key is required", "instrument_key", key)
    if key.startswith("MCX_FO"):
        raise Problem(
            "UDAPI1161", "MCX orders are not supported over the API: use NSCOM", "instrument_key", key
        )
    found = names.instrument(key)
    if found is None:
        raise Problem("UDAPI100011", "The instrument key is invalid", "instrument_key", key)
    return found


async def json_body(request: Request) -> Any:
    try:
        return orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise Problem("UDAPI100036", "The request body is no JSON") from error


async def json_object(request: Request) -> dict[str, Any]:
    body = await json_body(request)
    if not isinstance(body, dict):
        raise Problem("UDAPI100036", "The request body is no object")
    return body


def one_of(table: Mapping[str, T], body: dict[str, Any], name: str, code: str) -> T:
    word = body.get(name)
    if not isinstance(word, str) or word not in table:
        raise Problem(code, f"The {name} is invalid", name, word)
    return table[word]


def amount(body: dict[str, Any], name: str) -> int:
    """Paise; missing or null is 0."""
    value = body.get(name)
    if value is None:
        return 0
    try:
        return paise(value)
    except (ValueError, TypeError) as error:
        raise Problem("UDAPI1032", f"The {name} is not a price in whole paise", name, value) from error


def whole(body: dict[str, Any], name: str, code: str, *, default: int | None = None) -> int:
    value = body.get(name)
    if value is None and default is not None:
        return default
    least = 1 if default is None else 0
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= MOST_SHARES:
        raise Problem(code, f"The {name} is invalid", name, value)
    return value


def flag(body: dict[str, Any], name: str) -> bool:
    """Missing or null is false."""
    value = body.get(name)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise Problem("UDAPI100036", f"The {name} is true or false", name, value)
    return value


def product(word: Any, instrument: Instrument) -> Product:
    share = instrument.kind in (Kind.EQUITY, Kind.INDEX)
    products = {"I": Product.MIS, "D": Product.CNC if share else Product.NRML, "MTF": Product.MTF}
    if not isinstance(word, str) or word not in products:
        raise Problem("UDAPI1054", "The product is invalid", "product", word)
    return products[word]


def protection(body: dict[str, Any], strictness: Strictness) -> float | None:
    """Percent for market orders; -1, the default, is automatic. None at all was the default until April 2026 and is
    not allowed over the API since."""
    legacy = strictness is Strictness.LEGACY
    value = body.get("market_protection")
    if value is None or (legacy and value == 0):
        return None if legacy else -1
    if isinstance(value, bool) or not isinstance(value, int | float) or value < -1 or -1 < value < 0:
        raise Problem("UDAPI1160", "The market protection is invalid", "market_protection", value)
    if value > 25:
        raise Problem("UDAPI1159", "The market protection must not exceed 25", "market_protection", value)
    if value == 0:
        raise Problem(
            "UDAPI1158", "Market orders without market protection are not allowed", "market_protection", value
        )
    return float(value)


def tag(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > TAG_LIMIT:
        raise Problem("UDAPI1119", f"The tag may have at most {TAG_LIMIT} characters", "tag", value)
    return value
