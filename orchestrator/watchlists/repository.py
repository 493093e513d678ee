"""Watchlists in the database: plain SQL over one connection. Run writes under a lock of the user."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from domain.instrument import InstrumentId
from orchestrator.tables.market import watchlists

ROW = watchlists.c


@dataclass(frozen=True, slots=True)
class Watchlist:
    """`place` among the user's lists, from 0. `version` grows with every change."""

    id: str
    name: str
    place: int
    version: int
    symbols: tuple[InstrumentId, ...]
    changed_at: datetime


def of_user(conn: Connection, user_id: UserId) -> list[Watchlist]:
    """All of a user's, in the user's order."""
    asked = sa.select(watchlists).where(ROW.user_id == user_id).order_by(ROW.place, ROW.id)
    return [_read(row) for row in conn.execute(asked)]


def add(conn: Connection, user_id: UserId, one: Watchlist) -> None:
    row = _values(one) | {"id": one.id, "user_id": user_id, "created_at": one.changed_at}
    conn.execute(sa.insert(watchlists), row)


def save(conn: Connection, one: Watchlist) -> None:
    conn.execute(sa.update(watchlists).where(ROW.id == one.id).values(_values(one)))


def remove(conn: Connection, list_id: str) -> None:
    conn.execute(sa.delete(watchlists).where(ROW.id == list_id))


def arrange(conn: Connection, ids: Sequence[str]) -> None:
    """Put the lists in this order. Their versions stay: what they hold did not change."""
    for place, list_id in enumerate(ids):
        conn.execute(sa.update(watchlists).where(ROW.id == list_id).values(place=place))


def _values(one: Watchlist) -> dict[str, Any]:
    return {
        "name": one.name,
        "place": one.place,
        "version": one.version,
        "symbols": orjson.dumps([str(name) for name in one.symbols]).decode(),
        "changed_at": one.changed_at,
    }


def _read(row: sa.Row[Any]) -> Watchlist:
    symbols = tuple(InstrumentId.parse(text) for text in orjson.loads(row.symbols))
    return Watchlist(row.id, row.name, row.place, row.version, symbols, row.changed_at)
