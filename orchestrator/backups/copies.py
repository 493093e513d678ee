"""A consistent copy of the running database, and putting one back: SQLite by its online backup, PostgreSQL by its own
tools. Nobody has to stop: the copy is of one moment."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy.engine import make_url

from orchestrator.backups.crypt import BadBackup
from orchestrator.config import Settings

Counts = dict[str, int]  # rows, by table
TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
TABLES_ON_SERVER = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


async def copy(settings: Settings, target: Path) -> Counts:
    """Write the database of the settings into a new file; how many rows each table has there. Raises BadBackup."""
    path = settings.sqlite_path
    if path is None:
        return await _dump(settings.database_url, target)
    if not path.exists():
        raise BadBackup(f"there is no database at {path}")
    return await asyncio.to_thread(_copy_sqlite, path, target)


async def put_back(settings: Settings, source: Path) -> Counts:
    """Where there is no database yet; how many rows each table has then. Raises BadBackup."""
    path = settings.sqlite_path
    if path is None:
        return await _load(settings.database_url, source)
    return await asyncio.to_thread(_place_sqlite, source, path)


async def refuse_to_overwrite(settings: Settings) -> None:
    """Raises BadBackup where there is a database."""
    path = settings.sqlite_path
    if path is not None:
        for one in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-journal")):
            if one.exists():
                raise BadBackup(f"{one} is there: stop the product and move it away, or restore elsewhere")
        return
    connection = await _connected(settings.database_url)
    try:
        if found := await connection.fetch(TABLES_ON_SERVER):
            raise BadBackup(f"the database has {len(found)} tables: restore into a new, empty one")
    finally:
        await connection.close()


# --- SQLite ------------------------------------------------------------------------------------------------------


def _copy_sqlite(path: Path, target: Path) -> Counts:
    # Not in steps: the product's writes would make it begin again and again.
    with closing(sqlite3.connect(path, timeout=30)) as source, closing(sqlite3.connect(target)) as copied:
        source.backup(copied)
        copied.execute("PRAGMA journal_mode=DELETE")  # one file, whole in itself
        return _checked(copied)


def _place_sqlite(source: Path, path: Path) -> Counts:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.restoring")
    shutil.copyfile(source, partial)
    partial.chmod(0o600)
    with closing(sqlite3.connect(partial)) as copied:
        counts = _checked(copied)
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    try:
        os.link(partial, path)  # unlike a rename, never over one that came meanwhile
    except FileExistsError:
        raise BadBackup(f"{path} came meanwhile: nothing was put back") from None
    finally:
        partial.unlink()
    return counts


def _checked(database: sqlite3.Connection) -> Counts:
    """Raises BadBackup for a damaged one."""
    try:
        said = [row[0] for row in database.execute("PRAGMA integrity_check")]
        if said != ["ok"]:
            raise BadBackup(f"the database is damaged: {said[0]}")
        names = [row[0] for row in database.execute(TABLES)]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}
    except sqlite3.DatabaseError as error:
        raise BadBackup(f"the database is damaged: {error}") from error


# --- PostgreSQL --------------------------------------------------------------------------------------------------


async def _dump(url: str, target: Path) -> Counts:
    """Rows are counted in the very snapshot that is dumped."""
    connection = await _connected(url)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await connection.fetchval("SELECT pg_export_snapshot()")
            counts = await _counted(connection)
            await _run(
                url, "pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={target}"
            )
    finally:
        await connection.close()
    return counts


async def _load(url: str, source: Path) -> Counts:
    name = str(make_url(url).database)
    await _run(
        url, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={name}",
        str(source),
    )  # fmt: skip
    connection = await _connected(url)
    try:
        return await _counted(connection)
    finally:
        await connection.close()


async def _connected(url: str) -> Any:
    try:
        return await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(False))
    except (OSError, asyncpg.PostgresError) as error:
        raise BadBackup(f"the database does not answer: {error}") from error


async def _counted(connection: Any) -> Counts:
    names = [row[0] for row in await connection.fetch(TABLES_ON_SERVER)]
    return {name: await connection.fetchval(f'SELECT count(*) FROM "{name}"') for name in names}


async def _run(url: str, program: str, *words: str) -> None:
    """A tool of PostgreSQL's; the password is in no list of processes."""
    found = shutil.which(program)
    if found is None:
        raise BadBackup(f"{program} is not there: install PostgreSQL's client programs")
    at = make_url(url)
    names = {"PGHOST": at.host, "PGPORT": at.port, "PGUSER": at.username, "PGPASSWORD": at.password}
    names |= {"PGDATABASE": at.database}
    told: Mapping[str, str] = {name: str(value) for name, value in names.items() if value}
    process = await asyncio.create_subprocess_exec(
        found,
        *words,
        env={**os.environ, **told},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode:
        raise BadBackup(f"{program}: {said.decode(errors='replace').strip()[:400]}")
