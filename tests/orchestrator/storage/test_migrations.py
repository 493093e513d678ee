"""The migrations give exactly the tables of `tables/`, on both databases."""

from __future__ import annotations

import pkgutil
from collections.abc import AsyncIterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from orchestrator import tables
from orchestrator.config import Settings
from orchestrator.storage import migrations
from orchestrator.storage.db import Database, open_database
from orchestrator.tables import metadata


@pytest.fixture
async def empty(empty_settings: Settings) -> AsyncIterator[Database]:
    database = open_database(empty_settings)
    yield database
    await database.close()


async def test_the_migrations_give_the_tables_of_the_code(empty: Database) -> None:
    await migrations.upgrade(empty)

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert await empty.read(differences) == []


def test_every_module_of_tables_joins_the_others() -> None:
    modules = {module.name for module in pkgutil.iter_modules(tables.__path__)}
    assert modules == set(tables.__all__) - {"metadata"}


def test_the_newest_file_is_the_last_revision() -> None:
    assert migrations.newest() == ScriptDirectory.from_config(migrations.config()).get_current_head()


async def test_migrating_a_second_time_changes_nothing(empty: Database) -> None:
    assert await migrations.current(empty) is None
    assert await migrations.upgrade(empty) is True
    assert await migrations.current(empty) == migrations.newest()
    assert await migrations.upgrade(empty) is False
