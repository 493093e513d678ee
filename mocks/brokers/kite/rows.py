"""Orders and trades as Kite shows them: rows of the book, of an order's history, of the stream. Pure."""

from __future__ import annotations

import hashlib
from typing import Any

from mocks.brokers.backoffice.orders import Fill, Order, Row, Stage
from mocks.brokers.kite.reply import stamp
from mocks.brokers.server import rupees
from mocks.exchange.model import OrderType, Side

SIDES = {Side.BUY: "BUY", Side.SELL: "SELL"}

WORDS = {
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


def order_row(order: Order, token: int) -> dict[str, Any]:
    """A row of GET /orders, with every field of the official samples."""
    reached_exchange = bool(order.exchange_order_id)
    return {
        "account_id": order.user_id,
        "placed_by": order.user_id,
        "order_id": order.order_id,
        "exchange_order_id": order.exchange_order_id or None,
        "parent_order_id": None,
        "status": WORDS[order.stage],
        "status_message": order.message or None,
        "status_message_raw": order.message or None,
        "order_timestamp": stamp(order.updated_at or order.received_at),
        "exchange_update_timestamp": stamp(order.updated_at) if reached_exchange else None,
        "exchange_timestamp": stamp(order.exchange_at),
        "variety": order.request.extra.get("variety", "regular"),
        "modified": order.modifications > 0,
        **_what(order, token, order.type, order.price, order.trigger),
        "validity_ttl": order.request.ttl_minutes,
        "average_price": rupees(order.average),
        "quantity": order.quantity,
        "filled_quantity": order.filled,
        "pending_quantity": order.pending,
        "cancelled_quantity": order.cancelled,
        "market_protection": 0,
        "meta": {},
        **_tags(order),
        "guid": f"{order.order_id}X{order.user_id}",
    }


def history_row(order: Order, row: Row, token: int) -> dict[str, Any]:
    """A row of GET /orders/{id}: the order as it was then; shorter than the book's."""
    return {
        "placed_by": order.user_id,
        "order_id": order.order_id,
        "exchange_order_id": row.exchange_order_id or None,
        "parent_order_id": None,
        "status": WORDS[row.stage],
        "status_message": row.message or None,
        "order_timestamp": stamp(row.at),
        "exchange_timestamp": stamp(order.exchange_at) if row.exchange_order_id else None,
        "variety": order.request.extra.get("variety", "regular"),
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
    """What the stream and the postback tell of an order."""
    row = order_row(order, token)
    signed = f"{order.order_id}{row['order_timestamp']}{api_secret}"
    return row | {
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
        "product": fill.product.value,
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
    shown = order.request.extra.get("protected_price")
    if order_type is OrderType.MARKET and shown:
        # A protected market order stands in the book as a limit order at the edge of its band.
        order_type, price = OrderType.LIMIT, int(shown)
    return {
        "exchange": exchange,
        "tradingsymbol": symbol,
        "instrument_token": token,
        "order_type": order_type.value,
        "transaction_type": SIDES[order.side],
        "validity": order.validity.value,
        "product": order.product.value,
        "disclosed_quantity": order.disclosed,
        "price": rupees(price),
        "trigger_price": rupees(trigger),
    }


def _tags(order: Order) -> dict[str, Any]:
    tags = [order.tag] if order.tag else []
    percent = order.request.extra.get("protection")
    if percent:
        tags += ["mktp", f"mktp:{percent}"]
    return {"tag": order.tag or None, **({"tags": tags} if tags else {})}
