"""What needs a person, worked out when someone asks and, for who has a screen open, told again when it changes."""

from __future__ import annotations

import asyncio

from domain.account import UserId
from domain.calendar import Calendar
from orchestrator.accounts.connections import Connections
from orchestrator.attention.matters import matters
from orchestrator.attention.reading import read
from orchestrator.attention.schemas import AttentionOut
from orchestrator.bus import Bus, Event, user_topic
from orchestrator.db import Database
from orchestrator.market.hub import Hub
from orchestrator.state import Clock

LOOK = 2.0  # seconds between looks


class Attention:
    """Each process tells the screens that are connected to it."""

    def __init__(
        self,
        *,
        db: Database,
        bus: Bus,
        connections: Connections,
        hub: Hub,
        calendar: Calendar,
        clock: Clock,
    ) -> None:
        self._db, self._bus, self._connections, self._hub = db, bus, connections, hub
        self._calendar, self._clock = calendar, clock
        self._told: dict[UserId, AttentionOut] = {}
        self._seq = 0

    async def of(self, user: UserId) -> AttentionOut:
        now = self._clock()
        day = self._calendar.trading_day(now)
        known = await read(self._db, self._connections, self._hub, user, day=day)
        return AttentionOut(items=matters(known, self._calendar, now), as_of=now)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            await self.look()

    async def look(self) -> None:
        """Tell who watches and has other matters than before. Who begins to watch has read them."""
        watching = {
            user
            for user in {one.account.user_id for one in self._connections.all()}
            if self._bus.watched(user_topic(user))
        }
        self._told = {user: told for user, told in self._told.items() if user in watching}
        for user in watching:
            found = await self.of(user)
            before = self._told.get(user)
            self._told[user] = found
            if before is None or before.items != found.items:
                self._tell(user, found)

    def _tell(self, user: UserId, found: AttentionOut) -> None:
        self._seq = max(self._seq + 1, int(found.as_of.timestamp() * 1000))
        data = found.model_dump(mode="json")
        self._bus.deliver(Event(user_topic(user), self._seq, found.as_of, "attention", data))
