"""Orders in the database, as they are written: plain SQL over one connection, called inside `Database.write`.

What reads them is `finding.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_UP
from typing import Any

from sqlalchemy import Connection

from domain.account import UserId
from domain.money import ZERO, Money
from domain.order import (
    ChildId,
    ChildOrder,
    Fact,
    Order,
    OrderEvent,
    OrderId,
    Side,
    apply_all,
)
from domain.routing import Charges, RoutingDecision
from orchestrator.orders import codec
from orchestrator.orders.rows import (
    KeptChild,
    kept_child,
)
from orchestrator.orders.statements import (
    ADD_CHILDREN,
    ADD_EVENTS,
    ADD_KEY,
    ADD_MOVE,
    ADD_ORDER,
    ASK_CANCEL,
    CHILD_LOCKED,
    SET_STATE,
    SETTLE_PARENT,
    TAKE_STEP,
)
from orchestrator.outbox.emitting import emit, kept_row

ORDER_CHANGED = {"type": "order"}  # what it is like is read when it is told
Lines = Callable[[ChildOrder, ChildOrder], Sequence[OrderEvent]]  # before, after


@dataclass(frozen=True, slots=True)
class NewChild:
    """A child to be recorded, with what it is expected to hold and cost."""

    child: ChildOrder
    margin_required: Money
    charges: Charges
    value: Money = ZERO  # rupees that it counts in the user's limits


def record(
    conn: Connection,
    *,
    order: Order,
    children: Sequence[NewChild],
    decision: RoutingDecision,
    events: Sequence[OrderEvent],
    key: str | None,
    fingerprint: str,
) -> list[KeptChild]:
    """Order, children, first events and the idempotency key, all or nothing. The children as they are kept.

    `key` None: it is kept already.
    """
    intent = order.intent
    if key is not None:
        add_key(conn, order.user_id, key=key, fingerprint=fingerprint, thing=order.id, at=order.created_at)
    ADD_ORDER.run(
        conn,
        {
            "id": order.id,
            "user_id": order.user_id,
            "created_at": order.created_at,
            "exchange": intent.instrument.exchange,
            "symbol": intent.instrument.symbol,
            "side": intent.side,
            "quantity": intent.quantity,
            "order_type": intent.order_type,
            "product": intent.product,
            "validity": intent.validity,
            "price": intent.price and intent.price.amount,
            "trigger_price": intent.trigger_price and intent.trigger_price.amount,
            "disclosed_quantity": intent.disclosed_quantity,
            "account_id": intent.account,
            "after_market": intent.after_market,
            "iceberg_legs": intent.iceberg_legs,
            "validity_minutes": intent.validity_minutes,
            "decision": codec.dump_decision(decision),
            "decision_inputs": decision.inputs or None,
            "done": False,
            "token": order.token,
        },
    )
    rows = [_child_row(order, new, order.created_at) for new in children]
    ADD_CHILDREN.run(conn, rows)
    _add_lines(conn, order.id, events)
    tell(conn, order.user_id, order.id, order.created_at)
    return [
        KeptChild(new.child, order.user_id, row["facts"], new.margin_required, None)
        for new, row in zip(children, rows, strict=True)
    ]


def add_key(
    conn: Connection, user_id: UserId, *, key: str, fingerprint: str, thing: str, at: datetime
) -> None:
    """The user's key stands for this request, which made or changed `thing`, from now on."""
    row = {"user_id": user_id, "key": key, "fingerprint": fingerprint, "order_id": thing, "created_at": at}
    ADD_KEY.run(conn, row)


def add_children(
    conn: Connection,
    order: Order,
    children: Sequence[NewChild],
    events: Sequence[OrderEvent],
    *,
    at: datetime,
) -> None:
    """More children of an order, made at `at`."""
    ADD_CHILDREN.run(conn, [_child_row(order, new, at) for new in children])
    SETTLE_PARENT.run(conn, {"parent": order.id})
    _add_lines(conn, order.id, events)
    tell(conn, order.user_id, order.id, at)


def add_move(
    conn: Connection,
    order: Order,
    children: Sequence[NewChild],
    decision: RoutingDecision,
    events: Sequence[OrderEvent],
    *,
    at: datetime,
) -> None:
    """Children that carry elsewhere what never reached its broker, and the decision that made them."""
    add_children(conn, order, children, events, at=at)
    ADD_MOVE.run(
        conn,
        {
            "order_id": order.id,
            "slice": min(new.child.slice for new in children),
            "at": at,
            "decision": codec.dump_decision(decision),
            "decision_inputs": decision.inputs or None,
        },
    )


def add_events(conn: Connection, user_id: UserId, order_id: OrderId, events: Sequence[OrderEvent]) -> None:
    """More lines of an order's timeline."""
    if events:
        _add_lines(conn, order_id, events)
        tell(conn, user_id, order_id, events[-1].at)


def tell(conn: Connection, user_id: UserId, order_id: OrderId, at: datetime) -> None:
    """The user hears that the order changed, once this transaction is durable: whatever changes one says so in it."""
    emit(conn, user_id, ORDER_CHANGED, at=at, thing=order_id)


def _add_lines(conn: Connection, order_id: OrderId, events: Sequence[OrderEvent]) -> None:
    if events:
        ADD_EVENTS.run(conn, [_event_row(order_id, event) for event in events])


def _event_row(order_id: OrderId, event: OrderEvent) -> dict[str, Any]:
    return {
        "order_id": order_id,
        "child_id": event.child_id,
        "at": event.at,
        "kind": event.kind,
        "text": event.text,
        "words": event.words,
        "latency_ms": event.latency_ms,
        "source": event.source,
    }


def add_facts(
    conn: Connection,
    child_id: ChildId,
    facts: Sequence[Fact],
    *,
    at: datetime,
    answered_at: datetime | None,
    lines: Lines = lambda _before, _after: (),
) -> Changed:
    """Fold facts into a child under the row's lock, and add what `lines` tells of it to the timeline. `answered_at` is
    our own time of the first clear answer."""
    row = CHILD_LOCKED.rows(conn, {"child": child_id})[0]
    step = fold(kept_child(row), facts, answered_at)
    before, after = step.before.child, step.after.child
    if step.values:
        SET_STATE.run(conn, {"child": child_id, **step.values})
        if step.ends_or_reopens:
            SETTLE_PARENT.run(conn, {"parent": after.order_id})
    told = lines(before, after)
    _add_lines(conn, after.order_id, told)
    if told or before != after:
        tell(conn, step.after.user_id, after.order_id, at)
    return step.changed(cancel_asked=row.cancel_asked_at is not None)


@dataclass(frozen=True, slots=True)
class Step:
    """What facts make of a child, before it is written. `values`: its row's new ones, none when nothing changed."""

    before: KeptChild
    after: KeptChild
    values: Mapping[str, Any]

    @property
    def ends_or_reopens(self) -> bool:
        """Whether its order has to be looked at."""
        return bool(self.values) and _open(self.before.child) != _open(self.after.child)

    @property
    def of_one_row(self) -> bool:
        """Whether nothing is to be written but the child's own row: no end of its order, no trades."""
        same_fills = self.after.child.fills == self.before.child.fills
        return bool(self.values) and same_fills and not self.ends_or_reopens

    def changed(self, *, cancel_asked: bool) -> Changed:
        return Changed(self.before.child, self.after.child, self.after, cancel_asked)


def fold(before: KeptChild, facts: Sequence[Fact], answered_at: datetime | None) -> Step:
    """The next state of a row that is as `before` says."""
    old, was = before.child, before.answered_at
    new = apply_all(old, facts)
    first_answer = answered_at is not None and was is None
    if new == old and not first_answer:
        return Step(before, before, {})
    # Shares of a new fill are gone from demat, but not yet from a snapshot that was read before.
    delivered = new.side is Side.SELL and new.filled_quantity > old.filled_quantity
    answered = answered_at if first_answer or (delivered and answered_at is not None) else was
    if new.changing is not None:
        answered = None  # no snapshot can know yet what it will hold
    values = {**state_columns(new, before.margin_required), "answered_at": answered}
    return Step(before, replace(before, child=new, facts=values["facts"], answered_at=answered), values)


def take(conn: Connection, step: Step, events: Sequence[OrderEvent], *, at: datetime) -> Changed | None:
    """Write a step of one row, if the row is still as the step was worked out from; None: it is not."""
    before, child = step.before, step.before.child
    was = {"child": child.id, "was": before.facts, "was_answered_at": before.answered_at}
    rows = [_event_row(child.order_id, event) for event in events]
    told = kept_row(before.user_id, ORDER_CHANGED, at=at, thing=child.order_id)
    row = TAKE_STEP.run(conn, {**was, **step.values}, rows, [told])
    return None if row is None else step.changed(cancel_asked=row.cancel_asked_at is not None)


def _open(child: ChildOrder) -> bool:
    """Whether the child keeps its order open."""
    return not child.status.final or child.changing is not None


@dataclass(frozen=True, slots=True)
class Changed:
    before: ChildOrder
    after: ChildOrder
    kept: KeptChild  # as it is now
    cancel_asked: bool

    @property
    def user_id(self) -> UserId:
        return self.kept.user_id

    @property
    def anything(self) -> bool:
        return self.before != self.after


def ask_cancel(conn: Connection, order_id: OrderId, at: datetime) -> None:
    """Remember that the user wants out: a child that is found later is cancelled then."""
    ASK_CANCEL.run(conn, {"parent": order_id, "now": at})


def _child_row(order: Order, new: NewChild, at: datetime) -> dict[str, Any]:
    child = new.child
    return {
        "id": child.id,
        "order_id": order.id,
        "user_id": order.user_id,
        "account_id": child.account_id,
        "broker": child.broker,
        "slice": child.slice,
        "exchange": child.instrument.exchange,
        "symbol": child.instrument.symbol,
        "side": child.side,
        "quantity": child.quantity,
        "order_type": child.order_type,
        "product": child.product,
        "validity": child.validity,
        "price": child.price and child.price.amount,
        "trigger_price": child.trigger_price and child.trigger_price.amount,
        "disclosed_quantity": child.disclosed_quantity,
        "after_market": child.after_market,
        "iceberg_legs": child.iceberg_legs,
        "validity_minutes": child.validity_minutes,
        "tag": child.tag,
        "created_at": at,
        "margin_required": new.margin_required.amount,
        "charges": codec.dump_charges(new.charges),
        "value": int((new.value.amount * 100).to_integral_value(ROUND_UP)),
        "answered_at": None,
        "cancel_asked_at": None,
        **state_columns(child, new.margin_required),
    }


def state_columns(child: ChildOrder, margin_required: Money) -> dict[str, Any]:
    status = child.status
    outstanding = child.filled_quantity + child.live_quantity
    held_paise = margin_required.amount * 100 * outstanding / child.quantity
    return {
        "facts": codec.dump_facts(child),
        "status": status,
        "live": not status.final,
        "filled_quantity": child.filled_quantity,
        "live_quantity": child.live_quantity,
        "margin_held": int(held_paise.to_integral_value(ROUND_UP)),
        "broker_order_id": child.broker_order_id,
        "changing_since": child.changing.at if child.changing else None,
    }
