"""What a webhook can tell of, and how each is told. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from orchestrator.schemas import in_ist


class WebhookEvent(StrEnum):
    """A name that was given stays."""

    ORDER_UPDATED = "order.updated"  # every line of an order's timeline but its fills
    ORDER_FILLED = "order.filled"
    APPROVAL_WAITING = "approval.waiting"
    SESSION_ENDED = "account.session_ended"
    KILL_SWITCH_ON = "kill_switch.on"
    KILL_SWITCH_RELEASED = "kill_switch.released"
    ALERT_FIRED = "alert.fired"


TEST = "webhook.test"
UNREADABLE = (ValueError, LookupError, TypeError, ArithmeticError)  # what a row that cannot be told raises
FILL = "fill"  # the kind of a line of the timeline
OF_AUDIT = {
    "approval.asked": WebhookEvent.APPROVAL_WAITING,
    "account.logout": WebhookEvent.SESSION_ENDED,
    "kill_switch.on": WebhookEvent.KILL_SWITCH_ON,
    "kill_switch.released": WebhookEvent.KILL_SWITCH_RELEASED,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to a user. `source` names it among all; those of one `subject` are told in order.

    `unmade`: why it cannot be told, "" where it can.
    """

    user_id: str
    type: WebhookEvent
    at: datetime
    source: str
    subject: str
    data: dict[str, Any]
    unmade: str = ""


def body(name: str, at: datetime, data: dict[str, Any]) -> str:
    """The message, as it is signed and sent, byte for byte."""
    return orjson.dumps({"type": name, "timestamp": in_ist(at), "data": data}).decode()


def of_order(row: Any) -> Fact:
    """A line of an order's timeline, with the order it belongs to."""
    return Fact(
        user_id=row.user_id,
        type=WebhookEvent.ORDER_FILLED if row.kind == FILL else WebhookEvent.ORDER_UPDATED,
        at=row.at,
        source=f"order:{row.seq}",
        subject=row.order_id,
        data={
            "order": row.order_id,
            "number": row.seq,  # grows within an order
            "exchange": row.exchange,
            "symbol": row.symbol,
            "side": row.side,
            "quantity": row.quantity,
            "product": row.product,
            "kind": row.kind,
            "text": row.text,
            "child": row.child_id,
            "account": row.account_id,
            "child_quantity": row.child_quantity,
            "broker_words": row.words,
        },
    )


def of_audit(row: Any) -> Fact | None:
    """An entry of the audit log; None for one that is not told of."""
    kind = OF_AUDIT[row.action]
    if kind is WebhookEvent.SESSION_ENDED and row.actor_kind != "program":
        return None  # somebody logged the account out
    subject = (
        "kill_switch"
        if kind in (WebhookEvent.KILL_SWITCH_ON, WebhookEvent.KILL_SWITCH_RELEASED)
        else row.subject
    )
    said = orjson.loads(row.detail) if row.detail else {}
    return Fact(row.user_id, kind, row.at, f"audit:{row.position}", subject, {"subject": row.subject, **said})


def of_notice(row: Any) -> Fact:
    """A price alert that fired."""
    data = {"alert": row.subject, "text": row.text, **orjson.loads(row.data)}
    return Fact(row.user_id, WebhookEvent.ALERT_FIRED, row.at, f"notice:{row.id}", row.subject, data)
