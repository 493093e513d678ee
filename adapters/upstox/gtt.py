"""Upstox's good-till-triggered orders in our words (version 3). Pure.

Kept as one entry that waits for a price (SINGLE). Its orders go as protected market orders: the wire has no place for a
limit. A MULTIPLE always begins with an entry, so it is no OCO for what is already held; those made in Upstox's own app
are listed, with their words, and can be cancelled.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.broker import Symbols
from adapters.upstox import wire
from adapters.upstox.bodies import AUTOMATIC_PROTECTION, number
from adapters.upstox.wire import PRODUCTS_OUT, SIDES, Row
from domain.conditional import (
    ConditionalIntent,
    ConditionalKind,
    ConditionalLeg,
    ConditionalReport,
    ConditionalStatus,
)
from domain.errors import BrokerRejected, OutcomeUnknown
from domain.money import Price
from domain.order import OrderType

# The nine documented words of a rule; a GTT order as a whole has none.
STATUSES = {
    "SCHEDULED": ConditionalStatus.ACTIVE,
    "PENDING": ConditionalStatus.ACTIVE,
    "TRIGGERED": ConditionalStatus.TRIGGERED,
    "OPEN": ConditionalStatus.TRIGGERED,
    "COMPLETED": ConditionalStatus.COMPLETED,
    "CANCELLED": ConditionalStatus.CANCELLED,
    "EXPIRED": ConditionalStatus.EXPIRED,
    "FAILED": ConditionalStatus.REJECTED,
    "INACTIVE": ConditionalStatus.DISABLED,
}
# Of exits that all ended: the one that traded, else what went wrong, else cancelled.
_SAYS_MORE = (
    ConditionalStatus.COMPLETED,
    ConditionalStatus.REJECTED,
    ConditionalStatus.DISABLED,
    ConditionalStatus.EXPIRED,
    ConditionalStatus.CANCELLED,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def place_body(intent: ConditionalIntent, order_key: str) -> dict[str, Any]:
    """The body of POST /v3/order/gtt/place. Raises BrokerRejected for what Upstox does not keep."""
    return {
        "type": "SINGLE",
        "quantity": intent.legs[0].quantity,
        "product": PRODUCTS_OUT[intent.product],
        "instrument_token": order_key,
        "transaction_type": intent.side.value,
        "rules": [_entry(intent)],
    }


def modify_body(conditional_id: str, intent: ConditionalIntent) -> dict[str, Any]:
    """The body of PUT /v3/order/gtt/modify: the full set of rules anew."""
    return {
        "type": "SINGLE",
        "gtt_order_id": conditional_id,
        "quantity": intent.legs[0].quantity,
        "rules": [_entry(intent)],
    }


def may_be_changed(row: Row) -> None:
    """Raises BrokerRejected for one that has more rules than we would send."""
    if row["type"] != "SINGLE":
        raise BrokerRejected("this GTT order has a target or a stop of its own: change it in Upstox's app")


def _entry(intent: ConditionalIntent) -> dict[str, Any]:
    if intent.kind is not ConditionalKind.SINGLE:
        raise BrokerRejected("Upstox keeps no target and stop without an entry of its own")
    [leg] = intent.legs
    if leg.order_type is not OrderType.MARKET:
        raise BrokerRejected("a conditional order at Upstox goes out as a protected market order: no limit")
    if leg.trigger_price == intent.last_price:
        raise BrokerRejected("the trigger is the last price: Upstox must be told on which side of it to wait")
    return {
        "strategy": "ENTRY",
        "trigger_type": "ABOVE" if leg.trigger_price > intent.last_price else "BELOW",
        "trigger_price": number(leg.trigger_price),
        "market_protection": AUTOMATIC_PROTECTION,
    }


def acknowledged(status: int, content: bytes) -> str:
    """The id in an answer to placing, changing or cancelling: exactly one, else the outcome is unknown."""
    match wire.written(status, content):
        case {"gtt_order_ids": [str(mark)]} if mark:
            return mark
        case _:
            raise OutcomeUnknown("Upstox answered without naming exactly one GTT order")


def report(row: Row, symbols: Symbols, last_price: Price | None) -> ConditionalReport:
    """One GTT order. `last_price` is the instrument's of now; without it the trigger stands in its place.
    Raises ValueError or KeyError for a row that cannot be read."""
    rules = list(row["rules"])
    said = {str(rule["strategy"]): str(rule["status"]) for rule in rules}
    mark = row["gtt_order_id"]
    if not rules or not isinstance(mark, str) or not mark:
        raise ValueError("a GTT order without an id or rules")
    return ConditionalReport(
        conditional_id=mark,
        status=_whole(said),
        words=", ".join(f"{strategy} {word}" for strategy, word in said.items()),
        intent=_intent(row, rules, symbols, last_price),
        created_at=_moment(row.get("created_at")),
        expires_at=_moment(row.get("expires_at")),
        fired_order_ids=tuple(str(rule["order_id"]) for rule in rules if rule.get("order_id")),
        message="; ".join(str(rule["message"]) for rule in rules if rule.get("message")),
    )


def _whole(said: dict[str, str]) -> ConditionalStatus:
    """Of all rules together: the entry's until it is filled, then what its exits say."""
    parts = {strategy: STATUSES.get(word, ConditionalStatus.UNRECOGNISED) for strategy, word in said.items()}
    if ConditionalStatus.UNRECOGNISED in parts.values():
        return ConditionalStatus.UNRECOGNISED
    entry = parts.pop("ENTRY", ConditionalStatus.COMPLETED)
    exits = set(parts.values())
    if entry is not ConditionalStatus.COMPLETED or not exits:
        return entry
    if any(not one.final for one in exits):
        return ConditionalStatus.TRIGGERED
    return next(one for one in _SAYS_MORE if one in exits)


def _intent(
    row: Row, rules: list[Row], symbols: Symbols, last_price: Price | None
) -> ConditionalIntent | None:
    """None for what we could not have asked for: more rules than an entry, words or names not known here."""
    instrument = wire.named(row, symbols)
    product = wire.product_in(row.get("product"), wire.segment(str(row["instrument_token"])))
    side = SIDES.get(str(rules[0].get("transaction_type") or row.get("transaction_type")))
    trigger = wire.price_or_none(rules[0].get("trigger_price"))
    if row.get("type") != "SINGLE" or len(rules) != 1 or rules[0]["strategy"] != "ENTRY":
        return None
    if instrument is None or product is None or side is None or trigger is None:
        return None
    leg = ConditionalLeg(trigger, wire.units(row["quantity"]), OrderType.MARKET)
    return ConditionalIntent(ConditionalKind.SINGLE, instrument, side, product, (leg,), last_price or trigger)


def _moment(value: object) -> datetime | None:
    """Microseconds since 1970 UTC; 0 and null are none."""
    return _EPOCH + timedelta(microseconds=wire.units(value)) if value else None
