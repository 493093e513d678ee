"""Statements whose text and conversions are worked out once; the database's own driver then runs them as they are.

SQLAlchemy works both out anew at every execution, which takes ten times as long as the statement itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, cast

import sqlalchemy as sa

from orchestrator.storage.forms import POSTGRES, SQLITE, Form, Params, Statement
from orchestrator.storage.trips import Trips


class Prepared:
    """One statement with named parameters; an INSERT is given all columns but the one that the database counts up."""

    def __init__(self, statement: Statement, postgresql: Statement | None = None) -> None:
        """`postgresql` is that database's own way to say the same."""
        self._statement, self._other = statement, postgresql

    @cached_property
    def _sqlite(self) -> Form:
        return Form(self._statement, SQLITE)

    @cached_property
    def postgres(self) -> Form:
        return Form(self._statement if self._other is None else self._other, POSTGRES)

    def __str__(self) -> str:
        """The text for SQLite, with a question mark for each parameter."""
        return self._sqlite.text

    def run(self, conn: sa.Connection, rows: Params | Sequence[Params]) -> None:
        """Write with one set of parameters, or once for each of several. On PostgreSQL a failure may come later, but
        before anything is read and before the transaction ends."""
        several = [rows] if isinstance(rows, Mapping) else rows
        if conn.dialect.name != "sqlite":
            if several:
                Trips.of(conn).write(self.postgres, [self.postgres.values(params) for params in several])
            return
        for params in several:
            _execute(conn, self._sqlite.text, self._sqlite.values(params))

    def rows(self, conn: sa.Connection, params: Params) -> Sequence[Any]:
        """Everything found; columns are attributes."""
        if conn.dialect.name != "sqlite":
            form = self.postgres
            return form.rows(Trips.of(conn).read(form, form.values(params)))
        return self._sqlite.rows(_execute(conn, self._sqlite.text, self._sqlite.values(params)).fetchall())

    def first(self, conn: sa.Connection, params: Params) -> Any | None:
        """The only row, or None."""
        found = self.rows(conn, params)
        return found[0] if found else None


class Swap:
    """An UPDATE of a row that is still as it was known to be, and rows of other tables that are added if it was.

    It tells what it is RETURNING. On PostgreSQL it is one statement: a transaction by itself where nothing else is
    done (`Database.write(..., alone=True)`).
    """

    def __init__(self, update: sa.Update, *inserts: sa.Insert) -> None:
        self._update, self._inserts = Prepared(update), [Prepared(insert) for insert in inserts]

    def run(self, conn: sa.Connection, params: Params, *rows: Sequence[Params]) -> Any | None:
        """What the row tells; None: it is not as it was known to be, and nothing was changed or added. `rows` are those
        of each INSERT."""
        if conn.dialect.name == "sqlite":
            told = self._update.first(conn, params)
            if told is not None:
                for insert, several in zip(self._inserts, rows, strict=True):
                    insert.run(conn, several)
            return told
        update = self._update.postgres
        added = [
            (insert.postgres, [insert.postgres.values(row) for row in several])
            for insert, several in zip(self._inserts, rows, strict=True)
        ]
        found = update.rows(Trips.of(conn).swap(update, update.values(params), added))
        return found[0] if found else None


Question = tuple[Prepared, Params]


def ask_ahead(conn: sa.Connection, questions: Sequence[Question]) -> None:
    """Where a statement is a trip to a server, ask in one trip what will be asked with these parameters next.

    Only saves time: a question that nobody asks then is lost, one that was left out is asked by itself.
    """
    if conn.dialect.name != "sqlite":
        Trips.of(conn).ahead(
            [(one.postgres, tuple(one.postgres.values(params))) for one, params in questions]
        )


def _execute(conn: sa.Connection, text: str, values: Sequence[Any]) -> sqlite3.Cursor:
    driver = cast(sqlite3.Connection, conn.connection.driver_connection)
    try:
        return driver.execute(text, values)
    except sqlite3.Error as error:
        # As SQLAlchemy names it: callers need not know which way a statement went.
        raise sa.exc.DBAPIError.instance(text, values, error, sqlite3.Error) from error
