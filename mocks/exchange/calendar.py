"""Trading calendar of the simulated exchanges as data, read without a wall clock.

Times are nanoseconds since the Unix epoch (UTC); sessions are minutes of the day in India (UTC+05:30).
Holidays and special sessions are those of `data/calendar.json` (NSE's lists; the hours of a Muhurat session are
published weeks before it, ours are the usual ones), or of a file of the same form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from mocks.exchange.model import Phase
from mocks.exchange.sessions import CLOSED, Group, Session, at, rules_on

IST_OFFSET_S = 19_800
DAY_S = 86_400
SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
DAY_OPENS = (
    6 * 60
)  # a new trading day is in force from this minute on: settlement is done, nothing trades yet
LONGEST_PAUSE_DAYS = 30

Special = Mapping[date, tuple[Session, ...]]


class BadCalendar(ValueError):
    """A calendar file that cannot be read; its words are for a person."""


@cache
def _published() -> tuple[frozenset[date], dict[date, tuple[Session, ...]]]:
    text = (files("mocks.exchange") / "data" / "calendar.json").read_text(encoding="utf-8")
    return _parse(json.loads(text))


@dataclass(frozen=True)
class Calendar:
    """`special` days trade at these hours only, whatever weekday or holiday they are."""

    holidays: frozenset[date] = field(default_factory=lambda: _published()[0])
    special: Special = field(default_factory=lambda: _published()[1], hash=False)

    @classmethod
    def from_file(cls, path: Path) -> Calendar:
        """Holidays and special sessions in the form of `data/calendar.json`. Raises BadCalendar, OSError."""
        try:
            return cls.from_json(json.loads(path.read_text(encoding="utf-8")))
        except ValueError as bad:
            raise BadCalendar(f"{path}: {bad}") from bad

    @classmethod
    def from_json(cls, data: Any) -> Calendar:
        """Raises BadCalendar, and names what is wrong."""
        try:
            return cls(*_parse(data))
        except (ValueError, TypeError, KeyError, AttributeError) as bad:
            raise BadCalendar(f"not a calendar: {bad}") from bad

    def to_json(self) -> dict[str, Any]:
        special = {
            day.isoformat(): [_session_row(one) for one in self.special[day]] for day in sorted(self.special)
        }
        return {"holidays": [day.isoformat() for day in sorted(self.holidays)], "sessions": special}

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The hours of shares without a closing auction, by the newest rules."""
        return self._regular(date.max, Group.SHARES)

    def is_trading_day(self, day: date) -> bool:
        return day in self.special or (day.weekday() < 5 and day not in self.holidays)

    def sessions_on(self, day: date, group: Group = Group.SHARES) -> tuple[Session, ...]:
        """A day's sessions in order of time, before any random close; empty when nothing trades."""
        if day in self.special:
            return self.special[day]
        return self._regular(day, group) if self.is_trading_day(day) else ()

    def session_at(self, time_ns: int, group: Group = Group.SHARES) -> Session:
        """The session of that moment by the timetable, which knows no halts and no random closes."""
        day, minute = _india(time_ns)
        for session in self.sessions_on(day, group):
            if session.start <= minute < session.end:
                return session
        return CLOSED

    def phase_at(self, time_ns: int, group: Group = Group.SHARES) -> Phase:
        return self.session_at(time_ns, group).phase

    def trading_day_at(self, time_ns: int) -> date:
        """The trading day in force: from 06:00 of a trading day until 06:00 of the next."""
        day, minute = _india(time_ns)
        if minute < DAY_OPENS:
            day -= timedelta(days=1)
        return self.trading_day_on_or_before(day)

    def trading_day_on_or_before(self, day: date) -> date:
        """Raises BadCalendar when nothing trades for a month."""
        for days in range(LONGEST_PAUSE_DAYS):
            if self.is_trading_day(day - timedelta(days=days)):
                return day - timedelta(days=days)
        raise BadCalendar(f"no trading day in the {LONGEST_PAUSE_DAYS} days before {day}")

    def trading_day_after(self, day: date) -> date:
        """Raises BadCalendar when nothing trades for a month."""
        for days in range(1, LONGEST_PAUSE_DAYS):
            if self.is_trading_day(day + timedelta(days=days)):
                return day + timedelta(days=days)
        raise BadCalendar(f"no trading day in the {LONGEST_PAUSE_DAYS} days after {day}")

    def trading_day_later(self, day: date, days: int) -> date:
        """So many trading days after `day`; none is the day itself. Raises BadCalendar."""
        for _ in range(days):
            day = self.trading_day_after(day)
        return day

    def _regular(self, day: date, group: Group) -> tuple[Session, ...]:
        return rules_on(day).sessions[group]


def india_ns(day: date, minute: int) -> int:
    """Nanoseconds of a minute of a day in India."""
    midnight = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - IST_OFFSET_S
    return (midnight + minute * 60) * SECOND_NS


def india_date(time_ns: int) -> date:
    return _india(time_ns)[0]


def india_minute(time_ns: int) -> int:
    """Minutes since midnight in India."""
    return _india(time_ns)[1]


def _india(time_ns: int) -> tuple[date, int]:
    seconds = time_ns // SECOND_NS + IST_OFFSET_S
    return date(1970, 1, 1) + timedelta(days=seconds // DAY_S), seconds % DAY_S // 60


def _parse(data: Any) -> tuple[frozenset[date], dict[date, tuple[Session, ...]]]:
    unknown = sorted(set(data) - {"holidays", "sessions"})
    if unknown:
        raise ValueError(f"unknown field {unknown[0]!r}")
    holidays = frozenset(date.fromisoformat(day) for day in data.get("holidays", ()))
    special = {
        date.fromisoformat(day): tuple(_session(row) for row in rows)
        for day, rows in data.get("sessions", {}).items()
    }
    for day, sessions in special.items():
        for before, after in pairwise(sessions):
            if before.end > after.start:
                raise ValueError(f"sessions of {day} overlap or are out of order")
    return holidays, special


def _session(row: dict[str, str]) -> Session:
    start, end, phase = at(row["start"]), at(row["end"]), Phase(row["phase"])
    random_from = at(row["random_from"]) if row.get("random_from") else 0
    if start >= end or (random_from and not start <= random_from < end):
        raise ValueError(f"a session from {row['start']} to {row['end']}")
    return Session(start, end, phase, row.get("name", phase.value), random_from)


def _session_row(session: Session) -> dict[str, str]:
    row = {
        "start": _clock(session.start), "end": _clock(session.end), "phase": session.phase.value, "name": session.name,
    }  # fmt: skip
    if session.random_from:
        row["random_from"] = _clock(session.random_from)
    return row


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
