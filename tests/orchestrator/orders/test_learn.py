"""What is heard of a child is written the same way whether or not its row was known before."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from domain.order import Accepted, ChildOrder, End, Ended, Fact, Lost, OrderEvent, Source, Working
from orchestrator.orders import change_rows, finding, repository
from orchestrator.orders.known import KnownChildren
from orchestrator.orders.learn import learn
from orchestrator.orders.repository import Changed
from orchestrator.orders.trading import Trading
from orchestrator.storage.db import Database
from tests.orchestrator.orders.test_repository import T0, USER, book, child_of, record

__all__ = ["book"]

STORY: tuple[list[Fact], ...] = (
    [Lost(T0, "timeout")],
    [Accepted("7", T0)],
    [Accepted("7", T0)],
    [Working(T0, False, "OPEN", "7")],
    [Ended(End.CANCELLED, T0, "CANCELLED", "7")],
)


class Room:
    """An order room that knows children, or forgets each at once."""

    def __init__(self, db: Database, *, forgets: bool = False) -> None:
        self._forgets, self._db = forgets, db
        self.known, self.quick = KnownChildren(), 0

    async def write(self, work: Any, *, alone: bool = False) -> Any:
        self.quick += alone
        return await self._db.write(work, alone=alone)

    async def hear(self, child: ChildOrder, facts: list[Fact]) -> Changed:
        trading: Any = SimpleNamespace(
            db=SimpleNamespace(write=self.write),
            known=KnownChildren() if self._forgets else self.known,
            stories={},
            clock=lambda: T0,
            announcer=SimpleNamespace(changed=lambda *_: None),
            connections=SimpleNamespace(invalidate=lambda _: None, get=lambda _: None),
        )
        return await learn(cast(Trading, trading), child.id, facts, source=Source.STREAM, answered_at=T0)


async def told(db: Database, child: ChildOrder) -> tuple[ChildOrder, list[OrderEvent]]:
    stored = await db.read(lambda conn: finding.load(conn, USER, child.order_id))
    assert stored is not None
    return stored.order.children[0], [replace(line, child_id=None) for line in stored.timeline]


async def test_a_known_row_ends_as_one_that_is_read_first(book: Database) -> None:
    first, second = child_of("ord_known"), child_of("ord_read")
    await record(book, first)
    await record(book, second)
    quick, slow = Room(book), Room(book, forgets=True)
    for facts in STORY:
        await quick.hear(first, facts)
        await slow.hear(second, facts)
        one, lines = await told(book, first)
        other, same_lines = await told(book, second)
        assert lines == same_lines
        assert one == replace(other, id=first.id, order_id=first.order_id, tag=first.tag)
    assert (quick.quick, slow.quick) == (2, 0), "the first is not known yet, the last ends its order"


@pytest.mark.parametrize("cancelled", [False, True])
async def test_what_somebody_else_changed_is_read_first(book: Database, cancelled: bool) -> None:
    child = child_of("ord_1")
    await record(book, child)
    here, elsewhere = Room(book), Room(book)
    await here.hear(child, [Lost(T0, "timeout")])
    await elsewhere.hear(child, [Accepted("7", T0)])
    if cancelled:
        await book.write(lambda conn: repository.ask_cancel(conn, child.order_id, T0))
    changed = await here.hear(child, [Accepted("8", T0)])
    assert changed.after.broker_order_ids == ("7", "8")
    assert changed.cancel_asked is cancelled
    found = await book.read(lambda conn: change_rows.child_by_id(conn, child.id))
    assert found is not None
    assert found.child == changed.after


async def test_a_cancel_that_was_asked_meanwhile_is_told_with_a_known_row(book: Database) -> None:
    child = child_of("ord_1")
    await record(book, child)
    room = Room(book)
    await room.hear(child, [Lost(T0, "timeout")])
    await book.write(lambda conn: repository.ask_cancel(conn, child.order_id, T0))
    changed = await room.hear(child, [Accepted("7", T0)])
    assert changed.cancel_asked
    assert room.quick == 1
