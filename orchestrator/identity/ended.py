"""Logins that were ended while their access tokens are still good: refused at once, in every process, and their
sockets told why."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from orchestrator.bus import LAGGED, Bus
from orchestrator.identity import repository
from orchestrator.loops import Loops
from orchestrator.state import Clock
from orchestrator.storage.db import Database

TOPIC = "sessions"  # between processes: these are over
RECHECK = 30.0  # seconds between looks at the database: what is told between processes may be lost


class EndedWhy(StrEnum):
    LOGGED_OUT = "logged_out"
    ENDED_ELSEWHERE = "ended_elsewhere"
    PASSWORD_CHANGED = "password_changed"
    TOKEN_REUSED = "token_reused"
    ENDED_BY_OPERATOR = "ended_by_operator"


WORDS = {
    EndedWhy.LOGGED_OUT: "You logged out.",
    EndedWhy.ENDED_ELSEWHERE: "This login was ended from another device.",
    EndedWhy.PASSWORD_CHANGED: "The password was changed on another device.",
    EndedWhy.TOKEN_REUSED: "This login was used twice, as a copy of it would be, and was ended for safety.",
    EndedWhy.ENDED_BY_OPERATOR: "An operator of this installation ended this login.",
}


class EndedSessions:
    """A container of session ids. `minutes`: the life of an access token; who ended longer ago needs no refusal.
    `recheck`: seconds after which an end that was not told is known all the same."""

    def __init__(
        self, db: Database, bus: Bus, clock: Clock, *, minutes: int, recheck: float = RECHECK
    ) -> None:
        self._db, self._bus, self._clock, self._recheck = db, bus, clock, recheck
        self._life = timedelta(minutes=minutes)
        self._ended: dict[str, tuple[EndedWhy, datetime]] = {}
        self._waiting: dict[str, set[asyncio.Future[EndedWhy]]] = {}
        self._loops = Loops()

    def __contains__(self, session: object) -> bool:
        return session in self._ended

    async def start(self) -> None:
        await self._read()
        self._loops.start("ended sessions", self._hear)
        self._loops.start("ended sessions that were not told", self._look)

    async def close(self) -> None:
        await self._loops.close()

    async def end(self, sessions: Iterable[str], why: EndedWhy) -> None:
        """They were ended in the database: refuse them here and everywhere."""
        ids = list(sessions)
        self._take(ids, why)
        if ids:
            await self._bus.publish(TOPIC, {"type": "ended", "data": {"sessions": ids, "why": why.value}})

    async def wait(self, session: str, seconds: float) -> EndedWhy | None:
        """Until it is ended, and why; None when the time is over before."""
        if (known := self._ended.get(session)) is not None:
            return known[0]
        told: asyncio.Future[EndedWhy] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(session, set())
        waiting.add(told)
        try:
            async with asyncio.timeout(seconds):
                return await told
        except TimeoutError:
            return None
        finally:
            waiting.discard(told)
            if not waiting and self._waiting.get(session) is waiting:
                del self._waiting[session]

    def _take(self, sessions: Iterable[str], why: EndedWhy) -> None:
        now = self._clock()
        self._ended = {
            session: (reason, at) for session, (reason, at) in self._ended.items() if now - at <= self._life
        }
        for session in sessions:
            self._ended[session] = (why, now)
            for told in self._waiting.get(session, ()):
                if not told.done():
                    told.set_result(why)

    async def _hear(self) -> None:
        async with self._bus.subscribe(TOPIC) as events:
            await self._read()  # what was ended between the start and now
            async for event in events:
                if event.type == LAGGED:
                    await self._read()
                else:
                    self._take(event.data["sessions"], EndedWhy(event.data["why"]))

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._recheck)
            await self._read()

    async def _read(self) -> None:
        since = self._clock() - self._life
        for session, why in await self._db.read(lambda conn: repository.ended_since(conn, since)):
            if session not in self._ended:
                self._take([session], EndedWhy(why))
