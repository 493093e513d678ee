"""What was asked to happen at a later simulated time: callbacks of the world outside, and orders' own ends.

Ties are broken by the order in which things were asked for, never by what they are.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable


class Callbacks:
    """Functions to call at a time. They belong to whoever asked: a snapshot leaves them out."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Callable[[], object]]] = []
        self._number = 0

    def add(self, at_ns: int, callback: Callable[[], object]) -> None:
        self._number += 1
        heapq.heappush(self._heap, (at_ns, self._number, callback))

    def next_due(self) -> int | None:
        return self._heap[0][0] if self._heap else None

    def take(self) -> Callable[[], object]:
        """The next one, which is no longer on the list."""
        return heapq.heappop(self._heap)[2]


class Deadlines:
    """When orders with a time of their own end (TTL)."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, str, int]] = []

    def add(self, at_ns: int, stamp: int, key: str, order: int) -> None:
        heapq.heappush(self._heap, (at_ns, stamp, key, order))

    def next_due(self) -> int | None:
        return self._heap[0][0] if self._heap else None

    def take(self) -> tuple[str, int]:
        """Key and number of the next order."""
        _, _, key, order = heapq.heappop(self._heap)
        return key, order
