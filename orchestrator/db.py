"""The database: one synchronous function over a Core connection is one transaction, durable when `write` returns.

SQLite has one writer thread (one hop a transaction); PostgreSQL runs the same functions on asyncpg. A caller that is
cancelled never leaves half a transaction: it completes or rolls back without it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

import orjson
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import QueuePool, StaticPool

from orchestrator.config import Settings

T = TypeVar("T")
Work = Callable[[Connection], T]

READERS = 4


class Database(Protocol):
    """Where everything durable is kept."""

    dialect: str  # sqlite | postgresql

    async def write(self, work: Work[T], *, lock: str | None = None) -> T:
        """Run `work` in one transaction and commit durably; an exception rolls back and comes through.

        `lock` names something only one transaction of any process may work on at a time.
        """
        ...

    async def read(self, work: Work[T]) -> T:
        """Run `work` over one consistent view; it must not write."""
        ...

    async def close(self) -> None: ...


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


# --- SQLite ------------------------------------------------------------------------------------------------------


class SqliteDatabase:
    dialect = "sqlite"

    def __init__(self, path: str) -> None:
        self._writer_engine = sqlite_engine(path, begin="BEGIN IMMEDIATE", pool_size=1)
        self._reader_engine = sqlite_engine(path, begin="BEGIN", pool_size=READERS)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="sqlite-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="sqlite-read")

    async def write(self, work: Work[T], *, lock: str | None = None) -> T:
        # `lock` needs nothing here: the single writer and BEGIN IMMEDIATE already put all writes in a line.
        return await asyncio.get_running_loop().run_in_executor(
            self._writer, _transact, self._writer_engine, work
        )

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, _transact, self._reader_engine, work
        )

    async def close(self) -> None:
        await asyncio.to_thread(self._writer.shutdown)
        await asyncio.to_thread(self._readers.shutdown)
        self._reader_engine.dispose()
        self._writer_engine.dispose()


def _transact(engine: Engine, work: Work[T]) -> T:
    with engine.begin() as connection:
        return work(connection)


def sqlite_engine(path: str, *, begin: str = "BEGIN IMMEDIATE", pool_size: int = 1) -> Engine:
    """WAL with full sync (a commit survives a power loss), foreign keys on."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=StaticPool if pool_size == 1 else QueuePool,
        connect_args={"check_same_thread": False, "timeout": 30, "cached_statements": 512},
        json_serializer=_dumps,
        json_deserializer=orjson.loads,
        **({} if pool_size == 1 else {"pool_size": pool_size, "max_overflow": 0}),
    )

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # the driver would begin by itself, and late
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


# --- PostgreSQL --------------------------------------------------------------------------------------------------


class PostgresDatabase:
    dialect = "postgresql"

    def __init__(self, url: str, *, pool_size: int) -> None:
        self._engine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            json_serializer=_dumps,
            json_deserializer=orjson.loads,
            connect_args={"timeout": 10, "server_settings": {"timezone": "UTC"}},
        )
        self._running: set[asyncio.Task[Any]] = set()

    async def write(self, work: Work[T], *, lock: str | None = None) -> T:
        def locked(connection: Connection) -> T:
            if lock is not None:
                connection.execute(LOCK, {"name": lock})
            return work(connection)

        return await self._unbroken(self._write(locked if lock is not None else work))

    async def _write(self, work: Work[T]) -> T:
        async with self._engine.begin() as connection:
            return await connection.run_sync(work)

    async def read(self, work: Work[T]) -> T:
        return await self._unbroken(self._read(work))

    async def _read(self, work: Work[T]) -> T:
        async with self._engine.connect() as connection:
            return await connection.run_sync(work)

    async def _unbroken(self, transaction: Coroutine[Any, Any, T]) -> T:
        # In a task of its own: cancelling the caller in mid-query would cost the connection and hide the outcome.
        task = asyncio.create_task(transaction)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return await asyncio.shield(task)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # seen, even when the caller is gone

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=10)
        await self._engine.dispose()


LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")


def open_database(settings: Settings) -> Database:
    """The database of the settings. Makes the data folder for SQLite; tables are the migration's business."""
    path = settings.sqlite_path
    if path is None:
        return PostgresDatabase(settings.database_url, pool_size=settings.database_pool)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SqliteDatabase(str(path))
