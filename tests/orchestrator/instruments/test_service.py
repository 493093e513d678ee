"""The directory survives restarts and brokers that are down, and is renewed every morning."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from adapters.broker import Endpoints
from domain.account import BrokerId
from domain.instrument import InstrumentId
from orchestrator.instruments.columns import Columns
from orchestrator.instruments.service import Instruments, last_morning
from orchestrator.storage.db import Database
from tests.orchestrator.instruments.masters import GROWW, UPSTOX, ZERODHA, Masters, adapters

EVENING = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
INFY = InstrumentId.parse("NSE:INFY")


def nowhere(_broker: BrokerId) -> Endpoints:
    return Endpoints(rest="", login="")


@asynccontextmanager
async def started(db: Database, now: datetime = EVENING, **masters: Masters) -> AsyncIterator[Instruments]:
    service = Instruments(db=db, adapters=adapters(**masters), endpoints=nowhere, clock=lambda: now)
    await service.start()
    try:
        yield service
    finally:
        await service.close()


async def test_a_first_start_waits_for_the_masters(db: Database) -> None:
    async with started(db, zerodha=Masters(ZERODHA), upstox=Masters(UPSTOX)) as service:
        known = service.get(INFY)
        assert known is not None
        assert service.brokers(INFY) == [BrokerId.ZERODHA, BrokerId.UPSTOX]
        assert service.same_share(known) == (INFY, InstrumentId.parse("BSE:INFY"))
        assert service.symbols(BrokerId.GROWW).listing(INFY) is None


async def test_processes_that_start_at_once_on_one_database_all_know_every_master(db: Database) -> None:
    async def start_one() -> int:
        async with started(
            db, zerodha=Masters(ZERODHA), upstox=Masters(UPSTOX), groww=Masters(GROWW)
        ) as service:
            return len(service.brokers(INFY))

    assert await asyncio.gather(*(start_one() for _ in range(8))) == [3] * 8


async def test_a_restart_needs_no_broker(db: Database) -> None:
    async with started(db, zerodha=Masters(ZERODHA), upstox=Masters(UPSTOX)) as first:
        before = len(first)
    silent = Masters([])
    silent.down = True
    async with started(db, zerodha=silent, upstox=silent) as service:
        assert len(service) == before
        assert service.isins([INFY]) == {INFY: "INE009A01021"}
    assert silent.asked == 0


async def test_yesterdays_master_serves_when_the_broker_is_down(db: Database) -> None:
    masters = Masters(ZERODHA)
    async with started(db, zerodha=masters):
        pass
    masters.down = True
    async with started(db, datetime(2026, 11, 21, 12, 0, tzinfo=UTC), zerodha=masters) as service:
        await service.refresh([BrokerId.ZERODHA])
        assert service.get(INFY) is not None
    assert masters.asked > 1


async def test_a_new_morning_brings_a_new_master_under_names_kept_long(db: Database) -> None:
    masters = Masters(ZERODHA[:1])
    async with started(db, zerodha=masters) as service:
        kept = service.symbols(BrokerId.ZERODHA)
        assert kept.listing(InstrumentId.parse("NSE:RELIANCE")) is None
        masters.listings = ZERODHA
        await service.refresh([BrokerId.ZERODHA])
        assert kept.listing(InstrumentId.parse("NSE:RELIANCE")) is not None


async def test_a_broker_that_comes_up_later_is_asked_again(db: Database) -> None:
    late = Masters(ZERODHA)
    late.down = True
    async with started(db, zerodha=late) as service:
        assert service.get(INFY) is None
        late.down = False
        async with asyncio.timeout(60):
            while service.get(INFY) is None:
                await asyncio.sleep(0.05)


async def test_a_start_on_another_day_asks_even_before_the_morning(db: Database) -> None:
    masters = Masters(ZERODHA)
    async with started(db, EVENING, zerodha=masters):
        pass
    before_half_past_eight = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
    async with started(db, before_half_past_eight, zerodha=masters):
        async with asyncio.timeout(60):
            while masters.asked < 2:
                await asyncio.sleep(0.02)


async def test_what_one_process_loads_in_the_morning_all_take_over(db: Database) -> None:
    masters, other = Masters(ZERODHA[:1]), Masters(ZERODHA[:1])
    morning, reliance = EVENING + timedelta(hours=15), InstrumentId.parse("NSE:RELIANCE")
    async with started(db, zerodha=masters), started(db, zerodha=other) as follower:
        async with started(db, morning, zerodha=Masters(ZERODHA)) as loader:
            assert await loader.load_due() == []
        asked = other.asked
        await follower.follow()
        await follower.follow()
        assert follower.get(reliance) is not None
        assert other.asked == asked


async def test_a_morning_without_a_broker_is_told(db: Database) -> None:
    masters = Masters(ZERODHA)
    async with started(db, zerodha=masters):
        pass
    masters.down = True
    async with started(db, EVENING + timedelta(hours=15), zerodha=masters) as service:
        assert await service.load_due() == [BrokerId.ZERODHA]


async def test_an_empty_master_replaces_nothing(db: Database) -> None:
    masters = Masters(ZERODHA)
    async with started(db, zerodha=masters) as service:
        masters.listings = []
        await service.refresh([BrokerId.ZERODHA])
        assert service.get(INFY) is not None


def test_packing_loses_nothing() -> None:
    rows = [*ZERODHA, *UPSTOX, *GROWW]
    assert Columns.unpack(Columns.of(rows).pack()).listings() == rows


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-11-20T02:59:59+00:00", "2026-11-19T03:00:00+00:00"),
        ("2026-11-20T03:00:00+00:00", "2026-11-20T03:00:00+00:00"),
    ],
)
def test_the_day_of_masters_begins_at_half_past_eight_in_india(now: str, morning: str) -> None:
    assert last_morning(datetime.fromisoformat(now)) == datetime.fromisoformat(morning)
