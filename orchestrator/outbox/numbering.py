"""Gives kept events their places: one after the other among all, and among their user's, without gaps.

A number that a database counts up is taken before the transaction is durable, so that a lower one may appear later.
These are given to what is durable already, under one lock: who has read up to a place has missed nothing before it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from orchestrator.bus import Kept
from orchestrator.outbox.reading import ALL, ROW, kept_of
from orchestrator.storage.prepared import Prepared
from orchestrator.tables.identity import users
from orchestrator.tables.outbox import outbox, outbox_heads

LOCK = "outbox"
AT_ONCE = 500  # rows in one transaction
HEAD = outbox_heads.c

WAITING = sa.select(outbox).where(ROW.position.is_(None)).order_by(ROW.id).limit(AT_ONCE)
ANY = Prepared(sa.select(ROW.id).where(ROW.position.is_(None)).limit(1))
PLACE = (
    sa.update(outbox)
    .where(ROW.id == bindparam("row"))
    .values(position=bindparam("place"), seq=bindparam("number"))
)
MOVE = sa.update(outbox_heads).where(HEAD.user_id == bindparam("of")).values(seq=bindparam("number"))


def waiting(conn: Connection) -> bool:
    """Whether any event has no place yet."""
    return bool(ANY.rows(conn, {}))


def number(conn: Connection) -> list[Kept]:
    """Place what waits, under `LOCK`, and tell what was placed, in order. Of one thing only the newest gets a place."""
    rows = conn.execute(WAITING).all()
    if not rows:
        return []
    newest = {(row.user_id, row.type, row.thing): row.id for row in rows if row.thing}
    last = set(newest.values())
    placed = [row for row in rows if not row.thing or row.id in last]
    dropped = [row.id for row in rows if row.thing and row.id not in last]
    if dropped:
        conn.execute(sa.delete(outbox).where(ROW.id.in_(dropped)))
    return _place(conn, placed)


def begin_anew(conn: Connection, now: datetime) -> None:
    """In a database that was put back to an earlier moment: no number that was given since is ever given again, so that
    Redis and whoever comes back with one find that they know nothing of what follows, and read it anew.

    Numbers go on from the milliseconds since 1970, which no installation's events have ever come up to.
    """
    least = int(now.timestamp() * 1000)
    conn.execute(sa.update(outbox_heads).where(HEAD.seq < least).values(seq=least))
    known = sa.select(HEAD.user_id)
    lacking = sa.select(users.c.id, sa.literal(least)).where(users.c.id.not_in(known))
    conn.execute(sa.insert(outbox_heads).from_select(["user_id", "seq"], lacking))
    if ALL not in conn.execute(known.where(HEAD.user_id == ALL)).scalars().all():
        conn.execute(sa.insert(outbox_heads), {"user_id": ALL, "seq": least})


def _place(conn: Connection, rows: list[Any]) -> list[Kept]:
    heads = _heads(conn, {ALL, *(row.user_id for row in rows)})
    known, kept = set(heads), []
    for row in rows:
        position, seq = heads.get(ALL, 0) + 1, heads.get(row.user_id, 0) + 1
        heads[ALL], heads[row.user_id] = position, seq
        kept.append(kept_of(row, position=position, seq=seq))
    values = zip(rows, kept, strict=True)
    conn.execute(PLACE, [{"row": row.id, "place": one.position, "number": one.seq} for row, one in values])
    if moved := [{"of": user, "number": seq} for user, seq in heads.items() if user in known]:
        conn.execute(MOVE, moved)
    if new := [{"user_id": user, "seq": seq} for user, seq in heads.items() if user not in known]:
        conn.execute(sa.insert(outbox_heads), new)
    return kept


def _heads(conn: Connection, users: Iterable[str]) -> dict[str, int]:
    asked = sa.select(outbox_heads).where(HEAD.user_id.in_(sorted(users)))
    return {row.user_id: row.seq for row in conn.execute(asked)}
