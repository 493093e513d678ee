"""Orders and trades as Kite shows them: rows of the book, of an order's history, of the stream. Pure."""

from __future__ import annotations

import hashlib
from typing import Any

from mocks.brokers.backoffice.cover import CHILD
from mocks.brokers.backoffice.orders import Fill, Order, Row, Stage
from mocks.brokers.kite.reply import stamp
from mocks.brokers.server import rupees
from mocks.exchange.model import OrderType, Side

SIDES = {Side.BUY: "BUY", Side.SELL: "SELL"}

WORDS = {
    Stage.AMO_RECEIVED: "AMO REQ RECEIVED",
    Stage.AMO_MODIFIED: "MODIFY AMO REQ RECEIVED",
    Stage.RECEIVED: "PUT ORDER REQ RECEIVED",
    Stage.VALIDATING: "VALIDATION PENDING",
    Stage.SENT: "OPEN PENDING",
    Stage.OPEN: "OPEN",
    Stage.TRIGGER_PENDING: "TRIGGER PENDING",
    Stage.TRIGGERED: "OPEN",
    Stage.PARTIAL: "OPEN",
    Stage.MODIFY_VALIDATING: "MODIFY VALIDATION PENDING",
    Stage.MODIFY_SENT: "MODIFY PENDING",
    Stage.MODIFIED: "MODIFIED",
    Stage.NOT_MODIFIED: "NOT MODIFIED",
    Stage.CANCEL_SENT: "CANCEL PENDING",
    Stage.NOT_CANCELLED: "NOT CANCELLED",
    Stage.COMPLETE: "COMPLETE",
    Stage.CANCELLED: "CANCELLED",
    Stage.REJECTED: "REJECTED",
}
# What the stream tells, and in which word. Plain acceptance is not told.
ANNOUNCED = {
    Stage.PARTIAL: "UPDATE",
    Stage.MODIFIED: "UPDATE",
    Stage.TRIGGERED: "OPEN",
    Stage.COMPLETE: "COMPLETE",
    Stage.CANCELLED: "CANCELLED",
    Stage.REJECTED: "REJECTED",
}
POSTED = frozenset(ANNOUNCED) - {Stage.TRIGGERED}
# What a postback has: neither `modified` nor an account, a time to live or tags of an untagged order.
NOT_TOLD = ("account_id", "modified", "validity_ttl")


def order_row(order: Order, token: int) -> dict[str, Any]:
    """A row of GET /orders, with every field of the official samples."""
    reached_exchange = bool(order.exchange_order_id)
    return {
        "account_id": order.user_id,
        "placed_by": order.user_id,
        "order_id": order.order_id,
        "exchange_order_id": order.exchange_order_id or None,
        "parent_order_id": order.parent_id or None,
        "status": WORDS[order.stage],
        "status_message": order.message or None,
        "status_message_raw": order.message or None,
        "order_timestamp": stamp(order.updated_at or order.received_at),
        "exchange_update_timestamp": stamp(order.updated_at) if reached_exchange else None,
        "exchange_timestamp": stamp(order.exchange_at),
        "variety": variety(order),
        "modified": order.modified,
        **_what(order, token, order.type, order.price, order.trigger),
        "validity_ttl": order.request.ttl_minutes,
        "average_price": rupees(order.average),
        "quantity": order.quantity,
        "filled_quantity": order.filled,
        "pending_quantity": order.pending,
        "cancelled_quantity": order.cancelled,
        "market_protection": 0,
        "meta": _meta(order),
        **_tags(order),
        "guid": f"{order.order_id}X{order.user_id}",
    }


def history_row(order: Order, row: Row, token: int) -> dict[str, Any]:
    """A row of GET /orders/{id}: the order as it was then; shorter than the book's."""
    return {
        "placed_by": order.user_id,
        "order_id": order.order_id,
        "exchange_order_id": row.exchange_order_id or None,
        "parent_order_id": order.parent_id or None,
        "status": WORDS[row.stage],
        "status_message": row.message or None,
        "order_timestamp": stamp(row.at),
        "exchange_timestamp": stamp(row.exchange_at or order.exchange_at) if row.exchange_order_id else None,
        "variety": variety(order),
        **_what(order, token, row.type, row.price, row.trigger),
        "quantity": row.quantity,
        "average_price": rupees(row.average),
        "filled_quantity": row.filled,
        "pending_quantity": row.quantity - row.filled - row.cancelled
        if row.stage is not Stage.REJECTED
        else 0,
        "cancelled_quantity": row.cancelled,
        **_tags(order),
    }


def update_payload(order: Order, stage: Stage, token: int, api_secret: str) -> dict[str, Any]:
    """What the stream and the postback tell of an order; the checksum covers its id and time only."""
    row = order_row(order, token)
    signed = f"{order.order_id}{row['order_timestamp']}{api_secret}"
    return {name: value for name, value in row.items() if name not in NOT_TOLD} | {
        "status": ANNOUNCED[stage],
        "user_id": order.user_id,
        "unfilled_quantity": order.pending,
        "app_id": 1,
        "checksum": hashlib.sha256(signed.encode()).hexdigest(),
    }


def trade_row(fill: Fill, order: Order, token: int) -> dict[str, Any]:
    exchange, symbol = fill.key.split(":", 1)
    at = stamp(fill.at)
    assert at is not None
    return {
        "trade_id": fill.trade_id,
        "order_id": fill.order_id,
        "exchange": exchange,
        "tradingsymbol": symbol,
        "instrument_token": token,
        "product": product(order),
        "average_price": rupees(fill.price),
        "quantity": fill.quantity,
        "exchange_order_id": order.exchange_order_id,
        "transaction_type": SIDES[fill.side],
        "fill_timestamp": at,
        "order_timestamp": at[11:],
        "exchange_timestamp": at,
    }


def _what(order: Order, token: int, order_type: OrderType, price: int, trigger: int) -> dict[str, Any]:
    exchange, symbol = order.key.split(":", 1)
    extra = order.request.extra
    if order_type is OrderType.MARKET and "protected_price" in extra and CHILD not in extra:
        # A protected market order stands in the book as a limit order at the edge of its band.
        order_type, price = OrderType.LIMIT, int(extra["protected_price"])
    shown, stop = extra.get("stop_type", order_type.value), int(extra.get("stop_trigger", trigger))
    if order.request.cover_trigger and not order.parent_id:
        stop = order.request.cover_trigger
    return {
        "exchange": exchange,
        "tradingsymbol": symbol,
        "instrument_token": token,
        "order_type": shown,
        "transaction_type": SIDES[order.side],
        "validity": order.validity.value,
        "product": product(order),
        "disclosed_quantity": order.disclosed,
        "price": rupees(price),
        "trigger_price": rupees(stop),
    }


def variety(order: Order) -> str:
    """What the order's calls must name in their path."""
    return order.request.extra.get("variety", "regular")


def product(order: Order) -> str:
    """Cover orders show a product of their own, though they are intraday orders."""
    return "CO" if variety(order) == "co" else order.product.value


def _meta(order: Order) -> dict[str, Any]:
    part = order.iceberg
    if part is None:
        return {}
    leg = {
        "leg": part.leg,
        "legs": part.legs,
        "leg_quantity": part.leg_quantity,
        "total_quantity": part.total_quantity,
        "remaining_quantity": part.remaining_quantity,
    }
    return {"iceberg": leg}


def _tags(order: Order) -> dict[str, Any]:
    extra = order.request.extra
    tags = [order.tag] if order.tag else []
    if "slice_of" in extra:
        tags += ["autoslice", f"autoslice:{extra['slice_of']}"]
    if "protection" in extra:
        tags += ["mktp", f"mktp:{extra['protection']}"]
    return {"tag": order.tag or None, **({"tags": tags} if tags else {})}
