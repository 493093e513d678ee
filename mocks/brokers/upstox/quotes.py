"""Quotes on Upstox's wire: last prices, candles of the day and full quotes, in versions 2 and 3."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.backoffice.profile import IST
from mocks.brokers.server import rupees
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.desk import Desk, Topic
from mocks.brokers.upstox.names import Names
from mocks.brokers.upstox.wire import Problem
from mocks.exchange.model import DepthLevel, Instrument, Quote

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

QUOTE_LIMIT = 500
LEVELS = 5
Wanted = list[tuple[str, Instrument, Quote]]


def routes(desk: Desk) -> list[Route]:
    quotes = Quotes(desk)
    return [
        desk.route("/v2/market-quote/quotes", quotes.full_v2, "GET", Topic.MARKET),
        desk.route("/v3/market-quote/quotes", quotes.full_v3, "GET", Topic.MARKET),
        desk.route("/v2/market-quote/ltp", quotes.ltp_v2, "GET", Topic.MARKET),
        desk.route("/v3/market-quote/ltp", quotes.ltp_v3, "GET", Topic.MARKET),
        desk.route("/v2/market-quote/ohlc", quotes.ohlc_v2, "GET", Topic.MARKET),
        desk.route("/v3/market-quote/ohlc", quotes.ohlc_v3, "GET", Topic.MARKET),
    ]


def wanted(
    request: Request,
    names: Names,
    exchange: Exchange,
    *,
    limit: int = QUOTE_LIMIT,
    too_many: str = "UDAPI100042",
) -> Wanted:
    """(instrument key, instrument, quote) of each key asked for."""
    text = request.query_params.get("instrument_key") or request.query_params.get("symbol") or ""
    keys = list(dict.fromkeys(filter(None, text.split(","))))
    if not keys:
        raise Problem("UDAPI1026", "The instrument key is required", "instrument_key", text)
    if len(keys) > limit:
        raise Problem(too_many, f"At most {limit} instrument keys in one request", "instrument_key")
    found = []
    for key in keys:
        instrument = names.instrument(key)
        if instrument is None:
            raise Problem("UDAPI1087", "The instrument key is invalid", "instrument_key", key)
        found.append((key, instrument, exchange.quote(instrument.key)))
    return found


def label(key: str, instrument: Instrument, names: Names) -> str:
    """Answers are keyed by `NSE_EQ:INFY`, not by what was asked."""
    return f"{key.partition('|')[0]}:{names.symbol(instrument.key)}"


class Quotes:
    def __init__(self, desk: Desk) -> None:
        self._desk, self._names, self._exchange = desk, desk.names, desk.exchange

    def _wanted(self, request: Request) -> Wanted:
        return wanted(request, self._names, self._exchange)

    async def full_v2(self, request: Request, user_id: str) -> Response:
        found = self._wanted(request)
        return wire.reply(
            {label(key, one, self._names): self._full(key, one, quote) for key, one, quote in found}
        )

    async def full_v3(self, request: Request, user_id: str) -> Response:
        data = {}
        for key, instrument, quote in self._wanted(request):
            full = self._full(key, instrument, quote)
            full["ohlc"] = candle(quote)
            lowest, highest = self._exchange.year_range(instrument.key)
            data[label(key, instrument, self._names)] = (
                full
                | _auction(quote)
                | {
                    "prev_close_price": rupees(quote.prev_close),
                    "year_high": rupees(highest),
                    "year_low": rupees(lowest),
                    "previous_oi": float(quote.prev_open_interest),
                    "cas_eligible": instrument.derivatives,
                }
            )
        return wire.reply(data)

    def _full(self, key: str, instrument: Instrument, quote: Quote) -> dict[str, Any]:
        return {
            "ohlc": ohlc(quote),
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
            "oi_day_high": float(quote.oi_day_high),
            "oi_day_low": float(quote.oi_day_low),
        }

    async def ltp_v2(self, request: Request, user_id: str) -> Response:
        data = {
            label(key, one, self._names): {"last_price": rupees(quote.last_price), "instrument_token": key}
            for key, one, quote in self._wanted(request)
        }
        return wire.reply(data)

    async def ltp_v3(self, request: Request, user_id: str) -> Response:
        data = {
            label(key, one, self._names): {
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
        minutes = _interval(request)
        data = {}
        for key, one, quote in self._wanted(request):
            live = candle(quote) if minutes is None else self._bars(one, quote, minutes)[0]
            data[label(key, one, self._names)] = {
                "ohlc": {name: live[name] for name in ("open", "high", "low", "close")},
                "last_price": rupees(quote.last_price),
                "instrument_token": key,
            }
        return wire.reply(data)

    async def ohlc_v3(self, request: Request, user_id: str) -> Response:
        minutes = _interval(request)
        data = {}
        for key, one, quote in self._wanted(request):
            live, before = (candle(quote), None) if minutes is None else self._bars(one, quote, minutes)
            data[label(key, one, self._names)] = {
                "last_price": rupees(quote.last_price),
                "instrument_token": key,
                "prev_ohlc": before,
                "live_ohlc": live,
            }
        return wire.reply(data)

    def _bars(
        self, instrument: Instrument, quote: Quote, minutes: int
    ) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """(the running candle, the one before it) of today; a day without trades has one flat candle."""
        bars = self._desk.bars_of_today(instrument.key, minutes)
        shown = [
            {
                **{name: rupees(getattr(bar, name)) for name in ("open", "high", "low", "close")},
                "volume": bar.volume,
                "ts": int(bar.start.timestamp() * 1000),
            }
            for bar in bars[-2:]
        ]
        if not shown:
            return candle(quote), None
        return shown[-1], shown[0] if len(shown) > 1 else None


def _interval(request: Request) -> int | None:
    """Minutes; None for the whole day."""
    intervals = {"1d": None, "I1": 1, "I30": 30}
    text = request.query_params.get("interval")
    if text not in intervals:
        raise Problem("UDAPI100036", "The interval is invalid", "interval", text)
    return intervals[text]


def ohlc(quote: Quote) -> dict[str, Any]:
    return {
        "open": rupees(quote.open),
        "high": rupees(quote.high),
        "low": rupees(quote.low),
        "close": rupees(quote.last_price),
    }


def candle(quote: Quote) -> dict[str, Any]:
    return {**ohlc(quote), "volume": quote.volume, "ts": quote.time // 1_000_000}


def _auction(quote: Quote) -> dict[str, Any]:
    """Indicative figures: zero outside call auctions."""
    imbalance = quote.buy_quantity - quote.sell_quantity if quote.indicative_price else 0
    return {
        "indicative_equilibrium_price": rupees(quote.indicative_price),
        "indicative_equilibrium_quantity": quote.indicative_quantity,
        "reference_price": rupees(quote.reference_price),
        "indicative_imbalance_quantity_total": imbalance,
        "indicative_imbalance_quantity_market": 0,
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
