"""Everything that is kept about a user as a ZIP of JSON lines, made while it is sent. No secrets."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, Table, literal, select, tuple_

from domain.account import UserId
from orchestrator.departure.holdings import KEPT, Kept
from orchestrator.schemas import in_ist
from orchestrator.storage.db import Database
from orchestrator.tables import metadata

AT_ONCE = 500  # rows in one reading of the database


class _Sink(io.RawIOBase):
    """Takes what is written until it is drained: a ZIP that is never whole in memory."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def drain(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


async def archive(db: Database, user_id: UserId, *, at: datetime) -> AsyncIterator[bytes]:
    """The pieces of the file."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("README.txt", _readme(at))
        for name, kept in KEPT.items():
            if kept.unexported:
                continue
            with file.open(f"{name}.jsonl", "w") as member:
                last: Sequence[Any] | None = ()
                while last is not None:
                    rows, last = await _page(db, name, user_id, last)
                    member.write(b"".join(orjson.dumps(row, default=_told) + b"\n" for row in rows))
                    yield sink.drain()
            yield sink.drain()
    yield sink.drain()


async def _page(
    db: Database, name: str, user_id: UserId, last: Sequence[Any]
) -> tuple[list[dict[str, Any]], Sequence[Any] | None]:
    """The rows behind the one with the key `last` (empty: from the first), and the last one's key; None at the end."""
    table, kept = metadata.tables[name], KEPT[name]
    columns = [column for column in table.c if column.name not in kept.secret]
    key = list(table.primary_key.columns)
    query = select(*columns, *(column.label(f"key {column.name}") for column in key))
    query = query.where(owned(table, kept, user_id)).order_by(*key).limit(AT_ONCE)
    if last:
        query = query.where(tuple_(*key) > tuple_(*map(literal, last, (column.type for column in key))))

    def look(conn: Connection) -> Sequence[Any]:
        return conn.execute(query).all()

    found, width = await db.read(look), len(columns)
    names = [str(column.name) for column in columns]
    # Times as a person reads them, before the fast encoder writes them its own way.
    rows = [dict(zip(names, map(_plain, row[:width]), strict=True)) for row in found]
    return rows, found[-1][width:] if len(found) == AT_ONCE else None


def owned(table: Table, kept: Kept, user_id: UserId) -> ColumnElement[bool]:
    """That a row is about this user."""
    if not kept.parent:
        return table.c[kept.through or "user_id"] == user_id
    parent = metadata.tables[kept.parent]
    (key,) = parent.primary_key.columns
    return table.c[kept.through].in_(select(key).where(owned(parent, KEPT[kept.parent], user_id)))


def _plain(value: Any) -> Any:
    return in_ist(value) if isinstance(value, datetime) else value


def _told(value: Any) -> str:
    match value:
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case _:
            raise TypeError(f"a column of {type(value).__name__}")


def _readme(at: datetime) -> str:
    return "".join(f"{line}\r\n" for line in _lines(at))


def _lines(at: datetime) -> Iterable[str]:
    yield f"Everything that this installation kept about you at {in_ist(at)}."
    yield "Each file is a table: one row a line, as JSON. Times are IST, amounts are rupees."
    yield ""
    for name, kept in KEPT.items():
        if kept.unexported:
            yield f"{name}: left out ({kept.unexported})"
        elif kept.secret:
            yield f"{name}.jsonl, without its secrets ({', '.join(kept.secret)})"
        else:
            yield f"{name}.jsonl"
