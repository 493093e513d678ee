"""Holidays and hours of trading, as this product itself goes by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from domain.calendar import IST, Phase, sessions
from domain.instrument import Exchange
from orchestrator.openalgo.desk import Desk, Json, Refused
from orchestrator.openalgo.requests import HolidaysBody, TimingsBody

SHARES = (Exchange.NSE, Exchange.BSE, Exchange.NFO, Exchange.BFO)  # whose holidays are these


async def holidays(desk: Desk, which: HolidaysBody) -> Json:
    """Of the exchanges of shares and their derivatives; of commodities and currencies nothing is told."""
    year = which.year or desk.now.astimezone(IST).year
    _known(desk, year)
    days = [] if desk.calendar.always_open else sorted(desk.calendar.holidays.items())
    data = [
        {
            "date": day.isoformat(),
            "description": words,
            "holiday_type": "TRADING_HOLIDAY",
            "closed_exchanges": [exchange.value for exchange in SHARES],
            "open_exchanges": [],
        }
        for day, words in days
        if day.year == year
    ]
    return {"status": "success", "year": year, "timezone": "Asia/Kolkata", "data": data}


async def timings(desk: Desk, which: TimingsBody) -> Json:
    """From the first to the last moment of trading, milliseconds since 1970; none on a day without."""
    day = which.date or desk.now.astimezone(IST).date()
    _known(desk, day.year)
    if desk.calendar.always_open:
        begins = datetime.combine(day, time(), IST)
        return _told([(exchange, begins, begins + timedelta(days=1)) for exchange in Exchange])
    if desk.calendar.holiday(day) is not None:
        return _told([])
    return _told([(exchange, *_hours(exchange, day)) for exchange in Exchange])


def _hours(exchange: Exchange, day: date) -> tuple[datetime, datetime]:
    found = [one for one in sessions(exchange, day, closing_auction=False) if one[2] is Phase.OPEN]
    begins, ends = found[0][0], found[-1][1]
    return datetime.combine(day, begins, IST), datetime.combine(day, ends, IST)


def _told(hours: list[tuple[Exchange, datetime, datetime]]) -> Json:
    data = [
        {"exchange": exchange.value, "start_time": _milliseconds(begins), "end_time": _milliseconds(ends)}
        for exchange, begins, ends in hours
    ]
    return {"status": "success", "data": data}


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _known(desk: Desk, year: int) -> None:
    """Raises Refused for a year whose holidays are not known: a day of it would pass for a day of trading."""
    if not desk.calendar.always_open and year not in {day.year for day in desk.calendar.holidays}:
        raise Refused(404, f"the holidays of {year} are not known here")
