"""Statements whose text and conversions are worked out once; the database's own driver then runs them as they are.

SQLAlchemy works both out anew at every execution, which takes ten times as long as the statement itself.
"""

from __future__ import annotations

import sqlite3
from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.types import TypeEngine
from sqlalchemy.util import await_only

from orchestrator import postgres

Params = Mapping[str, Any]
Statement = sa.Select[Any] | sa.CompoundSelect[Any] | sa.Insert | sa.Update
Convert = Callable[[Any], Any] | None

_SQLITE: sa.Dialect = sqlite.dialect()
_POSTGRES: sa.Dialect = asyncpg.dialect()  # type: ignore[no-untyped-call]
NUMERIC = 1700  # PostgreSQL's number of that type: what asyncpg makes a Decimal of by itself. Other types do not ask


class _Form:
    """A statement as one database's driver takes it. Its columns' types convert as they do in SQLAlchemy."""

    def __init__(self, statement: Statement, dialect: sa.Dialect) -> None:
        if isinstance(statement, sa.Insert):
            statement = statement.inline()  # nobody asks for the number that the database gave
        compiled = statement.compile(dialect=dialect, column_keys=_written(statement))
        self.text = str(compiled)
        self._fixed = {name: value for name, value in compiled.params.items() if value is not None}
        names = compiled.positiontup or ()
        self._binds = [
            (name, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in names
        ]
        self._row: Any = None
        if isinstance(statement, sa.Select | sa.CompoundSelect):
            columns = list(statement.selected_columns)
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


class Prepared:
    """One statement with named parameters; an INSERT is given all columns but the one that the database counts up."""

    def __init__(self, statement: Statement, postgresql: Statement | None = None) -> None:
        """`postgresql` is that database's own way to say the same."""
        self._statement, self._other = statement, postgresql

    @cached_property
    def _sqlite(self) -> _Form:
        return _Form(self._statement, _SQLITE)

    @cached_property
    def _postgres(self) -> _Form:
        return _Form(self._statement if self._other is None else self._other, _POSTGRES)

    def __str__(self) -> str:
        """The text for SQLite, with a question mark for each parameter."""
        return self._sqlite.text

    def run(self, conn: sa.Connection, rows: Params | Sequence[Params]) -> None:
        """Write with one set of parameters, or once for each of several."""
        several = [rows] if isinstance(rows, Mapping) else rows
        if conn.dialect.name != "sqlite":
            self._write_many(conn, several)
            return
        for params in several:
            _execute(conn, self._sqlite.text, self._sqlite.values(params))

    def rows(self, conn: sa.Connection, params: Params) -> Sequence[Any]:
        """Everything found; columns are attributes."""
        if conn.dialect.name != "sqlite":
            return self._postgres.rows(_fetch(conn, self._postgres.text, self._postgres.values(params)))
        return self._sqlite.rows(_execute(conn, self._sqlite.text, self._sqlite.values(params)).fetchall())

    def first(self, conn: sa.Connection, params: Params) -> Any | None:
        """The only row, or None."""
        found = self.rows(conn, params)
        return found[0] if found else None

    def _write_many(self, conn: sa.Connection, several: Sequence[Params]) -> None:
        form = self._postgres
        if len(several) == 1:
            _fetch(conn, form.text, form.values(several[0]))
            return
        driver = cast(Any, conn.connection.driver_connection)
        try:
            await_only(driver.executemany(form.text, [form.values(params) for params in several]))
        except postgres.FAILURES as error:
            raise postgres.failure(error, form.text) from error


def _fetch(conn: sa.Connection, text: str, values: Sequence[Any]) -> Sequence[Any]:
    """By asyncpg, which keeps the statement prepared at the server. Inside the greenlet of a transaction."""
    driver = cast(Any, conn.connection.driver_connection)
    try:
        return cast(Sequence[Any], await_only(driver.fetch(text, *values)))
    except postgres.FAILURES as error:
        raise postgres.failure(error, text, values) from error


def _execute(conn: sa.Connection, text: str, values: Sequence[Any]) -> sqlite3.Cursor:
    driver = cast(sqlite3.Connection, conn.connection.driver_connection)
    try:
        return driver.execute(text, values)
    except sqlite3.Error as error:
        # As SQLAlchemy names it: callers need not know which way a statement went.
        raise sa.exc.DBAPIError.instance(text, values, error, sqlite3.Error) from error


def _written(statement: object) -> list[str] | None:
    """The columns an INSERT is given: all but the one that the database counts up."""
    if not isinstance(statement, sa.Insert) or not isinstance(statement.table, sa.Table):
        return None
    counted = statement.table.autoincrement_column
    return [column.key for column in statement.table.columns if column is not counted]


def _reader(kind: TypeEngine[Any], dialect: sa.Dialect) -> Convert:
    return cast(Convert, kind.dialect_impl(dialect).result_processor(dialect, NUMERIC))
