"""Minute candles as they form from ticks, coarser ones made of them, and both laid over a broker's history."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.market import Candle
from domain.money import Price
from orchestrator.state import Clock

SPANS = {
    "1m": timedelta(minutes=1),
    "5m": timedelta(minutes=5),
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "1d": timedelta(days=1),
}
KEPT = 400  # minutes: a whole trading day
LATE = timedelta(minutes=2)  # a price older than this is a reminder of the past, not a trade of this minute
DAY_BEGINS = timedelta(hours=9, minutes=15)  # intraday candles are counted from the opening, as exchanges do


def bucket(at: datetime, interval: str) -> datetime:
    """The start of the candle (IST) that a moment falls in; days begin at midnight, hours at quarter past."""
    local = at.astimezone(IST)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    if interval == "1d":
        return midnight
    opening, span = midnight + DAY_BEGINS, SPANS[interval]
    return opening + (local - opening) // span * span


class CandleBook:
    """Today's minutes of every instrument that was streamed, in memory. Volume is not known from last prices: 0."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._minutes: dict[InstrumentId, deque[Candle]] = {}

    def take(self, name: InstrumentId, price: Price, at: datetime) -> None:
        if self._clock() - at > LATE:
            return
        start = bucket(at, "1m")
        minutes = self._minutes.setdefault(name, deque(maxlen=KEPT))
        if minutes and minutes[-1].time > start:
            return
        if minutes and minutes[-1].time == start:
            now = minutes[-1]
            minutes[-1] = replace(now, high=max(now.high, price), low=min(now.low, price), close=price)
        else:
            minutes.append(Candle(start, price, price, price, price, 0))

    def formed(self, name: InstrumentId, interval: str) -> list[Candle]:
        """What formed here, oldest first."""
        return gathered(self._minutes.get(name, ()), interval)


def gathered(minutes: Iterable[Candle], interval: str) -> list[Candle]:
    """Minutes as candles of a coarser interval, oldest first."""
    made: list[Candle] = []
    for one in minutes:
        start = bucket(one.time, interval)
        if made and made[-1].time == start:
            made[-1] = _joined(made[-1], one)
        else:
            made.append(replace(one, time=start))
    return made


def laid_over(history: Sequence[Candle], formed: Sequence[Candle]) -> list[Candle]:
    """The broker's candles with ours on top: the last one goes on forming, later ones follow. Oldest first."""
    if not history:
        return list(formed)
    by_time = {one.time: one for one in history}
    newest = max(by_time)
    for one in formed:
        if one.time == newest:
            by_time[one.time] = _joined(by_time[one.time], one)
        elif one.time > newest:
            by_time[one.time] = one
    return [by_time[time] for time in sorted(by_time)]


def _joined(first: Candle, then: Candle) -> Candle:
    return Candle(
        time=first.time,
        open=first.open,
        high=max(first.high, then.high),
        low=min(first.low, then.low),
        close=then.close,
        volume=first.volume + then.volume,
    )
