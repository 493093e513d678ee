"""Hears of every call to a broker, and keeps it: in memory for a moment, then added up in the database.

Measurements are no facts of orders: a crash may lose the last few seconds of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from domain.account import AccountId
from domain.health import FILL, PLACE, CallEnd, Measured, Vitals
from orchestrator.db import Database
from orchestrator.measures import repository
from orchestrator.measures.tally import FAILED, REFUSED, Tally
from orchestrator.measures.windows import Window
from orchestrator.state import Clock

FLUSH = 10.0  # seconds that measurements stay in memory alone
PRUNE = timedelta(hours=1)
ENOUGH = 5  # orders from which the last hour speaks for itself; before, the last day does


@dataclass(slots=True, eq=False)
class Book:
    """One account's measurements in this process: what is not stored yet, and what the stored ones come to."""

    vitals: Vitals = field(default_factory=Vitals)
    heard: dict[str, Tally] = field(default_factory=dict)  # by call
    known: bool = False  # whether `vitals` were read at all

    def measured(self, one: Measured) -> None:
        self.heard.setdefault(one.call, Tally()).add(one)

    def filled(self, seconds: float) -> None:
        """A market order's first fill came so long after its broker's answer."""
        if seconds >= 0:
            self.measured(Measured(FILL, seconds, CallEnd.OK))


class Recorder:
    def __init__(self, db: Database, clock: Clock) -> None:
        self._db, self._clock = db, clock
        self._books: dict[AccountId, Book] = {}
        self._pruned: datetime | None = None

    def book(self, account_id: AccountId) -> Book:
        """The account's, made at first asking."""
        return self._books.setdefault(account_id, Book())

    async def run(self) -> None:
        """Store what was heard, again and again, until cancelled."""
        while True:
            await self.store()
            await asyncio.sleep(FLUSH)

    async def store(self) -> None:
        """Add what was heard to the database, and read again what it comes to."""
        for account_id, book in list(self._books.items()):
            if book.heard or not book.known:
                await self._store(account_id, book)
        now = self._clock()
        if self._pruned is None or now - self._pruned > PRUNE:
            self._pruned = now
            await self._db.write(lambda conn: repository.prune(conn, now))

    async def _store(self, account_id: AccountId, book: Book) -> None:
        heard, book.heard, now = book.heard, {}, self._clock()
        if heard:
            await self._db.write(
                lambda conn: repository.add(conn, account_id, heard, now), lock=f"health:{account_id}"
            )
        book.vitals = await self._db.read(lambda conn: _vitals(conn, account_id, now))
        book.known = True

    async def measures(
        self, accounts: Collection[AccountId], window: Window
    ) -> dict[AccountId, dict[str, Tally]]:
        """By account and call over the window, with what this process has not stored yet."""
        since = window.since(self._clock())
        found = await self._db.read(lambda conn: repository.measures(conn, accounts, window.span, since))
        for account_id in accounts:
            book = self._books.get(account_id)
            for call, tally in (book.heard if book else {}).items():
                found.setdefault(account_id, {}).setdefault(call, Tally()).merge(tally)
        return found


def _vitals(conn: Connection, account_id: AccountId, now: datetime) -> Vitals:
    found: dict[str, Tally] = {}
    for window in (Window.HOUR, Window.DAY):
        mine = repository.measures(conn, [account_id], window.span, window.since(now))
        found = mine.get(account_id, {})
        if found.get(PLACE, Tally()).calls >= ENOUGH:
            break
    return vitals_of(found)


def vitals_of(calls: dict[str, Tally]) -> Vitals:
    """What the router weighs, of measurements by call."""
    placed, filled = calls.get(PLACE, Tally()), calls.get(FILL, Tally())
    return Vitals(
        place_ms=_whole(placed.milliseconds(0.5)),
        fill_ms=_whole(filled.milliseconds(0.5)),
        failures=placed.share(FAILED),
        rejects=placed.share(REFUSED),
    )


def _whole(milliseconds: float | None) -> int | None:
    return None if milliseconds is None else round(milliseconds)
