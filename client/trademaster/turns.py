"""Pauses between connections: longer while they fail, short again once one has worked."""

from __future__ import annotations

import random

FIRST, LONGEST = 0.5, 30.0  # seconds


class Turns:
    """Each pause is about twice the one before, a little different for everybody who was cut off together."""

    def __init__(self) -> None:
        self._failed = 0

    def went_well(self) -> None:
        self._failed = 0

    def pause(self) -> float:
        """Seconds before the next attempt."""
        growing: float = min(LONGEST, FIRST * 2 ** min(self._failed, 10))
        self._failed += 1
        return growing * random.uniform(0.75, 1.25)
