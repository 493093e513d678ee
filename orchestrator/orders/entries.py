"""What the audit log tells of orders, and of what else is asked of a broker."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.account import UserId
from domain.order import Order, OrderId, OrderIntent
from domain.routing import Denied
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.identity.caller import Caller

OF_REQUESTS = {
    "conditional_place": Action.CONDITIONAL_PLACED,
    "conditional_modify": Action.CONDITIONAL_CHANGED,
    "conditional_cancel": Action.CONDITIONAL_CANCELLED,
    "convert": Action.CONVERTED,
}
_ITSELF = Actor.program("orders")  # the kill switch, an exit that goes on by itself


def placed(conn: Connection, order: Order, caller: Caller | None) -> None:
    """An order, in the transaction that records it."""
    _wrote(conn, order.user_id, caller, Action.ORDER_PLACED, order.id, order.created_at, shown(order.intent))


def changed(
    conn: Connection,
    user_id: UserId,
    order_id: OrderId,
    intent: OrderIntent,
    caller: Caller | None,
    at: datetime,
) -> None:
    """A change that is asked for, as the order is to be."""
    _wrote(conn, user_id, caller, Action.ORDER_CHANGED, order_id, at, shown(intent))


def cancelled(
    conn: Connection, user_id: UserId, order_id: OrderId, caller: Caller | None, at: datetime
) -> None:
    """A cancel that is asked for."""
    _wrote(conn, user_id, caller, Action.ORDER_CANCELLED, order_id, at)


def cancelled_elsewhere(
    conn: Connection, caller: Caller, account: str, broker_order_id: str, at: datetime
) -> None:
    """A cancel of an order that was not placed here."""
    subject = f"{account}/{broker_order_id}"
    _wrote(conn, caller.user_id, caller, Action.OUTSIDE_CANCELLED, subject, at)


def refused(
    conn: Connection, user_id: UserId, intent: OrderIntent, denied: Denied, caller: Caller, at: datetime
) -> None:
    """An order that was not placed, and the codes that say why."""
    why = " ".join(reason.code.value for reason in denied.reasons)
    detail = f"{shown(intent)}: {why}"
    _wrote(conn, user_id, caller, Action.ORDER_REFUSED, str(intent.instrument), at, detail)


def asked(
    conn: Connection, caller: Caller, kind: str, request_id: str, account: str, body: str, at: datetime
) -> None:
    """A request to a broker that is no order, in the transaction that records it."""
    action = OF_REQUESTS[kind]
    _wrote(conn, caller.user_id, caller, action, request_id, at, body, account=account)


def shown(intent: OrderIntent) -> str:
    """For example `BUY 100 NSE:INFY CNC LIMIT 1500.05`."""
    parts = [intent.side, intent.quantity, intent.instrument, intent.product, intent.order_type]
    parts += [price.amount for price in (intent.price, intent.trigger_price) if price is not None]
    return " ".join(map(str, parts))


def _wrote(
    conn: Connection,
    user_id: UserId,
    caller: Caller | None,
    action: Action,
    subject: str,
    at: datetime,
    asked_for: str = "",
    **detail: str,
) -> None:
    actor = _ITSELF if caller is None else caller.actor
    said = {"asked": asked_for, **detail} if asked_for else detail
    audited(conn, user_id=user_id, actor=actor, action=action, at=at, subject=subject, detail=said)
