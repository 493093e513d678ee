"""One function, one transaction, on both databases."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy import Column, Connection, MetaData, String, Table, func, insert, select

from orchestrator.config import Settings
from orchestrator.db import Database, open_database
from orchestrator.tables import Moment, Rupees

notes = Table(
    "notes",
    MetaData(),
    Column("name", String, primary_key=True),
    Column("amount", Rupees),
    Column("at", Moment),
)


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
    begun, go_on = threading.Event(), threading.Event()

    def work(connection: Connection) -> None:
        connection.execute(insert(notes).values(name="one"))
        begun.set()
        if book.dialect == "sqlite":  # elsewhere the function runs in the event loop's own thread
            go_on.wait(5)
        connection.execute(insert(notes).values(name="two"))

    task = asyncio.create_task(book.write(work))
    while not begun.is_set():
        await asyncio.sleep(0.001)
    task.cancel()
    go_on.set()
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
