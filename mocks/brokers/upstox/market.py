"""Quotes on Upstox's wire, and what needs no login: candles and the instrument files."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.server import rupees
from mocks.brokers.upstox import candles, wire
from mocks.brokers.upstox.bodies import listed
from mocks.brokers.upstox.desk import Desk
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import DepthLevel, Instrument, Quote

QUOTE_LIMIT = 500
LEVELS = 5
INTERVALS = {"minutes": 300, "hours": 5, "days": 1}  # the largest interval of each unit
SPANS = {"minutes": 31, "hours": 92, "days": 3660}  # days a call may cover


def routes(desk: Desk) -> list[Route]:
    market = Market(desk)
    return [
        desk.route("/v2/market-quote/quotes", market.quotes_v2, "GET"),
        desk.route("/v3/market-quote/quotes", market.quotes_v3, "GET"),
        desk.route("/v2/market-quote/ltp", market.ltp_v2, "GET"),
        desk.route("/v3/market-quote/ltp", market.ltp_v3, "GET"),
        desk.route("/v2/market-quote/ohlc", market.ohlc_v2, "GET"),
        desk.route("/v3/market-quote/ohlc", market.ohlc_v3, "GET"),
        desk.public("/v3/historical-candle/intraday/{key}/{unit}/{count}", market.intraday, "GET"),
        desk.public("/v3/historical-candle/{key}/{unit}/{count}/{to}", market.history, "GET"),
        desk.public("/v3/historical-candle/{key}/{unit}/{count}/{to}/{since}", market.history, "GET"),
        desk.public("/market-quote/instruments/exchange/{name}.json.gz", market.instruments, "GET"),
    ]


class Market:
    def __init__(self, desk: Desk) -> None:
        self._desk, self._names, self._exchange = desk, desk.names, desk.exchange

    def _wanted(self, request: Request) -> list[tuple[str, Instrument, Quote]]:
        """(instrument key, instrument, quote) of each key asked for."""
        text = request.query_params.get("instrument_key") or request.query_params.get("symbol") or ""
        keys = list(dict.fromkeys(filter(None, text.split(","))))
        if not keys:
            raise Problem("UDAPI1026", "The instrument key is required", "instrument_key", text)
        if len(keys) > QUOTE_LIMIT:
            raise Problem(
                "UDAPI100042", f"At most {QUOTE_LIMIT} instrument keys in one request", "instrument_key"
            )
        found = []
        for key in keys:
            instrument = self._names.instrument(key)
            if instrument is None:
                raise Problem("UDAPI1087", "The instrument key is invalid", "instrument_key", key)
            found.append((key, instrument, self._exchange.quote(instrument.key)))
        return found

    def _label(self, key: str, instrument: Instrument) -> str:
        """Answers are keyed by `NSE_EQ:INFY`, not by what was asked."""
        return f"{key.partition('|')[0]}:{self._names.symbol(instrument.key)}"

    async def quotes_v2(self, request: Request, user_id: str) -> Response:
        wanted = self._wanted(request)
        return wire.reply({self._label(key, one): self._full(key, one, quote) for key, one, quote in wanted})

    async def quotes_v3(self, request: Request, user_id: str) -> Response:
        data = {}
        for key, instrument, quote in self._wanted(request):
            full = self._full(key, instrument, quote)
            full["ohlc"] = {**full["ohlc"], "volume": quote.volume, "ts": quote.time // 1_000_000}
            data[self._label(key, instrument)] = full | {
                "prev_close_price": rupees(quote.prev_close),
                "year_high": rupees(max(quote.high, instrument.prev_close) * 1.2),
                "year_low": rupees((quote.low or instrument.prev_close) * 0.8),
                "previous_oi": float(quote.open_interest),
                "indicative_equilibrium_price": 0.0,
                "indicative_equilibrium_quantity": 0,
                "reference_price": 0.0,
                "indicative_imbalance_quantity_total": 0,
                "indicative_imbalance_quantity_market": 0,
                "cas_eligible": instrument.derivatives,
            }
        return wire.reply(data)

    def _full(self, key: str, instrument: Instrument, quote: Quote) -> dict[str, Any]:
        return {
            "ohlc": _ohlc(quote),
            "depth": {"buy": _depth(quote.bids), "sell": _depth(quote.asks)},
            "timestamp": _iso(quote.time),
            "instrument_token": key,
            "symbol": self._names.symbol(instrument.key),
            "last_price": rupees(quote.last_price),
            "volume": quote.volume,
            "average_price": rupees(quote.average_price),
            "oi": float(quote.open_interest),
            "net_change": rupees(quote.last_price - quote.prev_close),
            "total_buy_quantity": float(quote.buy_quantity),
            "total_sell_quantity": float(quote.sell_quantity),
            "lower_circuit_limit": rupees(quote.lower_band),
            "upper_circuit_limit": rupees(quote.upper_band),
            "last_trade_time": str(quote.last_time // 1_000_000),
            "oi_day_high": float(quote.open_interest),
            "oi_day_low": float(quote.open_interest),
        }

    async def ltp_v2(self, request: Request, user_id: str) -> Response:
        data = {
            self._label(key, one): {"last_price": rupees(quote.last_price), "instrument_token": key}
            for key, one, quote in self._wanted(request)
        }
        return wire.reply(data)

    async def ltp_v3(self, request: Request, user_id: str) -> Response:
        data = {
            self._label(key, one): {
                "last_price": rupees(quote.last_price),
                "instrument_token": key,
                "ltq": quote.last_quantity,
                "volume": quote.volume,
                "cp": rupees(quote.prev_close),
            }
            for key, one, quote in self._wanted(request)
        }
        return wire.reply(data)

    async def ohlc_v2(self, request: Request, user_id: str) -> Response:
        data = {
            self._label(key, one): {
                "ohlc": _ohlc(quote),
                "last_price": rupees(quote.last_price),
                "instrument_token": key,
            }
            for key, one, quote in self._wanted(request)
        }
        return wire.reply(data)

    async def ohlc_v3(self, request: Request, user_id: str) -> Response:
        interval = request.query_params.get("interval")
        if interval not in ("1d", "I1", "I30"):
            raise Problem("UDAPI100036", "The interval is invalid", "interval", interval)
        data = {
            self._label(key, one): {
                "last_price": rupees(quote.last_price),
                "instrument_token": key,
                "prev_ohlc": None,
                "live_ohlc": {**_ohlc(quote), "volume": quote.volume, "ts": quote.time // 1_000_000},
            }
            for key, one, quote in self._wanted(request)
        }
        return wire.reply(data)

    async def history(self, request: Request) -> Response:
        """Up to yesterday, newest first."""
        now = self._desk.office.now().astimezone(IST)
        yesterday = now.date() - timedelta(days=1)
        last = min(_day(request, "to") or yesterday, yesterday)
        return self._candles(request, _day(request, "since") or last - timedelta(days=30), last, now)

    async def intraday(self, request: Request) -> Response:
        now = self._desk.office.now().astimezone(IST)
        return self._candles(request, now.date(), now.date(), now)

    def _candles(self, request: Request, first: date, last: date, now: datetime) -> Response:
        unit, count = request.path_params["unit"], request.path_params["count"]
        most = INTERVALS.get(unit)
        if most is None or not count.isdigit() or not 1 <= int(count) <= most:
            raise Problem("UDAPI1146", "The unit or interval is invalid", "interval", count)
        if (last - first).days > SPANS[unit]:
            raise Problem("UDAPI1148", "The date range is too long for the interval", "from_date")
        instrument = listed(request.path_params["key"], self._names)
        anchor = self._exchange.quote(instrument.key).prev_close
        rows = candles.past(
            instrument.token, anchor, unit=unit, count=int(count), first=first, last=last, now=now
        )
        shown = [
            [at.isoformat(), *(rupees(price) for price in (start, high, low, close)), volume, 0]
            for at, start, high, low, close, volume in rows
        ]
        return wire.reply({"candles": shown})

    async def instruments(self, request: Request) -> Response:
        packed = self._names.files.get(request.path_params["name"])
        if packed is None:
            raise Problem("UDAPI100060", "Resource not Found.")
        return Response(packed, media_type="application/gzip")


def _day(request: Request, name: str) -> date | None:
    text = request.path_params.get(name)
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise Problem("UDAPI1015", "Dates are YYYY-MM-DD", f"{name}_date", text) from error


def _ohlc(quote: Quote) -> dict[str, Any]:
    return {
        "open": rupees(quote.open),
        "high": rupees(quote.high),
        "low": rupees(quote.low),
        "close": rupees(quote.last_price),
    }


def _depth(levels: tuple[DepthLevel, ...]) -> list[dict[str, Any]]:
    """Always five, padded with zeros."""
    rows = [
        {"quantity": level.quantity, "price": rupees(level.price), "orders": level.orders}
        for level in levels[:LEVELS]
    ]
    return rows + [{"quantity": 0, "price": 0.0, "orders": 0}] * (LEVELS - len(rows))


def _iso(time_ns: int) -> str:
    return datetime.fromtimestamp(time_ns / 1e9, IST).isoformat(timespec="milliseconds")
