"""When the exchanges are open: sessions of the rules in force, holidays, weekends, and the sandbox's endless day."""

from datetime import date, datetime

import pytest

from domain.calendar import IST, Calendar, Phase
from domain.instrument import Exchange

CALENDAR = Calendar()


def ist(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=IST)


@pytest.mark.parametrize(
    ("exchange", "when", "auction", "phase"),
    [
        (Exchange.NSE, "2026-11-20T08:59:59", False, Phase.CLOSED),
        (Exchange.NSE, "2026-11-20T09:00:00", False, Phase.PRE_OPEN),
        (Exchange.NSE, "2026-11-20T09:15:00", False, Phase.OPEN),
        (Exchange.NSE, "2026-11-20T15:29:59", False, Phase.OPEN),
        (Exchange.NSE, "2026-11-20T15:30:00", False, Phase.CLOSED),
        (Exchange.NSE, "2026-11-20T15:14:59", True, Phase.OPEN),
        (Exchange.NSE, "2026-11-20T15:15:00", True, Phase.CLOSING_AUCTION),
        (Exchange.NSE, "2026-11-20T15:50:00", True, Phase.POST_CLOSE),
        (Exchange.NSE, "2026-07-31T15:20:00", True, Phase.OPEN),  # before the closing auction existed
        (Exchange.NFO, "2026-11-20T15:35:00", False, Phase.OPEN),
        (Exchange.NFO, "2026-11-20T15:40:00", False, Phase.CLOSED),
        (Exchange.NFO, "2026-07-31T15:35:00", False, Phase.CLOSED),
        (Exchange.MCX, "2026-11-20T23:00:00", False, Phase.OPEN),
        (Exchange.NSE, "2026-11-24T11:00:00", False, Phase.CLOSED),  # Guru Nanak Jayanti
        (Exchange.NSE, "2026-11-21T11:00:00", False, Phase.CLOSED),  # a Saturday
    ],
)
def test_phases(exchange: Exchange, when: str, auction: bool, phase: Phase) -> None:
    assert CALENDAR.phase(exchange, ist(when), closing_auction=auction) is phase


def test_the_moment_counts_not_its_zone() -> None:
    assert CALENDAR.is_open(Exchange.NSE, datetime.fromisoformat("2026-11-20T04:00:00+00:00"))


def test_a_holiday_says_its_name() -> None:
    assert CALENDAR.holiday(ist("2026-11-24T00:00").date()) == "Guru Nanak Jayanti"
    assert CALENDAR.holiday(ist("2026-11-22T00:00").date()) == "Weekend"
    assert CALENDAR.holiday(ist("2026-11-23T00:00").date()) is None


def test_the_sandbox_never_sleeps() -> None:
    assert Calendar(always_open=True).is_open(Exchange.NSE, ist("2026-11-22T03:00"))


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ("2026-12-04 12:00", "2026-12-04"),
        ("2026-12-04 08:59", "2026-12-03"),
        ("2026-12-06 12:00", "2026-12-04"),  # a Sunday
        ("2026-12-07 08:30", "2026-12-04"),
        ("2026-12-07 09:00", "2026-12-07"),
        ("2026-12-25 15:00", "2026-12-24"),  # a holiday
    ],
)
def test_the_trading_day_begins_at_nine_and_lasts_until_the_next(when: str, day: str) -> None:
    at = datetime.fromisoformat(when).replace(tzinfo=IST)
    assert Calendar().trading_day(at) == date.fromisoformat(day)
    assert Calendar(always_open=True).trading_day(at) == at.date()


@pytest.mark.parametrize(
    ("exchange", "when", "auction", "ends", "opens"),
    [
        (Exchange.NSE, "2026-11-20T09:05", False, "2026-11-20T09:15", "2026-11-20T09:15"),
        (Exchange.NSE, "2026-11-20T09:15", False, "2026-11-20T15:30", "2026-11-23T09:15"),
        (Exchange.NSE, "2026-11-20T11:00", True, "2026-11-20T15:15", "2026-11-23T09:15"),
        (Exchange.NSE, "2026-11-20T15:31", False, "2026-11-20T15:50", "2026-11-23T09:15"),
        (Exchange.NSE, "2026-11-21T11:00", False, "2026-11-23T09:00", "2026-11-23T09:15"),
        (Exchange.NFO, "2026-11-23T16:00", False, "2026-11-25T09:15", "2026-11-25T09:15"),  # over a holiday
        (Exchange.MCX, "2026-11-20T23:29", False, "2026-11-20T23:30", "2026-11-23T09:00"),
    ],
)
def test_the_end_of_a_session_and_the_next_opening(
    exchange: Exchange, when: str, auction: bool, ends: str, opens: str
) -> None:
    assert CALENDAR.phase_ends(exchange, ist(when), closing_auction=auction) == ist(ends)
    assert CALENDAR.next_opening(exchange, ist(when)) == ist(opens)


def test_a_market_that_never_sleeps_neither_closes_nor_opens() -> None:
    endless = Calendar(always_open=True)
    assert endless.phase_ends(Exchange.NSE, ist("2026-11-20T23:00")) is None
    assert endless.next_opening(Exchange.NSE, ist("2026-11-20T23:00")) is None
