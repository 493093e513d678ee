"""Tells the readers of this process their kept events: each once, in order, without gaps, whatever the bus has lost.

The bus is fast and may lose; the numbers show where it did, and the database has what is missing. That nothing more
came is not seen in numbers: so the last ones are compared with the database's every few seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

from domain.account import UserId
from orchestrator.bus import KEPT, LAGGED, Bus, Event, Kept, user_topic
from orchestrator.outbox import reading
from orchestrator.storage.db import Database

COMPARE = 2.0  # seconds between looks at what may not have arrived
MOST = 500  # events that are told again to one who missed them; one who missed more reads everything again

Shown = Callable[[Sequence[Kept]], Awaitable[list[Event]]]


class Delivery:
    """Owned by one event loop. `shown` makes of kept events what readers are told, one of each, in order."""

    def __init__(self, db: Database, bus: Bus, shown: Shown) -> None:
        self._db, self._bus, self._shown = db, bus, shown
        self._told: dict[UserId, int] = {}  # of those who have readers here: the last number
        self._turn = asyncio.Lock()  # one batch after the other

    async def run(self) -> None:
        """Until cancelled: what the bus brings."""
        async with self._bus.subscribe(KEPT) as events:
            async for event in events:
                if event.type == LAGGED:
                    await self.compare()
                else:
                    await self._take(event.data["kept"])

    async def run_comparing(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(COMPARE)
            await self.compare()

    async def compare(self) -> None:
        """Tell what the database has and the bus did not bring."""
        async with self._turn:  # else a batch that is being told would miss whom it is for
            self._told = {
                user: seq for user, seq in self._told.items() if self._bus.watched(user_topic(user))
            }
        if not self._told:
            return
        users = list(self._told)
        newest = await self._db.read(lambda conn: reading.heads(conn, users))
        async with self._turn:
            for user, seq in newest.items():
                if seq > self._told.get(user, seq):
                    await self._fill(user, seq)

    async def begin(self, user_id: UserId) -> int:
        """The last number so far: who subscribed to the user's topic before this hears of all that come after."""
        head = await self._db.read(lambda conn: reading.head(conn, user_id))
        self._told.setdefault(user_id, head)
        return head

    async def missed(self, user_id: UserId, seq: int) -> list[Event] | None:
        """The user's events behind a number, in order; None: too many, or not all of them are kept any more."""
        found = await self._db.read(lambda conn: reading.missed(conn, user_id, seq, MOST + 1))
        return None if found is None or len(found) > MOST else await self._shown(found)

    async def _take(self, kept: Sequence[Kept]) -> None:
        async with self._turn:
            new: list[Kept] = []
            ahead: dict[UserId, int] = {}  # told once all of it could be shown
            for one in kept:
                if not self._bus.watched(user_topic(one.user_id)):
                    continue
                last = ahead.get(one.user_id, self._told.get(one.user_id, one.seq - 1))
                if one.seq > last + 1:
                    await self._tell(new, ahead)
                    new, ahead = [], {}
                    await self._fill(one.user_id, one.seq)
                elif one.seq == last + 1:
                    new.append(one)
                    ahead[one.user_id] = one.seq
            await self._tell(new, ahead)

    async def _fill(self, user_id: UserId, seq: int) -> None:
        """What is between the last one told and this one, from the database."""
        told = self._told[user_id]
        if seq - told > MOST:  # who finds such a gap in the numbers reads everything again
            self._bus.deliver(Event(user_topic(user_id), seq, datetime.now(UTC), LAGGED))
            self._told[user_id] = seq
            return
        found = await self._db.read(lambda conn: reading.missed(conn, user_id, told, seq - told))
        await self._tell(found or [], {user_id: seq})

    async def _tell(self, kept: Sequence[Kept], ahead: dict[UserId, int]) -> None:
        for event in await self._shown(kept) if kept else ():
            self._bus.deliver(event)
        self._told |= ahead
