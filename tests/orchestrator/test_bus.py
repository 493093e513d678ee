"""Events and ticks, inside one process and over Redis."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

from domain.account import BrokerId, UserId
from domain.instrument import Exchange, InstrumentId
from domain.market import Depth, DepthLevel, Tick
from domain.money import Price
from orchestrator.bus import LAGGED, QUEUE, Bus, LocalBus, user_topic
from orchestrator.redis_bus import OUTBOX, SIGNALS, STREAM, TICKS, RedisBus

ONE, OTHER = user_topic(UserId("one")), user_topic(UserId("other"))
INFY, TCS = InstrumentId(Exchange.NSE, "INFY"), InstrumentId(Exchange.NSE, "TCS")
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


async def test_a_reader_hears_its_topics_only(bus: Bus) -> None:
    async with bus.subscribe(ONE) as events:
        await bus.publish(OTHER, {"type": "order", "data": {"id": "other's"}})
        await bus.publish(ONE, {"type": "order", "data": {"id": "mine"}})
        event = await asyncio.wait_for(anext(events), 60)
    assert (event.topic, event.type, event.data) == (ONE, "order", {"id": "mine"})


async def test_sequence_numbers_grow(bus: Bus) -> None:
    async with bus.subscribe(ONE) as events:
        for number in range(20):
            await bus.publish(ONE, {"type": "order", "data": {"n": number}})
        heard = [await asyncio.wait_for(anext(events), 60) for _ in range(20)]
    assert [event.data["n"] for event in heard] == list(range(20))
    assert all(one.seq < two.seq for one, two in itertools.pairwise(heard))


async def test_a_slow_reader_is_told_that_it_lagged(bus: Bus) -> None:
    async with bus.subscribe(ONE) as slow:
        for number in range(QUEUE + 10):
            await bus.publish(ONE, {"type": "order", "data": {"n": number}})
        async with bus.subscribe(ONE) as quick:
            await bus.publish(ONE, {"type": "notice", "data": {}})
            async for event in quick:
                if event.type == "notice":
                    break
        first = await asyncio.wait_for(anext(slow), 60)
    assert first.type == LAGGED


async def test_who_is_watched_is_known(bus: Bus) -> None:
    assert not bus.watched(ONE)
    async with bus.subscribe(ONE):
        assert bus.watched(ONE)
        assert not bus.watched(OTHER)
    assert not bus.watched(ONE)


async def test_ticks_keep_only_the_latest_of_each_instrument(bus: Bus) -> None:
    async with bus.ticks() as ticks:
        for rupees in (1, 2, 3):
            bus.publish_tick(Tick(INFY, Price.of(rupees), NOW))
        bus.publish_tick(Tick(TCS, Price.of("3456.75"), NOW, prev_close=Price.of(3400), volume=7))
        heard = {
            tick.instrument: tick for tick in [await asyncio.wait_for(anext(ticks), 60) for _ in range(2)]
        }
    assert heard[INFY].last_price == Price.of(3)
    assert heard[TCS] == Tick(TCS, Price.of("3456.75"), NOW, prev_close=Price.of(3400), volume=7)
    assert (await bus.latest([INFY])) == {INFY: heard[INFY]}


async def test_a_signal_reaches_who_reads_now(bus: Bus) -> None:
    async with bus.subscribe(ONE) as events:
        await bus.signal(ONE, {"type": "want", "data": {"ltp": ["NSE:INFY"]}})
        event = await asyncio.wait_for(anext(events), 60)
    assert (event.type, event.data) == ("want", {"ltp": ["NSE:INFY"]})


async def test_a_tick_is_the_same_in_every_process(redis_url: str) -> None:
    whole = Tick(
        INFY,
        Price.of("1505.0525"),
        NOW + timedelta(microseconds=123457),
        prev_close=Price.of("1490"),
        volume=12,
        open=Price.of("1495"),
        high=Price.of("1510"),
        low=Price.of("1480"),
        average_price=Price.of("1500.1234"),
        open_interest=4,
        depth=Depth((DepthLevel(Price.of("1504.95"), 3, 1),), (DepthLevel(Price.of("1505.05"), 4),)),
        source=BrokerId.UPSTOX,
    )
    here, there = RedisBus(redis_url), RedisBus(redis_url)
    await here.start()
    await there.start()
    try:
        async with there.ticks() as ticks:
            here.publish_tick(whole)
            assert await asyncio.wait_for(anext(ticks), 60) == whole
    finally:
        await here.close()
        await there.close()


async def test_who_comes_later_finds_the_latest_ticks(redis_url: str) -> None:
    here, later = RedisBus(redis_url), RedisBus(redis_url)
    await here.start()
    try:
        here.publish_tick(Tick(TCS, Price.of("3456.75"), NOW))
        await later.start()
        async with asyncio.timeout(60):
            while not (found := await later.latest([TCS])):
                await asyncio.sleep(0.05)
        assert found[TCS].last_price == Price.of("3456.75")
    finally:
        await here.close()
        await later.close()


async def test_a_tick_missed_while_the_connection_was_lost_is_caught_up_with(redis_url: str) -> None:
    here, there = RedisBus(redis_url), RedisBus(redis_url)
    await here.start()
    await there.start()
    try:
        async with there.ticks() as ticks:
            here.publish_tick(Tick(TCS, Price.of("3456.75"), NOW))
            assert (await asyncio.wait_for(anext(ticks), 60)).last_price == Price.of("3456.75")
            for client in await here._redis.client_list(_type="pubsub"):
                await here._redis.client_kill_filter(_id=client["id"])
            here.publish_tick(Tick(TCS, Price.of("3460"), NOW + timedelta(seconds=1)))
            assert (await asyncio.wait_for(anext(ticks), 60)).last_price == Price.of("3460")
    finally:
        await here.close()
        await there.close()


async def test_ticks_of_another_version_are_passed_over(redis_url: str) -> None:
    bus = RedisBus(redis_url)
    await bus.start()
    try:
        async with bus.ticks() as ticks:
            await bus._redis.publish(TICKS, b'["NSE:INFY","1"]')
            bus.publish_tick(Tick(TCS, Price.of("3460"), NOW))
            assert (await asyncio.wait_for(anext(ticks), 60)).instrument == TCS
    finally:
        await bus.close()


async def test_events_of_another_version_are_passed_over(redis_url: str) -> None:
    """While a new version takes the place of an old one, each may read what the other says."""
    bus = RedisBus(redis_url)
    await bus.start()
    try:
        async with bus.subscribe("accounts") as events:
            await bus._redis.xadd(STREAM, {"of": "another version"})
            await bus._redis.xadd(STREAM, {"t": "accounts", "e": b"not JSON"})
            await bus._redis.xadd(OUTBOX, {"k": b'[1,"usr_asha",1]'})
            await bus._redis.publish(SIGNALS, b'["accounts"]')
            await bus.publish("accounts", {"type": "account", "data": {}})
            assert (await asyncio.wait_for(anext(events), 60)).type == "account"
            await bus.signal("accounts", {"type": "signal", "data": {}})
            assert (await asyncio.wait_for(anext(events), 60)).type == "signal"
    finally:
        await bus.close()


async def test_events_reach_other_processes_over_redis(redis_url: str) -> None:
    here, there = RedisBus(redis_url), RedisBus(redis_url)
    await here.start()
    await there.start()
    try:
        async with there.subscribe(ONE) as events:
            await here.publish(ONE, {"type": "order", "data": {"id": "1"}})
            assert (await asyncio.wait_for(anext(events), 60)).data == {"id": "1"}
    finally:
        await here.close()
        await there.close()


async def test_events_still_reach_their_own_process_while_redis_is_away(redis_url: str) -> None:
    bus = RedisBus(redis_url)
    await bus.start()
    try:
        bus._redis.connection_pool.connection_kwargs["path"] = "/nowhere/redis.sock"
        await bus._redis.connection_pool.disconnect()
        async with bus.subscribe(ONE) as events:
            await bus.publish(ONE, {"type": "order", "data": {"id": "1"}})
            assert (await asyncio.wait_for(anext(events), 60)).data == {"id": "1"}
    finally:
        await bus.close()


async def test_sequence_numbers_grow_over_a_restart() -> None:
    before = LocalBus()
    async with before.subscribe() as events:
        await before.publish(ONE, {"type": "order"})
        first = await anext(events)
    await asyncio.sleep(0.002)
    after = LocalBus()
    async with after.subscribe() as events:
        await after.publish(ONE, {"type": "order"})
        assert (await anext(events)).seq > first.seq
