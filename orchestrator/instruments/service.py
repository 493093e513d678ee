"""Keeps the directory of instruments: read from the database at start, and whenever it has a newer master.

Every morning at 08:30 IST one process loads the brokers' masters into it. A broker whose master cannot be had keeps the
one of the day before.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta

import structlog

from adapters.broker import Adapter, Endpoints, Listing, Symbols
from domain.account import BrokerId
from domain.calendar import IST
from domain.errors import BrokerError
from domain.instrument import Exchange, Instrument, InstrumentId
from orchestrator.instruments import repository
from orchestrator.instruments.columns import Columns
from orchestrator.instruments.directory import EMPTY, BrokerNames, Directory, join
from orchestrator.instruments.families import Families
from orchestrator.instruments.search import Search, Segment
from orchestrator.loops import Loops
from orchestrator.state import Clock
from orchestrator.storage.db import Database

log = structlog.get_logger(__name__)

MORNING = time(8, 30)  # IST: all masters are out by then
PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)  # seconds until a master that failed is asked for again
LOOK = 30.0  # seconds between looks at whether another process loaded something
TOGETHER = 2.0  # seconds that masters wait for each other to be joined at once
PATIENCE = 15.0  # seconds that a first start waits for masters it has never seen
NOTHING = BrokerNames(EMPTY.instruments, {}, Columns.of([]))


class LiveNames:
    """One broker's names as they are now: safe to keep while masters change. Implements `adapters.broker.Symbols`."""

    def __init__(self, current: Callable[[], BrokerNames]) -> None:
        self._current = current

    def listing(self, instrument: InstrumentId) -> Listing | None:
        return self._current().listing(instrument)

    def by_order_key(self, exchange: Exchange, order_key: str) -> InstrumentId | None:
        return self._current().by_order_key(exchange, order_key)

    def by_feed_key(self, feed_key: str) -> InstrumentId | None:
        return self._current().by_feed_key(feed_key)

    def by_isin(self, isin: str) -> InstrumentId | None:
        return self._current().by_isin(isin)


class Instruments:
    """Every instrument that some broker lists. Reading is from memory and never waits."""

    def __init__(
        self,
        *,
        db: Database,
        adapters: Mapping[BrokerId, Adapter],
        endpoints: Callable[[BrokerId], Endpoints],
        clock: Clock,
    ) -> None:
        self._db, self._adapters, self._endpoints, self._clock = db, adapters, endpoints, clock
        self._masters: dict[BrokerId, repository.Master] = {}
        self._directory = EMPTY
        self._search = Search(EMPTY.instruments)
        self.families = Families(EMPTY.instruments)  # contracts by what they are on
        self._joining = asyncio.Lock()
        self._outdated = False
        self.edition = 0  # grows whenever names may have changed
        self._loops = Loops()
        self._names = {
            broker: LiveNames(lambda broker=broker: self._directory.names.get(broker, NOTHING))  # type: ignore[misc]
            for broker in BrokerId
        }

    # --- looking -------------------------------------------------------------------------------------------------

    def get(self, instrument: InstrumentId) -> Instrument | None:
        """None when no broker lists it."""
        return self._directory.instruments.get(instrument)

    def every(self) -> Iterator[InstrumentId]:
        """All of them as they are now: over a hundred thousand, so beside the event loop."""
        return iter(self._directory.instruments)

    def symbols(self, broker: BrokerId) -> Symbols:
        """A live view: keep it as long as you like."""
        return self._names[broker]

    def brokers(self, instrument: InstrumentId) -> list[BrokerId]:
        return self._directory.brokers(instrument)

    def same_share(self, instrument: Instrument) -> tuple[InstrumentId, ...]:
        """All listings of its ISIN, NSE first; itself alone when it has none."""
        isin = instrument.isin
        return self._directory.shares.get(isin, (instrument.id,)) if isin else (instrument.id,)

    def isin(self, instrument: InstrumentId) -> str | None:
        known = self._directory.instruments.get(instrument)
        return known.isin if known else None

    def isins(self, instruments: Iterable[InstrumentId]) -> dict[InstrumentId, str]:
        """The ISINs of those that are shares."""
        pairs = ((one, self.isin(one)) for one in instruments)
        return {one: isin for one, isin in pairs if isin is not None}

    def search(
        self,
        query: str,
        *,
        exchange: Exchange | None = None,
        segment: Segment | None = None,
        offset: int = 0,
        limit: int = 20,
    ) -> tuple[list[Instrument], int]:
        """A page of matches, best first, and how many there are."""
        return self._search.find(query, exchange=exchange, segment=segment, offset=offset, limit=limit)

    def __len__(self) -> int:
        return len(self._directory.instruments)

    # --- keeping -------------------------------------------------------------------------------------------------

    async def start(self, *, patience: float = PATIENCE) -> None:
        """Read what is stored, then begin to keep it fresh until `close`.

        Masters never seen before are waited for, `patience` seconds at most.
        """
        stored = await self._db.read(repository.masters)
        if stored:
            self._take(stored)
            await self._join()
        first = asyncio.Event()
        self._loops.start("instruments", lambda: self._keep(first))
        if len(self._masters) < len(self._adapters):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await first.wait()

    async def close(self) -> None:
        await self._loops.close()

    async def _keep(self, first: asyncio.Event) -> None:
        """At a start also what was loaded on another day: masters of the small hours may be out already."""
        local = self._clock().astimezone(IST)
        newest, failures = max(last_morning(local), datetime.combine(local.date(), time(), IST)), 0
        while due := self._older_than(newest):
            await self.refresh(due)
            first.set()
            newest = last_morning(self._clock())
            if self._older_than(newest):
                await asyncio.sleep(PAUSES[min(failures, len(PAUSES) - 1)])
                failures += 1
        while True:
            await asyncio.sleep(LOOK)
            await self.follow()

    async def load_due(self) -> list[BrokerId]:
        """The morning's work: ask brokers whose masters are of another day. Those that still lack one."""
        await self.refresh(self._older_than(last_morning(self._clock())))
        return self._older_than(last_morning(self._clock()))

    async def follow(self) -> None:
        """Take over what another process has loaded."""
        stored = await self._db.read(repository.loaded)
        newer = [
            broker
            for broker, at in stored.items()
            if broker not in self._masters or self._masters[broker].loaded_at < at
        ]
        if newer:
            self._take(await self._db.read(lambda conn: repository.masters(conn, newer)))
            await self._join()

    def _older_than(self, newest: datetime) -> list[BrokerId]:
        return [
            broker
            for broker in self._adapters
            if broker not in self._masters or self._masters[broker].loaded_at < newest
        ]

    async def refresh(self, brokers: Iterable[BrokerId]) -> None:
        """Ask these brokers for their masters now and keep what comes. Each is used when all are there, or after a
        moment: joining them is work, and done once for all that come together."""
        loading = [asyncio.ensure_future(self._load(broker)) for broker in brokers]
        if not loading:
            return
        try:
            await asyncio.wait(loading, timeout=TOGETHER)
            await self._join()
            await asyncio.gather(*loading)
            await self._join()
        finally:
            for task in loading:
                task.cancel()

    async def _load(self, broker: BrokerId) -> None:
        asked = self._clock()
        try:
            listings = await self._adapters[broker].instruments(self._endpoints(broker))
        except BrokerError as error:
            log.warning("instruments.not_loaded", broker=broker.value, words=error.words)
            return
        if not listings:
            log.warning("instruments.empty", broker=broker.value)
            return
        packed = await asyncio.to_thread(lambda: Columns.of(listings).pack())
        master = repository.Master(broker, asked, packed, len(listings))
        # Under a lock: at a first start several processes store the same broker's, each deleting before it inserts.
        await self._db.write(lambda conn: repository.store(conn, master), lock=f"instruments:{broker.value}")
        self._take([master])
        log.info("instruments.loaded", broker=broker.value, count=master.count)

    def _take(self, masters: Iterable[repository.Master]) -> None:
        self._masters |= {master.broker: master for master in masters}
        self._outdated = True

    async def _join(self) -> None:
        """Bring the directory up to date with the masters that are there."""
        async with self._joining:
            if not self._outdated:
                return
            self._outdated = False
            known = list(self._masters.values())
            self._directory, self._search, self.families = await asyncio.to_thread(_built, known)
            self.edition += 1


def _built(masters: Iterable[repository.Master]) -> tuple[Directory, Search, Families]:
    directory = join({master.broker: Columns.unpack(master.packed) for master in masters})
    return directory, Search(directory.instruments), Families(directory.instruments)


def last_morning(now: datetime) -> datetime:
    """The latest 08:30 IST that has passed."""
    local = now.astimezone(IST)
    today = datetime.combine(local.date(), MORNING, IST)
    return today if local >= today else today - timedelta(days=1)
