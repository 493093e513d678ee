"""Makes messages of what is durable already: the timelines of orders, the audit log, the notices of alerts.

Nothing is asked of the order path. Each record is read behind a cursor that moves in the transaction that keeps the
messages: after a crash it goes on where it was, and no fact is told twice to a webhook or left out. One that cannot be
told is a dead letter at once, and holds up nothing behind it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

import orjson
import sqlalchemy as sa
import structlog
from sqlalchemy import Connection

from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.tables.audit import audit_log
from orchestrator.tables.market import notices
from orchestrator.tables.orders import order_children, order_events, orders
from orchestrator.tables.webhooks import webhook_cursors
from orchestrator.webhooks import repository
from orchestrator.webhooks.events import (
    OF_AUDIT,
    UNREADABLE,
    Fact,
    WebhookEvent,
    body,
    of_audit,
    of_notice,
    of_order,
)
from orchestrator.webhooks.repository import MESSAGE, Webhook

log = structlog.get_logger(__name__)

LOOK = 0.5  # seconds between two looks
AT_ONCE = 500  # rows of a record in one go
SETTLED = timedelta(seconds=60)  # after which no transaction that took an earlier number is still under way
ALERT = "price_alert"  # the kind of a notice

ORDERS, AUDIT, ALERTS = "orders", "audit", "alerts"
EVENT, ENTRY, NOTICE, CURSOR = order_events.c, audit_log.c, notices.c, webhook_cursors.c


@dataclass(frozen=True, slots=True)
class Cursor:
    """`missing`: numbers that were passed over, and since when."""

    position: str
    missing: dict[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read, and how far: `before` is where each cursor stood, `after` where it goes."""

    before: dict[str, Cursor]
    after: dict[str, Cursor]
    facts: list[Fact]


class AppForm(Protocol):
    """How webhooks of programs are told, which were written for another protocol."""

    async def ready(self) -> None:
        """Before `put`, outside of its transaction."""

    def put(self, conn: Connection, to: Webhook, facts: Sequence[Fact], now: datetime) -> None:
        """Messages that wait to be sent."""


class Follower:
    """Several may run: what one has written down, another finds and leaves."""

    def __init__(self, db: Database, clock: Clock, apps: AppForm | None = None) -> None:
        self._db, self._clock, self._apps = db, clock, apps

    async def run(self) -> None:
        while True:
            if not await self.follow():
                await asyncio.sleep(LOOK)

    async def follow(self) -> bool:
        """Read on a little; whether there was anything new."""
        now = self._clock()
        seen = await self._db.read(lambda conn: look(conn, now))
        if seen is None or (seen.after == seen.before and not seen.facts):
            return False
        if seen.facts and self._apps is not None:
            await self._apps.ready()
        await self._db.write(lambda conn: self._keep(conn, seen, now), lock="webhooks")
        return True

    def _keep(self, conn: Connection, seen: Seen, now: datetime) -> None:
        if _cursors(conn) != seen.before:
            return  # another process was first: read again
        for one in repository.listening(conn):
            wanted = [fact for fact in seen.facts if _wants(one, fact)]
            if one.token_id is None:
                for fact in wanted:
                    if repository.put(conn, one, fact, now) and fact.unmade:
                        log.error("webhooks.not_told", source=fact.source, words=fact.unmade)
            elif self._apps is not None:
                self._apps.put(conn, one, wanted, now)
            if wanted:
                repository.forget_old(conn, one.id, now)
        _save(conn, seen.after)


def begin_here(conn: Connection, now: datetime) -> None:
    """Where the first webhook is switched on: what happened before is told to nobody."""
    if repository.listening(conn):
        return
    newest = conn.execute(sa.select(sa.func.max(EVENT.seq))).scalar_one()
    linked = conn.execute(sa.select(sa.func.max(ENTRY.position))).scalar_one()
    notice = conn.execute(sa.select(sa.func.max(NOTICE.id))).scalar_one()
    _save(
        conn,
        {ORDERS: Cursor(str(newest or 0)), AUDIT: Cursor(str(linked or 0)), ALERTS: Cursor(notice or "")},
    )


def look(conn: Connection, now: datetime) -> Seen | None:
    """None while nobody listens."""
    listening = repository.listening(conn)
    if not listening:
        return None
    users = {one.user_id for one in listening}
    before = _cursors(conn)
    facts: list[Fact] = []
    after = {
        ORDERS: _orders(conn, before[ORDERS], now, users, facts),
        AUDIT: _audit(conn, before[AUDIT], users, facts),
        ALERTS: _alerts(conn, before[ALERTS], now, users, facts),
    }
    return Seen(before, after, [fact for fact in facts if any(_wants(one, fact) for one in listening)])


def _orders(
    conn: Connection, cursor: Cursor, now: datetime, users: Iterable[str], facts: list[Fact]
) -> Cursor:
    """Numbers are given out before they are durable, so that a lower one may come later: those are looked for again."""
    position = int(cursor.position)
    new = sa.and_(EVENT.seq > position)
    missed = EVENT.seq.in_(cursor.missing)
    rows = conn.execute(_lines().where(sa.or_(new, missed)).order_by(EVENT.seq).limit(AT_ONCE)).all()
    facts += [fact for row in rows if row.user_id in users and (fact := _of(ORDERS, row)) is not None]
    missing = {number: since for number, since in cursor.missing.items() if now - since < SETTLED}
    for row in rows:
        missing.pop(row.seq, None)
        if row.seq > position:
            missing |= dict.fromkeys(range(max(position + 1, row.seq - AT_ONCE), row.seq), now)
            position = row.seq
    return Cursor(str(position), missing)


def _lines() -> sa.Select[tuple[object, ...]]:
    child = order_children.c
    of_order_, of_child = orders.c, sa.and_(child.id == EVENT.child_id)
    return (
        sa.select(
            order_events,
            of_order_.user_id,
            of_order_.exchange,
            of_order_.symbol,
            of_order_.side,
            of_order_.quantity,
            of_order_.product,
            child.account_id,
            child.quantity.label("child_quantity"),
        )
        .join(orders, of_order_.id == EVENT.order_id)
        .outerjoin(order_children, of_child)
    )


def _audit(conn: Connection, cursor: Cursor, users: Iterable[str], facts: list[Fact]) -> Cursor:
    """Its entries are linked one after the other, without gaps."""
    query = sa.select(audit_log).where(ENTRY.position > int(cursor.position))
    rows = conn.execute(query.order_by(ENTRY.position).limit(AT_ONCE)).all()
    told = [_of(AUDIT, row) for row in rows if row.user_id in users and row.action in OF_AUDIT]
    facts += [fact for fact in told if fact is not None]
    return Cursor(str(rows[-1].position)) if rows else cursor


def _alerts(
    conn: Connection, cursor: Cursor, now: datetime, users: Iterable[str], facts: list[Fact]
) -> Cursor:
    """Their ids grow with the time on the machine that made them: the last minute is read again each time."""
    query = sa.select(notices).where(NOTICE.id > cursor.position)
    rows = conn.execute(query.order_by(NOTICE.id).limit(AT_ONCE)).all()
    alerts = [_of(ALERTS, row) for row in rows if row.kind == ALERT and row.user_id in users]
    fired = [fact for fact in alerts if fact is not None]
    known = MESSAGE.source.in_([fact.source for fact in fired])
    told = set(conn.execute(sa.select(MESSAGE.source).where(known)).scalars()) if fired else set()
    facts += [fact for fact in fired if fact.source not in told]
    old = [row.id for row in rows if now - row.at > SETTLED]
    return Cursor(old[-1]) if old else cursor


def _order(row: Any) -> Fact:
    """What can be said of a line of a timeline in any case."""
    return Fact(row.user_id, WebhookEvent.ORDER_UPDATED, row.at, f"order:{row.seq}", row.order_id, {})


def _entry(row: Any) -> Fact:
    return Fact(row.user_id, OF_AUDIT[row.action], row.at, f"audit:{row.position}", row.subject, {})


def _notice(row: Any) -> Fact:
    return Fact(row.user_id, WebhookEvent.ALERT_FIRED, row.at, f"notice:{row.id}", row.subject, {})


# How a row of each record is told, and what is known of it where it cannot be.
FORMS: dict[str, tuple[Callable[[Any], Fact | None], Callable[[Any], Fact]]] = {
    ORDERS: (of_order, _order),
    AUDIT: (of_audit, _entry),
    ALERTS: (of_notice, _notice),
}


def _of(record: str, row: Any) -> Fact | None:
    told, known = FORMS[record]
    try:
        return told(row)
    except UNREADABLE as error:
        return replace(known(row), unmade=f"it could not be told: {error!r}")


def made_again(conn: Connection, source: str) -> str:
    """What a message of this fact says, made anew from its record; "" where that cannot be done."""
    record, _, name = source.partition(":")
    if record == "order" and name.isdecimal():
        kind, query = ORDERS, _lines().where(EVENT.seq == int(name))
    elif record == "audit" and name.isdecimal():
        kind, query = AUDIT, sa.select(audit_log).where(ENTRY.position == int(name))
    elif record == "notice":
        kind, query = ALERTS, sa.select(notices).where(NOTICE.id == name)
    else:
        return ""
    row = conn.execute(query).one_or_none()
    fact = None if row is None else _of(kind, row)
    return "" if fact is None or fact.unmade else body(fact.type.value, fact.at, fact.data)


def _wants(one: Webhook, fact: Fact) -> bool:
    return one.user_id == fact.user_id and fact.type in one.events and fact.at >= one.made_at


def _cursors(conn: Connection) -> dict[str, Cursor]:
    found = {ORDERS: Cursor("0"), AUDIT: Cursor("0"), ALERTS: Cursor("")}
    for row in conn.execute(sa.select(webhook_cursors)):
        missing = {
            int(number): datetime.fromisoformat(at) for number, at in orjson.loads(row.missing).items()
        }
        found[row.name] = Cursor(row.position, missing)
    return found


def _save(conn: Connection, cursors: dict[str, Cursor]) -> None:
    conn.execute(sa.delete(webhook_cursors))
    rows = [
        {
            "name": name,
            "position": one.position,
            "missing": orjson.dumps(
                {str(number): at.isoformat() for number, at in one.missing.items()}
            ).decode(),
        }
        for name, one in cursors.items()
    ]
    conn.execute(sa.insert(webhook_cursors), rows)
