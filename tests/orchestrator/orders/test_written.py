"""Orders in lists are written once for each state: never an older one, never more than fits."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert

from domain.account import UserId
from domain.money import Price
from domain.order import Accepted, End, Ended, Fact, Fill, Filled
from orchestrator.orders import finding
from orchestrator.orders.finding import Found
from orchestrator.orders.schemas import OrderOut
from orchestrator.orders.written import Written
from orchestrator.storage.db import Database
from orchestrator.tables.identity import users
from tests.orchestrator.orders.test_repository import T0, USER, child_of, learn, record


@pytest.fixture
async def book(db: Database) -> Database:
    row: dict[str, Any] = {
        "id": USER, "email": "a@b.c", "name": "", "password_hash": "", "mode": "orchestrator", "created_at": T0,
    }  # fmt: skip
    await db.write(lambda conn: conn.execute(insert(users), row))
    return db


async def _rows(book: Database, user: UserId = USER) -> list[Found]:
    return await book.read(lambda conn: finding.page_rows(conn, user, status="all", before=None, limit=9))


def _anew(found: Found) -> str:
    return OrderOut.of(found.stored()).model_dump_json()


async def test_an_order_that_is_as_it_was_is_not_written_again(book: Database) -> None:
    await record(book, child_of("ord_1"))
    written = Written()
    (before,), (after,) = await _rows(book), await _rows(book)
    assert written.text(before) is written.text(after)
    assert written.text(after) == _anew(after)


FACTS: tuple[Fact, ...] = (
    Accepted("1", T0),
    Filled(Fill("t", 4, Price.of(1500), T0), "1"),
    Ended(End.CANCELLED, T0, "as asked"),
)


async def test_whatever_is_learnt_is_in_the_next_text(book: Database) -> None:
    child = child_of("ord_1")
    await record(book, child)
    written, texts = Written(), list[str]()
    for fact in (None, *FACTS):
        if fact is not None:
            await learn(book, child, fact, at=T0)
        (found,) = await _rows(book)
        texts.append(written.text(found))
        assert texts[-1] == _anew(found)
    assert texts[0] != texts[-1]
    assert len(written) == 1


async def test_what_was_asked_for_least_recently_goes_first(book: Database) -> None:
    for number in range(3):
        await record(book, child_of(f"ord_{number}"))
    newest, middle, oldest = await _rows(book)
    written = Written(most=2 * len(_anew(newest)) + 10)
    first = written.text(newest)
    written.text(middle)
    assert written.text(newest) is first
    written.text(oldest)
    assert len(written) == 2
    assert written.text(newest) is first


async def test_what_does_not_fit_is_written_all_the_same(book: Database) -> None:
    await record(book, child_of("ord_1"))
    (found,) = await _rows(book)
    written = Written(most=10)
    assert written.text(found) == _anew(found)
    assert len(written) == 0
