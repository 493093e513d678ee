"""One function, one transaction, on both databases."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import asyncpg  # type: ignore[import-untyped]
import pytest
from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    MetaData,
    String,
    Table,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.util import await_only

from orchestrator.config import Settings
from orchestrator.storage.columns import Moment, Rupees
from orchestrator.storage.db import Database, open_database
from orchestrator.storage.postgres import PostgresDatabase

notes = Table(
    "notes",
    MetaData(),
    Column("name", String, primary_key=True),
    Column("amount", Rupees),
    Column("at", Moment),
)
remarks = Table("remarks", notes.metadata, Column("note", ForeignKey("notes.name"), primary_key=True))


def _count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(notes)).scalar_one()


@pytest.fixture
async def book(db: Database) -> Database:
    await db.write(notes.create)
    return db


async def test_a_failed_transaction_leaves_nothing(book: Database) -> None:
    def work(connection: Connection) -> None:
        connection.execute(insert(notes).values(name="one"))
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError, match="half way"):
        await book.write(work)
    assert await book.read(_count) == 0


async def test_a_write_is_seen_by_the_next_read(book: Database) -> None:
    await book.write(lambda connection: connection.execute(insert(notes).values(name="one")))
    assert await book.read(_count) == 1


async def test_a_cancelled_caller_leaves_a_whole_transaction(book: Database) -> None:
    def work(connection: Connection) -> None:
        connection.execute(insert(notes).values(name="one"))
        task.cancel()  # its caller goes away half way through
        connection.execute(insert(notes).values(name="two"))

    task = asyncio.create_task(book.write(work))
    with pytest.raises(asyncio.CancelledError):
        await task
    await book.write(lambda connection: connection.execute(insert(notes).values(name="three")))
    while await book.read(_count) == 1:
        await asyncio.sleep(0.001)
    assert await book.read(_count) == 3


async def test_writes_under_one_lock_never_overlap(book: Database) -> None:
    def next_number(connection: Connection) -> None:
        count = connection.execute(select(func.count()).select_from(notes)).scalar_one()
        connection.execute(insert(notes).values(name=f"note {count + 1}"))

    await asyncio.gather(*(book.write(next_number, lock="numbers") for _ in range(20)))
    names = await book.read(lambda connection: set(connection.execute(select(notes.c.name)).scalars()))
    assert names == {f"note {number}" for number in range(1, 21)}


@pytest.mark.parametrize("amount", ["0.1", "1234567890123.4567", "-0.05", "100"])
async def test_rupees_come_back_exactly(book: Database, amount: str) -> None:
    await book.write(
        lambda connection: connection.execute(insert(notes).values(name="x", amount=Decimal(amount)))
    )
    stored = await book.read(lambda connection: connection.execute(select(notes.c.amount)).scalar_one())
    assert isinstance(stored, Decimal)
    assert stored == Decimal(amount)


async def test_rupees_refuse_floats(book: Database) -> None:
    with pytest.raises(Exception, match="Decimal"):
        await book.write(lambda connection: connection.execute(insert(notes).values(name="x", amount=0.1)))


async def test_moments_come_back_aware_and_sort(book: Database) -> None:
    india = timezone(timedelta(hours=5, minutes=30))
    first = datetime(2026, 11, 21, 9, 15, 0, 123456, tzinfo=india)
    second = datetime(2026, 11, 21, 3, 46, tzinfo=UTC)

    def work(connection: Connection) -> list[datetime]:
        connection.execute(insert(notes), [{"name": "b", "at": second}, {"name": "a", "at": first}])
        return list(connection.execute(select(notes.c.at).order_by(notes.c.at)).scalars())

    assert await book.write(work) == [first, second]
    later = select(notes.c.name).where(notes.c.at > first)
    after = await book.read(lambda connection: list(connection.execute(later).scalars()))
    assert after == ["b"]


async def test_moments_refuse_naive_times(book: Database) -> None:
    naive = datetime(2026, 11, 21)  # noqa: DTZ001
    with pytest.raises(Exception, match="aware"):
        await book.write(lambda connection: connection.execute(insert(notes).values(name="x", at=naive)))


async def test_sqlite_commits_survive_a_power_loss(settings: Settings) -> None:
    database = open_database(settings)
    try:
        row = await database.write(
            lambda connection: [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys")
            ]
        )
    finally:
        await database.close()
    assert row == ["wal", 2, 1]


# --- SQLite's group commit ---------------------------------------------------------------------------------------


@pytest.fixture
async def file(settings: Settings) -> AsyncIterator[Database]:
    """An open SQLite database with a table of notes and one of remarks on them."""
    database = open_database(settings)
    await database.write(notes.metadata.create_all)
    yield database
    await database.close()


def _add(name: str) -> Callable[[Connection], str]:
    def work(connection: Connection) -> str:
        connection.execute(insert(notes).values(name=name))
        return name

    return work


async def test_a_failed_write_of_a_group_leaves_the_others_alone(book: Database) -> None:
    def fails(connection: Connection) -> None:
        _add("lost")(connection)
        raise RuntimeError("half way")

    def breaks(connection: Connection) -> None:
        _add("lost too")(connection)
        _add("one")(connection)  # is there already

    def hides(connection: Connection) -> str:
        _add("lost, too")(connection)
        with contextlib.suppress(IntegrityError):
            breaks(connection)
        return "fine"

    works: list[Callable[[Connection], object]] = [_add("one"), fails, breaks, hides, _add("two")]
    ends = await asyncio.gather(*(book.write(work, lock="notes") for work in works), return_exceptions=True)
    assert [ends[0], ends[4]] == ["one", "two"]
    assert isinstance(ends[1], RuntimeError)
    assert isinstance(ends[2], IntegrityError)
    names = await book.read(lambda connection: set(connection.execute(select(notes.c.name)).scalars()))
    assert names >= {"one", "two"}
    if book.dialect == "postgresql":  # where a statement that failed spoils what was done before it
        assert isinstance(ends[3], DBAPIError)
        assert names == {"one", "two"}


async def test_writes_asked_together_share_one_commit(file: Database) -> None:
    commits: list[Connection] = []

    def committed(connection: Connection) -> None:
        commits.append(connection)

    event.listen(Engine, "commit", committed)
    try:
        await asyncio.gather(*(file.write(_add(str(number))) for number in range(20)))
    finally:
        event.remove(Engine, "commit", committed)
    assert len(commits) == 1
    assert await file.read(_count) == 20


async def test_a_result_is_told_when_everyone_can_see_it(file: Database, settings: Settings) -> None:
    async def write_and_look(name: str) -> int:
        await file.write(_add(name))
        with contextlib.closing(sqlite3.connect(settings.sqlite_path or "")) as other:
            return int(other.execute("SELECT count(*) FROM notes WHERE name = ?", (name,)).fetchone()[0])

    assert await asyncio.gather(*(write_and_look(str(number)) for number in range(20))) == [1] * 20


async def test_nobody_is_told_of_success_when_the_commit_fails(file: Database) -> None:
    def remark_on_nothing(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")  # checked by the commit
        connection.execute(insert(remarks).values(note="nothing"))

    ends = await asyncio.gather(
        file.write(_add("one")), file.write(remark_on_nothing), return_exceptions=True
    )
    assert [type(end) for end in ends] == [IntegrityError, IntegrityError]
    assert await file.read(_count) == 0
    await file.write(_add("one"))
    assert await file.read(_count) == 1, "the next transaction is a new one"


async def test_a_write_that_was_cancelled_before_it_began_never_does(file: Database) -> None:
    task = asyncio.create_task(file.write(_add("one")))
    await asyncio.sleep(0)
    task.cancel()
    await file.write(_add("two"))
    assert await file.read(_count) == 1


async def test_a_server_that_closed_its_connections_is_connected_to_anew(postgres_with_tables: str) -> None:
    database = PostgresDatabase(postgres_with_tables, pool_size=2, rested=0.0)
    other = await asyncpg.connect(postgres_with_tables)
    for name in ("one", "two"):
        pid = await database.write(
            lambda connection: connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        )
        assert (
            await database.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one()) == 1
        ), name
        assert await other.fetchval("SELECT pg_terminate_backend($1, 5000)", pid) is True
    await other.close()
    await database.close()


@pytest.fixture
async def server(postgres_with_tables: str) -> AsyncIterator[Database]:
    """An open PostgreSQL database with a table of notes."""
    database = PostgresDatabase(postgres_with_tables, pool_size=2)
    await database.write(notes.metadata.create_all)
    yield database
    await database.close()


def _transaction(connection: Connection) -> str:
    return str(connection.execute(text("SELECT pg_current_xact_id()")).scalar_one())


async def test_writes_that_waited_for_a_lock_share_one_transaction(server: Database) -> None:
    together = await asyncio.gather(*(server.write(_transaction, lock="one") for _ in range(20)))
    assert len(set(together)) == 1
    other, mine = await asyncio.gather(server.write(_transaction, lock="two"), server.write(_transaction))
    assert len({other, mine, *together}) == 3


async def test_a_failure_that_the_work_keeps_to_itself_is_no_commit(server: Database) -> None:
    def hides(connection: Connection) -> None:
        _add("lost")(connection)
        with contextlib.suppress(IntegrityError):
            _add("lost")(connection)

    for lock in (None, "notes"):
        with pytest.raises(DBAPIError):
            await server.write(hides, lock=lock)
    assert await server.read(_count) == 0
    await server.write(_add("one"))
    assert await server.read(_count) == 1


async def test_a_read_sees_one_moment_whatever_is_written_meanwhile(server: Database) -> None:
    def twice(connection: Connection) -> tuple[int, int]:
        before = _count(connection)
        await_only(server.write(_add("one")))
        return before, _count(connection)

    assert await server.read(twice) == (0, 0)
    assert await server.read(_count) == 1


async def test_a_lock_keeps_other_processes_out(server: Database, postgres_with_tables: str) -> None:
    other = PostgresDatabase(postgres_with_tables, pool_size=1)

    def held(connection: Connection) -> bool:
        begun = asyncio.ensure_future(other.write(_count, lock="notes"))
        done, _ = await_only(asyncio.wait([begun], timeout=0.05))
        waiting.append(begun)
        return bool(done)

    waiting: list[asyncio.Future[int]] = []
    assert not await server.write(held, lock="notes")
    assert await waiting[0] == 0
    await other.close()


async def test_a_write_waits_for_another_process_without_stopping_the_loop(
    file: Database, settings: Settings
) -> None:
    other = sqlite3.connect(settings.sqlite_path or "", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writes = [asyncio.create_task(file.write(_add(name))) for name in ("one", "two")]
    for _ in range(20):
        await asyncio.sleep(0.002)
    assert not any(task.done() for task in writes)
    other.execute("ROLLBACK")
    other.close()
    assert await asyncio.gather(*writes) == ["one", "two"]


async def test_closing_commits_what_was_asked_for(settings: Settings) -> None:
    database = open_database(settings)
    await database.write(notes.metadata.create_all)
    tasks = [asyncio.create_task(database.write(_add(str(number)))) for number in range(5)]
    await asyncio.sleep(0)
    await database.close()
    assert await asyncio.gather(*tasks) == ["0", "1", "2", "3", "4"]
    with pytest.raises(RuntimeError, match="closed"):
        await database.write(_add("late"))
    again = open_database(settings)
    assert await again.read(_count) == 5
    await again.close()
