"""A statement as one database's driver takes it: its text and the conversions of its values, worked out once."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeEngine

Params = Mapping[str, Any]
Statement = sa.Select[Any] | sa.CompoundSelect[Any] | sa.Insert | sa.Update
Convert = Callable[[Any], Any] | None

SQLITE: sa.Dialect = sqlite.dialect()
POSTGRES: sa.Dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]
NUMERIC = 1700  # PostgreSQL's number of that type: what asyncpg makes a Decimal of by itself. Other types do not ask


class Form:
    """One statement for one dialect. Its columns' types convert as they do in SQLAlchemy."""

    def __init__(self, statement: Statement, dialect: sa.Dialect) -> None:
        if isinstance(statement, sa.Insert):
            statement = statement.inline()  # nobody asks for the number that the database gave
        compiled = statement.compile(dialect=dialect, column_keys=_written(statement))
        self.text = str(compiled)
        self.tables = frozenset(
            str(part.name) for part in visitors.iterate(statement) if isinstance(part, sa.Table)
        ) | _target(statement)
        # Of an INSERT that only adds, several can be made one with several rows.
        self.adds = isinstance(statement, sa.Insert) and " ON CONFLICT " not in self.text
        self.width = 0  # columns of a row that is read
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        names = compiled.positiontup or ()
        self._binds = [(name, _writer(compiled.binds[name].type, dialect)) for name in names]
        self._row: Any = None
        columns = _told(statement)
        if columns:
            self.width = len(columns)
            self._row = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]
            readers = [(place, _reader(column.type, dialect)) for place, column in enumerate(columns)]
            self._readers = [(place, read) for place, read in readers if read is not None]

    def values(self, params: Params) -> list[Any]:
        given = {**self._fixed, **params} if self._fixed else params
        return [given[name] if write is None else write(given[name]) for name, write in self._binds]

    def rows(self, found: Sequence[Sequence[Any]]) -> list[Any]:
        if not self._readers:
            return [self._row._make(values) for values in found]
        return [self._read(values) for values in found]

    def _read(self, values: Sequence[Any]) -> Any:
        converted = list(values)
        for place, read in self._readers:
            converted[place] = read(converted[place])
        return self._row._make(converted)


def _told(statement: Statement) -> list[sa.ColumnElement[Any]]:
    """The columns of what is read; an UPDATE tells what it is RETURNING."""
    if isinstance(statement, sa.Update | sa.Insert):
        return list(statement.exported_columns)
    return list(statement.selected_columns)


def _target(statement: Statement) -> frozenset[str]:
    if isinstance(statement, sa.Insert | sa.Update):
        return frozenset({cast(sa.Table, statement.table).name})
    return frozenset()


def _written(statement: Statement) -> list[str] | None:
    """The columns an INSERT is given: all but the one that the database counts up."""
    if not isinstance(statement, sa.Insert) or not isinstance(statement.table, sa.Table):
        return None
    counted = statement.table.autoincrement_column
    return [column.key for column in statement.table.columns if column is not counted]


def _writer(kind: TypeEngine[Any], dialect: sa.Dialect) -> Convert:
    return cast(Convert, kind.dialect_impl(dialect).bind_processor(dialect))


def _reader(kind: TypeEngine[Any], dialect: sa.Dialect) -> Convert:
    return cast(Convert, kind.dialect_impl(dialect).result_processor(dialect, NUMERIC))
