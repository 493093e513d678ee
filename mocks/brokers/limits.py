"""Request budgets of a broker, counted in sliding windows on the sandbox's clock.

A server names its budgets once and asks before it does anything: a refused request counts too, as at the brokers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `limit` requests in any `seconds`; `name` is for messages ("10 per second")."""

    limit: int
    seconds: float
    name: str = ""


class Limits:
    """`check(kind, owner)`: `owner` is an account or an API key, whoever the broker counts by."""

    def __init__(self, budgets: Mapping[str, Sequence[Budget]], clock_ns: Callable[[], int]) -> None:
        self._budgets = budgets
        self._clock_ns = clock_ns
        self._seen: dict[tuple[str, str], list[deque[int]]] = {}

    def check(self, kind: str, owner: str) -> Budget | None:
        """Count one request; the budget that it breaks, or None. A kind without budgets is never refused."""
        budgets = self._budgets.get(kind)
        if not budgets:
            return None
        now = self._clock_ns()
        windows = self._seen.setdefault((kind, owner), [deque() for _ in budgets])
        broken: Budget | None = None
        for budget, window in zip(budgets, windows, strict=True):
            oldest = now - int(budget.seconds * 1e9)
            while window and window[0] <= oldest:
                window.popleft()
            if len(window) >= budget.limit:
                broken = broken or budget
            else:
                window.append(now)  # a full window refuses until its oldest request leaves it
        return broken

    def reset(self) -> None:
        self._seen.clear()
