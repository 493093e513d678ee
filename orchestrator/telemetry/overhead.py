"""How long a request took that sent orders, without the time that it waited for brokers.

Waits that overlap count once: what three brokers are asked at the same time takes as long as the slowest.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from types import TracebackType


class Overhead:
    """Of one request, from its first byte; tasks that it starts share it."""

    __slots__ = ("_began", "_brokers", "_since", "_waiting", "orders")

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._brokers = self._since = 0.0
        self._waiting = 0
        self.orders = 0  # parts of orders that were sent

    def waits(self) -> None:
        if not self._waiting:
            self._since = time.perf_counter()
        self._waiting += 1

    def goes_on(self) -> None:
        self._waiting -= 1
        if not self._waiting:
            self._brokers += time.perf_counter() - self._since

    def total(self) -> float:
        """Seconds since the request began."""
        return time.perf_counter() - self._began

    def own(self) -> float:
        """Seconds of ours until now."""
        return self.total() - self._brokers


CURRENT: ContextVar[Overhead | None] = ContextVar("overhead", default=None)


class broker_wait:
    """`with broker_wait():` around what takes a broker's time. `orders`: how many parts of orders are sent in it."""

    __slots__ = ("_of", "_orders")

    def __init__(self, *, orders: int = 0) -> None:
        self._of, self._orders = CURRENT.get(), orders

    def __enter__(self) -> None:
        if self._of is not None:
            self._of.orders += self._orders
            self._of.waits()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._of is not None:
            self._of.goes_on()
