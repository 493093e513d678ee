"""Dead letters: messages to users' servers that were given up after a day.

Whoever keeps the installation sees which and why, sends them again, or drops them; never what is in them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from orchestrator.tables.webhooks import webhook_messages, webhooks
from orchestrator.webhooks.repository import WebhookDeliveryState

ROW, HOOK = webhook_messages.c, webhooks.c
DEAD = ROW.state == WebhookDeliveryState.DEAD
AT_ONCE = 500  # messages in one transaction: nobody's orders wait for more
LETTERS = (
    sa.select(
        ROW.number, ROW.id, ROW.user_id, ROW.webhook_id, HOOK.enabled, ROW.type, ROW.made_at, ROW.tried_at,
        ROW.attempts, ROW.answer.label("words"),
    )
    .join(webhooks, HOOK.id == ROW.webhook_id)
    .where(DEAD)
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """`words`: what its server answered last, or why it did not. `enabled`: whether its webhook is on."""

    number: int
    id: str
    user_id: str
    webhook_id: str
    enabled: bool
    type: str
    made_at: datetime
    tried_at: datetime | None
    attempts: int
    words: str


@dataclass(frozen=True, slots=True)
class DeadBody:
    """What a dead letter says, without its values; `status`: of the last answer, None where none came."""

    status: int | None
    form: Any


def page(conn: Connection, *, before: int | None = None, limit: int = 100) -> list[DeadLetter]:
    """The newest first; `before` is the number of one that is known."""
    query = LETTERS if before is None else LETTERS.where(ROW.number < before)
    return [
        DeadLetter(**row._mapping) for row in conn.execute(query.order_by(ROW.number.desc()).limit(limit))
    ]


def one(conn: Connection, message_id: str) -> tuple[DeadLetter, DeadBody] | None:
    """One of them, and the form of what it says; None unless it was given up."""
    row = conn.execute(LETTERS.add_columns(ROW.status, ROW.body).where(ROW.id == message_id)).one_or_none()
    if row is None:
        return None
    told = dict(row._mapping)
    status, body = told.pop("status"), told.pop("body")
    return DeadLetter(**told), DeadBody(status, _form(body))


def _form(body: str) -> Any:
    """The names of what a message tells: what they are is its user's. None for one that is no JSON."""
    try:
        return _blank(orjson.loads(body))
    except orjson.JSONDecodeError:
        return None


def _blank(value: Any) -> Any:
    match value:
        case dict():
            return {name: _blank(part) for name, part in value.items()}
        case list():
            return [_blank(part) for part in value]
        case None:
            return None
        case _:
            return type(value).__name__


def count(conn: Connection) -> int:
    """How many there are."""
    return int(conn.execute(sa.select(sa.func.count()).where(DEAD)).scalar_one())


def parts(conn: Connection, ids: Sequence[str] | None) -> list[list[str]]:
    """These, or all there are now (None), as many at a time as one transaction takes: each once, so that nothing is
    asked for again and again that is given up at once."""
    if ids is None:
        ids = list(conn.execute(sa.select(ROW.id).where(DEAD).order_by(ROW.number)).scalars())
    return [list(ids[start : start + AT_ONCE]) for start in range(0, len(ids), AT_ONCE)]


def replay(conn: Connection, ids: Sequence[str], now: datetime) -> list[str]:
    """Send these again, under their old ids, from the beginning; those of a webhook that is off stay. Which they
    were."""
    on = sa.select(HOOK.id).where(HOOK.enabled)
    found = _found(conn, ids, ROW.webhook_id.in_(on))
    values = {"state": WebhookDeliveryState.WAITING, "attempts": 0, "due_at": now}
    conn.execute(sa.update(webhook_messages).where(ROW.id.in_(found), DEAD).values(values))
    return found


def drop(conn: Connection, ids: Sequence[str]) -> list[str]:
    """Forget these. Which they were."""
    found = _found(conn, ids)
    conn.execute(sa.delete(webhook_messages).where(ROW.id.in_(found), DEAD))
    return found


def _found(conn: Connection, ids: Sequence[str], *such: sa.ColumnElement[bool]) -> list[str]:
    query = sa.select(ROW.id).where(DEAD, ROW.id.in_(ids), *such)
    return list(conn.execute(query.order_by(ROW.number)).scalars())
