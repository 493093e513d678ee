"""Holidays, special sessions and trading days, from the published list and from a file."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mocks.exchange.calendar import BadCalendar, Calendar, india_ns
from mocks.exchange.model import Phase
from mocks.exchange.sessions import DAY_RULES, Group, at, rules_on
from mocks.exchange.venue import Exchange


def test_the_published_holidays_are_closed() -> None:
    calendar = Calendar()
    for day in ("2026-11-24", "2026-12-25", "2026-01-26", "2025-10-22", "2027-01-26", "2026-11-21"):
        assert not calendar.is_trading_day(date.fromisoformat(day))
        assert calendar.sessions_on(date.fromisoformat(day)) == ()
    assert calendar.trading_day_on_or_before(date(2026, 11, 24)) == date(2026, 11, 23)
    assert calendar.trading_day_after(date(2026, 11, 23)) == date(2026, 11, 25)


def test_a_muhurat_session_is_a_trading_day_on_a_sunday() -> None:
    calendar = Calendar()
    sunday = date(2026, 11, 8)
    assert calendar.is_trading_day(sunday)
    assert calendar.phase_at(india_ns(sunday, at("18:30")), Group.CONTRACTS) is Phase.CONTINUOUS
    assert calendar.phase_at(india_ns(sunday, at("12:00"))) is Phase.CLOSED


def test_a_trading_day_is_in_force_from_six_to_six() -> None:
    calendar = Calendar()
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    assert calendar.trading_day_at(india_ns(friday, at("05:59"))) == date(2026, 11, 19)
    assert calendar.trading_day_at(india_ns(friday, at("06:00"))) == friday
    assert calendar.trading_day_at(india_ns(monday, at("05:59"))) == friday
    assert calendar.trading_day_at(india_ns(monday, at("06:00"))) == monday


def test_a_calendar_comes_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "days.json"
    path.write_text(json.dumps({
        "holidays": ["2026-11-23"],
        "sessions": {"2026-11-21": [{"start": "10:00", "end": "11:00", "phase": "continuous", "name": "drill"}]},
    }))  # fmt: skip
    calendar = Calendar.from_file(path)
    assert not calendar.is_trading_day(date(2026, 11, 23))
    assert calendar.is_trading_day(date(2026, 11, 24))
    venue = Exchange(
        [], seed=1, start_ns=india_ns(date(2026, 11, 21), at("10:30")), calendar=calendar, always_open=False
    )
    assert venue.phase is Phase.CONTINUOUS
    assert venue.day == date(2026, 11, 21)


def test_a_calendar_survives_its_json() -> None:
    assert Calendar.from_json(Calendar().to_json()) == Calendar()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"holiday": []}, "unknown field 'holiday'"),
        ({"holidays": ["tomorrow"]}, "tomorrow"),
        ({"sessions": {"2026-11-21": [{"start": "11:00", "end": "10:00", "phase": "closed"}]}}, "11:00 to 10:00"),
        ({"sessions": {"2026-11-21": [{"start": "9", "end": "10:00", "phase": "closed"}]}}, "'9' is not a time"),
        ({"sessions": {"2026-11-21": [{"start": "25:00", "end": "26:00", "phase": "closed"}]}}, "after midnight"),
        ({"sessions": {"2026-11-21": [{"start": "09:00", "end": "10:00", "phase": "lunch"}]}}, "lunch"),
        ([], "not a calendar"),
    ],
)  # fmt: skip
def test_a_broken_calendar_says_what_is_wrong(data: Any, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "days.json"
    path.write_text(json.dumps(data))
    with pytest.raises(BadCalendar, match=problem):
        Calendar.from_file(path)


def test_overlapping_sessions_are_refused() -> None:
    rows = [
        {"start": "09:00", "end": "10:00", "phase": "continuous"},
        {"start": "09:30", "end": "11:00", "phase": "continuous"},
    ]
    with pytest.raises(BadCalendar, match="overlap"):
        Calendar.from_json({"sessions": {"2026-11-21": rows}})


def test_a_calendar_that_never_trades_is_refused() -> None:
    days = [f"2026-{month:02}-{day:02}" for month in (10, 11, 12) for day in range(1, 31)]
    calendar = Calendar.from_json({"holidays": days})
    with pytest.raises(BadCalendar, match="no trading day"):
        calendar.trading_day_after(date(2026, 11, 1))


def test_the_sessions_of_every_rule_set_follow_each_other() -> None:
    for rules in DAY_RULES:
        for sessions in rules.sessions.values():
            ends = 0
            for session in sessions:
                assert ends <= session.start < session.end
                assert not session.random_from or session.start <= session.random_from < session.end
                ends = session.end


def test_market_orders_go_first_in_the_pre_open_since_september_2026() -> None:
    assert rules_on(date(2026, 9, 6)).pre_open_priority == "limit_first"
    assert rules_on(date(2026, 9, 7)).pre_open_priority == "market_first"
