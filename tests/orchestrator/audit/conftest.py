"""The audit log in a database of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from orchestrator.config import Settings
from orchestrator.db import Database, open_database
from tests.services import make_tables


@pytest.fixture
async def db(database_settings: Settings) -> AsyncIterator[Database]:
    """Once for each kind of database."""
    database = open_database(database_settings)
    await make_tables(database)
    yield database
    await database.close()
