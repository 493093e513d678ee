"""Breakers that a person holds open: nothing new goes to an account, or to a whole broker, until a moment or until
closed by hand. In the database, so that it outlives every process and counts in all of them.

What they let through is for `Connection.held_against` and `routing.bars` to say: cancels, and what gives back what is
held there. A hold that ends leaves a trial behind, never a breaker that is simply closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import AccountId, BrokerId
from domain.calendar import IST
from orchestrator.bus import Bus
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.tables.accounts import held_breakers

TOPIC = "held breakers"
LOCK = "held breakers"
OPENED, CLOSED = "opened", "closed"
LOOK = 2.0  # seconds between looks at the table: a command tells no process, and an end passes by the clock

ROW = held_breakers.c


class Holder(StrEnum):
    """Who holds it open. Each closes their own."""

    OPERATOR = "operator"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class HeldBreaker:
    """`account_id` None: all accounts at the broker. `until` None: until it is closed by hand."""

    broker: BrokerId
    account_id: AccountId | None
    by: Holder
    reason: str
    since: datetime
    until: datetime | None

    @property
    def name(self) -> str:
        """One of each: what it covers, and who holds it."""
        return name_of(self.broker, self.account_id, self.by)

    def covers(self, broker: BrokerId, account_id: AccountId) -> bool:
        return self.account_id == account_id if self.account_id else self.broker is broker

    def words(self, now: datetime) -> str:
        """For the account's owner: held by whom, until when, and why."""
        who = "you" if self.by is Holder.OWNER else "an operator"
        return f"held open by {who} {self._end(now)}: {self.reason}"

    def _end(self, now: datetime) -> str:
        if self.until is None:
            return "until it is closed by hand"
        until, today = self.until.astimezone(IST), now.astimezone(IST).date()
        return f"until {until:%H:%M} IST" if until.date() == today else f"until {until:%d %b %H:%M} IST"


def name_of(broker: BrokerId, account_id: AccountId | None, by: Holder) -> str:
    return f"{by}:{account_id or broker.value}"


# --- in the database ---------------------------------------------------------------------------------------------


def hold(conn: Connection, one: HeldBreaker) -> None:
    """Hold it open from now on, in the place of what the same one held there before."""
    conn.execute(sa.delete(held_breakers).where(ROW.name == one.name))
    values = {
        ROW.name: one.name,
        ROW.broker: one.broker.value,
        ROW.account_id: one.account_id,
        ROW.held_by: one.by.value,
        ROW.reason: one.reason,
        ROW.since: one.since,
        ROW.until: one.until,
    }
    conn.execute(sa.insert(held_breakers).values(values))


def release(conn: Connection, broker: BrokerId, account_id: AccountId | None, by: Holder) -> bool:
    """Whether it was held."""
    name = name_of(broker, account_id, by)
    return conn.execute(sa.delete(held_breakers).where(ROW.name == name)).rowcount > 0


def kept(conn: Connection) -> list[HeldBreaker]:
    """Whole brokers first, then operators', then owners'; those that are over, too, until they are held anew."""
    rows = conn.execute(sa.select(held_breakers).order_by(ROW.account_id.is_not(None), ROW.name))
    return [
        HeldBreaker(
            broker=BrokerId(row.broker),
            account_id=AccountId(row.account_id) if row.account_id else None,
            by=Holder(row.held_by),
            reason=row.reason,
            since=row.since,
            until=row.until,
        )
        for row in rows
    ]


# --- in a process ------------------------------------------------------------------------------------------------


class HeldBreakers:
    """What is held open now, as this process knows it. `origin` marks what it says to the others.

    `over` is told of each that has ended or that somebody closed: (broker, account, None for all of them).
    """

    def __init__(
        self,
        db: Database,
        bus: Bus,
        clock: Clock,
        origin: str,
        *,
        over: Callable[[BrokerId, AccountId | None], None],
    ) -> None:
        self._db, self._bus, self._clock, self._origin, self._over = db, bus, clock, origin, over
        self._held: dict[str, HeldBreaker] = {}
        self._turn = asyncio.Lock()

    def on(self, broker: BrokerId, account_id: AccountId) -> tuple[HeldBreaker, ...]:
        """Those that hold this account's breaker open; the first says most. One that is past its end holds on until a
        look has seen that: what follows it is a trial."""
        if not self._held:
            return ()
        return tuple(one for one in self._held.values() if one.covers(broker, account_id))

    def of_broker(self, broker: BrokerId) -> HeldBreaker | None:
        """The one over all accounts there."""
        return self._held.get(name_of(broker, None, Holder.OPERATOR))

    async def opened(self, one: HeldBreaker) -> None:
        """It is in the table: here and in the other processes it counts from now on."""
        await self.look()
        await self._tell(OPENED, one.broker, one.account_id)

    async def closed(self, broker: BrokerId, account_id: AccountId | None) -> None:
        """Somebody closed it, held or not."""
        await self.look()
        self._over(broker, account_id)
        await self._tell(CLOSED, broker, account_id)

    async def look(self) -> None:
        """Take over what the table has."""
        async with self._turn:  # an older look must not end after a newer one
            found = await self._db.read(kept)
            now = self._clock()
            before = self._held
            self._held = {one.name: one for one in found if one.until is None or now < one.until}
        for name, one in before.items():
            if name not in self._held:
                self._over(one.broker, one.account_id)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            await self.look()

    async def hear(self) -> None:
        """Of what other processes did, until cancelled."""
        async with self._bus.subscribe(TOPIC) as events:
            async for event in events:
                data = event.data
                if data.get("from") == self._origin:
                    continue
                await self.look()
                if event.type == CLOSED and data.get("broker") in set(BrokerId):
                    account = data.get("account")
                    self._over(BrokerId(data["broker"]), AccountId(str(account)) if account else None)

    async def _tell(self, kind: str, broker: BrokerId, account_id: AccountId | None) -> None:
        data = {"broker": broker.value, "account": account_id, "from": self._origin}
        await self._bus.signal(TOPIC, {"type": kind, "data": data})
