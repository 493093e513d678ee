"""Kite's GTT (a trigger of one leg, or of two where the first to fire ends the other) <-> our conditional orders. Pure.

A trigger places limit orders only (kite.trade/forum 51475), carries no tag, and is listed for seven days after its end.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from adapters.broker import Symbols
from adapters.http import json_number
from adapters.rows import number_id
from adapters.zerodha import wire
from domain.conditional import (
    ConditionalIntent,
    ConditionalKind,
    ConditionalLeg,
    ConditionalReport,
    ConditionalStatus,
)
from domain.errors import BrokerRejected, OutcomeUnknown
from domain.money import Price
from domain.order import OrderType, Side

KIND_WORDS = {ConditionalKind.SINGLE: "single", ConditionalKind.OCO: "two-leg"}
KINDS = {word: kind for kind, word in KIND_WORDS.items()}
STATUSES = {
    "active": ConditionalStatus.ACTIVE,
    "triggered": ConditionalStatus.TRIGGERED,
    "disabled": ConditionalStatus.DISABLED,
    "expired": ConditionalStatus.EXPIRED,
    "cancelled": ConditionalStatus.CANCELLED,
    "deleted": ConditionalStatus.CANCELLED,
    "rejected": ConditionalStatus.REJECTED,
}


def form(intent: ConditionalIntent, order_key: str) -> dict[str, str]:
    """The form of POST and PUT /gtt/triggers. Raises BrokerRejected for a leg that is no limit order."""
    if any(leg.order_type is not OrderType.LIMIT or leg.price is None for leg in intent.legs):
        raise BrokerRejected("Zerodha's triggers place limit orders only: give a price", code="limit_only")
    # Two values go out in ascending order, as every sample has them; each order stands beside its value.
    legs = sorted(intent.legs, key=lambda leg: leg.trigger_price)
    condition = {
        "exchange": intent.instrument.exchange.value,
        "tradingsymbol": order_key,
        "trigger_values": [json_number(leg.trigger_price) for leg in legs],
        "last_price": json_number(intent.last_price),
    }
    return {
        "type": KIND_WORDS[intent.kind],
        "condition": json.dumps(condition),
        "orders": json.dumps([_order(intent, leg, order_key) for leg in legs]),
    }


def _order(intent: ConditionalIntent, leg: ConditionalLeg, order_key: str) -> dict[str, Any]:
    return {
        "exchange": intent.instrument.exchange.value,
        "tradingsymbol": order_key,
        "transaction_type": wire.SIDE_WORDS[intent.side],
        "quantity": leg.quantity,
        "order_type": wire.TYPE_WORDS[leg.order_type],
        "product": wire.PRODUCT_WORDS[intent.product],
        "price": json_number(leg.price) if leg.price else 0,
    }


def trigger_id(data: Any) -> str:
    """The id in a write's answer. A "success" without one proves nothing: OutcomeUnknown."""
    found = data.get("trigger_id") if isinstance(data, dict) else None
    if not found:
        raise OutcomeUnknown("Zerodha answered the trigger without an id")
    return str(found)


def report(row: Mapping[str, Any], symbols: Symbols) -> ConditionalReport:
    """One row of GET /gtt/triggers."""
    words = str(row["status"])
    results = [order["result"]["order_result"] for order in row["orders"] if order.get("result")]
    fired = tuple(str(result["order_id"]) for result in results if result.get("order_id"))
    refusals = [str(result["rejection_reason"]) for result in results if result.get("rejection_reason")]
    meta = row.get("meta") or {}
    return ConditionalReport(
        conditional_id=number_id(row["id"]),
        status=_status(words, results),
        words=words,
        intent=_intent(row, symbols),
        created_at=wire.moment(row["created_at"]) if row.get("created_at") else None,
        expires_at=wire.moment(row["expires_at"]) if row.get("expires_at") else None,
        fired_order_ids=fired,
        message=" ".join(refusals) or str(meta.get("rejection_reason") or ""),
    )


def _status(words: str, results: list[Mapping[str, Any]]) -> ConditionalStatus:
    """Kite says "triggered" whatever became of the order; the order's own result tells whether there is one."""
    found = STATUSES.get(words, ConditionalStatus.UNRECOGNISED)
    refused = bool(results) and all(result.get("status") == "failed" for result in results)
    return ConditionalStatus.REJECTED if found is ConditionalStatus.TRIGGERED and refused else found


def _intent(row: Mapping[str, Any], symbols: Symbols) -> ConditionalIntent | None:
    """None when anything in it has no name here."""
    condition, orders = row["condition"], row["orders"]
    instrument = wire.instrument_id(condition, symbols)
    kind = KINDS.get(str(row["type"]))
    sides = {wire.SIDES.get(str(order["transaction_type"])) for order in orders}
    products = {wire.PRODUCTS.get(str(order["product"])) for order in orders}
    triggers = condition["trigger_values"]
    named = instrument and kind and len(sides) == len(products) == 1 and len(triggers) == len(orders)
    if not named or len(orders) != (1 if kind is ConditionalKind.SINGLE else 2):
        return None
    side, product = sides.pop(), products.pop()
    legs = [_leg(trigger, order) for trigger, order in zip(triggers, orders, strict=True)]
    found = [leg for leg in legs if leg]
    if instrument is None or kind is None or side is None or product is None or len(found) < len(legs):
        return None
    # The target first: above for a sale, below for a purchase.
    found.sort(key=lambda leg: leg.trigger_price, reverse=side is Side.SELL)
    return ConditionalIntent(kind, instrument, side, product, tuple(found), Price.of(condition["last_price"]))


def _leg(trigger: Any, order: Mapping[str, Any]) -> ConditionalLeg | None:
    order_type = wire.TYPES.get(str(order["order_type"]))
    if order_type is None:
        return None
    price = Price.of(order["price"]) if order.get("price") else None
    return ConditionalLeg(Price.of(trigger), int(order["quantity"]), order_type, price)
