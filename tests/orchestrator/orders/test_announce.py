"""A changed order reaches the screens of its user, in whichever process they are, and is read only for them."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from domain.account import UserId
from domain.order import OrderId
from orchestrator.bus import Bus, Event, Kept, user_topic
from orchestrator.orders.announce import Announcer
from orchestrator.orders.shown import Shown
from orchestrator.storage.db import Database
from orchestrator.tables.orders import orders
from tests.orchestrator.orders.test_repository import T0, USER, book, child_of, record
from tests.orchestrator.outbox.process import heard, process

__all__ = ["book"]


async def test_a_burst_of_changes_reaches_the_screen_as_the_newest_states_in_order(
    book: Database, bus: Bus
) -> None:
    announcer = Announcer(bus)
    async with process(book, bus, Shown(book)), bus.subscribe(user_topic(USER)) as screen:
        made = [await record(book, child_of(f"ord_{number}")) for number in range(25)]
        for order in made:
            announcer.changed(USER, order.id)
        told = await heard(screen, 25)
    assert [event.data["id"] for event in told] == [order.id for order in made]
    assert [event.seq for event in told] == list(range(1, 26))
    assert {event.type for event in told} == {"order"}


async def test_an_order_that_no_screen_shows_is_not_read(book: Database, bus: Bus) -> None:
    show, asked = Shown(book), list[UserId]()

    async def shown(kept: Sequence[Kept]) -> list[Event]:
        asked.extend(one.user_id for one in kept)
        return await show(kept)

    other = UserId("other")
    await book.write(
        lambda conn: conn.execute(
            sa.text(
                "INSERT INTO users (id, email, name, mode, created_at, role) "
                "SELECT 'other', 'o@b.c', name, mode, created_at, role FROM users"
            )
        )
    )
    async with process(book, bus, shown), bus.subscribe(user_topic(other)) as screen:
        await record(book, child_of("ord_1"))
        await record(book, child_of("ord_2"), user=other)
        assert [event.data["id"] for event in await heard(screen, 1)] == ["ord_2"]
    assert asked == [other]


async def test_an_approval_is_told_with_the_order_it_is_about_or_not_at_all(book: Database, bus: Bus) -> None:
    kept = Kept(1, USER, 1, T0, "approval", "apr_gone", None)
    assert [(event.type, event.seq) for event in await Shown(book)([kept])] == [("passed", 1)]


async def test_of_an_order_that_is_gone_only_its_number_is_told(book: Database, bus: Bus) -> None:
    show = Shown(book)
    kept = Kept(1, USER, 1, T0, "order", "ord_9", None)
    assert [(event.type, event.data) for event in await show([kept])] == [("passed", {})]
    await record(book, child_of("ord_9"))
    assert [event.type for event in await show([kept])] == ["order"]
    await book.write(lambda conn: conn.execute(sa.delete(orders).where(orders.c.id == OrderId("ord_9"))))
    assert [event.type for event in await show([kept])] == ["passed"]
