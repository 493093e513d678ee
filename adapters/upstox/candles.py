"""Candles of one instrument: the history in pieces as long as Upstox gives, and today's from a call of its own."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from urllib.parse import quote as percent

from adapters.upstox import figures, wire
from adapters.upstox.calls import Calls
from domain.calendar import IST
from domain.errors import BrokerRejected
from domain.market import Candle

# interval -> unit, interval, days a call may span
_CANDLES = {
    "1m": ("minutes", "1", 28),
    "5m": ("minutes", "5", 28),
    "15m": ("minutes", "15", 28),
    "1h": ("hours", "1", 85),
    "1d": ("days", "1", 3600),
}


async def read(
    calls: Calls, feed_key: str, interval: str, start: datetime, end: datetime, *, today: datetime
) -> list[Candle]:
    """Those that begin in [start, end], oldest first. Raises BrokerRejected for another interval than those above."""
    if interval not in _CANDLES:
        raise BrokerRejected(f"Upstox has no candles of {interval}")
    unit, count, span = _CANDLES[interval]
    key = percent(feed_key, safe="")
    first, last, now = (moment.astimezone(IST).date() for moment in (start, end, today))
    paths = [
        f"/v3/historical-candle/{key}/{unit}/{count}/{to}/{since}"
        for since, to in _spans(first, min(last, now), span)
    ]
    if last >= now:  # the history ends with yesterday
        paths.append(f"/v3/historical-candle/intraday/{key}/{unit}/{count}")
    by_time: dict[datetime, Candle] = {}
    for path in paths:
        data = await calls.read(path)
        with wire.understood("candles"):
            by_time.update((candle.time, candle) for candle in map(figures.candle, data["candles"]))
    return [by_time[time] for time in sorted(by_time) if start <= time <= end]


def _spans(first: date, last: date, days: int) -> list[tuple[date, date]]:
    """[first, last] in pieces of at most `days`."""
    spans = []
    while first <= last:
        to = min(first + timedelta(days=days - 1), last)
        spans.append((first, to))
        first = to + timedelta(days=1)
    return spans
