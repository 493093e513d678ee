"""Trading calendar of the simulated exchanges as data (2026), read without a wall clock.

Times are nanoseconds since the Unix epoch (UTC); sessions are minutes of the day in India (UTC+05:30).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mocks.exchange.model import Phase

IST_OFFSET_S = 19_800
DAY_S = 86_400
SECOND_NS = 1_000_000_000

HOLIDAYS_2026 = frozenset(
    date.fromisoformat(day)
    for day in (
        "2026-01-15", "2026-01-26", "2026-03-03", "2026-03-26", "2026-03-31", "2026-04-03", "2026-04-14",
        "2026-05-01", "2026-05-28", "2026-06-26", "2026-09-14", "2026-10-02", "2026-10-20", "2026-11-10",
        "2026-11-24", "2026-12-25",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Session:
    """One phase of a trading day, [start, end) in minutes since midnight, India."""

    start: int
    end: int
    phase: Phase


REGULAR_DAY = (Session(9 * 60 + 15, 15 * 60 + 30, Phase.CONTINUOUS),)


@dataclass(frozen=True, slots=True)
class Calendar:
    sessions: tuple[Session, ...] = REGULAR_DAY
    holidays: frozenset[date] = HOLIDAYS_2026

    def is_trading_day(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.holidays

    def phase_at(self, time_ns: int) -> Phase:
        day, minute = _india(time_ns)
        if not self.is_trading_day(day):
            return Phase.CLOSED
        for session in self.sessions:
            if session.start <= minute < session.end:
                return session.phase
        return Phase.CLOSED

    def next_change(self, time_ns: int) -> int:
        """The first session boundary after `time_ns`; the phase there may be the same as before."""
        day, _ = _india(time_ns)
        while True:
            if self.is_trading_day(day):
                for session in self.sessions:
                    for minute in (session.start, session.end):
                        moment = india_ns(day, minute)
                        if moment > time_ns:
                            return moment
            day += timedelta(days=1)

    def trading_day_on_or_before(self, day: date) -> date:
        while not self.is_trading_day(day):
            day -= timedelta(days=1)
        return day


def india_ns(day: date, minute: int) -> int:
    """Nanoseconds of a minute of a day in India."""
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - IST_OFFSET_S
    return (midnight + minute * 60) * SECOND_NS


def india_date(time_ns: int) -> date:
    return _india(time_ns)[0]


def _india(time_ns: int) -> tuple[date, int]:
    seconds = time_ns // SECOND_NS + IST_OFFSET_S
    return date(1970, 1, 1) + timedelta(days=seconds // DAY_S), seconds % DAY_S // 60
