"""Kite's quotes: full, ohlc and ltp of many instruments at once, and the trigger range of cover orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mocks.brokers.backoffice.accounts import Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.profile import IST
from mocks.brokers.kite.reply import bad_input, stamp, success
from mocks.brokers.kite.tokens import Tokens
from mocks.brokers.server import rupees
from mocks.exchange.model import DepthLevel, Quote

QUOTE_LIMIT, OTHER_LIMIT = 500, 1000
COVER_PERCENT = 10  # how far a cover order's stop may stand from the last price; the sandbox's own figure


class Market:
    def __init__(self, office: BackOffice, tokens: Tokens) -> None:
        self._office, self._tokens = office, tokens

    async def quote(self, request: Request, session: Session) -> Response:
        return self._look(request, QUOTE_LIMIT, full)

    async def ohlc(self, request: Request, session: Session) -> Response:
        def shape(token: int, quote: Quote) -> dict[str, Any]:
            return {"instrument_token": token, "last_price": rupees(quote.last_price), "ohlc": ohlc(quote)}

        return self._look(request, OTHER_LIMIT, shape)

    async def ltp(self, request: Request, session: Session) -> Response:
        def shape(token: int, quote: Quote) -> dict[str, Any]:
            return {"instrument_token": token, "last_price": rupees(quote.last_price)}

        return self._look(request, OTHER_LIMIT, shape)

    async def trigger_range(self, request: Request, session: Session) -> Response:
        """Where the stops of cover orders may stand."""
        return self._look(request, OTHER_LIMIT, _stop_range(request.path_params["side"]))

    async def trigger_range_of(self, request: Request, session: Session) -> Response:
        """The same for one instrument, as the Go client asks."""
        shape = _stop_range(request.query_params.get("transaction_type", ""))
        key = self._tokens.named("{exchange}:{symbol}".format(**request.path_params))
        if key is None:
            raise bad_input("Invalid `tradingsymbol`.")
        return success(shape(self._tokens.by_key[key], self._office.exchange.quote(key)))

    def _look(self, request: Request, limit: int, shape: Callable[[int, Quote], dict[str, Any]]) -> Response:
        """Unknown instruments are left out; the answer's keys echo the question."""
        asked = request.query_params.getlist("i")
        if not asked:
            raise bad_input("Missing or empty field `i`")
        if len(asked) > limit:
            raise bad_input(f"At most {limit} instruments can be asked for at once.")
        found: dict[str, Any] = {}
        for name in asked:
            key = self._tokens.named(name)
            if key is not None:
                found[name] = shape(self._tokens.by_key[key], self._office.exchange.quote(key))
        return success(found)


def _stop_range(side: str) -> Callable[[int, Quote], dict[str, Any]]:
    """A stop stands below the price of a purchase, above that of a sale, inside the day's band."""
    if side.lower() not in ("buy", "sell"):
        raise bad_input("Invalid `transaction_type`.")

    def shape(token: int, quote: Quote) -> dict[str, Any]:
        away = quote.last_price * COVER_PERCENT // 100
        low, high = quote.last_price - away, quote.last_price
        if side.lower() == "sell":
            low, high = quote.last_price, quote.last_price + away
        if quote.upper_band:
            low, high = max(low, quote.lower_band), min(high, quote.upper_band)
        return {"instrument_token": token, "lower": rupees(low), "upper": rupees(high)}

    return shape


def full(token: int, quote: Quote) -> dict[str, Any]:
    """A row of GET /quote. `last_trade_time` is null before the first trade of the day."""
    traded = datetime.fromtimestamp(quote.last_time / 1e9, IST) if quote.last_time else None
    return {
        "instrument_token": token,
        "timestamp": stamp(datetime.fromtimestamp(quote.time / 1e9, IST)),
        "last_trade_time": stamp(traded),
        "last_price": rupees(quote.last_price),
        "last_quantity": quote.last_quantity,
        "buy_quantity": quote.buy_quantity,
        "sell_quantity": quote.sell_quantity,
        "volume": quote.volume,
        "average_price": rupees(quote.average_price),
        "oi": quote.open_interest,
        "oi_day_high": quote.oi_day_high,
        "oi_day_low": quote.oi_day_low,
        "net_change": rupees(quote.last_price - quote.prev_close),
        "lower_circuit_limit": rupees(quote.lower_band),
        "upper_circuit_limit": rupees(quote.upper_band),
        "ohlc": ohlc(quote),
        "depth": {"buy": levels(quote.bids), "sell": levels(quote.asks)},
    }


def ohlc(quote: Quote) -> dict[str, float]:
    """`close` is the previous day's."""
    return {
        "open": rupees(quote.open),
        "high": rupees(quote.high),
        "low": rupees(quote.low),
        "close": rupees(quote.prev_close),
    }


def levels(side: tuple[DepthLevel, ...]) -> list[dict[str, Any]]:
    """Five rows, filled up with zeros."""
    found = [
        {"price": rupees(level.price), "quantity": level.quantity, "orders": level.orders} for level in side
    ]
    return found + [{"price": 0, "quantity": 0, "orders": 0}] * (5 - len(found))
