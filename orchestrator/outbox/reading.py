"""Kept events as they are found again: by their place among all, or among their user's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.bus import Kept
from orchestrator.tables.outbox import outbox, outbox_heads

ALL = ""  # among the heads: of all users' events
ROW, HEAD = outbox.c, outbox_heads.c


def kept_of(row: Any, *, position: int | None = None, seq: int | None = None) -> Kept:
    """A row as an event; the numbers are the row's own, or those that it is given."""
    return Kept(
        position=row.position if position is None else position,
        user_id=UserId(row.user_id),
        seq=row.seq if seq is None else seq,
        at=row.at,
        type=row.type,
        thing=row.thing,
        data=None if row.data is None else orjson.loads(row.data),
    )


def after(conn: Connection, position: int, limit: int) -> list[Kept]:
    """Everybody's behind a place among all, in order."""
    asked = sa.select(outbox).where(ROW.position > position).order_by(ROW.position).limit(limit)
    return [kept_of(row) for row in conn.execute(asked)]


def missed(conn: Connection, user_id: UserId, seq: int, limit: int) -> list[Kept] | None:
    """A user's behind a number, in order, at most `limit`; None: not all of them are kept any more, or that number was
    never given."""
    newest = head(conn, user_id)
    asked = sa.select(outbox).where(ROW.user_id == user_id, ROW.seq > seq).order_by(ROW.seq).limit(limit)
    found = [kept_of(row) for row in conn.execute(asked)]
    whole = found[0].seq == seq + 1 if found else seq == newest
    return found if whole and seq >= 0 else None


def head(conn: Connection, user_id: str) -> int:
    """The last number given to an event of the user's (`ALL`: the last place); 0: none was."""
    asked = sa.select(HEAD.seq).where(HEAD.user_id == user_id)
    return int(conn.execute(asked).scalar_one_or_none() or 0)


def heads(conn: Connection, users: Iterable[UserId]) -> dict[UserId, int]:
    """The last number of each that has one."""
    asked = sa.select(outbox_heads).where(HEAD.user_id.in_(sorted(users)))
    return {UserId(row.user_id): row.seq for row in conn.execute(asked)}
