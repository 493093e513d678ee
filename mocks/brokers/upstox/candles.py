"""A made-up past: the same candles at every call, for every interval on one price path. Pure; prices are paise.

The path swings around an anchor (the previous close) in waves that only the instrument's token decides.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zlib import crc32

OPEN, CLOSE = time(9, 15), time(15, 30)
SESSION_MINUTES = 375
UNIT_MINUTES = {"minutes": 1, "hours": 60, "days": SESSION_MINUTES}
POINTS = 8  # of the path, looked at within a candle
WAVES = (
    (41 * 86_400, 0.04),
    (5.3 * 86_400, 0.012),
    (5_100.0, 0.003),
    (420.0, 0.0006),
)  # (seconds, share of price)

Candle = tuple[datetime, int, int, int, int, int]  # start, open, high, low, close, volume


def past(
    token: int, anchor: int, *, unit: str, count: int, first: date, last: date, now: datetime
) -> list[Candle]:
    """The candles of the weekdays first..last that began before `now`, newest first."""
    minutes = UNIT_MINUTES[unit] * count
    found = [
        _candle(token, anchor, start, minutes, daily=unit == "days")
        for start in _starts(first, last, minutes, now)
        if start <= now
    ]
    return found[::-1]


def _starts(first: date, last: date, minutes: int, now: datetime) -> Iterator[datetime]:
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if day.weekday() >= 5:
            continue
        start = datetime.combine(day, OPEN, now.tzinfo)
        close = datetime.combine(day, CLOSE, now.tzinfo)
        while start < close:
            yield start
            start += timedelta(minutes=minutes)


def _candle(token: int, anchor: int, start: datetime, minutes: int, *, daily: bool) -> Candle:
    seconds = start.timestamp()
    path = [_level(token, anchor, seconds + minutes * 60 * point / POINTS) for point in range(POINTS + 1)]
    volume = minutes * (150 + crc32(f"{token}:{seconds}".encode()) % 2_000)
    shown = start.replace(hour=0, minute=0) if daily else start
    return (shown, path[0], max(path), min(path), path[-1], volume)


def _level(token: int, anchor: int, seconds: float) -> int:
    turn = crc32(str(token).encode()) % 628 / 100
    swing = sum(
        share * math.sin(seconds / period * 2 * math.pi + turn * (1 + n))
        for n, (period, share) in enumerate(WAVES)
    )
    return max(5, round(anchor * (1 + swing) / 5) * 5)
