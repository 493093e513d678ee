"""Readers hear each kept event once and in order, whatever the bus loses; who comes back hears what it missed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from redis import asyncio as redis

from orchestrator.bus import Bus, Event, Kept, LocalBus, batch, user_topic
from orchestrator.outbox import numbering, reading
from orchestrator.outbox.delivery import Delivery
from orchestrator.outbox.relay import Relay
from orchestrator.redis_bus import OUTBOX, RedisBus
from orchestrator.storage.db import Database
from orchestrator.tables.outbox import outbox, outbox_heads
from tests.orchestrator.outbox.process import ASHA, BINA, SOON, heard, keep, plain, process


async def test_events_are_heard_in_order_without_gaps(db: Database, bus: Bus) -> None:
    async with process(db, bus) as delivery, bus.subscribe(user_topic(ASHA)) as events:
        assert await delivery.begin(ASHA) == 0
        for number in range(5):
            await keep(db, ASHA, number)
            await keep(db, BINA, number)
            bus.nudge()
        told = await heard(events, 5)
    assert [(one.seq, one.data["n"], one.kept) for one in told] == [(n + 1, n, True) for n in range(5)]


async def test_nobody_need_be_told_that_something_was_kept(db: Database, bus: Bus) -> None:
    """Whoever kept it may have died right after."""
    async with process(db, bus), bus.subscribe(user_topic(ASHA)) as events:
        await keep(db, ASHA, 1)
        assert [one.seq for one in await heard(events, 1)] == [1]


async def test_what_the_bus_lost_in_between_is_read_from_the_database(db: Database) -> None:
    bus = LocalBus()
    async with process(db, bus, relaying=False) as delivery, bus.subscribe(user_topic(ASHA)) as events:
        await delivery.begin(ASHA)
        await keep(db, ASHA, *range(1, 10))
        kept = await db.write(numbering.number, lock=numbering.LOCK)
        for some in (kept[:2], kept[5:6], kept[1:4], kept[8:]):
            bus.deliver(batch(some))
        assert [one.seq for one in await heard(events, 9)] == list(range(1, 10))


async def test_what_the_bus_lost_at_the_end_is_found_by_comparing(db: Database) -> None:
    bus = LocalBus()
    async with process(db, bus, relaying=False) as delivery, bus.subscribe(user_topic(ASHA)) as events:
        await delivery.begin(ASHA)
        await keep(db, ASHA, 1, 2)
        await db.write(numbering.number, lock=numbering.LOCK)
        await delivery.compare()
        await delivery.compare()
        await keep(db, ASHA, 3)
        bus.deliver(batch(await db.write(numbering.number, lock=numbering.LOCK)))
        assert [one.seq for one in await heard(events, 3)] == [1, 2, 3]


async def test_events_that_could_not_be_shown_are_shown_the_next_time(db: Database) -> None:
    bus, failures = LocalBus(), iter([OSError("the database is away")])

    async def shown(kept: Sequence[Kept]) -> list[Event]:
        if (failure := next(failures, None)) is not None:
            raise failure
        return await plain(kept)

    async with process(db, bus, shown, relaying=False) as delivery, bus.subscribe(user_topic(ASHA)) as events:
        await delivery.begin(ASHA)
        await keep(db, ASHA, 1)
        await db.write(numbering.number, lock=numbering.LOCK)
        with pytest.raises(OSError, match="away"):
            await delivery.compare()
        await delivery.compare()
        assert [one.seq for one in await heard(events, 1)] == [1]


async def test_who_is_too_far_behind_is_told_to_read_everything(db: Database) -> None:
    bus = LocalBus()
    async with process(db, bus, relaying=False) as delivery, bus.subscribe(user_topic(ASHA)) as events:
        await delivery.begin(ASHA)
        for start in range(0, 600, 100):
            await keep(db, ASHA, *range(start, start + 100))
        while kept := await db.write(numbering.number, lock=numbering.LOCK):
            last = kept
        bus.deliver(batch(last[-1:]))
        assert [one.type for one in await heard(events, 1)] == ["lagged"]
        assert await delivery.missed(ASHA, 0) is None
        assert [one.seq for one in await delivery.missed(ASHA, 597) or ()] == [598, 599, 600]


# --- several processes -------------------------------------------------------------------------------------------


@pytest.fixture
async def two(redis_url: str) -> AsyncIterator[tuple[RedisBus, RedisBus]]:
    buses = RedisBus(redis_url), RedisBus(redis_url)
    for bus in buses:
        await bus.start()
    yield buses
    for bus in buses:
        await bus.close()


async def test_events_of_one_process_reach_the_readers_of_another_once(
    db: Database, two: tuple[RedisBus, RedisBus]
) -> None:
    here, there = two
    async with process(db, here), process(db, there), there.subscribe(user_topic(ASHA)) as events:
        for number in range(1, 31):
            await keep(db, ASHA, number)
            here.nudge()
        told = await heard(events, 30)
    assert [one.seq for one in told] == list(range(1, 31))
    assert [one.data["n"] for one in told] == list(range(1, 31))


async def test_a_redis_that_lost_everything_is_filled_again_and_nothing_is_skipped_or_doubled(
    db: Database, two: tuple[RedisBus, RedisBus], redis_url: str
) -> None:
    here, there = two
    server = redis.Redis.from_url(redis_url)
    async with process(db, here), process(db, there), there.subscribe(user_topic(ASHA)) as events:
        told: list[int] = []
        for round_ in range(4):
            await keep(db, ASHA, *range(round_ * 5, round_ * 5 + 5))
            here.nudge()
            if round_ == 1:
                await server.flushall()
            told += [one.seq for one in await heard(events, 5)]
        await server.flushall()
        assert told == list(range(1, 21))
        async with asyncio.timeout(SOON):
            while await there.carried() != 20:
                await asyncio.sleep(0.01)
        ids = [entry.decode() for entry, _ in await server.xrange(OUTBOX)]
    await server.aclose()
    assert ids == [f"{number}-0" for number in range(1, 21)]


async def test_relays_at_work_together_carry_everything_once_and_in_order(
    db: Database, two: tuple[RedisBus, RedisBus], redis_url: str
) -> None:
    relays = [Relay(db, bus) for bus in two]
    for number in range(20):
        await keep(db, ASHA, number)
        await asyncio.gather(*(relay.step() for relay in relays))
    server = redis.Redis.from_url(redis_url)
    ids = [entry.decode() for entry, _ in await server.xrange(OUTBOX)]
    await server.aclose()
    assert ids == [f"{number}-0" for number in range(1, 21)]


@pytest.mark.parametrize("emptied", [False, True])
async def test_after_the_database_was_put_back_redis_is_behind_at_once(
    db: Database, two: tuple[RedisBus, RedisBus], redis_url: str, emptied: bool
) -> None:
    """What it has is of a time that the database does not know; or it has nothing."""
    for number in range(5):
        await keep(db, ASHA, number)
    await db.write(numbering.number, lock=numbering.LOCK)
    kept = await db.read(lambda conn: reading.after(conn, 0, 10))
    assert await two[0].carry(kept, 0)
    moment = sa.update(outbox_heads).values(seq=2)
    await db.write(lambda conn: conn.execute(sa.delete(outbox).where(outbox.c.position > 2)))
    await db.write(lambda conn: conn.execute(moment))
    server = redis.Redis.from_url(redis_url)
    if emptied:
        await server.flushall()
    await server.aclose()
    await db.write(lambda conn: numbering.begin_anew(conn, datetime.now(UTC)), lock=numbering.LOCK)
    here, there = RedisBus(redis_url), RedisBus(redis_url)
    for one in (here, there):
        await one.start()
    async with process(db, here), process(db, there), there.subscribe(user_topic(ASHA)) as events:
        await keep(db, ASHA, 10, 11)
        here.nudge()
        told = await heard(events, 2)
    assert [one.data["n"] for one in told] == [10, 11]
    assert await here.carried() == await db.read(lambda conn: reading.head(conn, reading.ALL))
    for one in (here, there):
        await one.close()


async def test_a_batch_is_refused_where_it_would_leave_a_gap(
    db: Database, two: tuple[RedisBus, RedisBus]
) -> None:
    bus, _ = two
    await keep(db, ASHA, *range(6))
    await db.write(numbering.number, lock=numbering.LOCK)
    kept = await db.read(lambda conn: reading.after(conn, 0, 10))
    assert await bus.carry(kept[:2], 0)
    assert not await bus.carry(kept[3:], 3)
    assert not await bus.carry(kept[:3], 0)
    assert await bus.carried() == 2
    assert await bus.carry(kept[2:], 2)


async def test_events_reach_their_own_process_while_redis_is_away(
    db: Database, two: tuple[RedisBus, RedisBus]
) -> None:
    bus, _ = two
    async with process(db, bus), bus.subscribe(user_topic(ASHA)) as events:
        bus._redis.connection_pool.connection_kwargs["path"] = "/nowhere/redis.sock"
        await bus._redis.connection_pool.disconnect()
        await keep(db, ASHA, 1, 2)
        bus.nudge()
        assert [one.seq for one in await heard(events, 2)] == [1, 2]


async def test_who_leaves_in_the_middle_of_a_batch_holds_up_nobody_else(db: Database) -> None:
    bus, begun, may_go_on = LocalBus(), asyncio.Event(), asyncio.Event()

    async def slowly(kept: Sequence[Kept]) -> list[Event]:
        begun.set()
        await may_go_on.wait()
        return []

    delivery = Delivery(db, bus, slowly)
    await keep(db, ASHA, 1, 2)
    await keep(db, BINA, 1)
    _, second, binas = await db.write(numbering.number, lock=numbering.LOCK)
    async with bus.subscribe(user_topic(BINA)):
        async with bus.subscribe(user_topic(ASHA)):
            delivery._told |= {ASHA: 0, BINA: 0}
            taking = asyncio.create_task(delivery._take([binas, second]))
            await begun.wait()
        comparing = asyncio.create_task(delivery.compare())
        await asyncio.sleep(0)
        may_go_on.set()
        await asyncio.gather(taking, comparing)
