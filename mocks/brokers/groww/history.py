"""Candles, expiries and contracts (Groww's backtesting calls). Rupees; times are naive IST, as in the docs' samples."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.groww.branch import Branch
from mocks.brokers.groww.envelope import answering, bad_request, success
from mocks.brokers.groww.names import Name
from mocks.brokers.groww.orders import iso
from mocks.brokers.server import rupees
from mocks.exchange.history import Candle, by_month, by_week

DAY, WEEK, MONTH = 1440, 10_080, 43_200
# interval -> (minutes, most days of one call)
INTERVALS = {
    "1minute": (1, 30),
    "2minute": (2, 30),
    "3minute": (3, 30),
    "5minute": (5, 30),
    "10minute": (10, 90),
    "15minute": (15, 90),
    "30minute": (30, 90),
    "1hour": (60, 180),
    "4hour": (240, 180),
    "1day": (DAY, 180),
    "1week": (WEEK, 180),
    "1month": (MONTH, 180),
}
SPANS = dict(INTERVALS.values())
FIRST_YEAR = 2020


class History:
    def __init__(self, branch: Branch) -> None:
        self._branch = branch

    def routes(self) -> list[Route]:
        return [
            Route("/v1/historical/candles", answering(self.candles)),
            Route("/v1/historical/candle/range", answering(self.candle_range)),
            Route("/v1/historical/expiries", answering(self.expiries)),
            Route("/v1/historical/contracts", answering(self.contracts)),
        ]

    async def candles(self, request: Request) -> Response:
        self._branch.market_user(request, "other")
        query = request.query_params
        name = self._branch.names.of_groww(query.get("segment", ""), query.get("groww_symbol", ""))
        interval = query.get("candle_interval", "")
        if interval not in INTERVALS:
            raise bad_request(f"Invalid candle_interval: {interval}")
        minutes, _ = INTERVALS[interval]
        rows = [
            [iso(one.start), *_prices(one), _interest(name, one)] for one in self._past(query, name, minutes)
        ]
        return success(self._answer(query, name, minutes, rows))

    async def candle_range(self, request: Request) -> Response:
        """The deprecated form: rows of six, epoch seconds first."""
        self._branch.market_user(request, "other")
        query = request.query_params
        name = self._branch.names.of(query.get("exchange"), query.get("segment"), query.get("trading_symbol"))
        minutes = _number(query.get("interval_in_minutes") or "1", "interval_in_minutes")
        if minutes not in SPANS:
            raise bad_request(f"Invalid interval_in_minutes: {minutes}")
        rows = [[int(one.start.timestamp()), *_prices(one)] for one in self._past(query, name, minutes)]
        return success(self._answer(query, name, minutes, rows))

    def _answer(self, query: QueryParams, name: Name, minutes: int, rows: list[list[Any]]) -> dict[str, Any]:
        return {
            "candles": rows,
            "closing_price": rupees(self._branch.exchange.quote(name.key).prev_close),
            "start_time": query.get("start_time"),
            "end_time": query.get("end_time"),
            "interval_in_minutes": minutes,
        }

    def _past(self, query: QueryParams, name: Name, minutes: int) -> list[Candle]:
        start, end = _time(query.get("start_time")), _time(query.get("end_time"))
        days = SPANS[minutes]
        if start > end or end - start > timedelta(days=days):
            raise bad_request(f"start_time and end_time must span at most {days} days for this interval")
        if start.year < FIRST_YEAR:
            raise bad_request(f"Data is available from {FIRST_YEAR} only")
        history, end = self._branch.exchange.history, min(end, self._branch.office.now())
        if minutes < DAY:
            return history.candles(name.key, minutes, start, end)
        daily = history.candles(name.key, None, start, end)
        if minutes == DAY:
            return daily
        return by_week(daily) if minutes == WEEK else by_month(daily)

    async def expiries(self, request: Request) -> Response:
        self._branch.market_user(request, "other")
        query = request.query_params
        year, month = query.get("year"), query.get("month")
        wanted_year = _number(year, "year") if year else self._branch.office.now().year
        wanted_month = _number(month, "month") if month else None
        if not 2000 <= wanted_year <= 5000 or not 1 <= (wanted_month or 1) <= 12:
            raise bad_request("year must be between 2000 and 5000, month between 1 and 12")
        found = {date.fromisoformat(one.instrument.expiry) for one in self._contracts(query)}
        return success(
            {
                "expiries": [
                    day.isoformat()
                    for day in sorted(found)
                    if day.year == wanted_year and wanted_month in (None, day.month)
                ]
            }
        )

    async def contracts(self, request: Request) -> Response:
        self._branch.market_user(request, "other")
        query = request.query_params
        try:
            expiry = date.fromisoformat(query.get("expiry_date", "")).isoformat()
        except ValueError as bad:
            raise bad_request(f"Invalid expiry_date: {query.get('expiry_date')}") from bad
        found = [one.groww_symbol for one in self._contracts(query) if one.instrument.expiry == expiry]
        return success({"contracts": found})

    def _contracts(self, query: QueryParams) -> list[Name]:
        exchange, underlying = query.get("exchange"), query.get("underlying_symbol")
        if exchange not in ("NSE", "BSE"):
            raise bad_request(f"Invalid exchange: {exchange}")
        found = self._branch.names.contracts(exchange, underlying or "")
        if not found:
            raise bad_request(f"Invalid underlying_symbol: {underlying}")
        return found


def _prices(candle: Candle) -> list[float]:
    prices = (candle.open, candle.high, candle.low, candle.close)
    return [*(rupees(price) for price in prices), candle.volume]


def _interest(name: Name, candle: Candle) -> int | None:
    return candle.open_interest if name.segment == "FNO" else None


def _time(text: str | None) -> datetime:
    """`yyyy-MM-dd HH:mm:ss` or epoch milliseconds; naive is IST."""
    try:
        if text and text.isdigit():
            return datetime.fromtimestamp(int(text) / 1000, IST)
        at = datetime.fromisoformat(text or "")
    except (ValueError, OverflowError, OSError) as bad:
        raise bad_request(f"Invalid time: {text}") from bad
    return at if at.tzinfo else at.replace(tzinfo=IST)


def _number(text: str, field: str) -> int:
    try:
        return int(text)
    except ValueError as bad:
        raise bad_request(f"Invalid {field}: {text}") from bad
