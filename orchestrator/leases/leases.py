"""The leases of this process: taken, renewed well inside their length, and given back.

A process that dies is noticed when its leases run out, one that was stopped finds that its own have: its clock says so
before another may take them, and `fenced` refuses what it would write all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from typing import Any

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from orchestrator.ids import new_id
from orchestrator.leases import rows
from orchestrator.leases.lease import Lease, Seconds, since_boot
from orchestrator.storage.db import Database
from orchestrator.telemetry.metrics import LEASE_MOVES

log = structlog.get_logger(__name__)

LASTS = 6.0  # seconds without renewal until another process may take one
RENEWED = 3  # times in that
EARLY = 0.1  # of its length by which we stop before the row says so: clocks run at slightly different speeds
RETRY = 0.5  # seconds until a database that did not answer is asked again
LOOK = 0.25  # seconds between looks at whether work that is done alone is ours


class Leases:
    """`seize`: this is the only process there is, so whoever held a lease when it began is one that died. `clock` gives
    seconds that pass while the process is stopped, too."""

    def __init__(
        self,
        db: Database,
        *,
        owner: str | None = None,
        lasts: float = LASTS,
        seize: bool = False,
        clock: Seconds = since_boot,
    ) -> None:
        self._db, self._lasts, self._clock = db, lasts, clock
        self.seizes = seize
        self.owner = owner or new_id("prc")
        self._mine: dict[str, Lease] = {}
        self._moved: list[Callable[[Sequence[str]], None]] = []
        self._asked: set[str] = set()

    @property
    def lasts(self) -> float:
        return self._lasts

    def held(self, name: str) -> bool:
        lease = self._mine.get(name)
        return lease is not None and lease.held

    def get(self, name: str) -> Lease | None:
        """The lease while it surely is ours."""
        lease = self._mine.get(name)
        return lease if lease is not None and lease.held else None

    def mine(self) -> list[Lease]:
        """All that surely are ours."""
        return [lease for lease in self._mine.values() if lease.held]

    def on_move(self, heard: Callable[[Sequence[str]], None]) -> None:
        """Call `heard` with the names of leases that have just become ours."""
        self._moved.append(heard)

    # --- taking and giving back ----------------------------------------------------------------------------------

    async def take(self, name: str) -> Lease | None:
        """The lease, or None while another process holds it, or may."""
        if name in self._mine:
            return self.get(name)
        return next(iter(await self.take_some([name], 1)), None)

    async def take_some(self, names: Collection[str], most: int) -> list[Lease]:
        """At most so many that nobody holds. What ran out here is ours again, or lost, at the next renewal."""
        names = [name for name in names if name not in self._mine]
        if not names or most < 1:
            return []
        asked_at, lasts = self._clock(), round(self._lasts * 1000)
        new = {name for name in names if name not in self._asked}

        def work(conn: Connection) -> dict[str, int]:
            rows.make(conn, names)  # also again: names of processes are forgotten
            begins = self.seizes and bool(new)
            return rows.take(conn, names, owner=self.owner, lasts=lasts, most=most, seize=begins)

        fences = await self._db.write(work)
        self._asked |= new
        taken = [
            Lease(name, self.owner, fence, self._end(asked_at), self._clock) for name, fence in fences.items()
        ]
        self._mine.update((lease.name, lease) for lease in taken)
        if taken:
            moved = [lease.name for lease in taken]
            LEASE_MOVES.inc(len(moved))
            log.info("leases.taken", owner=self.owner, count=len(moved), first=moved[0])
            for heard in self._moved:
                heard(moved)
        return taken

    async def renew(self) -> None:
        """Hold on to everything that we know to be ours; what another process took is ours no more.

        What was taken or given back without an answer from the database runs out, and is taken again by anybody.
        """
        asked_at, before = self._clock(), dict(self._mine)
        lasts = round(self._lasts * 1000)
        fences = await self._db.write(lambda conn: rows.renew(conn, self.owner, before, lasts))
        for name, lease in before.items():
            if self._mine.get(name) is not lease:
                continue  # given back, or taken anew, meanwhile
            if fences.get(name) == lease.fence:
                lease.until(self._end(asked_at))
            else:
                lease.end()
                del self._mine[name]
                log.warning("leases.lost", name=name)

    async def release(self, names: Iterable[str]) -> None:
        """Give these back at once: from now on they are not held here, whatever becomes of the row."""
        ended = [lease for name in names if (lease := self._mine.pop(name, None)) is not None]
        for lease in ended:
            lease.end()
        if ended:
            given = [lease.name for lease in ended]
            await self._db.write(lambda conn: rows.release(conn, self.owner, given))

    def _end(self, asked_at: float) -> float:
        """From the moment of asking: the row was written later, and lasts longer."""
        return asked_at + self._lasts * (1 - EARLY)

    # --- running -------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Renew, until cancelled; where the database does not answer, again soon."""
        pause = self._lasts * (1 - EARLY) / RENEWED
        answered = True
        while True:
            await asyncio.sleep(pause if answered else RETRY)
            try:
                await self.renew()
                answered = True
            except (SQLAlchemyError, OSError) as error:
                answered = False
                log.warning("leases.not_renewed", error=type(error).__name__)

    async def close(self) -> None:
        """Give everything back, so that nobody has to wait until it has run out."""
        try:
            await self.release(list(self._mine))
        except (SQLAlchemyError, OSError) as error:
            log.warning("leases.not_given_back", error=type(error).__name__)

    async def alone(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do `work` here while this process holds the lease: in one process of all. Until cancelled, or it is done."""
        while True:
            if await self.take(name) is None:
                await asyncio.sleep(self._lasts / RENEWED / 2)
            elif await self._while_held(name, work()):
                return

    async def _while_held(self, name: str, work: Coroutine[Any, Any, None]) -> bool:
        """Whether the work has ended by itself. Raises what it raises."""
        task = asyncio.create_task(work, name=name)
        try:
            while self.held(name) and not task.done():
                await asyncio.wait({task}, timeout=LOOK)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)  # until it has let go of everything
        if task.cancelled():
            return False
        await task
        return True
