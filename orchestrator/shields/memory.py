"""Counts of requests within this process: the sliding window of `limits`, whose own store in memory walks all its keys
in a task that every hit starts. This one takes two microseconds and forgets as it goes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple

MOST = 50_000  # keys: a network has more addresses than we have memory
SWEEP = 60.0  # seconds between looks at what has ended


class Room(NamedTuple):
    """Whether there was room, how much is left, and the seconds until there is more."""

    taken: bool
    left: int
    seconds: float


class Memory:
    """A window's count, and of the one before as much as the last whole window still covers."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._counts: dict[tuple[str, str, int], int] = {}
        self._ends: dict[tuple[str, str, int], float] = {}
        self._swept = 0.0

    def __len__(self) -> int:
        return len(self._counts)

    def take(self, name: str, key: str, most: int, seconds: int) -> Room:
        """Count one of `name` and `key`, unless there were `most` within so many seconds."""
        now = self._now()
        number, over, before, current = self._window(name, key, seconds, now)
        counted = int(before * (1 - over)) + current
        if counted >= most:
            return Room(False, 0, seconds * _wait(before, current, most, over))
        if now - self._swept > SWEEP or len(self._counts) >= MOST:
            self._sweep(now)
        self._counts[name, key, number] = current + 1
        self._ends[name, key, number] = (number + 2) * seconds
        return Room(True, most - counted - 1, seconds * (1 - over))

    def full(self, name: str, key: str, most: int, seconds: int) -> bool:
        """Whether one more would be refused; none is counted."""
        _, over, before, current = self._window(name, key, seconds, self._now())
        return int(before * (1 - over)) + current >= most

    def _window(self, name: str, key: str, seconds: int, now: float) -> tuple[int, float, int, int]:
        """Its number, how much of it is over, and what was counted in the one before and in this one."""
        number = int(now // seconds)
        before = self._counts.get((name, key, number - 1), 0)
        return number, now / seconds - number, before, self._counts.get((name, key, number), 0)

    def _sweep(self, now: float) -> None:
        self._swept = now
        kept = [key for key in self._counts if self._ends[key] > now]
        kept = kept[max(0, len(kept) - MOST // 2) :]  # the newest: a flood of addresses
        self._counts = {key: self._counts[key] for key in kept}
        self._ends = {key: self._ends[key] for key in kept}


def _wait(before: int, current: int, most: int, over: float) -> float:
    """Windows until one more fits."""
    if current < most:
        return 1 - over - (most - current) / before
    return 1 - over + 1 - most / current
