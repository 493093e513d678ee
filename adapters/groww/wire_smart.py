"""Groww's smart orders (GTT, OCO) and our conditional orders. Pure; prices are decimal text in rupees on this wire.

An intent that Groww cannot keep raises BrokerRejected before anything leaves; an unreadable row raises ValueError,
KeyError or TypeError.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from adapters.broker import Symbols
from adapters.groww.terms import TERMS
from adapters.groww.wire import (
    ORDER_TYPE,
    ORDER_TYPE_WORD,
    PRODUCT,
    PRODUCT_WORD,
    SIDE,
    VENUE,
    Json,
    instrument_of,
    moment,
    price,
    units,
)
from adapters.rows import text_id
from domain.calendar import IST
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

KIND_WORD: Mapping[ConditionalKind, str] = {ConditionalKind.SINGLE: "GTT", ConditionalKind.OCO: "OCO"}
KIND: Mapping[str, ConditionalKind] = {word: kind for kind, word in KIND_WORD.items()}
STATUS: Mapping[str, ConditionalStatus] = {
    "ACTIVE": ConditionalStatus.ACTIVE,
    "TRIGGERED": ConditionalStatus.TRIGGERED,
    "COMPLETED": ConditionalStatus.COMPLETED,
    "CANCELLED": ConditionalStatus.CANCELLED,
    "EXPIRED": ConditionalStatus.EXPIRED,
    "FAILED": ConditionalStatus.REJECTED,
}
SEGMENTS = ("CASH", "FNO")  # the pages contradict each other on COMMODITY
UP, DOWN = "UP", "DOWN"
DURATION = "DAY"  # of the order that is fired; the smart order itself lives a year
LIFE_MONTHS = 13  # calendar months that one year touches


def status_of(word: str) -> ConditionalStatus:
    return STATUS.get(word, ConditionalStatus.UNRECOGNISED)


def address(intent: ConditionalIntent) -> tuple[str, str]:
    """(segment, smart order type): what every call about it names."""
    return VENUE[intent.instrument.exchange][1], KIND_WORD[intent.kind]


# --- out ---------------------------------------------------------------------------------------------------------


def check(intent: ConditionalIntent) -> None:
    """Raises BrokerRejected for what Groww has no form for."""
    if address(intent)[0] not in SEGMENTS:
        raise BrokerRejected(f"Groww keeps no smart orders on {intent.instrument.exchange}")
    if intent.product not in TERMS.products:
        raise BrokerRejected(f"Groww takes no {intent.product} orders")
    if len({leg.quantity for leg in intent.legs}) != 1:
        raise BrokerRejected("Both legs of a Groww OCO have the same quantity")
    for leg in intent.legs:
        if leg.order_type not in TERMS.conditional_types:
            raise BrokerRejected(f"A trigger fires a LIMIT or a MARKET order, not {leg.order_type}")
        if (leg.price is None) is (leg.order_type is OrderType.LIMIT):
            raise BrokerRejected("A LIMIT leg has a price, a MARKET leg has none")
    if intent.kind is ConditionalKind.SINGLE:
        _direction(intent)


def create_body(intent: ConditionalIntent, order_key: str, reference: str, net_position: int) -> bytes:
    """`net_position`: units held (minus: short), which Groww wants to know for an OCO."""
    exchange, segment = VENUE[intent.instrument.exchange]
    body: dict[str, Any] = {
        "reference_id": reference,
        "smart_order_type": KIND_WORD[intent.kind],
        "segment": segment,
        "trading_symbol": order_key,
        "quantity": intent.legs[0].quantity,
        "product_type": PRODUCT_WORD[intent.product],
        "exchange": exchange,
        "duration": DURATION,
    }
    if intent.kind is ConditionalKind.SINGLE:
        return json.dumps(body | _trigger(intent)).encode()
    target, stop = intent.legs
    body |= {
        "net_position_quantity": net_position,
        "transaction_type": intent.side.value,
        "target": {"trigger_price": _text(target.trigger_price), **_order(target)},
        "stop_loss": {"trigger_price": _text(stop.trigger_price), **_order(stop)},
    }
    return json.dumps(body).encode()


def modify_body(intent: ConditionalIntent) -> bytes:
    """Only what Groww can change: see `unchangeable`."""
    segment, kind = address(intent)
    body: dict[str, Any] = {
        "smart_order_type": kind,
        "segment": segment,
        "quantity": intent.legs[0].quantity,
        "duration": DURATION,
    }
    if intent.kind is ConditionalKind.SINGLE:
        return json.dumps(body | _trigger(intent)).encode()
    target, stop = intent.legs
    body |= {
        "product_type": PRODUCT_WORD[intent.product],
        "target": {"trigger_price": _text(target.trigger_price)},
        "stop_loss": {"trigger_price": _text(stop.trigger_price)},
    }
    return json.dumps(body).encode()


def unchangeable(old: ConditionalIntent, new: ConditionalIntent) -> str | None:
    """What of the change Groww has no field for, in words; it would be ignored in silence."""
    if (old.kind, old.instrument, old.side) != (new.kind, new.instrument, new.side):
        return "its kind, instrument and side"
    if old.kind is ConditionalKind.SINGLE:
        return "its product" if old.product is not new.product else None
    orders = [[(leg.order_type, leg.price) for leg in one.legs] for one in (old, new)]
    return "the prices and types of its orders" if orders[0] != orders[1] else None


def _trigger(intent: ConditionalIntent) -> dict[str, Any]:
    (leg,) = intent.legs
    return {
        "trigger_price": _text(leg.trigger_price),
        "trigger_direction": _direction(intent),
        "order": {**_order(leg), "transaction_type": intent.side.value},
    }


def _direction(intent: ConditionalIntent) -> str:
    trigger = intent.legs[0].trigger_price
    if trigger == intent.last_price:
        raise BrokerRejected("The trigger is at the last price: it would fire at once")
    return UP if trigger > intent.last_price else DOWN


def _order(leg: ConditionalLeg) -> dict[str, Any]:
    word = ORDER_TYPE_WORD[leg.order_type]
    return {"order_type": word, "price": None if leg.price is None else _text(leg.price)}


def _text(value: Price) -> str:
    return format(value.amount.quantize(Decimal("0.01")), "f")


# --- in ----------------------------------------------------------------------------------------------------------


def created(payload: Json) -> str:
    """The id. Raises OutcomeUnknown without one, BrokerRejected when it died at once."""
    conditional_id = payload.get("smart_order_id")
    if not isinstance(conditional_id, str) or not conditional_id:
        raise OutcomeUnknown("Groww took the smart order without giving its id")
    word = str(payload.get("status") or "")
    if status_of(word) is ConditionalStatus.REJECTED:
        raise BrokerRejected(str(payload.get("remark") or word), code=word)
    return conditional_id


def confirmed(payload: Json) -> None:
    """The answer to a modification or a cancel. Raises OutcomeUnknown when it names no smart order."""
    if not payload.get("smart_order_id"):
        raise OutcomeUnknown("Groww answered without naming the smart order")


def report(row: Json, symbols: Symbols) -> ConditionalReport:
    word = str(row["status"])
    return ConditionalReport(
        conditional_id=text_id(row["smart_order_id"]),
        status=status_of(word),
        words=word,
        intent=intent_of(row, symbols),
        created_at=moment(row.get("created_at")),
        expires_at=moment(row.get("expire_at")),
        message=_message(row),
    )


def intent_of(row: Json, symbols: Symbols) -> ConditionalIntent | None:
    """What a row asks for; None when it holds a word or a form that we have no name for."""
    try:
        return _intent(row, symbols)
    except (KeyError, ValueError, TypeError, ArithmeticError):
        return None


def _intent(row: Json, symbols: Symbols) -> ConditionalIntent | None:
    instrument, kind = instrument_of(row, symbols), KIND[str(row["smart_order_type"])]
    if instrument is None or any((row.get("child_legs") or {}).values()):
        return None  # a bracket: the exits it places are no part of our intent
    quantity = units(row["quantity"])
    if kind is ConditionalKind.SINGLE:
        side = SIDE[str(row["order"]["transaction_type"])]
        legs: tuple[ConditionalLeg, ...] = (_leg(row["order"], row["trigger_price"], quantity),)
    else:
        side = SIDE[str(row["transaction_type"])]
        parts = (row["target"], row["stop_loss"])
        legs = tuple(_leg(part, part["trigger_price"], quantity) for part in parts)
    return ConditionalIntent(
        kind=kind,
        instrument=instrument,
        side=side,
        product=PRODUCT[str(row["product_type"])],
        legs=legs,
        last_price=price(row.get("ltp")) or legs[0].trigger_price,
    )


def _leg(order: Json, trigger: object, quantity: int) -> ConditionalLeg:
    at = price(trigger)
    if at is None:
        raise ValueError("a leg without a trigger")
    return ConditionalLeg(at, quantity, ORDER_TYPE[str(order["order_type"])], price(order.get("price")))


def _message(row: Json) -> str:
    remark = str(row.get("remark") or "")
    exits = any((row.get("child_legs") or {}).values())
    return "; ".join(filter(None, (remark, "it places a target and a stop of its own" if exits else "")))


# --- the list's windows ------------------------------------------------------------------------------------------


def months(now: datetime) -> list[tuple[str, str]]:
    """The calendar months (IST) in which a smart order that still lives was made, this one first."""
    first = now.astimezone(IST).date().replace(day=1)
    found = []
    for _ in range(LIFE_MONTHS):
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        found.append(_window(first, last))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def lately(now: datetime) -> tuple[str, str]:
    """The last month, today in it: what the list shows of those that ended."""
    today = now.astimezone(IST).date()
    return _window(today - timedelta(days=30), today)


def _window(first: date, last: date) -> tuple[str, str]:
    ends = datetime.combine(last, time(23, 59, 59))
    return f"{first.isoformat()}T00:00:00", ends.isoformat()
