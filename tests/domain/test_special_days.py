"""What an exchange announces for one day stands before the list and the regular hours, of that exchange alone."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import IST, BadDay, Calendar, Phase, Session, SpecialDay
from domain.instrument import Exchange

MONDAY, TUESDAY, SATURDAY = (
    date(2026, 11, 23),
    date(2026, 11, 24),
    date(2026, 11, 28),
)  # the 24th is a holiday
MUHURAT = SpecialDay(
    "Muhurat trading",
    ((time(18), time(18, 8), Phase.PRE_OPEN), (time(18, 15), time(19, 15), Phase.OPEN)),
)
CLOSED = SpecialDay("Municipal elections")


def ist(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=IST)


def test_a_day_that_is_announced_as_closed_is_closed_at_that_exchange_alone() -> None:
    calendar = Calendar(special={(Exchange.NSE, MONDAY): CLOSED})
    assert calendar.holiday(MONDAY, Exchange.NSE) == "Municipal elections"
    assert calendar.phase(Exchange.NSE, ist("2026-11-23T11:00")) is Phase.CLOSED
    assert calendar.is_open(Exchange.BSE, ist("2026-11-23T11:00"))
    assert calendar.holiday(MONDAY) is None  # somebody trades
    assert calendar.next_opening(Exchange.NSE, ist("2026-11-22T11:00")) == ist("2026-11-25T09:15")


def test_when_all_are_closed_the_day_is_none_of_trading() -> None:
    calendar = Calendar(special={(one, MONDAY): CLOSED for one in Exchange})
    assert calendar.holiday(MONDAY) == "Municipal elections"
    assert not calendar.trades(MONDAY)
    assert calendar.trading_day(ist("2026-11-23T12:00")) == date(2026, 11, 20)


@pytest.mark.parametrize("day", [TUESDAY, SATURDAY])
def test_a_session_on_a_holiday_or_weekend_is_open_at_its_hours(day: date) -> None:
    calendar = Calendar(special={(Exchange.NSE, day): MUHURAT})

    def at(hour: int, minute: int) -> datetime:
        return datetime.combine(day, time(hour, minute), IST)

    assert calendar.phase(Exchange.NSE, at(11, 0)) is Phase.CLOSED
    assert calendar.phase(Exchange.NSE, at(18, 0)) is Phase.PRE_OPEN
    assert calendar.phase(Exchange.NSE, at(18, 10)) is Phase.CLOSED
    assert calendar.is_open(Exchange.NSE, at(18, 15), closing_auction=True)
    assert calendar.phase_ends(Exchange.NSE, at(18, 20)) == at(19, 15)
    assert calendar.next_opening(Exchange.NSE, at(11, 0)) == at(18, 15)
    assert not calendar.is_open(Exchange.NFO, at(18, 20))
    assert calendar.trades(day)
    assert calendar.trades(day, Exchange.NSE)
    assert not calendar.trades(day, Exchange.MCX)
    assert calendar.trading_day(at(10, 0)) == day
    assert calendar.trading_day(at(10, 0), Exchange.MCX) < day


def test_the_day_begins_with_a_session_before_nine() -> None:
    early = SpecialDay("Drill", ((time(8, 30), time(10), Phase.OPEN),))
    calendar = Calendar(special={(Exchange.NSE, SATURDAY): early})
    assert calendar.trading_day(ist("2026-11-28T08:45")) == SATURDAY
    assert calendar.trading_day(ist("2026-11-28T08:15")) == date(2026, 11, 27)


def test_an_exchange_that_never_sleeps_does_on_a_special_day() -> None:
    calendar = Calendar(always_open=True, special={(Exchange.NSE, MONDAY): MUHURAT})
    before, during = ist("2026-11-23T11:00"), ist("2026-11-23T18:30")
    assert calendar.phase(Exchange.NSE, before) is Phase.CLOSED
    assert calendar.is_open(Exchange.NSE, during)
    assert calendar.is_open(Exchange.BSE, before)
    assert calendar.phase_ends(Exchange.NSE, ist("2026-11-22T11:00")) == ist("2026-11-23T00:00")
    assert calendar.next_opening(Exchange.NSE, ist("2026-11-22T11:00")) == ist("2026-11-23T18:15")
    assert calendar.next_opening(Exchange.NSE, during) == ist("2026-11-24T00:00")
    assert calendar.next_opening(Exchange.NSE, ist("2026-11-24T00:00")) is None
    assert calendar.phase_ends(Exchange.BSE, before) is None


def test_who_holds_the_calendar_sees_a_change_of_its_special_days() -> None:
    announced: dict[tuple[Exchange, date], SpecialDay] = {}
    calendar = Calendar(special=announced)
    assert calendar.trades(MONDAY, Exchange.NSE)
    announced[Exchange.NSE, MONDAY] = CLOSED
    assert not calendar.trades(MONDAY, Exchange.NSE)


@pytest.mark.parametrize(
    ("sessions", "words"),
    [
        ([(time(9), time(10), Phase.OPEN), (time(9, 59), time(11), Phase.OPEN)], "overlap"),
        ([(time(10), time(10), Phase.OPEN)], "ends after it begins"),
        ([(time(18), time(1), Phase.OPEN)], "ends after it begins"),  # over midnight
        ([(time(9), time(9, 15), Phase.PRE_OPEN)], "at least is open"),
        ([(time(9), time(10), Phase.CLOSING_AUCTION)], "not closing_auction"),
        ([(time(9), time(10), Phase.CLOSED)], "not closed"),
    ],
)
def test_sessions_that_no_day_can_have_are_refused(sessions: list[Session], words: str) -> None:
    with pytest.raises(BadDay, match=words):
        SpecialDay("", tuple(sessions))


MINUTES = st.integers(0, 24 * 60 - 1)


@st.composite
def special_days(draw: st.DrawFn) -> SpecialDay:
    edges = sorted(draw(st.sets(MINUTES, max_size=6)))
    pairs = list(zip(edges[::2], edges[1::2], strict=False))
    phases = draw(st.lists(st.sampled_from((Phase.PRE_OPEN, Phase.OPEN)), min_size=3, max_size=3))
    if pairs:
        phases[0] = Phase.OPEN
    clock = [(time(*divmod(a, 60)), time(*divmod(b, 60))) for a, b in pairs]
    return SpecialDay("drawn", tuple((a, b, phase) for (a, b), phase in zip(clock, phases, strict=False)))


@given(
    special=st.dictionaries(
        st.tuples(st.sampled_from((Exchange.NSE, Exchange.MCX)), st.dates(MONDAY, date(2026, 12, 2))),
        special_days(),
        max_size=6,
    ),
    minutes=st.integers(0, 12 * 24 * 60),
    exchange=st.sampled_from((Exchange.NSE, Exchange.NFO, Exchange.MCX)),
    always_open=st.booleans(),
)
def test_phases_hours_ends_and_openings_agree(
    special: dict[tuple[Exchange, date], SpecialDay], minutes: int, exchange: Exchange, always_open: bool
) -> None:
    calendar = Calendar(always_open=always_open, special=special)
    at = ist("2026-11-21T00:00") + timedelta(minutes=minutes)
    phase, day = calendar.phase(exchange, at), at.date()
    inside = [kind for begins, ends, kind in calendar.hours(exchange, day) if begins <= at.time() < ends]
    assert inside == ([] if phase is Phase.CLOSED else [phase])
    assert calendar.trades(day, exchange) == bool(calendar.hours(exchange, day))
    assert calendar.trades(day) == any(calendar.trades(day, one) for one in Exchange)

    ends, opens = calendar.phase_ends(exchange, at), calendar.next_opening(exchange, at)
    if ends is not None:
        assert ends > at
        assert calendar.phase(exchange, ends) is not phase
        assert calendar.phase(exchange, ends - timedelta(microseconds=1)) is phase
    else:
        assert always_open
    if opens is not None:
        assert opens > at
        assert calendar.is_open(exchange, opens)
        assert phase is Phase.OPEN or (ends is not None and opens >= ends)
    else:
        assert always_open
        assert phase is Phase.OPEN
    assert calendar.trades(calendar.trading_day(at, exchange), exchange)
    assert calendar.trading_day(at) >= calendar.trading_day(at, exchange)
