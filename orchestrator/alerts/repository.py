"""Price alerts and notices in the database: plain SQL over one connection. A firing and its notice are one
transaction, claimed by the version, so that of several processes only one fires."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from domain.alert import Alert, AlertKind, AlertRule, AlertState
from domain.instrument import InstrumentId
from domain.money import Price
from orchestrator.tables.market import notices, price_alerts

ROW, NOTICE = price_alerts.c, notices.c


@dataclass(frozen=True, slots=True)
class Notice:
    """What a user is told once. `data` is plain JSON values; `subject` the id of what it is about."""

    id: str
    user_id: UserId
    at: datetime
    kind: str
    subject: str
    text: str
    data: dict[str, Any]
    read_at: datetime | None = None


def add(conn: Connection, one: Alert) -> None:
    conn.execute(sa.insert(price_alerts), _values(one) | {"id": one.id, "user_id": one.user_id})


def save(conn: Connection, one: Alert, *, version: int) -> bool:
    """Put it in the place of that version. False when it is another one by now, or gone."""
    here = sa.and_(ROW.id == one.id, ROW.version == version)
    return conn.execute(sa.update(price_alerts).where(here).values(_values(one))).rowcount == 1


def remove(conn: Connection, user_id: UserId, alert_id: str) -> bool:
    here = sa.and_(ROW.id == alert_id, ROW.user_id == user_id)
    return conn.execute(sa.delete(price_alerts).where(here)).rowcount == 1


def get(conn: Connection, alert_id: str) -> Alert | None:
    row = conn.execute(sa.select(price_alerts).where(ROW.id == alert_id)).one_or_none()
    return _read(row) if row is not None else None


def of_user(conn: Connection, user_id: UserId) -> list[Alert]:
    """The newest first."""
    asked = sa.select(price_alerts).where(ROW.user_id == user_id).order_by(ROW.id.desc())
    return [_read(row) for row in conn.execute(asked)]


def waiting(conn: Connection, user_id: UserId) -> int:
    """How many of the user's are not done."""
    done = (AlertState.FIRED.value, AlertState.EXPIRED.value)
    asked = sa.select(sa.func.count()).where(ROW.user_id == user_id, ROW.state.not_in(done))
    return int(conn.execute(asked).scalar_one())


def active_of(conn: Connection, user_id: UserId) -> list[Alert]:
    """The user's that wait for a price."""
    asked = sa.select(price_alerts).where(ROW.user_id == user_id, ROW.state == AlertState.ACTIVE.value)
    return [_read(row) for row in conn.execute(asked)]


def active(conn: Connection) -> list[Alert]:
    """Everybody's."""
    asked = sa.select(price_alerts).where(ROW.state == AlertState.ACTIVE.value)
    return [_read(row) for row in conn.execute(asked)]


def arm(conn: Connection, one: Alert) -> None:
    """The price was seen on the other side. Not a change of the user's: the version stays."""
    here = sa.and_(ROW.id == one.id, ROW.version == one.version)
    conn.execute(sa.update(price_alerts).where(here).values(armed=True))


def fire(conn: Connection, fired: Alert, notice: Notice) -> bool:
    """Store a firing and what is told of it. False when somebody else has fired or changed the alert."""
    here = sa.and_(ROW.id == fired.id, ROW.version == fired.version - 1, ROW.state == AlertState.ACTIVE.value)
    if conn.execute(sa.update(price_alerts).where(here).values(_values(fired))).rowcount != 1:
        return False
    values = {
        "id": notice.id,
        "user_id": notice.user_id,
        "at": notice.at,
        "kind": notice.kind,
        "subject": notice.subject,
        "text": notice.text,
        "data": orjson.dumps(notice.data).decode(),
    }
    conn.execute(sa.insert(notices), values)
    return True


def notices_of(conn: Connection, user_id: UserId, *, before: str | None, limit: int) -> list[Notice]:
    """The newest first; `before` is the id of one that is known."""
    asked = sa.select(notices).where(NOTICE.user_id == user_id)
    if before is not None:
        asked = asked.where(NOTICE.id < before)
    return [_notice(row) for row in conn.execute(asked.order_by(NOTICE.id.desc()).limit(limit))]


def unread(conn: Connection, user_id: UserId) -> int:
    """How many notices the user has not read."""
    asked = sa.select(sa.func.count()).where(NOTICE.user_id == user_id, NOTICE.read_at.is_(None))
    return int(conn.execute(asked).scalar_one())


def read(
    conn: Connection, user_id: UserId, *, ids: Collection[str] | None, up_to: str | None, at: datetime
) -> bool:
    """Mark those named as read, or all up to one, or all. Whether any was new."""
    marked = sa.update(notices).where(NOTICE.user_id == user_id, NOTICE.read_at.is_(None))
    if ids is not None:
        marked = marked.where(NOTICE.id.in_(ids))
    if up_to is not None:
        marked = marked.where(NOTICE.id <= up_to)
    return conn.execute(marked.values(read_at=at)).rowcount > 0


def untold(conn: Connection, since: datetime, until: datetime) -> list[Notice]:
    """What was stored between these moments and did not go out: whoever stored it has ended."""
    asked = sa.select(notices).where(NOTICE.told_at.is_(None), NOTICE.at >= since, NOTICE.at <= until)
    return [_notice(row) for row in conn.execute(asked.order_by(NOTICE.id))]


def told(conn: Connection, ids: Collection[str], at: datetime) -> None:
    conn.execute(sa.update(notices).where(NOTICE.id.in_(ids)).values(told_at=at))


def _values(one: Alert) -> dict[str, Any]:
    return {
        "instrument": str(one.instrument),
        "kind": one.rule.kind.value,
        "threshold": one.rule.threshold,
        "reference": one.rule.reference.amount if one.rule.reference is not None else None,
        "repeats": one.repeats,
        "cooldown": int(one.cooldown.total_seconds()),
        "note": one.note,
        "state": one.state.value,
        "armed": one.armed,
        "deaf_until": one.deaf_until,
        "expires_at": one.expires_at,
        "fired": one.fired,
        "fired_at": one.fired_at,
        "fired_price": one.fired_price.amount if one.fired_price is not None else None,
        "version": one.version,
        "created_at": one.created_at,
        "since": one.since,
    }


def _read(row: sa.Row[Any]) -> Alert:
    reference = Price(row.reference) if row.reference is not None else None
    return Alert(
        id=row.id,
        user_id=UserId(row.user_id),
        instrument=InstrumentId.parse(row.instrument),
        rule=AlertRule(AlertKind(row.kind), row.threshold, reference),
        repeats=row.repeats,
        cooldown=timedelta(seconds=row.cooldown),
        note=row.note,
        state=AlertState(row.state),
        armed=row.armed,
        since=row.since,
        created_at=row.created_at,
        version=row.version,
        deaf_until=row.deaf_until,
        expires_at=row.expires_at,
        fired=row.fired,
        fired_at=row.fired_at,
        fired_price=Price(row.fired_price) if row.fired_price is not None else None,
    )


def _notice(row: sa.Row[Any]) -> Notice:
    data = orjson.loads(row.data)
    return Notice(row.id, UserId(row.user_id), row.at, row.kind, row.subject, row.text, data, row.read_at)
