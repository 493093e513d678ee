"""The market-wide breaker, and halts that somebody orders: who stops trading, for how long, and how it goes on.

10, 15 and 20 % of the NIFTY 50 against its close, with NSE's table by the time of day. A halt re-opens with a
call auction of a quarter of an hour.
"""

from __future__ import annotations

from dataclasses import dataclass

from mocks.exchange.calendar import MINUTE_NS, india_minute
from mocks.exchange.indices import IndexLevel
from mocks.exchange.sessions import at

BREAKER_INDEX = "NSE:NIFTY 50"
REOPENING_MINUTES = 15
REST_OF_DAY = 0

# Percent: (before this time of day, minutes of halt); a percentage that has no row left does nothing any more.
TABLE: dict[int, tuple[tuple[int, int], ...]] = {
    10: ((at("13:00"), 45), (at("14:30"), 15)),
    15: ((at("13:00"), 105), (at("14:00"), 45), (at("24:00"), REST_OF_DAY)),
    20: ((at("24:00"), REST_OF_DAY),),
}


@dataclass(slots=True)
class Breaker:
    """Remembers which percentages were reached today: each one halts once."""

    reached: int = 0

    def start_day(self) -> None:
        self.reached = 0

    def check(self, index: IndexLevel | None, now: int) -> int | None:
        """Minutes of the halt that the index calls for now (0: the rest of the day), None for none."""
        if index is None or not index.prev_close:
            return None
        move = abs(index.level - index.prev_close) * 100
        for percent in sorted(TABLE, reverse=True):
            if percent > self.reached and move >= percent * index.prev_close:
                self.reached = percent
                return halt_minutes(percent, india_minute(now))
        return None


def halt_minutes(percent: int, minute: int) -> int | None:
    """Minutes of halt at a minute of the day; 0 for the rest of the day, None when trading goes on."""
    for before, minutes in TABLE[percent]:
        if minute < before:
            return minutes
    return None


@dataclass(slots=True)
class Halt:
    """A halt that is on. Times are ns; `resumes` 0 means until somebody says so."""

    reopens: int  # when the call auction begins, 0: only by hand or tomorrow
    resumes: int = 0  # when it is worked out
    collecting: bool = False

    @classmethod
    def of(cls, now: int, minutes: int) -> Halt:
        if not minutes:
            return cls(0)
        reopens = now + minutes * MINUTE_NS
        return cls(reopens, reopens + REOPENING_MINUTES * MINUTE_NS)

    def next_due(self) -> int | None:
        due = self.resumes if self.collecting else self.reopens
        return due or None
