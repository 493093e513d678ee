"""A schedule tells the same whoever asks and whenever: nothing falls between two looks, nothing comes twice."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import IST, Calendar
from orchestrator.jobs.schedule import Schedule

CALENDAR = Calendar()
schedules = st.builds(
    Schedule,
    st.times(),
    every=st.none() | st.integers(15, 600).map(lambda minutes: timedelta(minutes=minutes)),
    trading=st.booleans(),
)
minutes = st.integers(0, 300 * 24 * 60)
moments = minutes.map(lambda after: datetime(2026, 2, 1, tzinfo=IST) + timedelta(minutes=after))


@given(schedules, moments, st.lists(st.integers(0, 60 * 24 * 3), max_size=6))
def test_looks_at_any_moments_find_the_same_times_each_once(
    schedule: Schedule, begin: datetime, pauses: list[int]
) -> None:
    seen, last = [], begin
    for pause in pauses:
        now = last + timedelta(minutes=pause)
        seen += schedule.missed(last, now, CALENDAR)
        last = now
    assert seen == schedule.missed(begin, last, CALENDAR)
    assert seen == sorted(set(seen))


@given(schedules, moments)
def test_what_comes_next_is_the_newest_once_it_has_come(schedule: Schedule, now: datetime) -> None:
    coming = schedule.next(now, CALENDAR)
    assert coming is not None
    assert coming > now
    assert schedule.newest(coming, CALENDAR) == coming
    before = schedule.newest(now, CALENDAR)
    assert before is not None
    assert before <= now
    assert schedule.next(before, CALENDAR) == coming


def test_on_trading_days_alone() -> None:
    schedule = Schedule(time(16, 0), trading=True)
    friday_night = datetime(2026, 11, 20, 20, 0, tzinfo=IST)
    after_the_holiday = datetime(2026, 11, 25, 16, 0, tzinfo=IST)
    found = schedule.missed(friday_night, after_the_holiday, CALENDAR)
    assert [at.date() for at in found] == [
        date(2026, 11, 23),
        date(2026, 11, 25),
    ]  # Guru Nanak Jayanti between


def test_a_market_that_never_closes_trades_every_day() -> None:
    schedule, sunday = Schedule(time(16, 0), trading=True), datetime(2026, 11, 22, 17, 0, tzinfo=IST)
    newest = schedule.newest(sunday, Calendar(always_open=True))
    assert newest is not None
    assert newest.date() == sunday.date()


def test_schedules_in_words() -> None:
    quarter = Schedule(time(16, 0), every=timedelta(minutes=15), trading=True)
    assert quarter.words == "every 15 minutes of every trading day from 16:00"
    assert Schedule(time(0, 30), every=timedelta(hours=1)).words == "every hour of every day from 00:30"
    assert Schedule(time(8, 30)).words == "every day at 08:30"
