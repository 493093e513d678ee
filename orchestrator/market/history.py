"""Candles of the past from whichever account has them, with today's as they form here."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from domain.account import AccountId
from domain.errors import BrokerError, SessionExpired
from domain.instrument import InstrumentId
from domain.market import Candle
from orchestrator.accounts.connections import Connections
from orchestrator.market.candles import gathered, laid_over
from orchestrator.market.hub import Hub
from orchestrator.market.intervals import Interval

log = structlog.get_logger(__name__)

REACH = {
    "1m": timedelta(days=4),  # over a long weekend
    "5m": timedelta(days=7),
    "15m": timedelta(days=10),
    "1h": timedelta(days=60),
    "1d": timedelta(days=365),
}
ROUNDS = 2  # accounts asked before giving up
KEEP = 15.0  # seconds that a broker's answer is used again
MOST_KEPT = 500


class History:
    def __init__(self, hub: Hub, connections: Connections) -> None:
        self._hub, self._connections = hub, connections
        self._kept: dict[tuple[object, ...], tuple[float, list[Candle]]] = {}

    async def candles(
        self, name: InstrumentId, *, interval: str, start: datetime, end: datetime
    ) -> list[Candle]:
        """Oldest first, those that begin in [start, end]. Without any account that can say, only what formed here."""
        past = await self._past(name, interval, start, end)
        minutes = self._hub.candles.formed(name)
        formed = gathered(minutes, Interval(interval), grid=self._hub.grid, exchange=name.exchange)
        whole = laid_over(past, formed)
        return [one for one in whole if start <= one.time <= end]

    async def _past(self, name: InstrumentId, interval: str, start: datetime, end: datetime) -> list[Candle]:
        minute = timedelta(minutes=1)
        key = (name, interval, start.timestamp() // minute.total_seconds(), end.timestamp() // 60)
        now = asyncio.get_running_loop().time()
        kept = self._kept.get(key)
        if kept is not None and now - kept[0] < KEEP:
            return kept[1]
        candles = await self._ask(name, interval, start, end)
        if candles:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = (now, candles)
        return candles

    async def _ask(self, name: InstrumentId, interval: str, start: datetime, end: datetime) -> list[Candle]:
        asked: set[AccountId] = set()
        for _ in range(ROUNDS):
            connection = self._hub.sources.choose(name, without=asked)
            if connection is None or connection.broker is None:
                return []
            asked.add(connection.account.id)
            try:
                found = await connection.broker.candles(name, interval=interval, start=start, end=end)
            except SessionExpired as error:
                await self._connections.login_needed(connection.account.id, error.words)
            except BrokerError as error:
                log.info("market.no_history", account=connection.account.id, words=error.words)
            else:
                if found:
                    return found
        return []
