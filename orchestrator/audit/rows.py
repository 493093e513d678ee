"""The audit log in the database: entries in the chain's order, its signed head, and linking what waits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Integer, bindparam, func, insert, select, text, update

from orchestrator.audit.chain import Entry, moment
from orchestrator.audit.seal import Head
from orchestrator.storage.prepared import Prepared
from orchestrator.tables.audit import audit_head, audit_log

COLUMNS = (
    audit_log.c.position,
    audit_log.c.at,
    audit_log.c.user_id,
    audit_log.c.action,
    audit_log.c.actor_kind,
    audit_log.c.actor,
    audit_log.c.through,
    audit_log.c.subject,
    audit_log.c.salt,
    audit_log.c.address,
    audit_log.c.detail,
    audit_log.c.personal_hash,
    audit_log.c.hash,
)
PAGE = 5000

_log = audit_log.c
_waiting = Prepared(  # asked every second, and nearly always for nothing
    select(
        _log.id,
        _log.at,
        _log.user_id,
        _log.action,
        _log.actor_kind,
        _log.actor,
        _log.through,
        _log.subject,
        _log.address,
        _log.detail,
    )
    .where(_log.position.is_(None))
    .order_by(_log.id)
    .limit(bindparam("most", type_=Integer))
)
_linked = (
    update(audit_log)
    .where(audit_log.c.id == bindparam("entry_id"))
    .values({name: bindparam(name) for name in ("position", "salt", "personal_hash", "hash")})
)
_linked_at_once = text(
    "UPDATE audit_log SET position = link.position, salt = link.salt, personal_hash = link.personal_hash, "
    "hash = link.hash FROM unnest(CAST(:ids AS bigint[]), CAST(:positions AS bigint[]), CAST(:salts AS varchar[]), "
    "CAST(:personal AS varchar[]), CAST(:hashes AS varchar[])) "
    "AS link(id, position, salt, personal_hash, hash) WHERE audit_log.id = link.id"
)


def after(conn: Connection, position: int, limit: int = PAGE) -> list[Entry]:
    """The next linked entries behind a position, in order."""
    rows = conn.execute(
        select(*COLUMNS).where(audit_log.c.position > position).order_by(audit_log.c.position).limit(limit)
    )
    return [_entry(row) for row in rows]


def every(conn: Connection, position: int = 0) -> Iterator[Entry]:
    """All linked entries behind a position, a page at a time."""
    while page := after(conn, position):
        yield from page
        position = page[-1].position


def _entry(row: Any) -> Entry:
    position, at, *rest = row
    return Entry(position, moment(at), *rest)


def waiting(conn: Connection, limit: int) -> Sequence[Any]:
    """Entries that are not linked yet, in the order in which they are to be."""
    return _waiting.rows(conn, {"most": limit})


def count_waiting(conn: Connection) -> int:
    return conn.execute(
        select(func.count()).select_from(audit_log).where(audit_log.c.position.is_(None))
    ).scalar_one()


def link(conn: Connection, links: Sequence[dict[str, Any]]) -> None:
    """Give entries their place; each names `entry_id`, `position`, `salt`, `personal_hash` and `hash`."""
    if conn.dialect.name == "sqlite":
        conn.execute(_linked, list(links))
        return
    columns = {
        "ids": "entry_id",
        "positions": "position",
        "salts": "salt",
        "personal": "personal_hash",
        "hashes": "hash",
    }
    conn.execute(_linked_at_once, {name: [one[column] for one in links] for name, column in columns.items()})


def last_position(conn: Connection) -> int:
    """Of the last linked entry; 0 where there is none."""
    return conn.execute(select(func.max(audit_log.c.position))).scalar_one() or 0


def hash_at(conn: Connection, position: int) -> str | None:
    return conn.execute(select(audit_log.c.hash).where(audit_log.c.position == position)).scalar_one_or_none()


def position_of(conn: Connection, hash_: str) -> int | None:
    """Where the entry with this hash is. Reads the whole log."""
    return conn.execute(select(audit_log.c.position).where(audit_log.c.hash == hash_)).scalar_one_or_none()


def first_since(conn: Connection, at: datetime) -> int:
    """The first linked position of an entry of that moment or later; behind the last, where there is none."""
    found = conn.execute(select(func.min(audit_log.c.position)).where(audit_log.c.at >= at)).scalar_one()
    return last_position(conn) + 1 if found is None else int(found)


def head(conn: Connection) -> Head | None:
    """As it was last signed."""
    row = conn.execute(select(audit_head)).one_or_none()
    if row is None:
        return None
    return Head(row.position, row.hash, moment(row.at), row.public_key, row.signature)


def set_head(conn: Connection, signed: Head, at: datetime) -> None:
    """`at` is the moment that the head has in writing."""
    values = {
        "position": signed.position,
        "hash": signed.hash,
        "at": at,
        "public_key": signed.public_key,
        "signature": signed.signature,
    }
    if not conn.execute(update(audit_head).values(values)).rowcount:
        conn.execute(insert(audit_head).values(id=1, **values))
