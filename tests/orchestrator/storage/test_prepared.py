"""Prepared statements do on both databases what they say, one after the other, however they travel."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, Connection, ForeignKey, Integer, MetaData, String, Table, bindparam
from sqlalchemy.exc import IntegrityError

from orchestrator.storage.columns import Moment, Rupees
from orchestrator.storage.db import Database
from orchestrator.storage.prepared import Prepared, Swap, ask_ahead
from orchestrator.storage.trips import Trips

boxes = Table(
    "boxes",
    MetaData(),
    Column("name", String, primary_key=True),
    Column("count", Integer),
    Column("price", Rupees),
    Column("at", Moment),
)
things = Table(
    "things",
    boxes.metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("box", ForeignKey("boxes.name"), nullable=False),
    Column("word", String),
)

AT = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)
ADD_BOX, ADD_THINGS = Prepared(sa.insert(boxes)), Prepared(sa.insert(things))
SET_COUNT = Prepared(
    sa.update(boxes).where(boxes.c.name == bindparam("box")).values(count=bindparam("count"))
)
# Reads what others write.
COUNT = Prepared(
    sa.update(boxes)
    .where(boxes.c.name == bindparam("box"))
    .values(
        count=sa.select(sa.func.count())
        .select_from(things)
        .where(things.c.box == bindparam("box"))
        .scalar_subquery()
    )
)
BOX = Prepared(sa.select(boxes).where(boxes.c.name == bindparam("box")))
THINGS = Prepared(sa.select(things.c.word).where(things.c.box == bindparam("box")).order_by(things.c.seq))


def add_box(conn: Connection, name: str) -> None:
    ADD_BOX.run(conn, {"name": name, "count": 0, "price": Decimal("1.50"), "at": AT})


def words(conn: Connection, box: str) -> list[str]:
    return [row.word for row in THINGS.rows(conn, {"box": box})]


@pytest.fixture
async def shelf(db: Database) -> AsyncIterator[Database]:
    await db.write(boxes.metadata.create_all)
    yield db
    await db.write(boxes.metadata.drop_all)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from("ab"), st.integers(1, 20)),
        st.tuples(st.just("set"), st.sampled_from("ab"), st.integers(0, 9)),
        st.tuples(
            st.sampled_from(["count", "read", "ahead", "plain", "box"]), st.sampled_from("ab"), st.just(0)
        ),
    ),
    max_size=12,
)


def run(conn: Connection, steps: list[tuple[str, str, int]]) -> list[Any]:
    """What was read on the way and what there is in the end."""
    seen: list[Any] = []
    for number, (what, box, much) in enumerate(steps):
        of = {"box": box}
        match what:
            case "add":
                ADD_THINGS.run(conn, [{**of, "word": f"{number}.{one}"} for one in range(much)])
            case "set":
                SET_COUNT.run(conn, {**of, "count": much})
            case "count":
                COUNT.run(conn, of)
            case "read":
                seen.append((tuple(BOX.rows(conn, of)[0]), words(conn, box)))
            case "ahead":
                ask_ahead(conn, [(BOX, of), (THINGS, of), (BOX, {"box": "nowhere"})])
            case "plain":
                seen.append(conn.execute(sa.select(boxes.c.count).where(boxes.c.name == box)).scalar_one())
            case "box":
                add_box(conn, f"{box}{number}")
                ADD_THINGS.run(conn, {"box": f"{box}{number}", "word": "in the new one"})
    seen += [(tuple(BOX.rows(conn, {"box": box})[0]), words(conn, box)) for box in "ab"]
    return [*seen, conn.execute(sa.select(sa.func.count()).select_from(things)).scalar_one()]


def expected(steps: list[tuple[str, str, int]]) -> list[Any]:
    counts, held, others = {"a": 0, "b": 0}, {"a": list[str](), "b": list[str]()}, 0
    seen: list[Any] = []

    def box_now(box: str) -> Any:
        return (box, counts[box], Decimal("1.50"), AT), list(held[box])

    for number, (what, box, much) in enumerate(steps):
        match what:
            case "add":
                held[box] += [f"{number}.{one}" for one in range(much)]
            case "set":
                counts[box] = much
            case "count":
                counts[box] = len(held[box])
            case "read":
                seen.append(box_now(box))
            case "plain":
                seen.append(counts[box])
            case "box":
                others += 1
    return [*seen, box_now("a"), box_now("b"), len(held["a"]) + len(held["b"]) + others]


class Undo(Exception):
    """Ends a transaction that is to leave nothing."""


async def test_whatever_the_order_each_sees_what_was_done_before(shelf: Database) -> None:
    def work(conn: Connection) -> None:
        @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
        @given(STEPS)
        def holds(steps: list[tuple[str, str, int]]) -> None:
            with conn.begin_nested() as here:
                for box in "ab":
                    add_box(conn, box)
                found = run(conn, steps)
                here.rollback()
            assert found == expected(steps)

        holds()
        raise Undo

    with pytest.raises(Undo):
        await shelf.write(work)


async def test_what_goes_together_is_one_trip(shelf: Database) -> None:
    if shelf.dialect == "sqlite":
        return

    def work(conn: Connection) -> list[str]:
        driver = Counting(conn.connection.driver_connection)
        conn.info[Trips] = trips = Trips(driver)
        add_box(conn, "a")
        ADD_THINGS.run(conn, [{"box": "a", "word": "one"}, {"box": "a", "word": "two"}])
        ADD_THINGS.run(conn, {"box": "a", "word": "three"})
        trips.flush()
        ask_ahead(conn, [(BOX, {"box": "a"}), (THINGS, {"box": "a"})])
        assert words(conn, "a") == ["one", "two", "three"]
        assert BOX.rows(conn, {"box": "a"})[0].price == Decimal("1.50")
        return driver.asked

    assert len(await shelf.write(work)) == 2


class Counting:
    """A driver, and what it was asked."""

    def __init__(self, driver: Any) -> None:
        self._driver, self.asked = driver, list[str]()

    def fetch(self, text: str, *values: Any) -> Any:
        self.asked.append(text)
        return self._driver.fetch(text, *values)


async def test_a_write_that_fails_fails_its_transaction_and_no_other(shelf: Database) -> None:
    def twice(conn: Connection) -> str:
        add_box(conn, "a")
        add_box(conn, "a")
        return "never"

    for lock in (None, "boxes"):
        with pytest.raises(IntegrityError):
            await shelf.write(twice, lock=lock)
    await shelf.write(lambda conn: add_box(conn, "a"), lock="boxes")
    assert len(await shelf.read(lambda conn: BOX.rows(conn, {"box": "a"}))) == 1


SWAP = Swap(
    sa.update(boxes)
    .where(boxes.c.name == bindparam("box"), boxes.c.at.is_not_distinct_from(bindparam("was")))
    .values(at=bindparam("at"), count=bindparam("count"))
    .returning(boxes.c.price, boxes.c.at),
    sa.insert(things),
)
LATER = datetime(2026, 11, 20, 4, 31, tzinfo=UTC)


async def test_a_swap_changes_a_row_that_is_as_it_was_known_and_adds_to_no_other(shelf: Database) -> None:
    await shelf.write(lambda conn: add_box(conn, "a"))
    added = [{"box": "a", "word": "one"}, {"box": "a", "word": "two"}]

    async def swapped(was: datetime | None, at: datetime | None, count: int, rows: list[Any]) -> Any:
        row = {"box": "a", "was": was, "at": at, "count": count}
        return await shelf.write(lambda conn: SWAP.run(conn, row, rows), alone=True)

    assert await swapped(None, LATER, 7, added) is None
    assert tuple(await swapped(AT, None, 8, added)) == (Decimal("1.50"), None)
    assert tuple(await swapped(None, LATER, 9, [])) == (Decimal("1.50"), LATER)
    assert await shelf.read(lambda conn: words(conn, "a")) == ["one", "two"]
    assert (await shelf.read(lambda conn: BOX.rows(conn, {"box": "a"})))[0].count == 9


async def test_what_is_to_be_alone_is_one_statement(shelf: Database) -> None:
    if shelf.dialect == "sqlite":
        return  # there all is one transaction anyway

    def twice(conn: Connection) -> None:
        words(conn, "a")
        add_box(conn, "a")

    with pytest.raises(RuntimeError, match="alone"):
        await shelf.write(twice, alone=True)
    assert await shelf.read(lambda conn: BOX.rows(conn, {"box": "a"})) == []
