"""A database with something in every table is brought up from every revision there was, and keeps what it had.

There is one revision as long as nothing is released; each later one is tested here without another line.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from alembic import command
from orchestrator.config import Settings
from orchestrator.storage import migrations
from orchestrator.storage.db import Database, open_database

ROWS = 3  # in each table
REVISIONS = [one.revision for one in ScriptDirectory.from_config(migrations.config()).walk_revisions()]
VERSIONS = "alembic_version"


@pytest.fixture
async def empty(empty_settings: Settings) -> AsyncIterator[Database]:
    database = open_database(empty_settings)
    yield database
    await database.close()


def value_of(column: sa.Column[Any], number: int) -> Any:
    """Something of the column's type, another one for each row."""
    for key in column.foreign_keys:
        return value_of(key.column, number)
    known: dict[type, Any] = {
        sa.Boolean: False,
        sa.Integer: number,
        sa.Numeric: Decimal(number),
        sa.DateTime: datetime(2026, 1, number, tzinfo=UTC),
        sa.LargeBinary: b"x",
        sa.JSON: {},
        sa.String: f"{column.name} {number}",
    }
    return next(value for kind, value in known.items() if isinstance(column.type, kind))


def fill(conn: Connection) -> dict[str, int]:
    """Rows in every table, however its columns are; how many each has."""
    tables = sa.MetaData()
    tables.reflect(conn)
    for table in tables.sorted_tables:
        if table.name == VERSIONS:
            continue
        taken = {column for column in table.c if table.name == "audit_log" and column.name == "position"}
        for number in range(1, ROWS + 1):
            row = {column.name: value_of(column, number) for column in table.c if column not in taken}
            conn.execute(sa.insert(table), row)
    return count(conn)


def count(conn: Connection) -> dict[str, int]:
    tables = sa.MetaData()
    tables.reflect(conn)
    return {
        table.name: conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in tables.sorted_tables
    }


@pytest.mark.parametrize("revision", REVISIONS)
async def test_rows_of_every_revision_are_kept(empty: Database, revision: str) -> None:
    await empty.write(lambda conn: command.upgrade(migrations.config(conn), revision))
    before = await empty.write(fill)
    assert set(before.values()) == {1, ROWS}
    await migrations.upgrade(empty)
    after = await empty.read(count)
    assert await migrations.current(empty) == migrations.newest()
    assert {name: rows for name, rows in after.items() if name in before} == before


async def test_of_two_that_migrate_at_once_one_waits_and_finds_nothing_to_do(postgres_url: str) -> None:
    databases = [open_database(Settings(database_url=postgres_url)) for _ in range(2)]
    did = await asyncio.gather(*(migrations.upgrade(one) for one in databases))
    assert sorted(did) == [False, True]
    for one in databases:
        await one.close()


async def test_a_table_that_is_held_is_not_waited_for(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever came later would wait behind the migration."""
    monkeypatch.setattr(migrations, "PATIENCE", "50ms")
    database = open_database(Settings(database_url=postgres_url))
    holder = await asyncpg.connect(postgres_url)
    try:
        await holder.execute("BEGIN; CREATE TABLE users (id int)")
        with pytest.raises(migrations.Busy, match="nothing was changed"):
            await migrations.upgrade(database)
        await holder.execute("ROLLBACK")
        assert await migrations.upgrade(database) is True
    finally:
        await holder.close()
        await database.close()
