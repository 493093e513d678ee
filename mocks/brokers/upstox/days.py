"""Holidays, session times and market status on Upstox's wire, from the exchange's own calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.upstox import wire
from mocks.brokers.upstox.desk import Desk, Topic
from mocks.brokers.upstox.status import SEGMENT_OF, Statuses
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.calendar import india_ns
from mocks.exchange.sessions import Group

EXCHANGES = ("NSE", "NFO", "CDS", "BSE", "BFO", "BCD", "MCX", "NSCOM")
# What the sandbox trades, and whose hours each keeps.
HERE = {
    "NSE": Group.SHARES,
    "NFO": Group.CONTRACTS,
    "BSE": Group.SHARES,
    "BFO": Group.CONTRACTS,
}
OPEN_FROM = "continuous"  # timings are those of normal trading, as Upstox gives them


def routes(desk: Desk, statuses: Statuses) -> list[Route]:
    days = Days(desk, statuses)
    return [
        desk.route("/v2/market/status/{exchange}", days.status, "GET", Topic.MARKET),
        desk.public("/v2/market/holidays", days.holidays, "GET"),
        desk.public("/v2/market/holidays/{date}", days.holidays, "GET"),
        desk.public("/v2/market/timings/{date}", days.timings, "GET"),
    ]


class Days:
    def __init__(self, desk: Desk, statuses: Statuses) -> None:
        self._exchange, self._statuses = desk.exchange, statuses

    async def status(self, request: Request, user_id: str) -> Response:
        exchange = request.path_params["exchange"]
        if exchange not in EXCHANGES:
            raise Problem("UDAPI1088", "The exchange is invalid", "exchange", exchange)
        segment = SEGMENT_OF.get(exchange, exchange)
        now = self._statuses.segment(segment)
        data: dict[str, Any] = {"exchange": exchange, "status": now.word, "last_updated": now.since}
        if segment.endswith("_EQ"):
            auctioned = self._statuses.auctioned(segment)
            data["cas_eligible_status"] = {"status": auctioned.word, "last_updated": auctioned.since}
        return wire.reply(data)

    async def holidays(self, request: Request) -> Response:
        """Of the running year, or of one day."""
        wanted, calendar = _day(request), self._exchange.calendar
        rows = {day: _holiday(day) for day in calendar.holidays}
        rows |= {day: self._special(day) for day in calendar.special}
        year = self._exchange.day.year
        chosen = [day for day in sorted(rows) if day == wanted or (wanted is None and day.year == year)]
        return wire.reply([rows[day] for day in chosen])

    def _special(self, day: date) -> dict[str, Any]:
        """A holiday with a session of its own, such as Diwali's."""
        return {
            **_holiday(day),
            "description": "Special session",
            "holiday_type": "SPECIAL_TIMING",
            "closed_exchanges": [],
            "open_exchanges": self._hours(day),
        }

    async def timings(self, request: Request) -> Response:
        day = _day(request)
        return wire.reply(self._hours(day) if day is not None else [])

    def _hours(self, day: date) -> list[dict[str, Any]]:
        """Epoch milliseconds; empty when nothing trades."""
        found = []
        for exchange, group in HERE.items():
            sessions = self._exchange.calendar.sessions_on(day, group)
            if not sessions:
                continue
            start = min(one.start for one in sessions if one.name == OPEN_FROM)
            end = max(one.end for one in sessions if one.name != "post_close")
            times = (india_ns(day, minute) // 1_000_000 for minute in (start, end))
            found.append({"exchange": exchange, **dict(zip(("start_time", "end_time"), times, strict=True))})
        return found


def _day(request: Request) -> date | None:
    text = request.path_params.get("date")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Problem("UDAPI1088", "Dates are YYYY-MM-DD", "date", text) from error


def _holiday(day: date) -> dict[str, Any]:
    return {
        "date": day.isoformat(),
        "description": "Exchange holiday",
        "holiday_type": "TRADING_HOLIDAY",
        "closed_exchanges": list(HERE),
        "open_exchanges": [],
    }
