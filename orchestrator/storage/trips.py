"""Fewer trips to PostgreSQL: writes wait and go together, reads whose questions are known go together beforehand.

To the work that runs in a transaction nothing of this shows: what it reads has what it wrote, and a write that fails
fails the transaction. Everything here runs inside the greenlet of one transaction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.util import await_only

from orchestrator.storage.forms import Form

FAILURES = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
MOST_ROWS = 16  # of one table in one statement, so that the server sees few different ones
VALUES = re.compile(r"\$(\d+)")
Question = tuple[Form, tuple[Any, ...]]


def failure(error: Exception, statement: str, values: Any = ()) -> DBAPIError:
    """The driver's error as SQLAlchemy names it: callers need not know which way a statement went."""
    kind = DBAPIError
    if isinstance(error, asyncpg.IntegrityConstraintViolationError):
        kind = IntegrityError
    elif isinstance(error, asyncpg.PostgresConnectionError | asyncpg.InterfaceError | OSError):
        kind = OperationalError
    return kind(statement, values, error)


class Trips:
    """What one transaction has asked of the server and not sent yet, and has been told and not looked at yet."""

    def __init__(self, driver: Any, *, alone: bool = False) -> None:
        """`alone`: there is no transaction around it, so it must be one trip."""
        self._driver, self._most = driver, 1 if alone else None
        self.changed = (
            False  # something was sent that may have changed the database; who begins a part resets it
        )
        self._writes: list[tuple[Form, list[list[Any]]]] = []
        self._answers: dict[Question, Sequence[Any]] = {}

    @staticmethod
    def of(conn: Connection) -> Trips:
        """Of the transaction that this connection is in."""
        return cast(Trips, conn.info[Trips])

    def write(self, form: Form, several: list[list[Any]]) -> None:
        """Send with the next ones; at the latest before anything is read, or at the end."""
        self._answers.clear()
        if not form.adds and len(several) > 1:
            for values in several:
                self.write(form, [values])
            return
        for known, rows in self._writes:
            if known is form and form.adds and len(rows) + len(several) <= MOST_ROWS:
                rows.extend(several)
                return
        # Statements that go together do not see what each other does.
        if any(form.tables & known.tables for known, _ in self._writes):
            self.flush()
        for start in range(0, len(several), MOST_ROWS):
            if start:
                self.flush()
            self._writes.append((form, several[start : start + MOST_ROWS]))

    def read(self, form: Form, values: list[Any]) -> Sequence[Any]:
        self.flush()
        answer = self._answers.pop((form, tuple(values)), None)
        return self._fetch(form.text, values) if answer is None else answer

    def ahead(self, questions: Sequence[Question]) -> None:
        """Ask several in one; `read` finds the answers until something is written. All see the same moment."""
        self.flush()
        text = _asked_together(tuple(form for form, _ in questions))
        found = self._fetch(text, [value for _, values in questions for value in values])[0]
        self._answers = dict(zip(questions, found, strict=True))

    def flush(self) -> None:
        """Send what waits. Raises DBAPIError."""
        if self._writes:
            self.changed = True
            writes, self._writes = self._writes, []
            text = _written_together(tuple((form, len(rows)) for form, rows in writes))
            self._fetch(text, [value for _, rows in writes for values in rows for value in values])

    def swap(
        self, update: Form, values: list[Any], inserts: Sequence[tuple[Form, list[list[Any]]]]
    ) -> Sequence[Any]:
        """What an UPDATE returns, with rows that are added for it to other tables, if it changed anything."""
        self.flush()
        self._answers.clear()
        self.changed = True
        text = _swapped(update, tuple((insert, len(rows)) for insert, rows in inserts))
        return self._fetch(text, [*values, *(value for _, rows in inserts for row in rows for value in row)])

    def forget(self) -> None:
        """What waits is undone before it was done."""
        self._writes, self._answers = [], {}

    def _fetch(self, text: str, values: Sequence[Any]) -> Sequence[Any]:
        """By asyncpg, which keeps the statement prepared at the server."""
        if self._most is not None:
            if not self._most:
                raise RuntimeError(f"a statement that was to be alone is followed by another: {text}")
            self._most -= 1
        try:
            return cast(Sequence[Any], await_only(self._driver.fetch(text, *values)))
        except FAILURES as error:
            raise failure(error, text, values) from error


@lru_cache(maxsize=512)
def _asked_together(forms: tuple[Form, ...]) -> str:
    """One SELECT with an array of rows for each."""
    parts, before = [], 0
    for number, form in enumerate(forms):
        text, used = _moved(form.text, before)
        columns = ", ".join(f"c{place}" for place in range(form.width))
        parts.append(f"ARRAY(SELECT ROW({columns}) FROM ({text}) AS q{number} ({columns}))")
        before += used
    return f"SELECT {', '.join(parts)}"


@lru_cache(maxsize=512)
def _written_together(writes: tuple[tuple[Form, int], ...]) -> str:
    """One statement for all; an INSERT has so many rows."""
    texts, before = [], 0
    for form, rows in writes:
        text, used = _moved(form.text, before)
        before += used
        for _ in range(rows - 1):
            row, used = _moved(form.text, before)
            text += ", " + row.partition(" VALUES ")[2]
            before += used
        texts.append(text)
    *first, last = texts
    if not first:
        return last
    parts = ", ".join(f"w{number} AS ({text})" for number, text in enumerate(first))
    return f"WITH {parts} {last}"


@lru_cache(maxsize=64)
def _swapped(update: Form, inserts: tuple[tuple[Form, int], ...]) -> str:
    """An UPDATE that returns something, and INSERTs of so many rows for each row of that."""
    parts, before = [f"swapped AS ({update.text})"], _moved(update.text, 0)[1]
    for number, (insert, rows) in enumerate(inserts):
        into, _, first = insert.text.partition(" VALUES ")
        row, texts = f"SELECT {first[1:-1]} FROM swapped", []
        for _ in range(rows):
            text, used = _moved(row, before)
            texts.append(text)
            before += used
        if texts:
            parts.append(f"added{number} AS ({into} {' UNION ALL '.join(texts)})")
    return f"WITH {', '.join(parts)} SELECT * FROM swapped"


def _moved(text: str, before: int) -> tuple[str, int]:
    """A statement whose parameters are counted on after so many, and how many it has."""
    used = max((int(number) for number in VALUES.findall(text)), default=0)
    return VALUES.sub(lambda found: f"${int(found[1]) + before}", text), used
