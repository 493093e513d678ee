"""What a process has of the outbox: a relay, and a delivery to its own readers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.bus import Bus, Event, Kept, user_topic
from orchestrator.outbox.delivery import Delivery, Shown
from orchestrator.outbox.emitting import emit
from orchestrator.outbox.relay import Relay
from orchestrator.storage.db import Database

ASHA, BINA = UserId("usr_asha"), UserId("usr_bina")
T0 = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)
SOON = 60.0


async def plain(kept: Sequence[Kept]) -> list[Event]:
    """As it was kept."""
    return [
        Event(user_topic(one.user_id), one.seq, one.at, one.type, one.data or {}, kept=True) for one in kept
    ]


@asynccontextmanager
async def process(
    db: Database, bus: Bus, shown: Shown = plain, *, relaying: bool = True
) -> AsyncIterator[Delivery]:
    delivery, relay = Delivery(db, bus, shown), Relay(db, bus)
    await relay.start()
    tasks = [asyncio.create_task(delivery.run())]
    await asyncio.sleep(0)
    if relaying:
        tasks.append(asyncio.create_task(relay.run()))
    try:
        yield delivery
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def keep(db: Database, user: UserId, *numbers: int, thing: str = "") -> None:
    """Events of these numbers in one transaction, all of them of one `thing`."""

    def work(conn: Connection) -> None:
        for one in numbers:
            emit(conn, user, {"type": "order", "data": {"n": one}}, at=T0, thing=thing)

    await db.write(work)


async def heard(events: AsyncIterator[Event], count: int) -> list[Event]:
    return [await asyncio.wait_for(anext(events), SOON) for _ in range(count)]
