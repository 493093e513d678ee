"""The tags that programs gave their orders, in the database: plain SQL over one connection."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from domain.order import OrderId
from orchestrator.tables.kite import kite_tags
from orchestrator.tables.orders import idempotency_keys

TAG, KEY = kite_tags.c, idempotency_keys.c


def write(conn: Connection, user_id: UserId, key: str, tag: str, at: datetime) -> None:
    """Before the order is placed. A request that is asked again says the same and is written once."""
    there = sa.select(TAG.key).where(TAG.user_id == user_id, TAG.key == key)
    if conn.execute(there).first() is None:
        conn.execute(sa.insert(kite_tags), {"user_id": user_id, "key": key, "tag": tag, "at": at})


def drop(conn: Connection, user_id: UserId, key: str) -> None:
    """There is no order of this key after all."""
    made = sa.select(KEY.key).where(KEY.user_id == user_id, KEY.key == key)
    conn.execute(sa.delete(kite_tags).where(TAG.user_id == user_id, TAG.key == key, ~made.exists()))


def of_orders(conn: Connection, user_id: UserId, ids: Iterable[OrderId]) -> dict[OrderId, str]:
    """Of those that have one."""
    query = (
        sa.select(KEY.order_id, TAG.tag)
        .join(kite_tags, (TAG.user_id == KEY.user_id) & (TAG.key == KEY.key))
        .where(KEY.user_id == user_id, KEY.order_id.in_(list(ids)))
    )
    return {OrderId(row.order_id): row.tag for row in conn.execute(query)}
