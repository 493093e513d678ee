"""Hints to look at an account: none is forgotten, and many cost few readings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from domain.account import AccountId
from orchestrator.bus import QUEUE, LocalBus
from orchestrator.postbacks.hints import Hints, tell

ASHA, RAVI = AccountId("acc_asha"), AccountId("acc_ravi")


class Looked:
    def __init__(self) -> None:
        self.at: list[str] = []
        self.changed = asyncio.Event()

    def look(self, account_id: AccountId) -> None:
        self.at.append(account_id)
        self.changed.set()

    def look_everywhere(self) -> None:
        self.look(AccountId("everywhere"))

    async def until(self, *wanted: str) -> None:
        async with asyncio.timeout(60):
            while self.at != list(wanted):
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def following(pause: float) -> AsyncIterator[tuple[LocalBus, Looked]]:
    bus, looked = LocalBus(), Looked()
    task = asyncio.create_task(Hints(bus, looked, pause=pause).run())
    await asyncio.sleep(0)
    yield bus, looked
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_the_first_hint_is_followed_at_once_and_those_soon_after_it_by_one_more_look() -> None:
    async with following(0.05) as (bus, looked):
        for _ in range(20):
            await tell(bus, ASHA)
        await looked.until(ASHA, ASHA)


async def test_accounts_do_not_wait_for_each_other() -> None:
    async with following(60) as (bus, looked):
        for account in (ASHA, RAVI, ASHA):
            await tell(bus, account)
        await looked.until(ASHA, RAVI)


async def test_whoever_fell_behind_looks_everywhere() -> None:
    async with following(60) as (bus, looked):
        for _ in range(QUEUE + 1):
            await tell(bus, ASHA)
        await looked.until("everywhere")
