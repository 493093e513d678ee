"""Sees how long parts of an account are away while its market is open. A blink is none: it must be seen twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from adapters.guard import Health
from domain.account import AccountId, AccountState
from domain.calendar import Calendar
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.leases.shards import Asked, Owning
from orchestrator.measures import repository
from orchestrator.measures.repository import Away, Outage
from orchestrator.state import Clock
from orchestrator.storage.db import Database

LOOK = 1.0  # seconds between looks
TELL = 30.0  # seconds after which an outage that goes on is stored again

Lack = Callable[[AccountId], bool]


class OutageWatch:
    """`without_updates`, `without_prices`: whether an account that should have its stream, or its feed, has none.

    `owning`: only accounts of users whom this process works for are watched."""

    def __init__(
        self,
        *,
        db: Database,
        connections: Connections,
        calendar: Calendar,
        clock: Clock,
        without_updates: Lack,
        without_prices: Lack,
        owning: Owning | None = None,
    ) -> None:
        self._db, self._connections, self._calendar, self._clock = db, connections, calendar, clock
        self._without_updates, self._without_prices = without_updates, without_prices
        self._owning = owning or Asked()
        self._away: dict[tuple[AccountId, Outage], Away] = {}
        self._stored: dict[tuple[AccountId, Outage], datetime] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            if news := self.look():
                await self._db.write(lambda conn, news=news: repository.see(conn, news))  # type: ignore[misc]

    def look(self) -> list[Away]:
        """Look once; what is new, over, or was not stored for a while."""
        now, before = self._clock(), self._away
        mine = [one for one in self._connections.all() if self._owning.owns(one.account.user_id)]
        seen = {key: before.get(key) for one in mine for key in self._lacks(one, now)}
        self._away = {
            key: Away(*key, began=known.began if known else now, seen=now) for key, known in seen.items()
        }
        over = [before[key] for key in before.keys() - self._away.keys()]
        news = [one for one in over if self._stored.pop((one.account_id, one.what), None)]
        for key, one in self._away.items():
            if key in before and self._is_due(key, now):
                self._stored[key] = now
                news.append(one)
        return news

    def _is_due(self, key: tuple[AccountId, Outage], now: datetime) -> bool:
        stored = self._stored.get(key)
        return stored is None or (now - stored).total_seconds() >= TELL

    def _lacks(self, connection: Connection, now: datetime) -> Iterator[tuple[AccountId, Outage]]:
        account = connection.account
        markets = connection.allowed.exchanges or connection.terms.exchanges
        if not any(self._calendar.is_open(one, now) for one in markets):
            return
        if account.state is AccountState.LOGIN_NEEDED:
            yield account.id, Outage.SESSION
        elif connection.ready:
            yield from ((account.id, what) for what in self._missing(connection, connection.health()))

    def _missing(self, connection: Connection, health: Health | None) -> Iterable[Outage]:
        account_id = connection.account.id
        if connection.failing_since is not None or (health and health.reads == "open"):
            yield Outage.READS
        if health and health.writes == "open":
            yield Outage.WRITES
        if connection.terms.order_stream and self._without_updates(account_id):
            yield Outage.UPDATES
        if self._without_prices(account_id):
            yield Outage.PRICES


def minutes(outages: Iterable[Away], since: datetime) -> float:
    """Minutes since then in which at least one of them was seen: what overlaps counts once."""
    total, until = 0.0, since
    for one in sorted(outages, key=lambda one: one.began):
        begins = max(one.began, until)
        if one.seen > begins:
            total += (one.seen - begins).total_seconds()
            until = one.seen
    return total / 60
