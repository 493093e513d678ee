"""Events get their numbers once they are durable: one after the other, without gaps, each once."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Connection, insert, select

from domain.account import UserId
from orchestrator.outbox import numbering, reading
from orchestrator.outbox.emitting import emit, kept_row
from orchestrator.storage.db import Database
from orchestrator.tables.outbox import outbox
from tests.orchestrator.outbox.process import ASHA, BINA, T0, keep


async def number(db: Database) -> list[tuple[int, UserId, int]]:
    placed = await db.write(numbering.number, lock=numbering.LOCK)
    return [(one.position, one.user_id, one.seq) for one in placed]


async def test_each_user_counts_by_itself_and_all_together(db: Database) -> None:
    await keep(db, ASHA, 1, 2)
    await keep(db, BINA, 1)
    assert await number(db) == [(1, ASHA, 1), (2, ASHA, 2), (3, BINA, 1)]
    await keep(db, ASHA, 3)
    assert await number(db) == [(4, ASHA, 3)]
    assert await number(db) == []


async def test_an_event_is_kept_with_what_it_tells_of_or_not_at_all(db: Database) -> None:
    def fails(conn: Connection) -> None:
        emit(conn, ASHA, {"type": "order"}, at=T0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await db.write(fails)
    await keep(db, ASHA, 1)
    assert await number(db) == [(1, ASHA, 1)]


async def test_of_one_thing_only_the_newest_that_waits_is_told(db: Database) -> None:
    await keep(db, ASHA, 1, 2, 3, thing="ord_1")
    await keep(db, ASHA, 4)
    await keep(db, ASHA, 5, thing="ord_1")
    assert await number(db) == [(1, ASHA, 1), (2, ASHA, 2)]
    kept = await db.read(lambda conn: reading.after(conn, 0, 10))
    assert [one.data for one in kept] == [{"n": 4}, {"n": 5}]


async def test_a_lower_id_that_becomes_durable_later_is_not_passed_over(db: Database) -> None:
    """A transaction takes its ids before it ends, and may end last."""
    row = kept_row(ASHA, {"type": "order"}, at=T0)
    await db.write(lambda conn: conn.execute(insert(outbox), {**row, "id": 900}))
    assert await number(db) == [(1, ASHA, 1)]
    await db.write(lambda conn: conn.execute(insert(outbox), {**row, "id": 100}))
    assert await number(db) == [(2, ASHA, 2)]


async def test_many_that_number_at_once_leave_no_gap_and_no_double(db: Database) -> None:
    async def works(user: UserId) -> None:
        for one in range(10):
            await keep(db, user, one)
            await number(db)

    await asyncio.gather(*(works(user) for user in (ASHA, BINA, ASHA, BINA)))
    rows = await db.read(lambda conn: conn.execute(select(outbox).order_by(outbox.c.position)).all())
    assert [row.position for row in rows] == list(range(1, 41))
    for user in (ASHA, BINA):
        assert [row.seq for row in rows if row.user_id == user] == list(range(1, 21))


async def test_what_was_missed_is_told_whole_or_not_at_all(db: Database) -> None:
    await keep(db, ASHA, *range(1, 6))
    await number(db)

    async def missed(seq: int, limit: int = 10) -> list[int] | None:
        found = await db.read(lambda conn: reading.missed(conn, ASHA, seq, limit))
        return None if found is None else [one.seq for one in found]

    assert await missed(0) == [1, 2, 3, 4, 5]
    assert await missed(3) == [4, 5]
    assert await missed(5) == []
    assert await missed(6) is None  # never given
    assert await missed(1, limit=2) == [2, 3]
    await db.write(lambda conn: conn.execute(outbox.delete().where(outbox.c.seq <= 2)))
    assert await missed(1) is None
    assert await missed(2) == [3, 4, 5]
