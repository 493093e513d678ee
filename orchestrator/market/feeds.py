"""Streams of prices: every wanted instrument is subscribed once, over all users, at the best feed that is up.

An account's instruments are spread over as many connections as its broker allows. A feed that ends comes back with
growing pauses; meanwhile, and when it stalls, another account's takes over.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import structlog

from domain.account import AccountId, BrokerId
from domain.instrument import InstrumentId
from domain.market import Mode
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.market.line import FeedState, Heard, Line
from orchestrator.market.sources import Sources

log = structlog.get_logger(__name__)

IDLE = 30.0  # seconds until a connection that nobody needs is closed
SUSPECT = 60.0  # seconds that a stalled feed is passed over
OPENING = 2  # connections to one broker that are opened at once
RETRY = 5.0  # seconds until what found no feed is tried again though nothing changed

Key = tuple[AccountId, int]


@dataclass(frozen=True, slots=True)
class Place:
    """A connection that is open, or could be: the best first when ordered."""

    connection: Connection
    number: int
    line: Line | None

    def rank(self, mode: Mode, now: float) -> tuple[bool, int, bool, bool, AccountId, int]:
        """Sound feeds first, then those that tell all that is wanted, then those already open, in a steady order."""
        line, terms = self.line, self.connection.terms.feed
        unsound, failures = (not line.sound(now), line.failures) if line else (False, 0)
        return (
            unsound,
            failures,
            mode not in terms.gives,
            line is None,
            self.connection.account.id,
            self.number,
        )


class Feeds:
    def __init__(self, sources: Sources, connections: Connections, heard: Heard) -> None:
        self._sources, self._connections, self._heard = sources, connections, heard
        self._lines: dict[Key, Line] = {}
        self._carriers: dict[InstrumentId, Line] = {}
        self._nowhere: dict[InstrumentId, Mode] = {}
        self._opening: defaultdict[BrokerId, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(OPENING)
        )
        self._served: object = None  # the editions of wants and instruments that were served last
        self._known_names = 0
        self._offer: object = None  # whom to ask: accounts that answer, and connections that are sound
        self._retry_at = 0.0

    def serve(self, wanted: Mapping[InstrumentId, Mode], edition: int) -> None:
        """Make the feeds carry exactly these, each once, where some account lists it. `edition` tells that `wanted`
        is another one than before: what did not change costs nothing."""
        now = asyncio.get_running_loop().time()
        able = {one.account.id: one for one in self._sources.answering()}
        homeless = self._dropped(able)
        if edition != self._served:
            self._served = edition
            homeless |= self._changed(wanted)
        offer = (frozenset(able), frozenset(key for key, line in self._lines.items() if line.sound(now)))
        if offer != self._offer or now >= self._retry_at:
            self._offer, self._retry_at = offer, now + RETRY
            homeless |= self._nowhere.keys()
            homeless |= {name for line in self._lines.values() if not line.sound(now) for name in line.wanted}
        self._place({name: wanted[name] for name in homeless if name in wanted}, able, now)
        self._close_idle(now)

    def fed(self) -> set[InstrumentId]:
        """What is subscribed at a feed that is up."""
        return set[InstrumentId]().union(*(line.subscribed for line in self._sound()))

    def lean(self) -> set[InstrumentId]:
        """What is subscribed at a feed that tells less of it than is wanted."""
        return {
            name
            for line in self._sound()
            for name, mode in line.subscribed.items()
            if mode not in line.connection.terms.feed.gives
        }

    def age(self, account_id: AccountId) -> float | None:
        """Seconds since the last price of this account's feed; None while it carries none."""
        ticked = [line.ticked_at for line in self._of(account_id) if line.subscribed and line.ticked_at]
        return asyncio.get_running_loop().time() - max(ticked) if ticked else None

    def lacking(self, account_id: AccountId) -> bool:
        """Whether prices are wanted of this account's feed and it is down, or stands still while the market moves."""
        now = asyncio.get_running_loop().time()
        wanted = [line for line in self._of(account_id) if line.wanted]
        return any(line.feed is None or line.suspect_until > now for line in wanted)

    def now(self) -> list[tuple[BrokerId, FeedState, float | None]]:
        """Every connection that prices are wanted of: how it stands, and seconds since its last price."""
        now = asyncio.get_running_loop().time()
        return [
            (
                line.connection.account.broker,
                line.state(now),
                None if line.ticked_at is None else now - line.ticked_at,
            )
            for line in self._lines.values()
            if line.wanted
        ]

    def up(self) -> list[Line]:
        """Connections that are up and carry something."""
        return [line for line in self._lines.values() if line.feed is not None and line.subscribed]

    def suspect(self, line: Line) -> None:
        """Pass it over for a while: the market moved and it did not say so."""
        log.warning("market.feed_stalled", account=line.account_id, connection=line.number)
        line.suspect_until = asyncio.get_running_loop().time() + SUSPECT

    async def close(self) -> None:
        tasks = [line.task for line in self._lines.values() if line.task]
        for key in list(self._lines):
            self._drop(key)
        self._nowhere.clear()
        self._served = None  # who feeds again begins anew
        await asyncio.gather(*tasks, return_exceptions=True)

    def _of(self, account_id: AccountId) -> list[Line]:
        return [line for key, line in self._lines.items() if key[0] == account_id]

    def _sound(self) -> list[Line]:
        now = asyncio.get_running_loop().time()
        return [line for line in self._lines.values() if line.feed is not None and line.sound(now)]

    # --- what has to move ----------------------------------------------------------------------------------------

    def _dropped(self, able: Mapping[AccountId, Connection]) -> set[InstrumentId]:
        """Close the lines of sessions that are over, and those whose names are of another day; what they carried."""
        names_changed = self._known_names != self._sources.edition
        self._known_names = self._sources.edition
        homeless: set[InstrumentId] = set()
        for key, line in list(self._lines.items()):
            connection = able.get(line.account_id)
            gone = connection is None or connection.generation != line.generation
            if gone or _broken(line) or (names_changed and line.renamed()):
                homeless |= line.wanted.keys()
                self._drop(key)
        return homeless

    def _changed(self, wanted: Mapping[InstrumentId, Mode]) -> set[InstrumentId]:
        """Let go of what is not wanted any more; what is new or wanted in another mode."""
        for name in [name for name in self._carriers if name not in wanted]:
            self._carriers.pop(name).release(name)
        for name in [name for name in self._nowhere if name not in wanted]:
            del self._nowhere[name]
        carriers = self._carriers
        return {
            name
            for name, mode in wanted.items()
            if (line := carriers.get(name)) is None or line.wanted[name] is not mode
        }

    def _drop(self, key: Key) -> None:
        line = self._lines.pop(key)
        for name in line.wanted:
            self._carriers.pop(name, None)
        if line.task is not None:
            line.task.cancel()

    def _close_idle(self, now: float) -> None:
        for key, line in list(self._lines.items()):
            if line.wanted:
                line.idle_since = now
            elif now - line.idle_since > IDLE:
                self._drop(key)

    # --- where it goes -------------------------------------------------------------------------------------------

    def _place(
        self, names: Mapping[InstrumentId, Mode], able: Mapping[AccountId, Connection], now: float
    ) -> None:
        ranked: dict[Mode, list[Place]] = {}
        for name, mode in names.items():
            here = self._carriers.get(name)
            if here is not None and here.sound(now) and here.has_room(name, mode):
                here.take(name, mode)
                continue
            if mode not in ranked:
                ranked[mode] = sorted(self._places(able.values()), key=lambda one: one.rank(mode, now))
            place = next((one for one in ranked[mode] if self._suits(one, name, mode, here, now)), None)
            if place is None:
                if here is None:
                    self._nowhere[name] = mode
                elif here.wanted[name] is not mode and here.has_room(name, mode):
                    here.take(name, mode)
                continue
            line = place.line or self._open(place.connection, place.number, now)
            if place.line is None:
                ranked.clear()  # the next connection of the account is a place now
            if here is not None:
                here.release(name)
            self._nowhere.pop(name, None)
            self._carriers[name] = line
            line.take(name, mode)

    def _places(self, able: Iterable[Connection]) -> Iterable[Place]:
        """Every open connection, and of each account the next one that it may open."""
        for connection in able:
            lines = [
                self._lines.get((connection.account.id, at))
                for at in range(connection.terms.feed.connections)
            ]
            for number, line in enumerate(lines):
                yield Place(connection, number, line)
                if line is None:
                    break

    def _suits(self, place: Place, name: InstrumentId, mode: Mode, here: Line | None, now: float) -> bool:
        """An unsound line is a place for what is nowhere else, and never better than the one where it is."""
        line = place.line
        if line is None:
            return self._sources.lists(place.connection, name)
        if line is here or (here is not None and not line.sound(now)):
            return False
        return line.has_room(name, mode) and self._sources.lists(place.connection, name)

    def _open(self, connection: Connection, number: int, now: float) -> Line:
        line = Line(connection, connection.generation, number, heard_at=now, idle_since=now)
        line.looked_at = now
        running = line.run(
            self._opening[connection.account.broker], self._heard, self._connections.login_needed
        )
        line.task = asyncio.create_task(running, name=f"prices of {connection.account.id}")
        self._lines[connection.account.id, number] = line
        return line


def _broken(line: Line) -> bool:
    """Whether it ended for good: with its session, or by a bug, which is written down loudly."""
    if line.task is None or not line.task.done() or line.task.cancelled():
        return False
    if bug := line.task.exception():
        log.error("market.feed_failed", account=line.account_id, exc_info=bug)
    return True
