"""Brings a database to the newest revision of `alembic/`, on either dialect, one process at a time.

Two that begin at once: one waits and finds nothing left to do. A table that somebody holds for longer than a moment is
not waited for, since everybody who came later would wait behind us: nothing is changed, and it can be tried again.

Alembic itself is only loaded when there is something to do: half a second of every start otherwise.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from orchestrator.storage.db import Database

if TYPE_CHECKING:
    from alembic.config import Config

PATIENCE = "5s"  # for a table that somebody else holds
NOT_GIVEN = "55P03"  # PostgreSQL's word for a lock that took too long
FOLDER = Path(__file__).resolve().parents[2] / "alembic"


class OutOfDate(Exception):
    """The database lacks a revision that this code needs."""


class Busy(Exception):
    """Somebody holds a table that has to be changed."""


def newest() -> str | None:
    """The revision this code needs: files are numbered (0001_first_tables.py)."""
    return max(
        (path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py")), default=None
    )


def lacks(has: str | None) -> bool:
    """Whether a database with this revision is older than this code. A newer one is not: migrations only add while
    processes of before still run."""
    needed = newest()
    return needed is not None and (has is None or has < needed)


async def current(db: Database) -> str | None:
    """The revision the database has; None for an empty one."""
    return await db.read(_current)


async def upgrade(db: Database) -> bool:
    """Apply what is missing, in one transaction. Returns whether anything was. Raises Busy: nothing was changed."""
    if await current(db) == newest():
        return False
    try:
        return await db.write(_upgrade, lock="migrate")
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != NOT_GIVEN:
            raise
        raise Busy(
            f"a table was in use for longer than {PATIENCE}, and nothing was changed: end what uses it "
            "(pg_stat_activity shows it) or try again in a quiet moment"
        ) from error


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def _upgrade(connection: Connection) -> bool:
    if _current(connection) == newest():
        return False  # another process was at it while we waited
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}'"))
    command.upgrade(config(connection), "head")
    return True


def config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, over this connection."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.attributes["connection"] = connection
    return made
