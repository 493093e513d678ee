"""Rate windows of one account, from the broker's published limits (`Terms.limits`).

Windows slide, so that they hold in whatever second another clock counts; those of a second are a little longer.
Order windows keep a reserve, so that new orders can never use up the room that getting out needs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from adapters.broker import RateLimit
from adapters.room import Share

DAY = 86_400
LEFT = 4  # one in so many calls of a window is left by those that can be done without
SLACK = 0.05  # seconds by which one request may be faster on its way than the one before it
_SPANS = {1: "a second", 60: "a minute", 3600: "an hour", DAY: "a day"}


def span(seconds: int) -> str:
    """a second | a minute | in 30 minutes."""
    return _SPANS.get(seconds) or (f"in {seconds // 60} minutes" if seconds % 60 == 0 else f"in {seconds} s")


class Window:
    """Calls counted in one limit."""

    def __init__(self, limit: RateLimit) -> None:
        self.limit = limit
        self._span = limit.seconds + (SLACK if limit.seconds == 1 else 0.0)
        self._calls: deque[float] = deque()
        self._last = float("-inf")

    @property
    def span(self) -> float:
        """Seconds in which no more than the limit's calls are sent."""
        return self._span

    def wait(self, now: float, reserve: int = 0, *, among: int = 1) -> float:
        """Seconds until a call fits beside `reserve` others; 0.0 when it fits now. `now` in seconds of wall time.

        `among` so many programs the room is divided; where there are more of them than calls, each waits for its turn.
        """
        while self._calls and self._calls[0] <= now - self._span:
            self._calls.popleft()
        room = max(1, self.limit.calls - reserve)
        if room < among:
            return max(0.0, self._last + self._span * -(-among // room) - now)
        room //= among
        if len(self._calls) < room:
            return 0.0
        return self._calls[len(self._calls) - room] + self._span - now

    def room(self, now: float, reserve: int = 0, *, within: float = 0.0) -> int:
        """At least so many calls fit beside `reserve` others, from now to `within` seconds on."""
        while self._calls and self._calls[0] <= now - self._span:
            self._calls.popleft()
        each = max(1, self.limit.calls - reserve)
        return max(0, each - len(self._calls)) + int(within / self._span) * each

    def add(self, now: float) -> None:
        self._calls.append(now)
        self._last = now


class Budget:
    """All windows of the calls that are no orders. Not thread-safe: one event loop owns it."""

    def __init__(self, limits: Sequence[RateLimit], clock: Callable[[], float]) -> None:
        self._windows = [Window(limit) for limit in limits]
        self._clock = clock

    def wait(self, kind: str, *, among: int = 1, spare: bool = False) -> float:
        """Seconds until a call of `kind` fits; 0.0 when it fits now. Counts nothing. `among`: as of `Window`.

        `spare`: one that can be done without, which leaves a part of every window to the others.
        """
        now = self._clock()
        waits = (window.wait(now, _left(window.limit, spare), among=among) for window in self._of(kind))
        return max(waits, default=0.0)

    def take(self, kind: str, *, among: int = 1, spare: bool = False) -> float:
        """Count one call of `kind` and return 0.0, or count nothing and return the seconds to wait."""
        wait = self.wait(kind, among=among, spare=spare)
        if wait <= 0:
            now = self._clock()
            for window in self._of(kind):
                window.add(now)
            return 0.0
        return wait

    def shares(self, kind: str, *, spare: bool = False) -> list[Share]:
        """What a call of `kind` takes of limits that other programs of ours use up as well."""
        return [
            Share(
                f"{kind} {window.limit.seconds}",
                window.span,
                window.limit.calls - _left(window.limit, spare),
                f"{kind} calls",
            )
            for window in self._of(kind)
        ]

    def _of(self, kind: str) -> list[Window]:
        return [window for window in self._windows if window.limit.kind == kind]


def _left(limit: RateLimit, spare: bool) -> int:
    """Calls of a window that a call leaves to others."""
    return limit.calls // LEFT if spare else 0
