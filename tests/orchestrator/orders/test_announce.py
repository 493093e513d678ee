"""A changed order reaches the screens of its user, in whichever process they are, and is read only for them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from domain.account import UserId
from domain.order import OrderId
from orchestrator.bus import Bus, Event, LocalBus, user_topic
from orchestrator.db import Database
from orchestrator.orders.announce import Announcer
from orchestrator.transactions import T, Work
from tests.orchestrator.orders.test_repository import USER, book, child_of, record

__all__ = ["book"]

SOON = 5.0


@asynccontextmanager
async def telling(db: Database, bus: Bus) -> AsyncIterator[Announcer]:
    """A process's announcer at work."""
    announcer = Announcer(db, bus)
    running = asyncio.create_task(announcer.run())
    await asyncio.sleep(0)
    try:
        yield announcer
    finally:
        await announcer.close()
        running.cancel()


class CountedReads:
    """A database, and how often it was asked."""

    dialect = "sqlite"

    def __init__(self, db: Database) -> None:
        self._db, self.reads = db, 0

    async def read(self, work: Work[T]) -> T:
        self.reads += 1
        return await self._db.read(work)

    async def write(self, work: Work[T], *, lock: str | None = None, alone: bool = False) -> T:
        return await self._db.write(work, lock=lock)

    async def close(self) -> None:
        await self._db.close()


async def test_a_burst_of_changes_reaches_the_screen_as_the_newest_states_in_order(
    book: Database, bus: Bus
) -> None:
    orders = [await record(book, child_of(f"ord_{number}")) for number in range(25)]
    async with telling(book, bus) as announcer, bus.subscribe(user_topic(USER)) as screen:
        for _ in range(3):
            for order in orders:
                announcer.changed(USER, order.id)
        heard = [await asyncio.wait_for(anext(screen), SOON) for _ in orders]
    assert {event.data["id"] for event in heard} == {order.id for order in orders}
    assert [event.seq for event in heard] == sorted({event.seq for event in heard})
    assert {event.type for event in heard} == {"order"}


async def test_an_order_that_no_screen_of_any_process_shows_is_not_read(book: Database, bus: Bus) -> None:
    order, db = await record(book, child_of("ord_1")), CountedReads(book)
    async with telling(db, bus) as announcer, bus.subscribe("changed orders") as told:
        announcer.changed(USER, order.id)
        if bus.shared:
            await asyncio.wait_for(anext(told), SOON)
        async with bus.subscribe(user_topic(UserId("other"))):
            announcer.changed(USER, OrderId("ord_1"))
    assert db.reads == 0


async def test_a_process_that_fell_behind_says_so_to_its_screens_once(book: Database) -> None:
    bus = LocalBus()
    order = await record(book, child_of("ord_1"))
    async with telling(book, bus) as announcer, bus.subscribe(user_topic(USER)) as screen:
        await bus.publish("changed orders", {"type": "lagged"})
        announcer.changed(USER, order.id)
        heard: list[Event] = [await asyncio.wait_for(anext(screen), SOON) for _ in range(2)]
    assert [event.type for event in heard] == ["lagged", "order"]
