"""What is not kept for ever, in tables that grow with every order: old rows go in small bites, the oldest first.

Each bite is a transaction of its own, found by an index, so that orders wait for none of it. What the law keeps
(orders, their timelines, trades, the audit log) is not here: see departure/.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, Connection, Table

from orchestrator.storage.db import Database
from orchestrator.tables.market import notices
from orchestrator.tables.outbox import outbox

BITE = 1000  # rows in one transaction
PAUSE = 0.05  # seconds between two, for whoever waits for the database


@dataclass(frozen=True, slots=True)
class Pruned:
    """Rows older than `kept`, by `at`, go. `order` is a column with an index that grows as `at` does; null: not yet."""

    table: Table
    order: Column[Any]
    at: Column[datetime]
    kept: timedelta


def policies(*, outbox_hours: int, notice_days: int) -> list[Pruned]:
    """All tables that are pruned here."""
    return [
        Pruned(outbox, outbox.c.position, outbox.c.at, timedelta(hours=outbox_hours)),
        Pruned(notices, notices.c.id, notices.c.at, timedelta(days=notice_days)),
    ]


async def prune(db: Database, wanted: list[Pruned], now: datetime) -> dict[str, int]:
    """How many rows of each table went."""
    gone: dict[str, int] = {}
    for one in wanted:
        gone[one.table.name] = 0
        while count := await db.write(lambda conn, one=one: bite(conn, one, now - one.kept)):  # type: ignore[misc]
            gone[one.table.name] += count
            await asyncio.sleep(PAUSE)
    return gone


def bite(conn: Connection, one: Pruned, before: datetime) -> int:
    """Delete what is too old among the oldest rows; how many it was. Reads no more rows than it may delete."""
    oldest = sa.select(one.order, one.at).where(one.order.is_not(None)).order_by(one.order).limit(BITE)
    some = oldest.subquery()
    place, at = some.c[one.order.key], some.c[one.at.key]
    last = conn.execute(sa.select(sa.func.max(place)).where(at < before)).scalar_one()
    if last is None:
        return 0
    return conn.execute(sa.delete(one.table).where(one.order <= last, one.at < before)).rowcount
