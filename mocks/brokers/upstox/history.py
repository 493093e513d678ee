"""Candles on Upstox's wire, newest first: version 3 (units and counts), version 2 (words), and today's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.backoffice.switches import Strictness
from mocks.brokers.server import natural, rupees
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.bodies import listed
from mocks.brokers.upstox.desk import Desk
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.history import Candle, by_month, by_week

MINUTES_SINCE = date(2022, 1, 1)
MONTH, QUARTER, YEAR, DECADE = 31, 92, 366, 3660  # days
FINE_MINUTES = 15  # up to here a call covers a month, above a quarter
HIGHEST = {"minutes": 300, "hours": 5, "days": 1, "weeks": 1, "months": 1}
OLD_WORDS = {
    "1minute": ("minutes", 1),
    "30minute": ("minutes", 30),
    "day": ("days", 1),
    "week": ("weeks", 1),
    "month": ("months", 1),
}


@dataclass(frozen=True, slots=True)
class Interval:
    unit: str
    count: int

    @property
    def minutes(self) -> int | None:
        """Of a candle within a day; None from a day up."""
        return {"minutes": self.count, "hours": self.count * 60}.get(self.unit)

    @property
    def span(self) -> int | None:
        """The days that one call may cover; None for any."""
        if self.unit == "minutes":
            return MONTH if self.count <= FINE_MINUTES else QUARTER
        return {"hours": QUARTER, "days": DECADE}.get(self.unit)

    @property
    def usual(self) -> int:
        """The days given when no first day is asked for."""
        return {"minutes": MONTH, "hours": QUARTER, "days": YEAR}.get(self.unit, DECADE)


def routes(desk: Desk) -> list[Route]:
    history = History(desk)
    pages = {
        "/v3/historical-candle/intraday/{key}/{unit}/{count}": history.today,
        "/v3/historical-candle/{key}/{unit}/{count}/{to}": history.past,
        "/v3/historical-candle/{key}/{unit}/{count}/{to}/{since}": history.past,
        "/v2/historical-candle/intraday/{key}/{word}": history.today,
        "/v2/historical-candle/{key}/{word}/{to}": history.past,
        "/v2/historical-candle/{key}/{word}/{to}/{since}": history.past,
    }
    return [desk.public(path, endpoint, "GET") for path, endpoint in pages.items()]


class History:
    """Needs no login, as at Upstox."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def past(self, request: Request) -> Response:
        """Up to yesterday."""
        interval = _interval(request)
        yesterday = self._today - timedelta(days=1)
        asked = _day(request, "to")
        last = min(asked, yesterday)
        first = (
            _day(request, "since")
            if "since" in request.path_params
            else last - timedelta(days=interval.usual)
        )
        if first > asked:
            raise Problem(
                "UDAPI1015", "to_date must be greater than or equal to from_date", "to_date", str(asked)
            )
        current = self._desk.switches.strictness is Strictness.CURRENT
        if current and interval.span is not None and "since" in request.path_params:
            early = interval.minutes is not None and first < MINUTES_SINCE
            if early or (asked - first).days > interval.span:
                raise Problem("UDAPI1148", "Invalid date range for the interval", "from_date", str(first))
        return self._reply(request, interval, first, last)

    async def today(self, request: Request) -> Response:
        interval = _interval(request)
        if interval.unit in ("weeks", "months"):
            raise Problem("UDAPI1146", "Invalid unit", "unit", interval.unit)
        return self._reply(request, interval, self._today, self._today)

    @property
    def _today(self) -> date:
        return self._desk.exchange.day

    def _reply(self, request: Request, interval: Interval, first: date, last: date) -> Response:
        instrument = listed(request.path_params["key"], self._desk.names)
        start, end = datetime.combine(first, time(), IST), datetime.combine(last, time(23, 59, 59), IST)
        found = self._desk.candles(instrument.key, interval.minutes, start, end)
        if interval.unit == "weeks":
            found = by_week(found)
        elif interval.unit == "months":
            found = by_month(found)
        return wire.reply({"candles": [_row(one) for one in reversed(found)]})


def _row(one: Candle) -> list[Any]:
    prices = (rupees(price) for price in (one.open, one.high, one.low, one.close))
    return [one.start.isoformat(), *prices, one.volume, one.open_interest]


def _interval(request: Request) -> Interval:
    path = request.path_params
    if "word" in path:
        if path["word"] not in OLD_WORDS:
            raise Problem(
                "UDAPI1020", f"Interval accepts one of {', '.join(OLD_WORDS)}", "interval", path["word"]
            )
        return Interval(*OLD_WORDS[path["word"]])
    unit, count = path["unit"], path["count"]
    if unit not in HIGHEST:
        raise Problem("UDAPI1146", "Invalid unit", "unit", unit)
    number = natural(count)
    if number is None or not 1 <= number <= HIGHEST[unit]:
        raise Problem("UDAPI1147", "Invalid interval", "interval", count)
    return Interval(unit, number)


def _day(request: Request, name: str) -> date:
    text = request.path_params[name]
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Problem("UDAPI1015", "Dates are YYYY-MM-DD", f"{name}_date", text) from error
