"""One process reads an account for all: its owner hands its readings to whoever asks for them.

Who answers for a user and does not own them says so to all processes. The owner reads, leaves the reading on the shelf
and says that it did. When no owner answers, who asked reads the account itself.

What happened at an account is known to the process that did it at once, to the owner a moment later. So each process
numbers its news of an account, and takes over no reading that began before its owner had heard of the last.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import structlog

from domain.account import AccountId
from domain.portfolio import AccountSnapshot
from orchestrator.accounts.connection import Connection
from orchestrator.accounts.shelf import Handed, Shelf
from orchestrator.bus import Bus, Event
from orchestrator.leases.shards import Owning
from orchestrator.state import Clock

log = structlog.get_logger(__name__)

TOPIC = "readings"  # between processes
WANTED, LEFT = "wanted", "left"
ANSWER = 1.0  # seconds that an owner is waited for
SILENT = 5.0  # seconds for which an owner that did not answer is not asked again
GATHER = 0.02  # seconds from something that happens to the telling: what happens together is told once
ASKED = 30.0  # seconds from being asked for in which readings are handed on
HEARD = 64  # processes whose news is remembered of one account


@dataclass(slots=True)
class Reading:
    """An owner's last good one. `number`: 0 until it was handed on."""

    snapshot: AccountSnapshot
    heard: Mapping[str, int]
    number: int = 0


@dataclass(slots=True)
class Between:
    """What is between this process and the others about one account."""

    # as its owner
    heard: dict[str, int] = field(default_factory=dict)
    asked_until: float = float("-inf")
    last: Reading | None = None
    number: int = 0

    # as one who asks
    news: int = 0
    taken: tuple[int, int] = (-1, -1)
    silent_until: float = float("-inf")
    left: asyncio.Event = field(default_factory=asyncio.Event)
    gathering: bool = False


class Reader(Protocol):
    """What reads accounts in this process."""

    def expect(self, connection: Connection) -> bool:
        """Something happened there: read it soon."""
        ...

    def look(self, connection: Connection) -> None:
        """Someone looks: read it soon where its numbers are old."""
        ...

    def fresh(self, connection: Connection) -> bool:
        """Whether its last reading may be handed on as it is."""
        ...

    async def take_over(self, connection: Connection, snapshot: AccountSnapshot) -> None:
        """Use these numbers."""
        ...


class Handing:
    """`origin` names this process. `find` gives an account's connection, `spawn` runs what nobody awaits, `wake` has
    looked again at what is due."""

    def __init__(
        self,
        shelf: Shelf,
        bus: Bus,
        owning: Owning,
        clock: Clock,
        origin: str,
        *,
        find: Callable[[AccountId], Connection | None],
        spawn: Callable[[Coroutine[Any, Any, Any]], object],
        wake: Callable[[], None],
        reader: Reader,
    ) -> None:
        self._shelf, self._bus, self._owning, self._clock, self._origin = shelf, bus, owning, clock, origin
        self._find, self._spawn, self._wake, self._reader = find, spawn, wake, reader
        self._all: dict[AccountId, Between] = {}

    async def run(self) -> None:
        """Hear the others, until cancelled."""
        async with self._bus.subscribe(TOPIC) as events:
            async for event in events:
                connection = self._find(AccountId(str(event.data.get("account"))))
                if connection is None or not connection.ready or event.data.get("from") == self._origin:
                    continue
                if event.type == WANTED and self._owning.owns(connection.account.user_id):
                    self._asked(connection, event)
                elif event.type == LEFT:
                    self._heard_of(connection)

    def forget(self, account_id: AccountId) -> None:
        """It was disconnected."""
        self._all.pop(account_id, None)

    # --- as the owner --------------------------------------------------------------------------------------------

    def heard(self, connection: Connection) -> Mapping[str, int]:
        """What is known of others' news at this moment, when a reading begins."""
        return dict(self._of(connection).heard)

    async def read(self, connection: Connection, snapshot: AccountSnapshot, heard: Mapping[str, int]) -> None:
        """The account was read, all of it; `heard` is what was known when that began."""
        between = self._of(connection)
        between.last = Reading(snapshot, heard)
        if asyncio.get_running_loop().time() < between.asked_until:
            await self._hand_on(connection)

    def _asked(self, connection: Connection, event: Event) -> None:
        between, who, news = self._of(connection), str(event.data["from"]), int(event.data["news"])
        between.asked_until = asyncio.get_running_loop().time() + ASKED
        if news > between.heard.get(who, 0):
            between.heard.pop(who, None)
            between.heard[who] = news
            while len(between.heard) > HEARD:
                between.heard.pop(next(iter(between.heard)))
            self._reader.expect(connection)
        elif between.last is not None and self._reader.fresh(connection):
            self._spawn(self._hand_on(connection))
            return
        else:
            self._reader.look(connection)
        self._wake()

    async def _hand_on(self, connection: Connection) -> None:
        between, fence = self._of(connection), self._owning.number(connection.account.user_id)
        if between.last is None or fence is None:
            return
        if not between.last.number:
            between.number += 1
            between.last.number = between.number
            last = between.last
            handed = Handed(last.snapshot, fence, last.number, last.heard, self._clock())
            if not await self._shelf.put(handed):
                last.number = 0
                return
        data = {"account": connection.account.id, "from": self._origin}
        await self._bus.signal(TOPIC, {"type": LEFT, "data": data})

    # --- as one who asks -----------------------------------------------------------------------------------------

    def happened(self, connection: Connection) -> bool:
        """Something did: no reading that began before its owner hears of it is taken over from now on. Whether that is
        yet to be told."""
        between = self._of(connection)
        between.news += 1
        waits, between.gathering = not between.gathering, True
        return waits

    async def tell(self, connection: Connection) -> None:
        """The owner: something happened there."""
        await asyncio.sleep(GATHER)
        self._of(connection).gathering = False
        await self._want(connection)

    async def fetch(self, connection: Connection, fit: Callable[[Connection], bool]) -> bool:
        """Take over the owner's reading: one that lies there, or one that it makes now. Whether the numbers are `fit`
        then, and know of all that happened."""
        if await self._look(connection) and fit(connection):
            return True
        between, loop = self._of(connection), asyncio.get_running_loop()
        if self._shelf.away or loop.time() < between.silent_until:
            return False
        await self._want(connection)
        try:
            async with asyncio.timeout(ANSWER):
                while True:
                    await between.left.wait()
                    between.left.clear()
                    if await self._look(connection) and fit(connection):
                        return True
        except TimeoutError:
            between.silent_until = loop.time() + SILENT
            log.info("readings.owner_silent", account=connection.account.id)
            return False

    async def _want(self, connection: Connection) -> None:
        between = self._of(connection)
        between.left.clear()
        data = {"account": connection.account.id, "from": self._origin, "news": between.news}
        await self._bus.signal(TOPIC, {"type": WANTED, "data": data})

    def _heard_of(self, connection: Connection) -> None:
        """Its owner has left a reading: those who look here see it now."""
        between = self._of(connection)
        between.silent_until = float("-inf")
        between.left.set()
        waits = connection.fetching is not None and not connection.fetching.done()
        if asyncio.get_running_loop().time() < connection.busy_until and not waits:
            self._spawn(self._look(connection))

    async def _look(self, connection: Connection) -> bool:
        """Whether what lies there, or lay there before, is what we have now."""
        handed = await self._shelf.look(connection.account.id)
        between, seen = self._of(connection), connection.snapshot
        if handed is None or handed.heard.get(self._origin, 0) < between.news:
            return False
        place = (handed.fence, handed.number)
        if place == between.taken:
            return True
        if not connection.ready or (seen is not None and handed.snapshot.as_of < seen.as_of):
            return False
        between.taken = place
        await self._reader.take_over(connection, handed.snapshot)
        return True

    def _of(self, connection: Connection) -> Between:
        return self._all.setdefault(connection.account.id, Between())
