"""The rows of leases. Who is late is judged by the clock of the database alone: processes' clocks need not agree."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from orchestrator.leases.lease import Lease, LeaseLost
from orchestrator.tables.leases import leases

ROW = leases.c
NOBODY = ""
NOW: dict[str, sa.ColumnElement[int]] = {
    "postgresql": sa.literal_column("(extract(epoch FROM clock_timestamp()) * 1000)::bigint"),
    "sqlite": sa.literal_column("CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"),
}


def _now(conn: Connection) -> sa.ColumnElement[int]:
    return NOW[conn.dialect.name]


def make(conn: Connection, names: Collection[str]) -> None:
    """Rows for these, that nobody holds, where there are none."""
    known = set(conn.execute(sa.select(ROW.name).where(ROW.name.in_(names))).scalars())
    new: list[dict[str, Any]] = [
        {"name": name, "owner": NOBODY, "fence": 0, "until": 0} for name in sorted(set(names) - known)
    ]
    if new:
        insert = postgresql.insert if conn.dialect.name == "postgresql" else sqlite.insert
        conn.execute(insert(leases).on_conflict_do_nothing(), new)


def take(
    conn: Connection, names: Iterable[str], *, owner: str, lasts: int, most: int, seize: bool
) -> dict[str, int]:
    """The fences of at most so many of these that are ours from now on, for `lasts` milliseconds.

    Only what nobody holds, or held too long; `seize`: whoever else holds it. One that another transaction is under
    right now is left out: it is looked at again soon.
    """
    now = _now(conn)
    free = sa.or_(ROW.owner != owner if seize else ROW.owner == NOBODY, ROW.until <= now)
    query = sa.select(ROW.name).where(ROW.name.in_(list(names)), free).order_by(ROW.name).limit(most)
    found = conn.execute(query.with_for_update(skip_locked=True)).scalars().all()
    if not found:
        return {}
    update = sa.update(leases).where(ROW.name.in_(found))
    taken = update.values(owner=owner, fence=ROW.fence + 1, until=now + lasts).returning(ROW.name, ROW.fence)
    return {row.name: row.fence for row in conn.execute(taken)}


def renew(conn: Connection, owner: str, names: Iterable[str], lasts: int) -> dict[str, int]:
    """The fences of those of these that still are this owner's, also what it renews late and nobody has taken
    meanwhile."""
    mine = (ROW.owner == owner, ROW.name.in_(list(names)))
    update = sa.update(leases).where(*mine).values(until=_now(conn) + lasts)
    return {row.name: row.fence for row in conn.execute(update.returning(ROW.name, ROW.fence))}


def release(conn: Connection, owner: str, names: Iterable[str]) -> None:
    """Nobody's from now on; what another has taken stays theirs."""
    update = sa.update(leases).where(ROW.owner == owner, ROW.name.in_(list(names)))
    conn.execute(update.values(owner=NOBODY, until=0))


def held_now(conn: Connection, prefix: str) -> list[str]:
    """The names with this prefix that somebody holds, in order."""
    query = sa.select(ROW.name).where(ROW.name.startswith(prefix, autoescape=True), ROW.owner != NOBODY)
    return list(conn.execute(query.where(ROW.until > _now(conn)).order_by(ROW.name)).scalars())


def owners(conn: Connection, names: Collection[str]) -> dict[str, str]:
    """Which process holds each, of those that are held now."""
    query = sa.select(ROW.name, ROW.owner).where(ROW.name.in_(names), ROW.until > _now(conn))
    return {row.name: row.owner for row in conn.execute(query)}


def forget(conn: Connection, prefix: str, milliseconds: int) -> None:
    """Remove what ended so long ago, of names that never come back."""
    gone = sa.delete(leases).where(ROW.name.startswith(prefix, autoescape=True))
    conn.execute(gone.where(ROW.until < _now(conn) - milliseconds))


def fenced(conn: Connection, lease: Lease) -> None:
    """Nobody takes the lease before this transaction has ended. Raises LeaseLost when somebody has.

    The weakest lock that a taker's waits for: renewing, which changes no key, does not wait for it.
    """
    query = sa.select(ROW.fence).where(
        ROW.name == lease.name, ROW.owner == lease.owner, ROW.fence == lease.fence
    )
    if conn.execute(query.with_for_update(read=True, key_share=True)).first() is None:
        raise LeaseLost(lease.name)
