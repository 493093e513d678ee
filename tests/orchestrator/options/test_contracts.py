"""When contracts stop trading."""

from __future__ import annotations

from datetime import date, datetime, time

from domain.calendar import IST, Calendar, Phase, SpecialDay
from domain.instrument import Exchange
from orchestrator.options.contracts import expires_at, years_until

EXPIRY = date(2026, 11, 24)


def test_options_live_until_trading_ends_on_their_last_day() -> None:
    calendar = Calendar()
    assert expires_at(calendar, Exchange.NFO, EXPIRY) == datetime(2026, 11, 24, 15, 40, tzinfo=IST)
    assert expires_at(calendar, Exchange.MCX, EXPIRY) == datetime(2026, 11, 24, 23, 30, tzinfo=IST)
    assert expires_at(calendar, Exchange.NFO, date(2026, 7, 28)).time().isoformat() == "15:30:00"
    assert years_until(calendar, Exchange.NFO, EXPIRY, datetime(2026, 11, 24, 15, 40, tzinfo=IST)) == 0
    assert years_until(calendar, Exchange.NFO, EXPIRY, datetime(2026, 11, 23, 15, 40, tzinfo=IST)) == 1 / 365


def test_where_the_exchange_never_sleeps_they_live_until_the_day_is_over() -> None:
    endless = Calendar(always_open=True)
    assert expires_at(endless, Exchange.NFO, EXPIRY) == datetime(2026, 11, 25, tzinfo=IST)


def test_an_expiry_on_a_day_that_is_announced_as_closed_is_brought_forward() -> None:
    wednesday = date(2026, 11, 25)  # after a holiday of the list
    calendar = Calendar(special={(Exchange.NFO, wednesday): SpecialDay("Municipal elections")})
    assert expires_at(calendar, Exchange.NFO, wednesday) == datetime(2026, 11, 23, 15, 40, tzinfo=IST)
    assert expires_at(calendar, Exchange.BFO, wednesday) == datetime(2026, 11, 25, 15, 40, tzinfo=IST)
    short = SpecialDay("A short day", ((time(9, 15), time(13), Phase.OPEN),))
    early = Calendar(special={(Exchange.NFO, wednesday): short})
    assert expires_at(early, Exchange.NFO, wednesday) == datetime(2026, 11, 25, 13, 0, tzinfo=IST)
