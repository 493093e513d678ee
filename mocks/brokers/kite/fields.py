"""Values of a Kite form or JSON item, checked: each raises InputException in Kite's words. Pure."""

from __future__ import annotations

from typing import TypeVar

from mocks.brokers.backoffice.orders import Product
from mocks.brokers.kite.reply import bad_input
from mocks.brokers.kite.tokens import SEGMENTS
from mocks.brokers.server import paise
from mocks.exchange.model import OrderType, Side, Validity

T = TypeVar("T")

SIDES = {"BUY": Side.BUY, "SELL": Side.SELL}
TYPES = {kind.value: kind for kind in OrderType}
PRODUCTS = {product.value: product for product in Product}
VALIDITIES = {validity.value: validity for validity in Validity}
PRICED = (OrderType.LIMIT, OrderType.SL)
STOPS = (OrderType.SL, OrderType.SL_M)
MARKETS = (OrderType.MARKET, OrderType.SL_M)


def required(fields: dict[str, str], name: str) -> str:
    value = fields.get(name, "")
    if not value:
        raise bad_input(f"Missing or empty field `{name}`")
    return value


def listed(table: dict[str, T], fields: dict[str, str], name: str) -> T:
    """The value's meaning; a missing or unknown word is refused."""
    value = required(fields, name)
    if value not in table:
        raise bad_input(f"Invalid `{name}`.")
    return table[value]


def optional(table: dict[str, T], fields: dict[str, str], name: str) -> T | None:
    return listed(table, fields, name) if fields.get(name) else None


def whole(fields: dict[str, str], name: str, default: int = 0) -> int:
    value = fields.get(name, "")
    try:
        return int(value) if value else default
    except ValueError:
        raise bad_input(f"Invalid `{name}`.") from None


def amount(fields: dict[str, str], name: str) -> int:
    """Paise; 0 when absent."""
    value = fields.get(name, "")
    try:
        return paise(value) if value else 0
    except ValueError:
        raise bad_input(f"Invalid `{name}`. It must be a multiple of the tick size.") from None


def flag(fields: dict[str, str], name: str) -> bool:
    """true, True, 1: SDKs write booleans in their language's own case."""
    value = fields.get(name, "").lower()
    if value not in ("", "true", "false", "1", "0"):
        raise bad_input(f"Invalid `{name}`.")
    return value in ("true", "1")


def instrument_key(fields: dict[str, str]) -> str:
    exchange = required(fields, "exchange")
    if exchange not in SEGMENTS:
        raise bad_input("Invalid `exchange`.")
    return f"{exchange}:{required(fields, 'tradingsymbol')}"
