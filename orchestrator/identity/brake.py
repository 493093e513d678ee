"""Slows down guessing: too many failed logins for one address and e-mail, or from one address, and it must pause.

An attempt counts as failed from its beginning: else a thousand at once would all be let in to be checked.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from orchestrator.errors import Problem

WINDOW = timedelta(minutes=1)
PER_ADDRESS = 5  # times the limit of one e-mail: several people may share an address
REMEMBERED = 10_000


class LoginBrake:
    """Counts failures of the last minute in this process. A success forgets itself and the pair's failures."""

    def __init__(self, attempts: int) -> None:
        self._attempts = attempts
        self._failures: dict[tuple[str, str], deque[datetime]] = {}

    def attempt(self, address: str, email: str, now: datetime) -> None:
        """Count an attempt. Raises Problem 429 with Retry-After while the pause lasts."""
        for key, limit in (((address, email), self._attempts), ((address, ""), self._attempts * PER_ADDRESS)):
            recent = self._recent(key, now)
            if len(recent) >= limit:
                wait = max(1, round((recent[0] + WINDOW - now).total_seconds()))
                raise Problem(
                    429,
                    "too_many_attempts",
                    "too many failed logins",
                    fix=f"wait {wait} seconds",
                    headers={"retry-after": str(wait)},
                )
        if len(self._failures) > REMEMBERED:
            for key in list(self._failures):
                if not self._recent(key, now):
                    del self._failures[key]
        for key in ((address, email), (address, "")):
            self._failures.setdefault(key, deque(maxlen=self._attempts * PER_ADDRESS)).append(now)

    def succeeded(self, address: str, email: str) -> None:
        self._failures.pop((address, email), None)
        if self._failures.get((address, "")):
            self._failures[(address, "")].pop()

    def _recent(self, key: tuple[str, str], now: datetime) -> deque[datetime]:
        failures = self._failures.get(key) or deque()
        while failures and failures[0] <= now - WINDOW:
            failures.popleft()
        return failures
