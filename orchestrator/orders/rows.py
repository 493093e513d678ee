"""Rows of the database read back into orders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.account import AccountId, BrokerId, UserId
from domain.instrument import Exchange, InstrumentId
from domain.money import Money, Price
from domain.order import (
    ChildId,
    ChildOrder,
    Order,
    OrderEvent,
    OrderId,
    OrderIntent,
    OrderType,
    Product,
    Side,
    Source,
    Validity,
)
from domain.routing import Charges, RoutingDecision
from orchestrator.orders import codec


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """An order as kept, with the decision that made it and its timeline (oldest first)."""

    order: Order
    decision: RoutingDecision
    timeline: tuple[OrderEvent, ...]
    child_charges: dict[ChildId, Charges]


@dataclass(frozen=True, slots=True)
class LiveChild:
    child: ChildOrder
    user_id: UserId
    created_at: datetime
    cancel_asked: bool


@dataclass(frozen=True, slots=True)
class KeptChild:
    """A child as its row has it, with what else of the row its next state depends on. `facts`: their text."""

    child: ChildOrder
    user_id: UserId
    facts: str
    margin_required: Money
    answered_at: datetime | None


def kept_child(row: sa.Row[Any]) -> KeptChild:
    required = Money(row.margin_required)
    return KeptChild(child_of(row), UserId(row.user_id), row.facts, required, row.answered_at)


def live_child(row: sa.Row[Any]) -> LiveChild:
    return LiveChild(child_of(row), UserId(row.user_id), row.created_at, row.cancel_asked_at is not None)


def stored_order(
    row: sa.Row[Any], children: Sequence[sa.Row[Any]], events: Sequence[OrderEvent]
) -> StoredOrder:
    intent = OrderIntent(
        instrument=InstrumentId(Exchange(row.exchange), row.symbol),
        side=Side(row.side),
        quantity=row.quantity,
        order_type=OrderType(row.order_type),
        product=Product(row.product),
        validity=Validity(row.validity),
        price=_price(row.price),
        trigger_price=_price(row.trigger_price),
        disclosed_quantity=row.disclosed_quantity,
        account=AccountId(row.account_id) if row.account_id else None,
        after_market=row.after_market,
        iceberg_legs=row.iceberg_legs,
        validity_minutes=row.validity_minutes,
    )
    order = Order(
        id=OrderId(row.id),
        user_id=UserId(row.user_id),
        intent=intent,
        created_at=row.created_at,
        children=tuple(map(child_of, children)),
        token=row.token,
    )
    charges = {ChildId(child.id): codec.load_charges(child.charges) for child in children}
    return StoredOrder(order, codec.load_decision(row.decision), tuple(events), charges)


def child_of(row: sa.Row[Any]) -> ChildOrder:
    sent = ChildOrder(
        id=ChildId(row.id),
        order_id=OrderId(row.order_id),
        account_id=AccountId(row.account_id),
        broker=BrokerId(row.broker),
        slice=row.slice,
        instrument=InstrumentId(Exchange(row.exchange), row.symbol),
        side=Side(row.side),
        quantity=row.quantity,
        order_type=OrderType(row.order_type),
        product=Product(row.product),
        validity=Validity(row.validity),
        price=_price(row.price),
        trigger_price=_price(row.trigger_price),
        disclosed_quantity=row.disclosed_quantity,
        tag=row.tag,
        after_market=row.after_market,
        iceberg_legs=row.iceberg_legs,
        validity_minutes=row.validity_minutes,
    )
    return codec.load_facts(sent, row.facts)


def event_of(row: sa.Row[Any]) -> OrderEvent:
    return OrderEvent(
        at=row.at,
        kind=row.kind,
        text=row.text,
        child_id=ChildId(row.child_id) if row.child_id else None,
        words=row.words,
        latency_ms=row.latency_ms,
        source=Source(row.source) if row.source else None,
    )


def _price(value: Any) -> Price | None:
    return None if value is None else Price.of(value)
