"""What operators told of single days, as the calendar of this process has it: the same in all processes.

A change is told to every process at once, and found by itself within half a minute where the telling was lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import date

import structlog

from domain.calendar import SpecialDay, SpecialDays
from domain.instrument import Exchange
from orchestrator.bus import Bus
from orchestrator.loops import Loops
from orchestrator.storage.db import Database
from orchestrator.trading_days import rows

log = structlog.get_logger(__name__)

TOPIC = "calendar"  # between processes: it is not as you know it
RECHECK = 30.0  # seconds that what is known is believed
Key = tuple[Exchange, date]


class LiveDays(Mapping[Key, SpecialDay]):
    """Replaced as a whole, so that a question sees all of a change or nothing; also from another thread."""

    def __init__(self) -> None:
        self._days: SpecialDays = {}

    def replace(self, days: SpecialDays) -> None:
        self._days = days

    def __getitem__(self, key: Key) -> SpecialDay:
        return self._days[key]

    def __iter__(self) -> Iterator[Key]:
        return iter(self._days)

    def __len__(self) -> int:
        return len(self._days)


class Announced:
    """Keeps `days` as the database has them."""

    def __init__(self, db: Database, bus: Bus, days: LiveDays, *, recheck: float = RECHECK) -> None:
        self._db, self._bus, self._recheck = db, bus, recheck
        self._days = days
        self._reading = asyncio.Lock()  # one at a time: the newest reading is the last that is taken over
        self._loops = Loops()

    async def start(self) -> None:
        """A process begins with all that was told: before it nothing asks the calendar."""
        await self._look()
        self._loops.start("changes of the calendar", self._hear)
        self._loops.start("calendar", self._look_often)

    async def close(self) -> None:
        await self._loops.close()

    async def changed(self) -> None:
        """The database was changed: take that over, here and everywhere."""
        await self._bus.publish(TOPIC, {"type": "changed"})
        await self._look()

    async def _hear(self) -> None:
        async with self._bus.subscribe(TOPIC) as events:
            await self._look()  # what changed between the start and now
            async for _ in events:
                await self._look()

    async def _look_often(self) -> None:
        while True:
            await asyncio.sleep(self._recheck)
            await self._look()

    async def _look(self) -> None:
        async with self._reading:
            days = rows.special_days(await self._db.read(rows.standing))
            if days != dict(self._days):
                log.info("calendar.changed", days=len(days))
                self._days.replace(days)
