"""An account's numbers and what it may do, read one at a time; a reading that fails keeps the last numbers.

They say since when they are old. What the schedule goes by is kept in the `Connection`, in seconds of the loop's clock.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from adapters.guard import NotSent
from domain.account import AccountId
from domain.errors import BrokerError
from domain.portfolio import AccountSnapshot
from orchestrator.accounts.connection import Connection
from orchestrator.accounts.handing import Handing
from orchestrator.accounts.snapshot import SHARES, numbers, read_snapshot
from orchestrator.accounts.telling import Telling
from orchestrator.bus import Bus, user_topic
from orchestrator.config import Settings
from orchestrator.state import Clock

log = structlog.get_logger(__name__)

SETTLE = 0.3  # seconds from one reading to the next that events gather for
LAG = 1.0  # seconds after which a broker's books show what happened, if they did not at once
BUSY_AFTER = 30.0  # seconds an account counts as busy after something happened there
PROBE_AGAIN = timedelta(minutes=1)  # while something is closed to the account
TOO_OLD = 3  # busy pauses after which numbers are read again before they are used


class Readings:
    """`session_over(account, words)`: asks whether a session that a call called dead is; gives whether it is over.

    `handing`: what the processes that own accounts hand to the others; None: there are no others.
    """

    handing: Handing | None = None

    def __init__(
        self,
        *,
        bus: Bus,
        settings: Settings,
        clock: Clock,
        telling: Telling,
        spawn: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]],
        session_over: Callable[[AccountId, str], Awaitable[bool]],
    ) -> None:
        self._bus, self._settings, self._clock, self._telling = bus, settings, clock, telling
        self._spawn, self._session_over = spawn, session_over

    # --- when ----------------------------------------------------------------------------------------------------

    def due(self, connection: Connection, now: float) -> bool:
        busy = (
            connection.busy_until > now
            or connection.failing_since is not None
            or self._bus.watched(user_topic(connection.account.user_id))
        )
        pause = self._settings.refresh_busy if busy else self._settings.refresh_idle
        return now >= min(connection.due_at, connection.tried_at + pause)

    def unfit(self, connection: Connection, now: float) -> bool:
        """Whether the numbers must be read before they are used: never read, or long ago.

        An account that just failed to answer keeps its old numbers and is not waited for again right away.
        """
        age, pause = now - connection.tried_at, self._settings.refresh_busy
        never = connection.snapshot is None and (connection.failing_since is None or age > pause)
        return never or age > TOO_OLD * pause

    def aged(self, connection: Connection, now: float) -> bool:
        return now - connection.tried_at > self._settings.refresh_busy

    def probe_due(self, connection: Connection) -> bool:
        """Whether what was closed to the account may have been opened."""
        probed = connection.probed_at
        return connection.barred and probed is not None and self._clock() - probed > PROBE_AGAIN

    def expect(self, connection: Connection) -> bool:
        """Something happened there: it is due soon, and more often for a while. Whether that is news."""
        now = asyncio.get_running_loop().time()
        connection.busy_until = now + BUSY_AFTER
        if connection.dirty:
            return False
        connection.dirty = True
        connection.due_at = min(connection.due_at, self._soon(connection, now))
        return True

    def look(self, connection: Connection) -> None:
        """Someone looks who cannot see how old the numbers are: they are due where they are old."""
        now = asyncio.get_running_loop().time()
        connection.busy_until = now + BUSY_AFTER
        if connection.refreshing is None or connection.refreshing.done():
            connection.due_at = min(connection.due_at, self._soon(connection, now))

    def fresh(self, connection: Connection) -> bool:
        """Whether the last reading was good and stands."""
        old = connection.dirty or self.aged(connection, asyncio.get_running_loop().time())
        return not old and connection.failing_since is None

    def _soon(self, connection: Connection, now: float) -> float:
        """At once, or when the events after the last reading have gathered."""
        return max(now, connection.tried_at + SETTLE)

    # --- numbers -------------------------------------------------------------------------------------------------

    def reading(self, connection: Connection) -> asyncio.Task[None]:
        """Read now, or join a reading under way."""
        if connection.refreshing is None or connection.refreshing.done():
            connection.refreshing = self._spawn(self._read(connection))
        return connection.refreshing

    async def read_soon(self, connection: Connection) -> None:
        now = asyncio.get_running_loop().time()
        await asyncio.sleep(self._soon(connection, now) - now)
        if connection.refreshing is not None:  # begun before the event: it may not have seen it
            await asyncio.wait([connection.refreshing])
        if connection.ready:
            await asyncio.shield(self.reading(connection))

    def fetching(
        self, connection: Connection, unless: Callable[[Connection, float], bool]
    ) -> asyncio.Task[None]:
        """Of an account that another process owns, the owner's numbers, where they are not too old (`unless`); else the
        account is read here. Or join what is under way."""
        if connection.fetching is None or connection.fetching.done():
            connection.fetching = self._spawn(self._fetch(connection, unless))
        return connection.fetching

    def happened(self, connection: Connection) -> None:
        """Something did, here, at an account that another process owns."""
        connection.busy_until = asyncio.get_running_loop().time() + BUSY_AFTER
        if self.handing is not None and self.handing.happened(connection):
            self._spawn(self._catch_up(self.handing, connection))

    async def _catch_up(self, handing: Handing, connection: Connection) -> None:
        await handing.tell(connection)
        if connection.fetching is not None:
            await asyncio.wait([connection.fetching])
        if connection.ready:
            await asyncio.shield(self.fetching(connection, lambda _connection, _now: False))

    async def _fetch(self, connection: Connection, unless: Callable[[Connection, float], bool]) -> None:
        loop = asyncio.get_running_loop()

        def fit(one: Connection) -> bool:
            return not unless(one, loop.time())

        if self.handing is not None:
            if await self.handing.fetch(connection, fit):
                return
            now = loop.time()
            await asyncio.sleep(self._soon(connection, now) - now)
        if connection.ready:
            await asyncio.shield(self.reading(connection))

    async def take_over(self, connection: Connection, snapshot: AccountSnapshot) -> None:
        """Numbers that the account's owner read."""
        age = max(0.0, (self._clock() - snapshot.as_of).total_seconds())
        connection.snapshot = replace(snapshot, label=connection.account.label)
        connection.tried_at = asyncio.get_running_loop().time() - age
        if connection.failing_since is not None:
            connection.failing_since = connection.last_error = None
            await self._telling.account(connection)
            await self._telling.portfolio_changed(connection, "recovered")

    async def _read(self, connection: Connection) -> None:
        broker, generation = connection.broker, connection.generation
        if broker is None:
            return
        now = asyncio.get_running_loop().time()
        heard = self.handing.heard(connection) if self.handing else {}
        # An event during the reading may not be in it and sets this again; and after an event a broker's books may lag.
        connection.due_at = now + LAG if connection.dirty else float("inf")
        connection.tried_at, connection.dirty = now, False
        before = connection.snapshot
        reading = await read_snapshot(connection, broker, self._clock)
        if (refusal := reading.refusal) and await self._session_over(connection.account.id, refusal.words):
            return
        if connection.generation != generation or not connection.ready:
            return
        if reading.failures:
            failure = refusal or reading.failures[0]
            # "Held back" says nothing about why: the failure before it does.
            earlier = broker.health().last_error if isinstance(failure, NotSent) else None
            await self._not_read(connection, earlier or failure.words, reading.snapshot)
        elif reading.snapshot is not None:
            if self.handing is not None:
                await self.handing.read(connection, reading.snapshot, heard)
            over = connection.generation != generation or not connection.ready
            if not over and not _overtaken(connection.snapshot, before, reading.snapshot):
                await self._has_read(connection, reading.snapshot)

    async def _has_read(self, connection: Connection, snapshot: AccountSnapshot) -> None:
        before, connection.snapshot = connection.snapshot, snapshot
        if before is not None and numbers(before)[SHARES:] != numbers(snapshot)[SHARES:]:
            # Holdings may have been told before and positions after what happened, a fill or the books' night.
            connection.due_at = min(connection.due_at, connection.tried_at + LAG)
        recovered = connection.failing_since is not None
        connection.failing_since = connection.last_error = None
        if recovered:
            await self._telling.account(connection)
        if recovered or _changed(before, snapshot):
            await self._telling.portfolio_changed(connection, "recovered" if recovered else "numbers")

    async def _not_read(self, connection: Connection, words: str, partly: AccountSnapshot | None) -> None:
        """`partly`: the account with what could be read all the same."""
        first, before = connection.failing_since is None, connection.snapshot
        now = self._clock()
        connection.failing_since = connection.failing_since or now
        connection.last_error = words
        if partly is not None:
            connection.snapshot = partly
        elif before is not None:
            connection.snapshot = before.aged(now)
        if first:
            log.warning("accounts.not_read", account=connection.account.id, words=words)
            await self._telling.account(connection)
        if first or _changed(before, connection.snapshot):
            await self._telling.portfolio_changed(connection, "stale")

    # --- what it may do ------------------------------------------------------------------------------------------

    async def probe(self, connection: Connection) -> None:
        """A plan without prices, a segment that is off and a login that only reads are no dead sessions: ask once."""
        broker, generation = connection.broker, connection.generation
        if broker is None:
            return
        connection.probed_at = self._clock()
        try:
            allowed = await broker.probe()
        except BrokerError as error:  # what is not known bars nothing
            log.info("accounts.not_probed", account=connection.account.id, words=error.words)
            return
        if connection.generation == generation and allowed != connection.allowed:
            connection.allowed = allowed
            await self._telling.account(connection)


def _overtaken(here: AccountSnapshot | None, before: AccountSnapshot | None, read: AccountSnapshot) -> bool:
    """Whether a newer reading of another process was taken over while this one was made."""
    return here is not None and here is not before and here.as_of > read.as_of


def _changed(before: AccountSnapshot | None, after: AccountSnapshot | None) -> bool:
    """Whether a person would see other numbers, or other ones as old."""
    if before is None or after is None:
        return before is not after
    ages = [(one.stale_since is None, one.margin_stale_since is None, one.lacking) for one in (before, after)]
    return ages[0] != ages[1] or numbers(before) != numbers(after)
