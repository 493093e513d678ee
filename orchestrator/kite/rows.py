"""Our orders and trades as rows of Kite's book. Pure.

One row is one order of ours, whatever brokers carry it: the one account that a program sees has one of them. Which
parts went where is in `meta`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from adapters.zerodha.wire import (
    AFTER_MARKET,
    ICEBERG,
    PRODUCT_WORDS,
    REGULAR,
    SIDE_WORDS,
    TYPE_WORDS,
    VALIDITY_WORDS,
)
from domain.instrument import InstrumentId
from domain.money import ZERO, average_price
from domain.order import ChildOrder, Fill, Order, Status
from orchestrator.kite.answers import average, rupees, stamp
from orchestrator.kite.numbers import number_of
from orchestrator.orders.rows import StoredOrder

# Of the words that Kite has, the one that promises no more than is known. An order whose request had no clear answer is
# between here and the exchange, for which Kite says OPEN PENDING; what is left of an expired one is cancelled.
STATUS_WORDS: Mapping[Status, str] = {
    Status.SUBMITTING: "PUT ORDER REQ RECEIVED",
    Status.UNKNOWN: "OPEN PENDING",
    Status.OPEN: "OPEN",
    Status.TRIGGER_PENDING: "TRIGGER PENDING",
    Status.PARTIALLY_FILLED: "OPEN",
    Status.FILLED: "COMPLETE",
    Status.CANCELLED: "CANCELLED",
    Status.REJECTED: "REJECTED",
    Status.EXPIRED: "CANCELLED",
}
RECEIVED_AFTER_MARKET = "AMO REQ RECEIVED"
EXPIRED = "The order expired: what was left of it is cancelled."
UNSURE = "It is not known yet whether the broker has it: it is looked for, and never sent again."

Token = Callable[[InstrumentId], int]


def order_row(stored: StoredOrder, tag: str | None, *, owner: str, token: Token) -> dict[str, Any]:
    """A row of GET /orders. `owner` is the user's name at Virtual Kite."""
    order = stored.order
    filled, quantity = order.filled_quantity, order.quantity_now
    pending = sum(child.live_quantity for child in order.children)
    changed = stored.timeline[-1].at if stored.timeline else order.created_at
    return {
        "account_id": owner,
        "placed_by": owner,
        "order_id": number_of(order.id),
        "exchange_order_id": None,
        "parent_order_id": None,
        "status": _status(order),
        "status_message": _message(order),
        "status_message_raw": _message(order),
        "order_timestamp": stamp(order.created_at),
        "exchange_update_timestamp": stamp(changed),
        "exchange_timestamp": stamp(_reached_exchange(order)),
        "variety": variety_of(order),
        "modified": any(child.modified is not None for child in order.children),
        **_terms(order, token),
        "validity_ttl": order.intent.validity_minutes,
        "quantity": quantity,
        "average_price": average(order.average_price),
        "filled_quantity": filled,
        "pending_quantity": pending,
        "cancelled_quantity": max(0, quantity - filled - pending) if order.status.final else 0,
        "market_protection": 0,
        "meta": {"trademaster": {"order": order.id, "parts": [_part(child) for child in order.children]}},
        "tag": tag,
        "tags": [tag] if tag else [],
        "guid": None,
    }


def history_rows(stored: StoredOrder, tag: str | None, *, owner: str, token: Token) -> list[dict[str, Any]]:
    """What is known of an order's way, oldest first: received, at work, each trade, and as it is now."""
    now = order_row(stored, tag, owner=owner, token=token)
    order, last = stored.order, _short(now)
    received = RECEIVED_AFTER_MARKET if order.intent.after_market else STATUS_WORDS[Status.SUBMITTING]
    rows = [_then(last, received, order.created_at, filled=(), order=order)]
    working = min((child.accepted_at for child in order.children if child.accepted_at), default=None)
    if working is not None:
        stop = order.intent.trigger_price is not None
        word = STATUS_WORDS[Status.TRIGGER_PENDING if stop else Status.OPEN]
        rows.append(_then(last, word, working, filled=(), order=order))
    fills = sorted((fill for child in order.children for fill in child.fills), key=lambda one: one.at)
    counts = range(1, len(fills) + (order.status is not Status.FILLED))
    rows += [_then(last, "OPEN", fills[n - 1].at, filled=fills[:n], order=order) for n in counts]
    ended = stored.timeline[-1].at if stored.timeline else order.created_at
    return [*rows, last | {"order_timestamp": stamp(ended)}]


def trade_rows(stored: StoredOrder, *, token: Token) -> list[dict[str, Any]]:
    """Every trade of an order that its brokers have told, oldest first."""
    order = stored.order
    told = ((child, fill) for child in order.children for fill in child.fills)
    return [_trade(order, child, fill, token) for child, fill in sorted(told, key=lambda one: one[1].at)]


def variety_of(order: Order) -> str:
    """What the order's calls name in their path."""
    if order.intent.after_market:
        return AFTER_MARKET
    return ICEBERG if order.intent.iceberg_legs else REGULAR


def _status(order: Order) -> str:
    if order.status is Status.SUBMITTING and order.intent.after_market:
        return RECEIVED_AFTER_MARKET
    return STATUS_WORDS[order.status]


def _message(order: Order) -> str | None:
    """The broker's words, of an unknown part first."""
    telling = sorted(order.children, key=lambda child: child.status is not Status.UNKNOWN)
    words = next((child.reason for child in telling if child.reason), None)
    if order.status is Status.UNKNOWN:
        return f"{UNSURE} {words}" if words else UNSURE
    return words or (EXPIRED if order.status is Status.EXPIRED else None)


def _reached_exchange(order: Order) -> datetime | None:
    times = [child.progressed_at or child.accepted_at for child in order.children]
    return max((at for at in times if at is not None), default=None)


def _terms(order: Order, token: Token) -> dict[str, Any]:
    intent, now = order.intent, order.leading
    return {
        "exchange": intent.instrument.exchange.value,
        "tradingsymbol": intent.instrument.symbol,
        "instrument_token": token(intent.instrument),
        "order_type": TYPE_WORDS[now.order_type_now],
        "transaction_type": SIDE_WORDS[intent.side],
        "validity": VALIDITY_WORDS[intent.validity],
        "product": PRODUCT_WORDS[intent.product],
        "disclosed_quantity": now.disclosed_quantity_now,
        "price": rupees(now.price_now),
        "trigger_price": rupees(now.trigger_price_now),
    }


def _part(child: ChildOrder) -> dict[str, Any]:
    return {
        "account": child.account_id,
        "broker": child.broker.value,
        "order_ids": list(child.broker_order_ids),
        "quantity": child.quantity_now,
        "filled_quantity": child.filled_quantity,
        "status": child.status.value,
    }


_LEFT_OUT = ("account_id", "modified", "market_protection", "guid", "meta", "status_message_raw")


def _short(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the history lacks what Kite's does."""
    return {name: value for name, value in row.items() if name not in _LEFT_OUT}


def _then(
    row: Mapping[str, Any], status: str, at: datetime, *, filled: Sequence[Fill], order: Order
) -> dict[str, Any]:
    """The order as it was when so much of it had traded."""
    units = sum(fill.quantity for fill in filled)
    worth = ZERO
    for fill in filled:
        worth += fill.price * fill.quantity
    return {
        **row,
        "status": status,
        "status_message": None,
        "order_timestamp": stamp(at),
        "average_price": average(average_price(worth, units)),
        "filled_quantity": units,
        "pending_quantity": max(0, order.quantity_now - units),
        "cancelled_quantity": 0,
    }


def _trade(order: Order, child: ChildOrder, fill: Fill, token: Token) -> dict[str, Any]:
    at = stamp(fill.at)
    assert at is not None
    name = order.intent.instrument
    return {
        "trade_id": fill.trade_id,
        "order_id": number_of(order.id),
        "exchange_order_id": None,
        "exchange": name.exchange.value,
        "tradingsymbol": name.symbol,
        "instrument_token": token(name),
        "product": PRODUCT_WORDS[child.product],
        "average_price": rupees(fill.price),
        "quantity": fill.quantity,
        "transaction_type": SIDE_WORDS[child.side],
        "fill_timestamp": at,
        "order_timestamp": at[11:],
        "exchange_timestamp": at,
    }
