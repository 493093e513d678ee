"""Hears of every call to a broker, and keeps it: in memory for a moment, then added up in the database.

Measurements are no facts of orders: a crash may lose the last few seconds of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from domain.account import AccountId
from domain.health import FILL, PLACE, CallEnd, Measured, Vitals
from orchestrator.measures import repository
from orchestrator.measures.tally import BARRED, FAILED, REFUSED, Tally
from orchestrator.measures.windows import Window
from orchestrator.state import Clock
from orchestrator.storage.db import Database

FLUSH = 10.0  # seconds that measurements stay in memory alone
CARRY = timedelta(hours=1)
FEW = 10  # accounts in one transaction
WEIGHED = frozenset({PLACE, FILL})  # the calls that a broker's vitals are of
ENOUGH = 5  # orders from which the last hour speaks for itself; before, the last day does

One = TypeVar("One")


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
        self._carried: datetime | None = None

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
        books = [(one, book) for one, book in self._books.items() if book.heard or not book.known]
        for some in _few(books):
            await self._store(dict(some))
        now = self._clock()
        if self._carried is None or now - self._carried > CARRY:
            self._carried = now
            for few in _few(await self._db.read(lambda conn: repository.aged(conn, now))):
                await self._db.write(
                    lambda conn, few=few: repository.carry(conn, few, now),  # type: ignore[misc]
                    lock=repository.LOCK,
                )
            await self._db.write(lambda conn: repository.forget_outages(conn, now))

    async def _store(self, books: dict[AccountId, Book]) -> None:
        heard, now = {one: book.heard for one, book in books.items() if book.heard}, self._clock()
        stale = [one for one, book in books.items() if not book.known or not WEIGHED.isdisjoint(book.heard)]
        for book in books.values():
            book.heard = {}
        if heard:
            await self._db.write(lambda conn: repository.add(conn, heard, now), lock=repository.LOCK)
        if stale:
            read = await self._db.read(lambda conn: _vitals(conn, stale, now))
            for account_id in stale:
                books[account_id].vitals, books[account_id].known = read[account_id], True

    async def measures(
        self, accounts: Collection[AccountId], window: Window
    ) -> dict[AccountId, dict[str, Tally]]:
        """By account and call over the window, with what this process has not stored yet."""
        since = window.since(self._clock())
        found = await self._db.read(lambda conn: repository.measures(conn, accounts, since))
        for account_id in accounts:
            book = self._books.get(account_id)
            for call, tally in (book.heard if book else {}).items():
                found.setdefault(account_id, {}).setdefault(call, Tally()).merge(tally)
        return found


def _few(all_of_them: Sequence[One]) -> Iterator[Sequence[One]]:
    """As many at a time as one short transaction is for."""
    for start in range(0, len(all_of_them), FEW):
        yield all_of_them[start : start + FEW]


def _vitals(conn: Connection, ids: Collection[AccountId], now: datetime) -> dict[AccountId, Vitals]:
    """Of the last hour; of the last day where that saw too little."""
    found = repository.measures(conn, ids, Window.HOUR.since(now), calls=WEIGHED)
    quiet = [one for one in ids if found.get(one, {}).get(PLACE, Tally()).calls < ENOUGH]
    if quiet:
        whole_day = repository.measures(conn, quiet, Window.DAY.since(now), calls=WEIGHED)
        found.update({one: whole_day.get(one, {}) for one in quiet})
    return {one: vitals_of(found.get(one, {})) for one in ids}


def vitals_of(calls: dict[str, Tally]) -> Vitals:
    """What the router weighs, of measurements by call."""
    placed, filled = calls.get(PLACE, Tally()), calls.get(FILL, Tally())
    return Vitals(
        place_ms=_whole(placed.milliseconds(0.5)),
        fill_ms=_whole(filled.milliseconds(0.5)),
        failures=placed.share(FAILED),
        rejects=placed.share(REFUSED),
        barred=placed.share(BARRED),
    )


def _whole(milliseconds: float | None) -> int | None:
    return None if milliseconds is None else round(milliseconds)
