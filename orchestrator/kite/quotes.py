"""Quotes and candles in Kite's shapes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from domain.calendar import IST
from domain.market import Candle, DepthLevel, Quote
from domain.money import Price
from orchestrator.kite.answers import average, rupees, stamp

LEVELS = 5
NOTHING = {"price": 0, "quantity": 0, "orders": 0}


def full(token: int, quote: Quote) -> dict[str, Any]:
    """A row of GET /quote. What no broker tells is 0, or null where Kite has null."""
    return {
        "instrument_token": token,
        "timestamp": stamp(quote.at),
        "last_trade_time": None,
        "last_price": rupees(quote.last_price),
        "last_quantity": 0,
        "buy_quantity": sum(level.quantity for level in quote.depth.bids),
        "sell_quantity": sum(level.quantity for level in quote.depth.asks),
        "volume": quote.volume or 0,
        "average_price": average(quote.average_price),
        "oi": quote.open_interest or 0,
        "oi_day_high": 0,
        "oi_day_low": 0,
        "net_change": _moved(quote),
        "lower_circuit_limit": rupees(quote.lower_circuit),
        "upper_circuit_limit": rupees(quote.upper_circuit),
        "ohlc": _day(quote),
        "depth": {"buy": _levels(quote.depth.bids), "sell": _levels(quote.depth.asks)},
    }


def ohlc(token: int, quote: Quote) -> dict[str, Any]:
    return {**ltp(token, quote.last_price), "ohlc": _day(quote)}


def ltp(token: int, price: Price) -> dict[str, Any]:
    return {"instrument_token": token, "last_price": rupees(price)}


def candle(one: Candle, *, interest: bool) -> list[Any]:
    """Time, open, high, low, close, volume, and the open interest if it is asked for; null: not known."""
    row: list[Any] = [one.time.astimezone(IST).strftime("%Y-%m-%dT%H:%M:%S%z")]
    row += [rupees(price) for price in (one.open, one.high, one.low, one.close)]
    row.append(one.volume or 0)
    return [*row, one.open_interest] if interest else row


def _moved(quote: Quote) -> Decimal:
    return Decimal(0) if quote.prev_close is None else (quote.last_price - quote.prev_close).amount


def _day(quote: Quote) -> dict[str, Decimal]:
    """`close` is the previous day's."""
    return {
        "open": rupees(quote.open),
        "high": rupees(quote.high),
        "low": rupees(quote.low),
        "close": rupees(quote.prev_close),
    }


def _levels(levels: Sequence[DepthLevel]) -> list[dict[str, Any]]:
    shown = [
        {"price": rupees(one.price), "quantity": one.quantity, "orders": one.orders or 0}
        for one in levels[:LEVELS]
    ]
    return shown + [NOTHING] * (LEVELS - len(shown))
