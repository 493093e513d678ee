"""A smart order on Groww's wire: bodies read into conditional orders, conditional orders written as fields. Pure.

Prices are decimal text in rupees outside, paise inside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from mocks.brokers.backoffice.conditional import Conditional, Leg, Role, Shape, Status, Trigger
from mocks.brokers.backoffice.orders import OrderRequest, Product
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.groww.envelope import bad_request
from mocks.brokers.groww.fields import one_of, price_of, quantity_of
from mocks.brokers.groww.names import Name
from mocks.brokers.groww.orders import PRODUCTS, SIDE_WORD, SIDES, TYPE_WORD, TYPES, iso
from mocks.exchange.model import OrderType, Side

DIRECTIONS: Mapping[str, Trigger] = {"UP": Trigger.ABOVE, "DOWN": Trigger.BELOW}
DIRECTION_WORD = {trigger: word for word, trigger in DIRECTIONS.items()}
STATUS: Mapping[Status, str] = {
    Status.ACTIVE: "ACTIVE",
    Status.TRIGGERED: "TRIGGERED",
    Status.COMPLETED: "COMPLETED",
    Status.FAILED: "FAILED",
    Status.CANCELLED: "CANCELLED",
    Status.EXPIRED: "EXPIRED",
    Status.DISABLED: "CANCELLED",
}
KINDS = ("GTT", "OCO")
SEGMENTS = ("CASH", "FNO")
DURATION = "DAY"
EXIT_ROLES = {"target": Role.TARGET, "stop_loss": Role.STOPLOSS}


# --- in ----------------------------------------------------------------------------------------------------------


def gtt(name: Name, body: Mapping[str, Any]) -> Conditional:
    """One trigger; with `child_legs` its exits begin when the order is filled."""
    product, quantity = one_of(PRODUCTS, body, "product_type"), quantity_of(body)
    order = body.get("order")
    if not isinstance(order, dict):
        raise bad_request("order is required for GTT")
    side = one_of(SIDES, order, "transaction_type")
    entry = Leg(
        Role.ENTRY,
        one_of(DIRECTIONS, body, "trigger_direction"),
        price_of(body, "trigger_price"),
        _request(name, order, side, product, quantity),
    )
    _check_duration(body)
    opposite = Side.SELL if side is Side.BUY else Side.BUY
    children = _part(body, "child_legs")
    exits = [
        replace(exit_leg(name, children[field], role, opposite, product, quantity), trigger=Trigger.IMMEDIATE)
        for field, role in EXIT_ROLES.items()
        if children.get(field)
    ]
    shape = Shape.BRACKET if exits else Shape.SINGLE
    return Conditional(name.key, shape, [entry, *exits], extra={"kind": "GTT"})


def exit_leg(name: Name, given: object, role: Role, side: Side, product: Product, quantity: int) -> Leg:
    if not isinstance(given, dict):
        raise bad_request("target and stop_loss are required, each with trigger_price and order_type")
    above = (role is Role.TARGET) is (side is Side.SELL)
    return Leg(
        role,
        Trigger.ABOVE if above else Trigger.BELOW,
        price_of(given, "trigger_price"),
        _request(name, given, side, product, quantity),
    )


def _request(
    name: Name, order: Mapping[str, Any], side: Side, product: Product, quantity: int
) -> OrderRequest:
    """The order of a leg. A stop's own trigger is the leg's: what fires is a limit or a market order."""
    kind = one_of(TYPES, order, "order_type")
    priced = kind in (OrderType.LIMIT, OrderType.SL)
    return OrderRequest(
        key=name.key,
        side=side,
        type=OrderType.LIMIT if priced else OrderType.MARKET,
        product=product,
        quantity=quantity,
        price=price_of(order, "price") if priced else 0,
        protection=None if priced else -1,
        extra={"source": "SMARTORDER", "order_type": TYPE_WORD[kind]},
    )


def changed_gtt(name: Name, kept: Conditional, body: Mapping[str, Any]) -> Conditional:
    """Quantity, trigger, direction, the order's type and price, and the child legs; the rest needs a new one."""
    entry = kept.legs[0]
    old = _leg_terms(entry) | {"transaction_type": SIDE_WORD[entry.side]}
    children = body.get("child_legs")
    if children is None:
        children = {field: _leg_terms(leg) for field, role in EXIT_ROLES.items() if (leg := kept.leg(role))}
    merged = {
        "quantity": body.get("quantity", entry.request.quantity),
        "product_type": entry.request.product.value,
        "trigger_price": body.get("trigger_price", old["trigger_price"]),
        "trigger_direction": body.get("trigger_direction", DIRECTION_WORD[entry.trigger]),
        "order": old | _part(body, "order") | {"transaction_type": old["transaction_type"]},
        "child_legs": children,
        "duration": body.get("duration", DURATION),
    }
    return gtt(name, merged)


def changed_oco(kept: Conditional, body: Mapping[str, Any]) -> Conditional:
    """Quantity, product and both triggers; prices and types stay."""
    first = kept.legs[0].request
    quantity = quantity_of({"quantity": body.get("quantity", first.quantity)})
    if quantity > abs(int(kept.extra["net"])):
        raise bad_request("quantity must not be above net_position_quantity")
    product = one_of(
        PRODUCTS, {"product_type": body.get("product_type", first.product.value)}, "product_type"
    )
    if product is Product.CNC:
        raise bad_request("OCO is not available for CNC")
    _check_duration(body)
    legs = []
    for field, role in EXIT_ROLES.items():
        leg = kept.leg(role)
        assert leg is not None
        given = _part(body, field)
        trigger = price_of(given, "trigger_price") if "trigger_price" in given else leg.price
        legs.append(
            replace(leg, price=trigger, request=replace(leg.request, quantity=quantity, product=product))
        )
    return Conditional(kept.key, Shape.OCO, legs, extra=dict(kept.extra))


def kind_of(given: object) -> str:
    if given not in KINDS:
        raise bad_request(f"Invalid smart_order_type: {given}")
    return str(given)


def segment_of(given: object) -> str:
    if given not in SEGMENTS:
        raise bad_request(f"Smart orders are not available for segment {given}")
    return str(given)


def _part(body: Mapping[str, Any], field: str) -> dict[str, Any]:
    """An object inside the body; missing or null is an empty one."""
    given = body.get(field)
    if given is not None and not isinstance(given, dict):
        raise bad_request(f"Invalid {field}")
    return given or {}


def _check_duration(body: Mapping[str, Any]) -> None:
    if body.get("duration", DURATION) != DURATION:
        raise bad_request(f"Invalid duration: {body.get('duration')}")


def moment(text: str, field: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as bad:
        raise bad_request(f"Invalid {field}: {text}") from bad
    return at if at.tzinfo else at.replace(tzinfo=IST)


# --- out ---------------------------------------------------------------------------------------------------------


def gtt_fields(kept: Conditional) -> dict[str, Any]:
    entry = kept.legs[0]
    return {
        "trigger_direction": DIRECTION_WORD[entry.trigger],
        "trigger_price": _text(entry.price),
        "order": _leg_terms(entry, trigger=False) | {"transaction_type": SIDE_WORD[entry.side]},
        "child_legs": {
            field: _leg_terms(leg) for field, role in EXIT_ROLES.items() if (leg := kept.leg(role))
        }
        or None,
    }


def oco_fields(kept: Conditional) -> dict[str, Any]:
    found = {field: _leg_terms(leg) for field, role in EXIT_ROLES.items() if (leg := kept.leg(role))}
    return {**found, "transaction_type": SIDE_WORD[kept.legs[0].side], "child_legs": None}


def _leg_terms(leg: Leg, *, trigger: bool = True) -> dict[str, Any]:
    shown: dict[str, Any] = {"trigger_price": _text(leg.price)} if trigger else {}
    priced = leg.request.type is OrderType.LIMIT
    return shown | {
        "order_type": leg.request.extra["order_type"],
        "price": _text(leg.request.price) if priced else None,
    }


def _text(paise: int) -> str:
    return f"{paise // 100}.{paise % 100:02d}"


def iso_or_none(at: datetime | None) -> str | None:
    return None if at is None else iso(at)
