"""Statements whose text and conversions are worked out once; SQLite's own driver then runs them as they are.

SQLAlchemy works both out anew at every execution, which takes ten times as long as the statement itself. On other
databases, where a round trip costs more than that, SQLAlchemy runs them.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine

Params = Mapping[str, Any]
Convert = Callable[[Any], Any] | None

_SQLITE = sqlite.dialect()


class Prepared:
    """One statement with named parameters. Its columns' types convert as they do in SQLAlchemy."""

    def __init__(self, statement: sa.Select[Any] | sa.CompoundSelect[Any] | sa.Insert | sa.Update) -> None:
        self._statement = statement
        compiled = statement.compile(dialect=_SQLITE, column_keys=_written(statement))
        self._text = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        self._binds = [(name, _writer(compiled.binds[name].type)) for name in compiled.positiontup or ()]
        self._row: Any = None
        if isinstance(statement, sa.Select | sa.CompoundSelect):
            columns = list(statement.selected_columns)
            self._row = namedtuple("Row", [column.key for column in columns])  # type: ignore[misc]
            readers = [(place, _reader(column.type)) for place, column in enumerate(columns)]
            self._readers = [(place, read) for place, read in readers if read is not None]

    def __str__(self) -> str:
        """The text for SQLite, with a question mark for each parameter."""
        return self._text

    def run(self, conn: sa.Connection, rows: Params | Sequence[Params]) -> None:
        """Write with one set of parameters, or once for each of several."""
        if conn.dialect.name != "sqlite":
            conn.execute(self._statement, rows)
            return
        for params in [rows] if isinstance(rows, Mapping) else rows:
            self._execute(conn, params)

    def rows(self, conn: sa.Connection, params: Params) -> Sequence[Any]:
        """Everything found; columns are attributes."""
        if conn.dialect.name != "sqlite":
            return conn.execute(self._statement, params).all()
        found = self._execute(conn, params).fetchall()
        if not self._readers:
            return [self._row._make(values) for values in found]
        return [self._read(values) for values in found]

    def first(self, conn: sa.Connection, params: Params) -> Any | None:
        """The only row, or None."""
        found = self.rows(conn, params)
        return found[0] if found else None

    def _execute(self, conn: sa.Connection, params: Params) -> sqlite3.Cursor:
        driver = cast(sqlite3.Connection, conn.connection.driver_connection)
        given = {**self._fixed, **params} if self._fixed else params
        values = [given[name] if write is None else write(given[name]) for name, write in self._binds]
        try:
            return driver.execute(self._text, values)
        except sqlite3.Error as error:
            # As SQLAlchemy names it: callers need not know which way a statement went.
            raise sa.exc.DBAPIError.instance(self._text, values, error, sqlite3.Error) from error

    def _read(self, values: Sequence[Any]) -> Any:
        converted = list(values)
        for place, read in self._readers:
            converted[place] = read(converted[place])
        return self._row._make(converted)


def _written(statement: object) -> list[str] | None:
    """The columns an INSERT is given: all but the one that the database counts up."""
    if not isinstance(statement, sa.Insert) or not isinstance(statement.table, sa.Table):
        return None
    counted = statement.table.autoincrement_column
    return [column.key for column in statement.table.columns if column is not counted]


def _writer(kind: TypeEngine[Any]) -> Convert:
    return cast(Convert, kind.dialect_impl(_SQLITE).bind_processor(_SQLITE))


def _reader(kind: TypeEngine[Any]) -> Convert:
    return cast(Convert, kind.dialect_impl(_SQLITE).result_processor(_SQLITE, None))
