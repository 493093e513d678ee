"""The Mock broker's conditional orders <-> ours. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.mock import wire
from adapters.mock.terms import TERMS
from adapters.rows import text_id
from domain.conditional import (
    ConditionalIntent,
    ConditionalKind,
    ConditionalLeg,
    ConditionalReport,
    ConditionalStatus,
)
from domain.errors import BrokerRejected, OutcomeUnknown
from domain.instrument import InstrumentId
from domain.money import Price
from domain.order import Side, Validity

SHAPE_WORDS = {ConditionalKind.SINGLE: "single", ConditionalKind.OCO: "oco"}
SHAPES = {word: kind for kind, word in SHAPE_WORDS.items()}
STATUSES = {
    "active": ConditionalStatus.ACTIVE,
    "triggered": ConditionalStatus.TRIGGERED,
    "completed": ConditionalStatus.COMPLETED,
    "failed": ConditionalStatus.REJECTED,
    "cancelled": ConditionalStatus.CANCELLED,
    "expired": ConditionalStatus.EXPIRED,
    "disabled": ConditionalStatus.DISABLED,
}
ROLES = {ConditionalKind.SINGLE: ("entry",), ConditionalKind.OCO: ("target", "stoploss")}


def body(intent: ConditionalIntent, symbol: str) -> dict[str, Any]:
    """The body of POST /gtt and PUT /gtt/{id}. Raises BrokerRejected for a leg of another type than the terms name."""
    if odd := [leg.order_type for leg in intent.legs if leg.order_type not in TERMS.conditional_types]:
        raise BrokerRejected(f"a trigger fires a LIMIT or a MARKET order, not {odd[0]}")
    roles = zip(ROLES[intent.kind], intent.legs, strict=True)
    return {
        "symbol": symbol,
        "shape": SHAPE_WORDS[intent.kind],
        "legs": [_leg_body(intent, role, leg, symbol) for role, leg in roles],
    }


def _leg_body(intent: ConditionalIntent, role: str, leg: ConditionalLeg, symbol: str) -> dict[str, Any]:
    return {
        "role": role,
        "trigger": "above" if _above(intent, role, leg) else "below",
        "trigger_price": str(leg.trigger_price),
        "order": {
            "symbol": symbol,
            "side": wire.SIDE_WORDS[intent.side],
            "product": wire.PRODUCT_WORDS[intent.product],
            "quantity": leg.quantity,
            **wire.terms(leg.order_type, Validity.DAY, leg.price, None),
        },
    }


def _above(intent: ConditionalIntent, role: str, leg: ConditionalLeg) -> bool:
    """A pair's target is above for a sale; a single trigger waits on its own side of the last price."""
    if role == "entry":
        return leg.trigger_price > intent.last_price
    return (role == "target") is (intent.side is Side.SELL)


def made(answer: Mapping[str, Any]) -> str:
    """The id in a write's answer. A "created" without one proves nothing: OutcomeUnknown."""
    if not answer.get("gtt_id"):
        raise OutcomeUnknown("Mock Broker answered the conditional order without an id")
    return str(answer["gtt_id"])


def report(row: Mapping[str, Any]) -> ConditionalReport:
    """One row of GET /gtt."""
    words, legs = str(row["status"]), row["legs"]
    return ConditionalReport(
        conditional_id=text_id(row["gtt_id"]),
        status=STATUSES.get(words, ConditionalStatus.UNRECOGNISED),
        words=words,
        intent=_intent(row),
        created_at=wire.moment(row["created_at"]) if row.get("created_at") else None,
        expires_at=wire.moment(row["expires_at"]) if row.get("expires_at") else None,
        fired_order_ids=tuple(str(leg["order_id"]) for leg in legs if leg.get("order_id")),
        message=" ".join(str(leg["message"]) for leg in legs if leg.get("message")),
    )


def _intent(row: Mapping[str, Any]) -> ConditionalIntent | None:
    """None for a shape that has no name here (a bracket), and when a word has none."""
    kind, instrument = SHAPES.get(str(row["shape"])), _instrument(row["symbol"])
    legs = {str(leg["role"]): leg for leg in row["legs"]}
    if kind is None or instrument is None or set(legs) != set(ROLES[kind]):
        return None
    first = next(iter(legs.values()))
    side, product = wire.SIDES.get(str(first["side"])), wire.PRODUCTS.get(str(first["product"]))
    found = [leg for leg in (_leg(legs[role]) for role in ROLES[kind]) if leg]
    if side is None or product is None or len(found) < len(legs):
        return None
    return ConditionalIntent(kind, instrument, side, product, tuple(found), Price.of(row["last_price"]))


def _leg(row: Mapping[str, Any]) -> ConditionalLeg | None:
    order_type = wire.TYPES.get(str(row["type"]))
    if order_type is None or row["trigger_price"] is None:
        return None
    price = Price.of(row["price"]) if row.get("price") else None
    return ConditionalLeg(Price.of(row["trigger_price"]), int(row["quantity"]), order_type, price)


def _instrument(symbol: Any) -> InstrumentId | None:
    try:
        return InstrumentId.parse(str(symbol))
    except ValueError:
        return None
