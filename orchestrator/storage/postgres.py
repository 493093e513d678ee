"""PostgreSQL: transactions on asyncpg's own connections, where SQLAlchemy's statements and prepared ones meet.

SQLAlchemy neither begins nor ends them, nor keeps the pool: its way of doing so takes as long as the statements do.
Functions run in the event loop's thread and let go of it while they wait for the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Coroutine
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import orjson
from sqlalchemy import Connection, NullPool, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from orchestrator.storage.transactions import T, Work, Write, dumps
from orchestrator.storage.trips import FAILURES, Trips, failure
from orchestrator.telemetry.transactions import taking

RESTED = 1.0
RUSH = 10.0  # seconds without use after which a connection beyond the pool is closed
STATEMENTS = 512  # that each connection keeps prepared
MOST = 64  # writes in one transaction
STOOD_STILL = "5s"  # shorter than a lease lasts: who takes it over waits for no sleeper

BEGIN = "BEGIN"
BEGIN_VIEW = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


def begin_under(lock: str) -> str:
    """Begin a transaction that only one may be in at a time, of any process, for each `lock`."""
    number = int.from_bytes(blake2b(lock.encode(), digest_size=8).digest(), "big", signed=True)
    return f"{BEGIN}; SELECT pg_advisory_xact_lock({number})"


@dataclass(slots=True, eq=False)
class _Line:
    """One connection to the server, twice: as SQLAlchemy knows it and as the driver does."""

    connection: AsyncConnection
    driver: Any
    used: float = field(default_factory=time.monotonic)

    async def execute(self, statement: str) -> str:
        """The server's word for what was done. Raises DBAPIError."""
        try:
            return str(await self.driver.execute(statement))
        except FAILURES as error:
            raise failure(error, statement) from error

    async def commit(self) -> None:
        """Raises DBAPIError when the server gave the transaction up before."""
        said = await self.execute("COMMIT")
        if said != "COMMIT":
            raise DBAPIError("COMMIT", (), asyncpg.InFailedSQLTransactionError(f"the server said {said}"))

    async def lives(self, rested: float) -> bool:
        """Ask a connection that was not used for a moment: the server may have been restarted."""
        if self.driver.is_closed() or self.connection.invalidated:
            return False
        if time.monotonic() - self.used < rested:
            return True
        try:
            await self.execute("SELECT 1")
        except DBAPIError:
            return False
        return True


class PostgresDatabase:
    """See `orchestrator.storage.db.Database`. Owned by one event loop."""

    dialect = "postgresql"

    def __init__(self, url: str, *, pool_size: int, rested: float = RESTED) -> None:
        """`pool_size` connections stay open, twice as many may be for a while. `rested`: seconds without use after
        which one is asked whether it lives."""
        self._engine = create_async_engine(
            make_url(url).set(drivername="postgresql+asyncpg"),
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",  # SQLAlchemy begins nothing: we do
            json_serializer=dumps,
            json_deserializer=orjson.loads,
            connect_args={
                "timeout": 10,
                "server_settings": {
                    "timezone": "UTC",
                    # A process that stands still in a transaction holds its locks no longer than this.
                    "idle_in_transaction_session_timeout": STOOD_STILL,
                },
                "statement_cache_size": STATEMENTS,
                "max_cached_statement_lifetime": 0,
            },
        )
        event.listen(self._engine.sync_engine, "before_cursor_execute", _in_order)
        self._kept, self._rested = pool_size, rested
        self._free = asyncio.Semaphore(2 * pool_size)
        self._idle: list[_Line] = []
        self._queues: dict[str, list[Write]] = {}  # by lock: what waits while another transaction is under it
        self._running: set[asyncio.Task[Any]] = set()

    async def write(self, work: Work[T], *, lock: str | None = None, alone: bool = False) -> T:
        with taking("write"):
            if lock is None:
                return await asyncio.shield(self._task(self._transact("" if alone else BEGIN, work)))
            waiter: asyncio.Future[T] = asyncio.get_running_loop().create_future()
            one = Write(work, waiter)
            if (queue := self._queues.get(lock)) is not None:
                queue.append(one)
            else:
                self._queues[lock] = [one]
                self._task(self._drain(lock))
            return await waiter

    async def read(self, work: Work[T]) -> T:
        with taking("read"):
            return await asyncio.shield(self._task(self._transact(BEGIN_VIEW, work)))

    @property
    def waiting(self) -> int:
        queued = sum(len(queue) for queue in self._queues.values())
        return queued + max(0, len(self._running) - 2 * self._kept)

    def _task(self, transaction: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """A task of its own: cancelling the caller in mid-query would cost the connection and hide the outcome."""
        task = asyncio.create_task(transaction)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled():
            task.exception()  # seen, even when the caller is gone

    async def close(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=10)
        for line in self._idle:
            await _closed(line)
        self._idle.clear()
        await self._engine.dispose()

    # --- one transaction -----------------------------------------------------------------------------------------

    async def _transact(self, begin: str, work: Work[T]) -> T:
        """Without `begin` the one statement is a transaction by itself: the server commits it before it answers."""
        line = await self._line()
        try:
            if begin:
                await line.execute(begin)
            result = await line.connection.run_sync(_within, work, not begin)
            if begin:
                await line.commit()
        except BaseException:
            await self._undo(line)
            raise
        await self._back(line)
        return result

    async def _line(self) -> _Line:
        """A connection that lives, of those that rest or a new one."""
        await self._free.acquire()
        try:
            while self._idle:
                line = self._idle.pop()
                if await line.lives(self._rested):
                    return line
                await _closed(line)
            connection = await self._engine.connect()
            driver = (await connection.get_raw_connection()).driver_connection
            return _Line(connection, driver)
        except BaseException:
            self._free.release()
            raise

    async def _back(self, line: _Line) -> None:
        line.used = time.monotonic()
        self._idle.append(line)
        self._free.release()
        # Opening one takes longer than many transactions: what a rush has opened stays until the rush is over.
        while len(self._idle) > self._kept and line.used - self._idle[0].used > RUSH:
            await _closed(self._idle.pop(0))

    async def _undo(self, line: _Line) -> None:
        """Roll back; a connection that cannot is given up, which rolls back, too."""
        try:
            await line.execute("ROLLBACK")
        except DBAPIError:
            await _closed(line)
            self._free.release()
        else:
            await self._back(line)

    # --- writes under one lock -----------------------------------------------------------------------------------

    async def _drain(self, lock: str) -> None:
        """Run what waits for the lock until nothing does. What came during a transaction shares the next one."""
        while group := [
            one for one in self._queues[lock] if not one.waiter.done()
        ]:  # else: its caller is gone
            self._queues[lock] = group[MOST:]
            await self._together(begin_under(lock), group[:MOST])
        del self._queues[lock]

    async def _together(self, begin: str, group: list[Write]) -> None:
        """Each of the group is told its end when all are durable; a failure of the whole is everyone's.

        What one did and then failed at takes the others with it: then each runs again, in a transaction of its own.
        """
        failed: BaseException | None = None
        try:
            line = await self._line()
            try:
                await line.execute(begin)
                await line.connection.run_sync(_one_by_one, group)
                if all(one.error for one in group):
                    await line.execute("ROLLBACK")
                else:
                    await line.commit()
            except BaseException:
                await self._undo(line)
                raise
            await self._back(line)
        except _Undone:
            for one in group:
                one.result = one.error = None
                await self._together(begin, [one])
            return
        except BaseException as error:  # noqa: BLE001 - the callers', each of whom gets it
            failed = error
        for one in group:
            one.deliver(failed)


class _Undone(Exception):
    """One of several in a transaction failed after it had changed something: only all of it can be taken back."""


def _within(connection: Connection, work: Work[T], alone: bool) -> T:
    trips = _trips(connection, alone=alone)
    with connection.begin():
        result = work(connection)
        trips.flush()
        return result


def _one_by_one(connection: Connection, group: list[Write]) -> None:
    """Without a savepoint for each, which would be two trips more: writes wait, so that most failures come before
    anything was changed. Raises _Undone for one that does not."""
    trips = _trips(connection)
    with connection.begin():
        for one in group:
            trips.changed = False
            try:
                one.result = one.work(connection)
                trips.flush()
            except BaseException as error:
                if len(group) > 1 and (trips.changed or isinstance(error, DBAPIError)):
                    raise _Undone from error
                one.error = error  # the caller's, who gets it once the group has ended
                trips.forget()


def _trips(connection: Connection, *, alone: bool = False) -> Trips:
    """Those of a transaction that begins."""
    trips = connection.info[Trips] = Trips(connection.connection.driver_connection, alone=alone)
    return trips


def _in_order(connection: Connection, *_statement: object) -> None:
    """A statement that SQLAlchemy runs comes after the prepared ones that wait, and may change what they were told."""
    trips = connection.info.get(Trips)
    if trips is not None:
        trips.flush()
        trips.forget()
        trips.changed = True


async def _closed(line: _Line) -> None:
    """Let go of a connection, whatever state it is in."""
    with contextlib.suppress(DBAPIError, *FAILURES):
        if line.driver.is_closed():
            await line.connection.invalidate()
        await line.connection.close()
