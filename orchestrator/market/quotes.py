"""Full quotes over REST: kept for a few seconds, asked for once however many want one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import structlog

from domain.account import AccountId
from domain.errors import BrokerError, SessionExpired
from domain.instrument import InstrumentId
from domain.market import Quote
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.market.sources import Sources

log = structlog.get_logger(__name__)

ROUNDS = 2  # accounts asked about an instrument before giving up
REST_AFTER_FAILURE = 2.0  # seconds without asking again for what nobody could say
LONGEST = 3.0  # seconds that anyone waits for a quote


@dataclass(frozen=True, slots=True)
class Kept:
    quote: Quote | None  # None: nobody could say
    source: str | None
    at: float  # loop time
    in_full: bool = True  # with depth and open interest, as far as there are any and anybody can tell them


class Quotes:
    def __init__(
        self, sources: Sources, connections: Connections, heard: Callable[[Quote, str], None]
    ) -> None:
        self._sources, self._connections, self._heard = sources, connections, heard
        self._kept: dict[InstrumentId, Kept] = {}
        self._asking: dict[InstrumentId, asyncio.Task[None]] = {}

    async def one(
        self, name: InstrumentId, *, max_age: float, serve_stale: float = 0.0, patience: float = LONGEST
    ) -> Quote | None:
        """A quote at most `max_age` seconds old, or None when nobody can say.

        One that is older, but not over `serve_stale` seconds, is returned at once and renewed behind.
        """
        now = asyncio.get_running_loop().time()
        kept = self._kept.get(name)
        if kept is not None:
            age = now - kept.at
            if age <= max_age or (kept.quote is None and age <= REST_AFTER_FAILURE):
                return kept.quote
            if kept.quote is not None and age <= serve_stale:
                self._ask([name])
                return kept.quote
        await self.renew([name], patience=patience)
        kept = self._kept.get(name)
        return kept.quote if kept and kept.at >= now else None

    async def many(
        self,
        names: Collection[InstrumentId],
        *,
        max_age: float,
        patience: float = LONGEST,
        in_full: bool = False,
    ) -> dict[InstrumentId, Quote]:
        """Those of which somebody can say a quote that is at most `max_age` seconds old. `in_full`: with depth, if
        somebody can tell it."""
        now = asyncio.get_running_loop().time()
        old = [
            name
            for name in names
            if (kept := self._kept.get(name)) is None
            or now - kept.at > max_age
            or (in_full and not kept.in_full)
        ]
        if old:
            await self.renew(old, patience=patience, in_full=in_full)
        found = {name: self._kept.get(name) for name in names}
        return {
            name: kept.quote
            for name, kept in found.items()
            if kept is not None and kept.quote is not None and now - kept.at <= max_age
        }

    async def renew(
        self, names: Collection[InstrumentId], *, patience: float = LONGEST, in_full: bool = False
    ) -> None:
        """Ask for these now (joining questions under way) and wait `patience` seconds at most. Never raises."""
        tasks = self._ask(names, in_full=in_full)
        if tasks:
            await asyncio.wait(tasks, timeout=patience)

    def source(self, name: InstrumentId) -> str | None:
        kept = self._kept.get(name)
        return kept.source if kept else None

    async def close(self) -> None:
        tasks = set(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ask(self, names: Collection[InstrumentId], *, in_full: bool = False) -> set[asyncio.Task[None]]:
        new = [name for name in names if name not in self._asking]
        if new:
            task = asyncio.create_task(self._fetch(new, in_full=in_full), name="quotes")
            self._asking |= dict.fromkeys(new, task)
            task.add_done_callback(lambda done: self._asked(new, done))
        return {self._asking[name] for name in names}

    def _asked(self, names: Sequence[InstrumentId], task: asyncio.Task[None]) -> None:
        for name in names:
            self._asking.pop(name, None)
        if not task.cancelled() and (bug := task.exception()) is not None:
            log.error("market.quotes_failed", exc_info=bug)

    async def _fetch(self, names: Sequence[InstrumentId], *, in_full: bool = False) -> None:
        missing, failed = set(names), set[AccountId]()
        for _ in range(ROUNDS):
            shares: dict[AccountId, tuple[Connection, list[InstrumentId]]] = {}
            for name in missing:
                connection = next((one for one, _ in shares.values() if self._sources.lists(one, name)), None)
                connection = connection or self._sources.choose(name, without=failed, in_full=in_full)
                if connection is not None:
                    shares.setdefault(connection.account.id, (connection, []))[1].append(name)
            answers = await asyncio.gather(*(self._read(*share, in_full) for share in shares.values()))
            missing -= set[InstrumentId]().union(*answers)
            failed |= set(shares)
            if not missing:
                return
        now = asyncio.get_running_loop().time()
        for name in missing:
            kept = self._kept.get(name)
            if kept is None or kept.quote is None:
                self._kept[name] = Kept(None, None, now)

    async def _read(
        self, connection: Connection, names: Sequence[InstrumentId], in_full: bool
    ) -> set[InstrumentId]:
        """Which of the names were answered. Where one that tells in full was wanted, nobody tells more than this."""
        broker, source, size = (
            connection.broker,
            connection.account.broker.value,
            connection.terms.quote_batch,
        )
        answered: set[InstrumentId] = set()
        full = in_full or connection.terms.quotes_in_full
        if broker is None:
            return answered
        try:
            for start in range(0, len(names), size):
                for quote in await broker.quotes(names[start : start + size]):
                    now = asyncio.get_running_loop().time()
                    self._kept[quote.instrument] = Kept(quote, source, now, full)
                    answered.add(quote.instrument)
                    self._heard(quote, source)
        except SessionExpired as error:
            await self._connections.login_needed(connection.account.id, error.words)
        except BrokerError as error:
            log.info("market.no_quote", account=connection.account.id, words=error.words)
        return answered
