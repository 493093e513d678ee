"""Webhooks and their messages in the database: plain SQL over one connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.ids import new_id
from orchestrator.storage.prepared import Prepared
from orchestrator.tables.identity import users
from orchestrator.tables.webhooks import webhook_messages, webhooks
from orchestrator.webhooks.events import Fact, WebhookEvent, body

HOOK, MESSAGE = webhooks.c, webhook_messages.c
KEPT = timedelta(days=30)  # that messages are shown
SHUT_OUT = sa.select(users.c.id).where(users.c.disabled_at.is_not(None))
# Both are asked all the time, and nearly always for nothing.
_LISTENING = Prepared(sa.select(webhooks).where(HOOK.enabled.is_(True)).order_by(HOOK.id.desc()))


class WebhookDeliveryState(StrEnum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"  # given up; its user may have it sent again


_DUE = Prepared(
    sa.select(MESSAGE.number)
    .where(
        MESSAGE.state == WebhookDeliveryState.WAITING.value,
        MESSAGE.due_at <= sa.bindparam("now"),
        MESSAGE.user_id.not_in(SHUT_OUT),
    )
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """`secret` and `old_secret` are sealed."""

    id: str
    user_id: UserId
    name: str
    url: str
    events: tuple[WebhookEvent, ...]
    secret: str
    old_secret: str | None
    old_until: datetime | None
    enabled: bool
    off_why: str
    failing_since: datetime | None
    made_at: datetime
    token_id: str | None = None  # the program whose postbacks it takes, which was written for Kite


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    webhook_id: str
    user_id: UserId
    source: str
    subject: str
    type: str
    body: str
    made_at: datetime
    due_at: datetime
    final: bool = False
    state: WebhookDeliveryState = WebhookDeliveryState.WAITING
    attempts: int = 0
    tried_at: datetime | None = None
    status: int | None = None
    ms: int | None = None
    answer: str = ""
    number: int = 0  # counted up by the database


# --- webhooks ----------------------------------------------------------------------------------------------------


def find(conn: Connection, webhook_id: str, user_id: UserId | None = None) -> Webhook | None:
    """Of this user, where one is named."""
    query = sa.select(webhooks).where(HOOK.id == webhook_id)
    row = conn.execute(query if user_id is None else query.where(HOOK.user_id == user_id)).one_or_none()
    return None if row is None else _webhook(row)


def of_user(conn: Connection, user_id: UserId) -> list[Webhook]:
    """The newest first."""
    return [_webhook(row) for row in conn.execute(_all().where(HOOK.user_id == user_id))]


def listening(conn: Connection) -> list[Webhook]:
    """All that are switched on."""
    return [_webhook(row) for row in _LISTENING.rows(conn, {})]


def switched_off(conn: Connection, user_id: UserId) -> list[Webhook]:
    """Those of a user that the product switched off."""
    here = (HOOK.user_id == user_id, HOOK.enabled.is_(False), HOOK.off_why != "")
    return [_webhook(row) for row in conn.execute(_all().where(*here))]


def may_send(conn: Connection, one: Webhook) -> bool:
    """Nothing of a user who was shut out leaves any more."""
    return conn.execute(SHUT_OUT.where(users.c.id == one.user_id)).first() is None


def of_app(conn: Connection, token_id: str) -> Webhook | None:
    """That of a program written for Kite."""
    row = conn.execute(sa.select(webhooks).where(HOOK.token_id == token_id)).one_or_none()
    return None if row is None else _webhook(row)


def add(conn: Connection, one: Webhook) -> None:
    conn.execute(sa.insert(webhooks).values(_row(one)))


def save(conn: Connection, one: Webhook) -> None:
    conn.execute(sa.update(webhooks).where(HOOK.id == one.id).values(_row(one)))


def remove(conn: Connection, webhook_id: str) -> None:
    conn.execute(sa.delete(webhooks).where(HOOK.id == webhook_id))


def _all() -> sa.Select[Any]:
    return sa.select(webhooks).order_by(HOOK.id.desc())


def _row(one: Webhook) -> dict[str, Any]:
    values = {field.name: getattr(one, field.name) for field in fields(one)}
    return {**values, "events": orjson.dumps(one.events).decode()}


def _webhook(row: Any) -> Webhook:
    values = {field.name: getattr(row, field.name) for field in fields(Webhook)}
    return Webhook(**{**values, "events": tuple(map(WebhookEvent, orjson.loads(row.events)))})


# --- messages ----------------------------------------------------------------------------------------------------


def put(conn: Connection, to: Webhook, fact: Fact, now: datetime) -> bool:
    """A message that waits to be sent, or a dead one of what cannot be told. False when this webhook has it already."""
    same = (MESSAGE.webhook_id == to.id, MESSAGE.source == fact.source)
    if conn.execute(sa.select(MESSAGE.number).where(*same)).first() is not None:
        return False
    one = Message(
        id=new_id("msg"),
        webhook_id=to.id,
        user_id=to.user_id,
        source=fact.source,
        subject=fact.subject,
        type=fact.type.value,
        body="" if fact.unmade else body(fact.type.value, fact.at, fact.data),
        made_at=now,
        due_at=now,
        state=WebhookDeliveryState.DEAD if fact.unmade else WebhookDeliveryState.WAITING,
        answer=fact.unmade,
    )
    add_message(conn, one)
    return True


def add_message(conn: Connection, one: Message) -> None:
    conn.execute(sa.insert(webhook_messages).values(_message_row(one)))


def last_source(conn: Connection, webhook_id: str, subject: str) -> str | None:
    """Of the newest message to this webhook about this subject."""
    same = (MESSAGE.webhook_id == webhook_id, MESSAGE.subject == subject)
    query = sa.select(MESSAGE.source).where(*same).order_by(MESSAGE.number.desc()).limit(1)
    return conn.execute(query).scalar_one_or_none()


def forget_old(conn: Connection, webhook_id: str, now: datetime) -> None:
    """What nobody looks at any more."""
    old = (
        MESSAGE.webhook_id == webhook_id,
        MESSAGE.made_at < now - KEPT,
        MESSAGE.state != WebhookDeliveryState.WAITING,
    )
    conn.execute(sa.delete(webhook_messages).where(*old))


def due(
    conn: Connection, now: datetime, lease: timedelta, *, busy: Sequence[str], each: int, limit: int
) -> list[Message]:
    """Take what is to be sent now: nobody else takes it before the lease is over. Of one subject only the first that
    waits, of one webhook at most `each`, of those that are busy none. Run under a lock."""
    earlier = webhook_messages.alias("earlier")
    behind = sa.exists().where(
        earlier.c.webhook_id == MESSAGE.webhook_id,
        earlier.c.subject == MESSAGE.subject,
        earlier.c.state == WebhookDeliveryState.WAITING,
        earlier.c.number < MESSAGE.number,
    )
    rank = sa.func.row_number().over(partition_by=MESSAGE.webhook_id, order_by=MESSAGE.number)
    waiting = sa.select(MESSAGE.number, MESSAGE.due_at, rank.label("rank")).where(
        MESSAGE.state == WebhookDeliveryState.WAITING,
        MESSAGE.due_at <= now,
        MESSAGE.webhook_id.not_in(busy),
        MESSAGE.user_id.not_in(SHUT_OUT),
        ~behind,
    )
    ranked = waiting.subquery()
    chosen = sa.select(ranked.c.number).where(ranked.c.rank <= each).order_by(ranked.c.due_at).limit(limit)
    numbers = list(conn.execute(chosen).scalars())
    if not numbers:
        return []
    mine = MESSAGE.number.in_(numbers)
    conn.execute(
        sa.update(webhook_messages).where(mine).values(due_at=now + lease, attempts=MESSAGE.attempts + 1)
    )
    return [_message(row) for row in conn.execute(sa.select(webhook_messages).where(mine))]


def anything_due(conn: Connection, now: datetime) -> bool:
    return bool(_DUE.rows(conn, {"now": now}))


def save_message(conn: Connection, one: Message) -> bool:
    """False when it is gone, or no longer waits: somebody else wrote down what became of it."""
    here = (MESSAGE.id == one.id, MESSAGE.state == WebhookDeliveryState.WAITING)
    return conn.execute(sa.update(webhook_messages).where(*here).values(_message_row(one))).rowcount == 1


def send_again(conn: Connection, message_id: str, now: datetime) -> None:
    """From the beginning, under its old id."""
    values = {"state": WebhookDeliveryState.WAITING, "attempts": 0, "due_at": now}
    conn.execute(sa.update(webhook_messages).where(MESSAGE.id == message_id).values(values))


def give_up(conn: Connection, webhook_id: str) -> None:
    """Everything that waits for a webhook that was switched off."""
    here = (MESSAGE.webhook_id == webhook_id, MESSAGE.state == WebhookDeliveryState.WAITING)
    conn.execute(sa.update(webhook_messages).where(*here).values(state=WebhookDeliveryState.DEAD))


def message(conn: Connection, webhook_id: str, message_id: str) -> Message | None:
    here = (MESSAGE.webhook_id == webhook_id, MESSAGE.id == message_id)
    row = conn.execute(sa.select(webhook_messages).where(*here)).one_or_none()
    return None if row is None else _message(row)


def page(
    conn: Connection, webhook_id: str, *, state: WebhookDeliveryState | None, before: int | None, limit: int
) -> list[Message]:
    """The newest first."""
    query = sa.select(webhook_messages).where(MESSAGE.webhook_id == webhook_id)
    if state is not None:
        query = query.where(MESSAGE.state == state)
    if before is not None:
        query = query.where(MESSAGE.number < before)
    return [_message(row) for row in conn.execute(query.order_by(MESSAGE.number.desc()).limit(limit))]


def _message_row(one: Message) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one) if field.name != "number"}


def _message(row: sa.Row[Any]) -> Message:
    values = {field.name: getattr(row, field.name) for field in fields(Message)}
    return Message(**{**values, "state": WebhookDeliveryState(row.state)})
