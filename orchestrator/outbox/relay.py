"""Brings kept events from the database to the bus, in order.

Every process may run one. Numbers are given under a lock, and the bus takes a batch only behind the one before it: two
that work at the same time are slower, never wrong, and one that dies at any point leaves its work to the next look.
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from redis.exceptions import RedisError

from orchestrator.bus import Bus, Kept, batch
from orchestrator.outbox import numbering, reading
from orchestrator.storage.db import Database

log = structlog.get_logger(__name__)

GATHER = 0.03  # seconds: what a burst keeps is numbered in one go
LOOK = 0.5  # seconds between looks for what nobody told of
AT_ONCE = 500  # events in one batch
REBUILT = 10_000  # of the newest events, to a bus that has lost everything


class Relay:
    """Owned by one event loop."""

    def __init__(self, db: Database, bus: Bus) -> None:
        self._db, self._bus = db, bus
        self._away = False

    async def start(self) -> None:
        """A bus within this process has nobody to tell of the time before it."""
        if not self._bus.shared:
            head = await self._db.read(lambda conn: reading.head(conn, reading.ALL))
            newest = await self._db.read(lambda conn: reading.after(conn, head - 1, 1))
            if newest:
                await self._bus.carry(newest, after=0)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await self._bus.nudged.wait()
                await asyncio.sleep(GATHER)
            self._bus.nudged.clear()
            await self.step()

    async def step(self) -> None:
        """Number what waits, and carry what the bus does not have. Works until nothing is left to do."""
        while True:
            placed = await self._number()
            if placed and self._bus.shared:
                self._bus.deliver(batch(placed))  # readers here wait for no other machine
            carried = await self._carry() if placed or self._bus.shared else False
            if not placed and not carried:
                return

    async def _number(self) -> list[Kept]:
        if not await self._db.read(numbering.waiting):
            return []
        return await self._db.write(numbering.number, lock=numbering.LOCK)

    async def _carry(self) -> bool:
        """One batch; whether there was one. A bus that is away gets it when it is back."""
        try:
            carried = await self._bus.carried()
            kept = await self._db.read(lambda conn: reading.after(conn, carried, AT_ONCE))
            if (
                carried == 0 and kept
            ):  # new, or it has lost everything: what is newest, or it would take hours
                head = await self._db.read(lambda conn: reading.head(conn, reading.ALL))
                oldest = max(kept[0].position - 1, head - REBUILT)
                kept = await self._db.read(lambda conn: reading.after(conn, oldest, AT_ONCE))
            if kept:
                await self._bus.carry(kept, carried)
        except (RedisError, OSError) as error:
            if not self._away:
                log.warning("outbox.bus_away", error=type(error).__name__)
            self._away = True
            return False
        if self._away:
            log.info("outbox.bus_back", carried=carried)
        self._away = False
        return bool(kept)
