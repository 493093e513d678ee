"""Live data, candles and the instrument master in Groww's words. Rupees on this wire."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.groww.branch import Branch
from mocks.brokers.groww.envelope import answering, bad_request, success
from mocks.brokers.groww.names import Name
from mocks.brokers.groww.orders import iso
from mocks.brokers.server import rupees
from mocks.exchange.model import DepthLevel, Kind, Quote

SYMBOLS_CAP, CANDLES_CAP = 50, 20_000
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
    "1day": (1440, 180),
    "1week": (10_080, 180),
}
OPENS, SESSION_MINUTES = timedelta(hours=9, minutes=15), 375


class Market:
    def __init__(self, branch: Branch) -> None:
        self._branch = branch
        self._master: bytes | None = None

    def routes(self) -> list[Route]:
        return [
            Route("/instruments/instrument.csv", self.instruments),
            Route("/instruments", self.instruments),
            Route("/v1/live-data/quote", answering(self.quote)),
            Route("/v1/live-data/ltp", answering(self.ltp)),
            Route("/v1/live-data/ohlc", answering(self.ohlc)),
            Route("/v1/historical/candles", answering(self.candles)),
        ]

    async def instruments(self, _: Request) -> Response:
        """Public: no token."""
        if self._master is None:
            self._master = self._branch.names.master()
        return Response(self._master, media_type="text/csv")

    async def quote(self, request: Request) -> Response:
        self._branch.market_user(request)
        query = request.query_params
        name = self._branch.names.of(query.get("exchange"), query.get("segment"), query.get("trading_symbol"))
        return success(_full(self._branch.exchange.quote(name.key)))

    async def ltp(self, request: Request) -> Response:
        self._branch.market_user(request)
        quote = self._branch.exchange.quote
        return success({asked: rupees(quote(name.key).last_price) for asked, name in self._asked(request)})

    async def ohlc(self, request: Request) -> Response:
        self._branch.market_user(request)
        quote = self._branch.exchange.quote
        return success({asked: _day(quote(name.key)) for asked, name in self._asked(request)})

    def _asked(self, request: Request) -> list[tuple[str, Name]]:
        """`exchange_symbols` repeated or joined by commas, at most 50, all of one segment."""
        given = request.query_params.getlist("exchange_symbols")
        symbols = [symbol.strip() for part in given for symbol in part.split(",") if symbol.strip()]
        if not symbols or len(symbols) > SYMBOLS_CAP:
            raise bad_request(f"exchange_symbols must name 1 to {SYMBOLS_CAP} instruments")
        segment = request.query_params.get("segment")
        found = []
        for asked in symbols:
            exchange, _, symbol = asked.partition("_")
            found.append((asked, self._branch.names.of(exchange, segment, symbol)))
        return found

    async def candles(self, request: Request) -> Response:
        self._branch.market_user(request)
        query = request.query_params
        name = self._branch.names.of_groww(query.get("segment", ""), query.get("groww_symbol", ""))
        interval = query.get("candle_interval", "")
        if interval not in INTERVALS:
            raise bad_request(f"Invalid candle_interval: {interval}")
        minutes, days = INTERVALS[interval]
        start, end = _time(query.get("start_time")), _time(query.get("end_time"))
        if start > end or end - start > timedelta(days=days):
            raise bad_request(f"start_time and end_time must span at most {days} days for {interval}")
        quote = self._branch.exchange.quote(name.key)
        end = min(end, self._branch.office.now())
        return success(
            {
                "candles": _past(name, quote, minutes, start, end),
                "closing_price": rupees(quote.prev_close),
                "start_time": query.get("start_time"),
                "end_time": query.get("end_time"),
                "interval_in_minutes": minutes,
            }
        )


def _day(quote: Quote) -> dict[str, float]:
    return {
        "open": rupees(quote.open),
        "high": rupees(quote.high),
        "low": rupees(quote.low),
        "close": rupees(quote.prev_close),
    }


def _full(quote: Quote) -> dict[str, Any]:
    best_bid = quote.bids[0] if quote.bids else None
    best_ask = quote.asks[0] if quote.asks else None
    change = quote.last_price - quote.prev_close
    return {
        "average_price": rupees(quote.average_price),
        "bid_quantity": best_bid.quantity if best_bid else 0,
        "bid_price": rupees(best_bid.price) if best_bid else 0,
        "day_change": rupees(change),
        "day_change_perc": round(change * 100 / quote.prev_close, 4) if quote.prev_close else 0,
        "upper_circuit_limit": rupees(quote.upper_band),
        "lower_circuit_limit": rupees(quote.lower_band),
        "ohlc": _day(quote),
        "depth": {"buy": _levels(quote.bids), "sell": _levels(quote.asks)},
        "high_trade_range": rupees(quote.upper_band),
        "implied_volatility": None,
        "last_trade_quantity": quote.last_quantity,
        "last_trade_time": quote.last_time // 1_000_000,
        "low_trade_range": rupees(quote.lower_band),
        "last_price": rupees(quote.last_price),
        "market_cap": None,
        "offer_price": rupees(best_ask.price) if best_ask else 0,
        "offer_quantity": best_ask.quantity if best_ask else 0,
        "oi_day_change": 0,
        "oi_day_change_percentage": 0,
        "open_interest": quote.open_interest,
        "previous_open_interest": quote.open_interest,
        "total_buy_quantity": quote.buy_quantity,
        "total_sell_quantity": quote.sell_quantity,
        "volume": quote.volume,
        "week_52_high": rupees(round(quote.prev_close * 1.25)),
        "week_52_low": rupees(round(quote.prev_close * 0.75)),
    }


def _levels(levels: Sequence[DepthLevel]) -> list[dict[str, float]]:
    return [{"price": rupees(level.price), "quantity": level.quantity} for level in levels]


def _time(text: str | None) -> datetime:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError as bad:
        raise bad_request(f"Invalid time: {text}") from bad
    return at if at.tzinfo else at.replace(tzinfo=IST)


def _past(name: Name, quote: Quote, minutes: int, start: datetime, end: datetime) -> list[list[Any]]:
    """Invented history: the same times always give the same candles, on trading days around the previous close."""
    step = timedelta(minutes=minutes)
    rows: list[list[Any]] = []
    day = start.astimezone(IST).replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= end and len(rows) < CANDLES_CAP:
        first, last = day + OPENS, day + OPENS + timedelta(minutes=SESSION_MINUTES)
        at = day if minutes >= 1440 else first
        while day.weekday() < 5 and at < min(last, end) and len(rows) < CANDLES_CAP:
            if at >= start:
                rows.append(_candle(name, quote.prev_close, at, at + step))
            at += step
        day += timedelta(days=max(1, minutes // 1440))
    return rows


def _candle(name: Name, base: int, at: datetime, until: datetime) -> list[Any]:
    opened, close = _price(name, base, at), _price(name, base, until)
    dice = hashlib.blake2b(f"{name.key} {at:%s}".encode(), digest_size=4).digest()
    high = round(max(opened, close) * (1 + dice[0] / 100_000), 2)
    low = round(min(opened, close) * (1 - dice[1] / 100_000), 2)
    index = name.instrument.kind is Kind.INDEX
    open_interest = dice[3] * 1000 if name.segment == "FNO" else None
    return [iso(at), opened, high, low, close, 0 if index else 1000 + dice[2] * 40, open_interest]


def _price(name: Name, base: int, at: datetime) -> float:
    """A slow wave with a phase of the instrument's own, rupees."""
    hours = at.timestamp() / 3600
    phase = sum(name.key.encode())
    wave = (
        0.02 * math.sin(hours / 97 + phase)
        + 0.008 * math.sin(hours / 11 + phase)
        + 0.002 * math.sin(hours * 3)
    )
    return round(base * (1 + wave) / 100, 2)
