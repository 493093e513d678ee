"""What we send Upstox about orders and positions, and what is refused before it leaves. Pure."""

from __future__ import annotations

from typing import Any

from adapters.broker import Change, Conversion
from adapters.http import json_number
from adapters.upstox import wire
from domain.errors import BrokerRejected
from domain.money import Price
from domain.order import ChildOrder, OrderType, Product

_PROTECTED = (OrderType.MARKET, OrderType.SL_M)
AUTOMATIC_PROTECTION = -1  # an unprotected market order is refused (UDAPI1158)


def place_body(child: ChildOrder, order_key: str) -> dict[str, Any]:
    """The body of POST /v3/order/place. Never sliced by Upstox: one child is one exchange order. Raises BrokerRejected
    for an iceberg, which would stand there whole."""
    if child.iceberg_legs:
        raise BrokerRejected("Upstox takes no iceberg orders")
    body: dict[str, Any] = {
        "quantity": child.quantity,
        "product": wire.PRODUCTS_OUT[child.product],
        "validity": wire.VALIDITIES_OUT[child.validity],
        "price": number(child.price),
        "tag": child.tag,
        "slice": False,
        "instrument_token": order_key,
        "order_type": wire.ORDER_TYPES_OUT[child.order_type],
        "transaction_type": child.side.value,
        "disclosed_quantity": child.disclosed_quantity,
        "trigger_price": number(child.trigger_price),
        # Upstox infers it from the hour or refuses a wrong one: what is said here is what the user means.
        "is_amo": child.after_market,
    }
    if child.order_type in _PROTECTED:
        body["market_protection"] = AUTOMATIC_PROTECTION
    return body


def modify_body(broker_order_id: str, change: Change) -> dict[str, Any]:
    """The body of PUT /v3/order/modify. `quantity` is the order's total, as in placing it."""
    body: dict[str, Any] = {
        "order_id": broker_order_id,
        "quantity": change.quantity,
        "validity": wire.VALIDITIES_OUT[change.validity],
        "price": number(change.price),
        "order_type": wire.ORDER_TYPES_OUT[change.order_type],
        "trigger_price": number(change.trigger_price),
    }
    if change.disclosed_quantity:  # none is said by leaving it out
        body["disclosed_quantity"] = change.disclosed_quantity
    if change.order_type in _PROTECTED:
        body["market_protection"] = AUTOMATIC_PROTECTION
    return body


_CONVERTIBLE = (Product.CNC, Product.MIS, Product.NRML)


def convert_body(conversion: Conversion, order_key: str) -> dict[str, Any]:
    """The body of PUT /v2/portfolio/convert-position. Raises BrokerRejected for what Upstox does not convert."""
    old, new = wire.PRODUCTS_OUT[conversion.old], wire.PRODUCTS_OUT[conversion.new]
    if old == new or conversion.old not in _CONVERTIBLE or conversion.new not in _CONVERTIBLE:
        raise BrokerRejected(f"Upstox does not convert {conversion.old} to {conversion.new}")
    if conversion.overnight and conversion.new is Product.MIS:
        raise BrokerRejected("Upstox makes only positions of today intraday")
    return {
        "instrument_token": order_key,
        "new_product": new,
        "old_product": old,
        "transaction_type": conversion.side.value,
        "quantity": conversion.quantity,
    }


def number(price: Price | None) -> float:
    """A price as Upstox wants it, 0 for none."""
    return json_number(price) if price is not None else 0.0
