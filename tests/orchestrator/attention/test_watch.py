"""When what needs a person is read again for a screen that is open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from domain.account import UserId
from domain.calendar import Calendar
from orchestrator.attention import watch
from orchestrator.attention.matters import Known
from orchestrator.attention.watch import Attention
from orchestrator.bus import LAGGED, Event, LocalBus, user_topic
from tests.adapters.desk import now

USER = UserId("usr_1")
ACCOUNTS = SimpleNamespace(
    all=lambda: [SimpleNamespace(account=SimpleNamespace(user_id=USER))], of_user=lambda user: []
)


class Reader:
    """Counts readings; `meanwhile` happens during the next one."""

    def __init__(self, bus: LocalBus) -> None:
        self.bus, self.count, self.meanwhile = bus, 0, ""

    async def __call__(self, *given: object, **more: object) -> Known:
        self.count += 1
        if self.meanwhile:
            happens, self.meanwhile = self.meanwhile, ""
            await self.bus.publish(user_topic(USER), {"type": happens})
            await passed()
        return Known([], [], None, [])


async def passed() -> None:
    """Whoever listens has heard of it."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
def bus() -> LocalBus:
    return LocalBus()


@pytest.fixture
def reader(bus: LocalBus, monkeypatch: pytest.MonkeyPatch) -> Reader:
    made = Reader(bus)
    monkeypatch.setattr(watch, "read", made)
    return made


@pytest.fixture
async def attention(bus: LocalBus, reader: Reader) -> AsyncIterator[Attention]:
    made = Attention(
        db=cast(Any, None),
        bus=bus,
        connections=cast(Any, ACCOUNTS),
        hub=cast(Any, None),
        calendar=Calendar(always_open=True),
        clock=now,
    )
    hearing = asyncio.create_task(made.hear())
    async with bus.subscribe(user_topic(USER)):
        await passed()
        yield made
    hearing.cancel()


async def test_what_was_read_while_something_changed_is_read_again(
    attention: Attention, reader: Reader
) -> None:
    reader.meanwhile = "kill_switch"
    await attention.look()
    await attention.look()
    assert reader.count == 2
    await attention.look()
    assert reader.count == 2, "nothing has changed since"


async def test_after_events_were_lost_everybody_is_read_again(
    attention: Attention, reader: Reader, bus: LocalBus
) -> None:
    await attention.look()
    bus.deliver(Event("", 0, now(), LAGGED))
    await passed()
    await attention.look()
    assert reader.count == 2
