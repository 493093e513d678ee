"""Rate budgets of one account, from the broker's published limits (`Terms.limits`).

Seconds are calendar seconds, as the brokers' servers count them; longer windows slide. Cancels keep a reserve,
so that new orders can never use up the room that getting out needs.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence

from adapters.broker import RateLimit

CANCEL_RESERVE = 2  # calls of each window that only cancels may use


class Window:
    """Calls counted in one limit."""

    def __init__(self, limit: RateLimit) -> None:
        self.limit = limit
        self._calls: deque[float] = deque()

    def wait(self, now: float, reserve: int) -> float:
        """Seconds until a call fits; 0.0 when it fits now. `now` in seconds of wall time."""
        since = math.floor(now) if self.limit.seconds == 1 else now - self.limit.seconds
        while self._calls and self._calls[0] < since:
            self._calls.popleft()
        room = max(1, self.limit.calls - reserve)
        if len(self._calls) < room:
            return 0.0
        if self.limit.seconds == 1:
            return math.floor(now) + 1 - now
        return self._calls[len(self._calls) - room] + self.limit.seconds - now

    def add(self, now: float) -> None:
        self._calls.append(now)


class Budget:
    """All windows of one account. Not thread-safe: one event loop owns it."""

    def __init__(self, limits: Sequence[RateLimit], clock: Callable[[], float]) -> None:
        self._windows = [Window(limit) for limit in limits]
        self._clock = clock

    def take(self, kind: str, *, urgent: bool = False) -> float:
        """Count one call of `kind` and return 0.0, or count nothing and return the seconds to wait.

        `urgent` (a cancel) may use the reserve of the order windows.
        """
        now = self._clock()
        windows = [window for window in self._windows if window.limit.kind == kind]
        reserve = CANCEL_RESERVE if kind == "order" and not urgent else 0
        wait = max((window.wait(now, reserve) for window in windows), default=0.0)
        if wait <= 0:
            for window in windows:
                window.add(now)
            return 0.0
        return wait
