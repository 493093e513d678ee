"""What brokers tell of the past: asked page by page, newest first, of whichever account has it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from domain.account import AccountId
from domain.errors import BrokerError, SessionExpired
from domain.instrument import InstrumentId
from domain.market import Candle
from orchestrator.accounts.connections import Connections
from orchestrator.market.intervals import Interval
from orchestrator.market.sources import Sources
from orchestrator.state import Clock

log = structlog.get_logger(__name__)

ROUNDS = 2  # accounts asked about a page before giving up
PATIENCE = 20.0  # seconds after which no further page is asked for
SHORTEST_PAGE = 25  # days: what every broker gives of every interval


@dataclass(frozen=True, slots=True)
class Page:
    """What a broker told of [start, end] at a moment (all aware): candles, oldest first."""

    start: datetime
    end: datetime
    candles: tuple[Candle, ...]
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Unasked:
    """Nobody told of [start, end]; `reason` is a stable word, `words` are for a person."""

    start: datetime
    end: datetime
    reason: str
    words: str


class Past:
    def __init__(self, sources: Sources, connections: Connections, clock: Clock) -> None:
        self._sources, self._connections, self._clock = sources, connections, clock

    async def ask(
        self, name: InstrumentId, interval: Interval, start: datetime, end: datetime
    ) -> tuple[list[Page], Unasked | None]:
        """Pages that cover [start, end] from its end on, oldest first, and what they lack. Never raises."""
        pages: list[Page] = []
        began = asyncio.get_running_loop().time()
        while end >= start:
            if asyncio.get_running_loop().time() - began > PATIENCE:
                return pages, Unasked(
                    start, end, "slow", "The brokers take too long: ask for a shorter time."
                )
            found = await self._page(name, interval, start, end)
            if isinstance(found, Unasked):
                return pages, found
            pages.insert(0, found)
            end = found.start - timedelta(seconds=1)
        return pages, None

    async def _page(
        self, name: InstrumentId, interval: Interval, start: datetime, end: datetime
    ) -> Page | Unasked:
        """The newest part of the span, as long as the account that is asked gives at once."""
        asked: set[AccountId] = set()
        words = "No account that lists it can be asked: log in to one."
        reason = "not_connected"
        for _ in range(ROUNDS):
            connection = self._sources.choose(name, without=asked)
            if connection is None or connection.broker is None:
                break
            asked.add(connection.account.id)
            days = connection.terms.history_days.get(interval.value, SHORTEST_PAGE)
            since = max(start, end - timedelta(days=days))
            at = self._clock()
            try:
                told = await connection.broker.candles(name, interval=interval.value, start=since, end=end)
            except SessionExpired as error:
                await self._connections.login_needed(connection.account.id, error.words)
            except BrokerError as error:
                log.info("market.no_history", account=connection.account.id, words=error.words)
                reason, words = "not_told", f"{connection.terms.name}: {error.words}"
            else:
                inside = tuple(one for one in told if since <= one.time <= end)
                return Page(since, end, inside, connection.account.broker.value, at)
        return Unasked(start, end, reason, words)
