"""Telling many sockets of one change: in slices, each listener once, whatever one of them does."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from time import monotonic
from typing import Any, cast

import pytest

from orchestrator.market.audience import SLICE, Audience
from orchestrator.market.hub import Hub

LISTENERS = 5


class Slow:
    """Takes a whole slice to be told."""

    def __init__(self, name: str, told: list[str], *, fails: bool = False) -> None:
        self.next_at, self._name, self._told, self._fails = 0.0, name, told, fails

    def wake(self, now: float, now_ms: int) -> None:
        until = monotonic() + SLICE
        while monotonic() < until:
            pass
        self._told.append(self._name)
        if self._fails:
            raise RuntimeError("its own affair")


@pytest.fixture
def audience() -> Audience:
    return Audience(cast(Hub, None), lambda: datetime.now(UTC))


async def test_what_else_waits_has_its_turn_between_two_slices(audience: Audience) -> None:
    told: list[str] = []
    for number in range(LISTENERS):
        audience.soon(Slow(f"socket {number}", told))
    while len(told) < 2 * LISTENERS:
        told.append("an order")
        await asyncio.sleep(0)
    assert told[1::2] == [f"socket {number}" for number in range(LISTENERS)]


async def test_a_listener_that_fails_is_its_own_affair(audience: Audience) -> None:
    told: list[str] = []
    failures: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context["exception"]))
    for number in range(LISTENERS):
        audience.soon(Slow(str(number), told, fails=number % 2 == 0))
    while len(told) < LISTENERS:
        await asyncio.sleep(0)
    assert told == [str(number) for number in range(LISTENERS)]
    assert len(failures) == 3


async def test_a_round_that_comes_while_another_is_told_waits_for_it(audience: Audience) -> None:
    told: list[str] = []
    for name in ("first", "second", "third"):
        audience.soon(Slow(name, told))
    while not told:
        await asyncio.sleep(0)
    audience.soon(Slow("of the next round", told))
    while len(told) < 4:
        await asyncio.sleep(0)
    assert told == ["first", "second", "third", "of the next round"]
