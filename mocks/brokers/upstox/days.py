"""Holidays, session times and market status on Upstox's wire, from the exchange's own calendar."""

from __future__ import annotations

from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.upstox import wire
from mocks.brokers.upstox.desk import Desk
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.calendar import india_ns
from mocks.exchange.model import Phase

EXCHANGES = ("NSE", "NFO", "CDS", "BSE", "BFO", "BCD", "MCX", "NSCOM")
HERE = ("NSE", "NFO", "BSE", "BFO")  # what the sandbox trades


def routes(desk: Desk) -> list[Route]:
    days = Days(desk)
    return [
        desk.route("/v2/market/status/{exchange}", days.status, "GET"),
        desk.public("/v2/market/holidays", days.holidays, "GET"),
        desk.public("/v2/market/holidays/{date}", days.holidays, "GET"),
        desk.public("/v2/market/timings/{date}", days.timings, "GET"),
    ]


class Days:
    def __init__(self, desk: Desk) -> None:
        self._exchange, self._calendar = desk.exchange, desk.exchange.calendar

    async def status(self, request: Request, user_id: str) -> Response:
        exchange = request.path_params["exchange"]
        if exchange not in EXCHANGES:
            raise Problem("UDAPI1088", "The exchange is invalid", "exchange", exchange)
        is_open = exchange in HERE and self._exchange.phase is Phase.CONTINUOUS
        word = "NORMAL_OPEN" if is_open else "NORMAL_CLOSE"
        return wire.reply(
            {"exchange": exchange, "status": word, "last_updated": self._exchange.now // 1_000_000}
        )

    async def holidays(self, request: Request) -> Response:
        wanted = _day(request)
        days = [day for day in sorted(self._calendar.holidays) if wanted in (None, day)]
        return wire.reply([_holiday(day) for day in days])

    async def timings(self, request: Request) -> Response:
        day = _day(request)
        if day is None or not self._calendar.is_trading_day(day):
            return wire.reply([])
        sessions = [one for one in self._calendar.sessions if one.phase is Phase.CONTINUOUS]
        start, end = (india_ns(day, minute) // 1_000_000 for minute in (sessions[0].start, sessions[-1].end))
        return wire.reply([{"exchange": name, "start_time": start, "end_time": end} for name in HERE])


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
