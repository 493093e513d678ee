"""Holidays and hours of trading, as this product itself goes by."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from domain.calendar import IST, Calendar, Phase
from domain.instrument import Exchange
from orchestrator.openalgo.desk import Desk, Json, Refused
from orchestrator.openalgo.requests import HolidaysBody, TimingsBody

SHARES = (Exchange.NSE, Exchange.BSE, Exchange.NFO, Exchange.BFO)  # whose holidays are these


async def holidays(desk: Desk, which: HolidaysBody) -> Json:
    """Of the exchanges of shares and their derivatives; of the others, what was announced for single days."""
    year = which.year or desk.now.astimezone(IST).year
    _known(desk, year)
    calendar = desk.calendar
    listed = set() if calendar.always_open else set(calendar.holidays)
    days = sorted(listed | {day for _, day in list(calendar.special)})
    data = [_day(calendar, day) for day in days if day.year == year]
    return {"status": "success", "year": year, "timezone": "Asia/Kolkata", "data": data}


def _day(calendar: Calendar, day: date) -> Json:
    announced = {one: special for one in Exchange if (special := calendar.special.get((one, day)))}
    told = [one for one in Exchange if one in SHARES or one in announced]
    closed = {one: why for one in told if (why := calendar.holiday(day, one)) is not None}
    words = [*closed.values(), *(special.words for special in announced.values())]
    opened = [(one, *_hours(calendar, one, day)) for one, special in announced.items() if special.sessions]
    return {
        "date": day.isoformat(),
        "description": words[0],
        "holiday_type": "TRADING_HOLIDAY" if closed else "SPECIAL_SESSION",
        "closed_exchanges": [one.value for one in closed],
        "open_exchanges": _rows(opened),
    }


async def timings(desk: Desk, which: TimingsBody) -> Json:
    """From the first to the last moment of trading, milliseconds since 1970; none on a day without."""
    day = which.date or desk.now.astimezone(IST).date()
    _known(desk, day.year)
    trading = [exchange for exchange in Exchange if desk.calendar.trades(day, exchange)]
    hours = [(exchange, *_hours(desk.calendar, exchange, day)) for exchange in trading]
    return {"status": "success", "data": _rows(hours)}


def _hours(calendar: Calendar, exchange: Exchange, day: date) -> tuple[datetime, datetime]:
    found = [one for one in calendar.hours(exchange, day) if one[2] is Phase.OPEN]
    begins, ends = found[0][0], found[-1][1]
    midnight = datetime.combine(day, time(), IST)
    over = midnight + timedelta(days=1) if ends == time.max else datetime.combine(day, ends, IST)
    return datetime.combine(day, begins, IST), over


def _rows(hours: list[tuple[Exchange, datetime, datetime]]) -> list[Json]:
    return [
        {"exchange": exchange.value, "start_time": _milliseconds(begins), "end_time": _milliseconds(ends)}
        for exchange, begins, ends in hours
    ]


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _known(desk: Desk, year: int) -> None:
    """Raises Refused for a year whose holidays are not known: a day of it would pass for a day of trading."""
    if not desk.calendar.always_open and year not in {day.year for day in desk.calendar.holidays}:
        raise Refused(404, f"the holidays of {year} are not known here")
