"""Whose turn it is to do what several processes could do, and one alone should."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from orchestrator.db import Database
from orchestrator.state import Clock
from orchestrator.tables_market import turns

TURN = turns.c
LASTS = timedelta(minutes=5)  # until another process takes it over from one that is gone
RENEW = timedelta(minutes=2)  # before its end


class Turn:
    """`name` of the work, `holder` of this process."""

    def __init__(self, db: Database, clock: Clock, *, name: str, holder: str) -> None:
        self._db, self._clock, self._name, self._holder = db, clock, name, holder
        self._until: datetime | None = None

    async def mine(self) -> bool:
        """Whether this process may go on for two minutes. Ask again while the work lasts."""
        now = self._clock()
        if self._until is not None and now < self._until - RENEW:
            return True
        until = now + LASTS
        got = await self._db.write(lambda conn: self._take(conn, now, until), lock=f"turn:{self._name}")
        self._until = until if got else None
        return got

    def _take(self, conn: Connection, now: datetime, until: datetime) -> bool:
        held = conn.execute(sa.select(TURN.holder, TURN.until).where(TURN.name == self._name)).first()
        if held is not None and held.holder != self._holder and held.until > now:
            return False
        row = {"name": self._name, "holder": self._holder, "until": until}
        if held is None:
            conn.execute(sa.insert(turns), row)
        else:
            conn.execute(sa.update(turns).where(TURN.name == self._name), row)
        return True
