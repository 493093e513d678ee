"""A breaker that opens in one process makes the others doubt, and keeps none from its broker."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters.broker import Broker
from adapters.guard import READS, WRITES, Guarded, GuardSettings, NotSent
from domain.account import AccountId
from domain.errors import BrokerUnavailable, OutcomeUnknown
from orchestrator.accounts.breakers import TOPIC, Breakers
from orchestrator.accounts.connection import Connection
from orchestrator.bus import Bus
from orchestrator.redis_bus import RedisBus
from tests.adapters.test_guard import CHILD, Scripted

ONE = AccountId("acc_1")
ONCE = GuardSettings(read_attempts=1)
AWAY = BrokerUnavailable("away")


class Process:
    """With one account."""

    def __init__(self, bus: Bus, name: str, *script: BrokerUnavailable | OutcomeUnknown | str) -> None:
        self.tasks: set[asyncio.Task[None]] = set()
        self.breakers = Breakers(bus, name, self._find, self._spawn)
        self.broker = Scripted(*script)
        self.guard = Guarded(
            cast(Broker, self.broker), ONCE, opened=lambda kind: self.breakers.opened(ONE, kind)
        )

    def _find(self, account_id: AccountId) -> Connection | None:
        return cast(Connection, SimpleNamespace(broker=self.guard)) if account_id == ONE else None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        self.tasks.add(asyncio.create_task(work))

    async def reads(self, times: int) -> None:
        for _ in range(times):
            with pytest.raises(BrokerUnavailable):
                await self.guard.margin()


async def test_what_opened_elsewhere_opens_here_with_the_first_failure() -> None:
    here = Process(cast(Bus, SimpleNamespace(shared=False)), "here", AWAY)
    here.guard.doubt(READS)
    assert (here.guard.health().reads, here.guard.health().writes) == ("half_open", "closed")
    await here.reads(1)
    assert here.guard.health().reads == "open"
    with pytest.raises(NotSent):
        await here.guard.margin()
    assert here.broker.calls == 1


async def test_one_good_answer_ends_the_doubt_and_an_open_breaker_stays_open() -> None:
    here = Process(cast(Bus, SimpleNamespace(shared=False)), "here")
    here.guard.doubt(WRITES)
    await here.guard.place(CHILD)
    assert here.guard.health().writes == "closed"
    there = Process(cast(Bus, SimpleNamespace(shared=False)), "there", AWAY, AWAY, AWAY)
    await there.reads(3)
    there.guard.doubt(READS)
    assert there.guard.health().reads == "open"


async def test_a_write_without_a_clear_answer_while_in_doubt_keeps_its_own_error() -> None:
    here = Process(cast(Bus, SimpleNamespace(shared=False)), "here", OutcomeUnknown("late"))
    here.guard.doubt(WRITES)
    with pytest.raises(OutcomeUnknown):
        await here.guard.place(CHILD)
    assert here.guard.health().writes == "open"


async def test_processes_hear_of_each_others_and_not_of_their_own(redis_url: str) -> None:
    buses = [RedisBus(redis_url), RedisBus(redis_url)]
    for bus in buses:
        await bus.start()
    here, there = Process(buses[0], "here", AWAY, AWAY, AWAY), Process(buses[1], "there")
    running = [asyncio.create_task(one.breakers.run()) for one in (here, there)]
    while not all(bus.watched(TOPIC) for bus in buses):
        await asyncio.sleep(0.01)
    await here.reads(3)
    while there.guard.health().reads != "half_open":
        await asyncio.sleep(0.01)
    assert here.guard.health().reads == "open"
    await there.guard.margin()
    assert there.guard.health().reads == "closed", "its way to the broker is good"
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    for bus in buses:
        await bus.close()
