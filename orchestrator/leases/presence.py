"""Which processes live: each holds a lease of its own name, whatever else it does."""

from __future__ import annotations

import asyncio

from orchestrator.leases import rows
from orchestrator.leases.leases import Leases
from orchestrator.storage.db import Database

PRESENT, WORKS, ANSWERS = "process/", "process/works/", "process/answers/"
PASS = 2.0  # seconds between looks
FORGET = 3_600_000  # milliseconds after which a process that ended is forgotten


class Presence:
    """`works`: for users unasked; else it answers only. `all`: how many processes there are, as last seen."""

    def __init__(self, db: Database, leases: Leases, *, works: bool) -> None:
        self._db, self._leases = db, leases
        self._name = f"{WORKS if works else ANSWERS}{leases.owner}"
        self.all = 1

    def among(self) -> int:
        """How many processes there may be, this one among them."""
        return max(1, self.all)

    async def start(self) -> None:
        await self._db.write(lambda conn: rows.forget(conn, PRESENT, FORGET))
        await self.look()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(PASS)
            await self.look()

    async def look(self) -> int:
        """Be seen, and see the others. How many of all work for users."""
        await self._leases.take(self._name)
        living = await self._db.read(lambda conn: rows.held_now(conn, PRESENT))
        self.all = len(living)
        return sum(name.startswith(WORKS) for name in living)
