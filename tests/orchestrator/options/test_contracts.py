"""When contracts stop trading."""

from __future__ import annotations

from datetime import date, datetime

from domain.calendar import IST, Calendar
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
