"""What needs a person, worked out when someone asks and, for who has a screen open, told again when it changes."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from domain.account import UserId
from domain.calendar import Calendar
from orchestrator.accounts.connections import Connections
from orchestrator.attention.matters import Known, matters
from orchestrator.attention.reading import read
from orchestrator.attention.schemas import AttentionOut
from orchestrator.bus import LAGGED, Bus, Event, user_topic
from orchestrator.market.hub import Hub
from orchestrator.state import Clock
from orchestrator.storage.db import Database

LOOK = 2.0  # seconds between looks
STORED = 10.0  # seconds that what was read of the database holds, while nobody tells of a change
USERS = user_topic(UserId(""))
TELLING = frozenset(
    {"order", "account", "alert", "kill_switch", "portfolio", "approval", LAGGED}
)  # events after which it may be another


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
        self._known: dict[UserId, tuple[Known, float]] = {}  # with the loop's time of the reading
        self._changes = 0  # heard of so far, anybody's
        self._seq = 0

    async def of(self, user: UserId) -> AttentionOut:
        """As it is now."""
        known = await self._read(user)
        return self._out(known)

    async def run(self) -> None:
        """Until cancelled: look again and again."""
        while True:
            await asyncio.sleep(LOOK)
            await self.look()

    async def hear(self) -> None:
        """Until cancelled: what changed is read again at the next look."""
        async with self._bus.subscribe() as events:
            async for event in events:
                if event.type not in TELLING:
                    continue
                self._changes += 1
                if event.type == LAGGED:
                    self._known.clear()  # nobody knows whose
                else:
                    self._known.pop(UserId(event.topic.removeprefix(USERS)), None)

    async def look(self) -> None:
        """Tell who watches and has other matters than before. Who begins to watch has read them."""
        watching = {
            user
            for user in {one.account.user_id for one in self._connections.all()}
            if self._bus.watched(user_topic(user))
        }
        self._told = {user: told for user, told in self._told.items() if user in watching}
        self._known = {user: known for user, known in self._known.items() if user in watching}
        for user in watching:
            found = self._out(await self._lately(user))
            before = self._told.get(user)
            self._told[user] = found
            if before is None or before.items != found.items:
                self._tell(user, found)

    async def _lately(self, user: UserId) -> Known:
        """What is stored as of some seconds ago; accounts as they are now."""
        known, at = self._known.get(user, (None, 0.0))
        if known is None or asyncio.get_running_loop().time() - at > STORED:
            changes = self._changes
            known = await self._read(user)
            if changes == self._changes:  # else it may be of before the change: read again at the next look
                self._known[user] = (known, asyncio.get_running_loop().time())
        return replace(known, accounts=self._connections.of_user(user))

    async def _read(self, user: UserId) -> Known:
        now = self._clock()
        day = self._calendar.trading_day(now)
        return await read(self._db, self._connections, self._hub, user, day=day, now=now)

    def _out(self, known: Known) -> AttentionOut:
        now = self._clock()
        return AttentionOut(items=matters(known, self._calendar, now), as_of=now)

    def _tell(self, user: UserId, found: AttentionOut) -> None:
        self._seq = max(self._seq + 1, int(found.as_of.timestamp() * 1000))
        data = found.model_dump(mode="json")
        self._bus.deliver(Event(user_topic(user), self._seq, found.as_of, "attention", data))
