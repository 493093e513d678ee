"""A made-up past: candles that are the same at every call and for every interval agree on their price path. Pure.

The path is the previous close, moved by a few slow waves and a little noise that only the token and time decide.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

OPEN, CLOSE = time(9, 15), time(15, 30)
MINUTES = {
    "minute": 1, "3minute": 3, "5minute": 5, "10minute": 10, "15minute": 15, "30minute": 30, "60minute": 60, "hour": 60,
}  # fmt: skip
DAY_MINUTES = 375
STEPS = 6  # points looked at inside a candle for its high and low


@dataclass(frozen=True, slots=True)
class Candle:
    """`prices` are open, high, low, close in paise; `at` is the start, aware."""

    at: datetime
    prices: tuple[int, int, int, int]
    volume: int


def candles(token: int, interval: str, start: datetime, end: datetime, anchor: int) -> list[Candle]:
    """Those that begin within start..end on weekdays; `anchor` is the price (paise) that the path hovers around."""
    minutes = MINUTES.get(interval, DAY_MINUTES)
    return [
        _candle(token, at, minutes, anchor, daily=interval == "day") for at in _starts(start, end, minutes)
    ]


def _starts(start: datetime, end: datetime, minutes: int) -> Iterator[datetime]:
    day = start.date()
    while day <= end.date():
        if day.weekday() < 5:
            at = datetime.combine(day, OPEN, start.tzinfo)
            close = datetime.combine(day, CLOSE, start.tzinfo)
            while at < close:
                begins = at if minutes < DAY_MINUTES else datetime.combine(day, time.min, start.tzinfo)
                if start <= begins <= end:
                    yield at
                at += timedelta(minutes=minutes)
        day += timedelta(days=1)


def _candle(token: int, at: datetime, minutes: int, anchor: int, *, daily: bool) -> Candle:
    seconds = int(at.timestamp())
    path = [_level(token, seconds + minutes * 60 * step // STEPS, anchor) for step in range(STEPS + 1)]
    volume = minutes * (200 + _noise(token, seconds) % 3000)
    shown = at.replace(hour=0, minute=0) if daily else at
    return Candle(shown, (path[0], max(path), min(path), path[-1]), volume)


def _level(token: int, seconds: int, anchor: int) -> int:
    phase = _noise(token, 0) % 1000 / 159
    waves = sum(
        size * math.sin(seconds / period + phase * (number + 1))
        for number, (period, size) in enumerate(((2_900_000.0, 0.05), (310_000.0, 0.015), (4_700.0, 0.003)))
    )
    jitter = (_noise(token, seconds // 10) % 2001 - 1000) / 1_000_000
    return max(5, round(anchor * (1 + waves + jitter) / 5) * 5)


def _noise(token: int, moment: int) -> int:
    return int.from_bytes(hashlib.blake2b(f"{token}:{moment}".encode(), digest_size=4).digest(), "big")
