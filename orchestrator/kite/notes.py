"""What programs said of their orders, in the database: plain SQL over one connection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from domain.order import OrderId
from orchestrator.kite.rows import Note
from orchestrator.tables import idempotency_keys, orders
from orchestrator.tables_kite import kite_orders

NOTE, KEY = kite_orders.c, idempotency_keys.c


def write(conn: Connection, user_id: UserId, key: str, note: Note, at: datetime) -> None:
    """Before the order is placed. A request that is asked again says the same and is written once."""
    row = {
        "user_id": user_id,
        "key": key,
        "variety": note.variety,
        "tag": note.tag,
        "at": at,
    }
    there = sa.select(NOTE.key).where(NOTE.user_id == user_id, NOTE.key == key)
    if conn.execute(there).first() is None:
        conn.execute(sa.insert(kite_orders), row)


def drop(conn: Connection, user_id: UserId, key: str) -> None:
    """There is no order of this key after all."""
    made = sa.select(KEY.key).where(KEY.user_id == user_id, KEY.key == key)
    conn.execute(sa.delete(kite_orders).where(NOTE.user_id == user_id, NOTE.key == key, ~made.exists()))


def of_orders(conn: Connection, user_id: UserId, ids: Iterable[OrderId]) -> dict[OrderId, Note]:
    """Of those that a program placed here."""
    query = (
        sa.select(KEY.order_id, NOTE.variety, NOTE.tag)
        .join(kite_orders, (NOTE.user_id == KEY.user_id) & (NOTE.key == KEY.key))
        .where(KEY.user_id == user_id, KEY.order_id.in_(list(ids)))
    )
    return {OrderId(row.order_id): Note(row.variety, row.tag) for row in conn.execute(query)}


def in_span(conn: Connection, user_id: UserId, first: OrderId, last: OrderId) -> list[OrderId]:
    """The user's orders whose ids lie there: one, unless two were made in the same moment."""
    query = (
        sa.select(orders.c.id).where(orders.c.user_id == user_id, orders.c.id.between(first, last)).limit(2)
    )
    return [OrderId(row.id) for row in conn.execute(query)]
