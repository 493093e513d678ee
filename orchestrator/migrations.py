"""Brings a database to the newest revision of `alembic/`, on either dialect, one process at a time."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from alembic import command
from orchestrator.db import Database

FOLDER = Path(__file__).resolve().parent.parent / "alembic"


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def scripts() -> ScriptDirectory:
    """Every revision there is."""
    return ScriptDirectory.from_config(_config())


def newest() -> str | None:
    """The revision this code needs."""
    return scripts().get_current_head()


async def current(db: Database) -> str | None:
    """The revision the database has; None for an empty one."""
    return await db.read(lambda connection: MigrationContext.configure(connection).get_current_revision())


async def upgrade(db: Database) -> bool:
    """Apply what is missing, in one transaction. Returns whether anything was."""
    if await current(db) == newest():
        return False
    await db.write(lambda connection: command.upgrade(_config(connection), "head"), lock="migrate")
    return True
