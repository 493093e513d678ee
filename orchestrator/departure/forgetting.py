"""A user who leaves is gone in one transaction; their rows then go in pieces, however many they are. A crash between
two pieces leaves rows that nobody can ask for, and the next look goes on with them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, select, tuple_, update

from domain.account import UserId
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.departure.export import owned
from orchestrator.departure.holdings import KEPT, Fate
from orchestrator.tables import metadata
from orchestrator.tables.departure import departures
from orchestrator.tables.identity import users
from orchestrator.tables.market import price_alerts
from orchestrator.tables.webhooks import webhooks

AT_ONCE = 1000  # rows in one transaction, which the event loop waits for
ITSELF = Actor.program("departures")


def vanish(conn: Connection, user_id: UserId, now: datetime) -> None:
    """From now on nobody logs in as this user, nothing names the person, and nothing is sent for them."""
    nobody: dict[str, Any] = {
        "email": f"{user_id}@deleted.invalid",
        "name": "",
        "password_hash": None,
        "primary_account": None,
        "email_verified_at": None,
        "disabled_at": now,
    }
    conn.execute(update(users).where(users.c.id == user_id).values(nobody))
    conn.execute(update(webhooks).where(webhooks.c.user_id == user_id).values(enabled=False))
    conn.execute(delete(price_alerts).where(price_alerts.c.user_id == user_id))
    audited(conn, user_id=user_id, actor=ITSELF, action=Action.DELETED, at=now)


def forget_some(conn: Connection, user_id: UserId, now: datetime) -> bool:
    """Some rows of what is forgotten; whether it was all of it, which is then written down."""
    if not _delete_some(conn, user_id, {Fate.FORGOTTEN}):
        return False
    conn.execute(update(departures).where(departures.c.user_id == user_id).values(forgotten_at=now))
    return True


def drop_some(conn: Connection, user_id: UserId) -> bool:
    """Some of the records; whether they were all, and the user's own row is gone, too."""
    if not _delete_some(conn, user_id, {Fate.KEPT}):
        return False
    conn.execute(delete(users).where(users.c.id == user_id))
    return True


def _delete_some(conn: Connection, user_id: UserId, fates: Collection[Fate]) -> bool:
    """Children before their parents, so that no row takes many others with it. Whether nothing is left."""
    left = AT_ONCE
    for table in reversed(metadata.sorted_tables):
        if table is not departures and table.name in KEPT and KEPT[table.name].fate in fates:
            left -= _delete(conn, table, user_id, left)
            if left == 0:
                return False
    return True


def _delete(conn: Connection, table: Table, user_id: UserId, most: int) -> int:
    key = list(table.primary_key.columns)
    some = select(*key).where(owned(table, KEPT[table.name], user_id)).limit(most)
    return conn.execute(delete(table).where(tuple_(*key).in_(some))).rowcount
