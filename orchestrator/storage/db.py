"""The database: one synchronous function over a Core connection is one transaction, durable when `write` returns.

Both databases run it in the event loop's own thread, so it must be short, and commit several at once: SQLite whatever
waits (ADR 0012), PostgreSQL what waits for the same lock (ADR 0014). A caller that is cancelled never leaves half a
transaction: it completes or rolls back without it.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Protocol

import orjson
from sqlalchemy import Connection, Engine, RootTransaction, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from orchestrator.config import Settings
from orchestrator.storage.postgres import PostgresDatabase
from orchestrator.storage.transactions import T, Work, Write, dumps
from orchestrator.telemetry.transactions import taking

Threads = Callable[[int, str], Executor]  # so many of them, so named

READERS = 4
LOCKED_PAUSE = 0.005  # seconds between tries while another process writes to the file
LOCKED_SECONDS = 30.0


class Database(Protocol):
    """Where everything durable is kept."""

    dialect: str  # sqlite | postgresql

    async def write(self, work: Work[T], *, lock: str | None = None, alone: bool = False) -> T:
        """Run `work` in one transaction and commit durably; an exception rolls back and comes through.

        `work` must be short: the event loop waits for it. It may run again, when the transaction it shared is undone.

        `lock` names something only one transaction of any process may work on at a time. `alone`: the work is one
        prepared statement or none.
        """
        ...

    async def read(self, work: Work[T]) -> T:
        """Run `work` over one consistent view; it must not write."""
        ...

    @property
    def waiting(self) -> int:
        """Transactions that wait for their turn."""
        ...

    async def close(self) -> None: ...


# --- SQLite ------------------------------------------------------------------------------------------------------


class SqliteDatabase:
    dialect = "sqlite"

    def __init__(self, path: str, *, threads: Threads = ThreadPoolExecutor) -> None:
        self._writer_engine = sqlite_engine(path, begin="BEGIN IMMEDIATE", pool_size=1)
        self._reader_engine = sqlite_engine(path, begin="BEGIN", pool_size=READERS)
        self._writer = _GroupCommit(self._writer_engine, threads)
        self._readers = threads(READERS, "sqlite-read")
        self._resting: deque[Connection] = deque()  # readers' connections that nobody uses

    async def write(self, work: Work[T], *, lock: str | None = None, alone: bool = False) -> T:
        # `lock` needs nothing here: one after the other inside BEGIN IMMEDIATE, all writes already are in a line.
        with taking("write"):
            return await self._writer.run(work)

    async def read(self, work: Work[T]) -> T:
        with taking("read"):
            return await asyncio.get_running_loop().run_in_executor(self._readers, self._view, work)

    @property
    def waiting(self) -> int:
        return self._writer.waiting

    def _view(self, work: Work[T]) -> T:
        """In a reader's thread. Taking a connection from SQLAlchemy's pool costs more than most reads."""
        try:
            connection = self._resting.pop()
        except IndexError:
            connection = self._reader_engine.connect()
        try:
            with connection.begin():
                return work(connection)
        finally:
            self._resting.append(connection)

    async def close(self) -> None:
        await self._writer.close()
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._resting:
            connection.close()
        self._reader_engine.dispose()
        self._writer_engine.dispose()


class _GroupCommit:
    """Runs everything that waits in one transaction, each behind a savepoint, and commits it all with one sync.

    What came while a commit was at the disk makes up the next group. The functions run in the event loop's thread:
    their statements take microseconds, and a second thread would wait for the interpreter's lock at each of them.
    Only the commit, which waits for the disk, has a thread. Owned by one event loop.
    """

    def __init__(self, engine: Engine, threads: Threads) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._waiting: list[Write] = []
        self._busy = False  # a group is scheduled, running or being committed
        self._closed = False
        self._locked_since: float | None = None
        self._idle = asyncio.Event()
        self._disk = threads(1, "sqlite-commit")

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def run(self, work: Work[T]) -> T:
        if self._closed:
            raise RuntimeError("the database is closed")
        loop = asyncio.get_running_loop()
        waiter: asyncio.Future[T] = loop.create_future()
        self._waiting.append(Write(work, waiter))
        if not self._busy:
            self._busy = True
            self._idle.clear()
            loop.call_soon(self._next_group, loop)  # soon: whoever is ready now gets into the same group
        return await waiter

    async def close(self) -> None:
        """What was asked for before is committed first."""
        self._closed = True
        if self._busy:
            await self._idle.wait()
        await asyncio.to_thread(self._disk.shutdown)
        if self._connection is not None:
            self._connection.close()

    def _next_group(self, loop: asyncio.AbstractEventLoop) -> None:
        group = [one for one in self._waiting if not one.waiter.done()]  # a cancelled caller's never begins
        self._waiting = []
        if not group:
            self._busy = False
            self._idle.set()
            return
        try:
            transaction = self._begin()
        except SQLAlchemyError as error:
            if _is_locked(error) and self._may_wait(loop):
                self._waiting = group
                loop.call_later(LOCKED_PAUSE, self._next_group, loop)
            else:
                self._delivered(loop, group, error)
            return
        try:
            for one in group:
                self._run_one(one, alone=len(group) == 1)
        except sqlite3.Error as error:  # the transaction itself is gone: nobody's work is in the database
            transaction.rollback()
            self._delivered(loop, group, error)
            return
        if all(one.error for one in group):
            transaction.rollback()
            self._delivered(loop, group, None)
            return
        self._disk.submit(self._commit, transaction, loop, group)

    def _begin(self) -> RootTransaction:
        if self._connection is None:
            self._connection = self._engine.connect()
            # Another process may hold the file: waiting for it must not stop the loop.
            _driver(self._connection).execute("PRAGMA busy_timeout=0")
        transaction = self._connection.begin()
        self._locked_since = None
        return transaction

    def _may_wait(self, loop: asyncio.AbstractEventLoop) -> bool:
        self._locked_since = self._locked_since or loop.time()
        return loop.time() - self._locked_since < LOCKED_SECONDS

    def _run_one(self, one: Write, *, alone: bool) -> None:
        """The failure of one is undone by itself. Raises when the database gave up the whole transaction."""
        assert self._connection is not None
        driver = _driver(self._connection)
        if not alone:
            driver.execute("SAVEPOINT one")
        try:
            one.result = one.work(self._connection)
        except BaseException as error:  # noqa: BLE001 - the caller's, who gets it once the group has ended
            one.error = error
            if not alone:
                driver.execute("ROLLBACK TO one")
        if not alone:
            driver.execute("RELEASE one")

    def _commit(
        self, transaction: RootTransaction, loop: asyncio.AbstractEventLoop, group: list[Write]
    ) -> None:
        """In the disk's thread."""
        failed: BaseException | None = None
        try:
            transaction.commit()
        except SQLAlchemyError as error:  # nothing is durable: every caller is told
            failed = error
            # SQLAlchemy would not roll back: to it, the transaction has ended.
            _driver(transaction.connection).rollback()
            transaction.close()
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(self._delivered, loop, group, failed)

    def _delivered(
        self, loop: asyncio.AbstractEventLoop, group: list[Write], failed: BaseException | None
    ) -> None:
        for one in group:
            one.deliver(failed)
        self._next_group(loop)  # before the callers go on: the disk works while they do


def _driver(connection: Connection) -> sqlite3.Connection:
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _is_locked(error: SQLAlchemyError) -> bool:
    return isinstance(error, OperationalError) and "locked" in str(error.orig)


def sqlite_engine(path: str, *, begin: str = "BEGIN IMMEDIATE", pool_size: int = 1) -> Engine:
    """WAL with full sync (a commit survives a power loss), foreign keys on."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=StaticPool if pool_size == 1 else QueuePool,
        connect_args={"check_same_thread": False, "timeout": 30, "cached_statements": 512},
        json_serializer=dumps,
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
        # By the driver itself: SQLAlchemy takes twenty times as long over it, at every transaction.
        try:
            _driver(connection).execute(begin)
        except sqlite3.Error as error:
            raise DBAPIError.instance(begin, (), error, sqlite3.Error) from error

    return engine


def open_database(settings: Settings) -> Database:
    """The database of the settings. Makes the data folder for SQLite; tables are the migration's business."""
    path = settings.sqlite_path
    if path is None:
        return PostgresDatabase(settings.database_url, pool_size=settings.database_pool)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return SqliteDatabase(str(path))
