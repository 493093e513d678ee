"""Live data and the instrument master in Groww's words. Rupees on this wire."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mocks.brokers.groww.branch import Branch
from mocks.brokers.groww.chains import OPTIONS, Chains
from mocks.brokers.groww.envelope import answering, bad_request, success
from mocks.brokers.groww.names import Name
from mocks.brokers.server import rupees
from mocks.exchange.catalogue import Share, shares
from mocks.exchange.model import DepthLevel, Kind, Quote

SYMBOLS_CAP = 50
THOUSAND_CRORE = 10**10


class Market:
    def __init__(self, branch: Branch, chains: Chains) -> None:
        self._branch = branch
        self._chains = chains

    def routes(self) -> list[Route]:
        return [
            Route("/instruments/instrument.csv", self.instruments),
            Route("/instruments", self.instruments),
            Route("/v1/live-data/quote", answering(self.quote)),
            Route("/v1/live-data/ltp", answering(self.ltp)),
            Route("/v1/live-data/ohlc", answering(self.ohlc)),
        ]

    async def instruments(self, _: Request) -> Response:
        """Public: no token."""
        return Response(self._branch.names.master(), media_type="text/csv")

    async def quote(self, request: Request) -> Response:
        self._branch.market_user(request)
        query = request.query_params
        name = self._branch.names.of(query.get("exchange"), query.get("segment"), query.get("trading_symbol"))
        quote = self._branch.exchange.quote(name.key)
        year = self._branch.exchange.year_range(name.key)
        return success(_full(quote, year, self._volatility(name), _market_cap(name, quote)))

    def _volatility(self, name: Name) -> float | None:
        """Percent; options only."""
        if name.instrument.kind not in OPTIONS:
            return None
        return round(self._chains.sensitivities(name).iv * 100, 2)

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


def _day(quote: Quote) -> dict[str, float]:
    return {
        "open": rupees(quote.open),
        "high": rupees(quote.high),
        "low": rupees(quote.low),
        "close": rupees(quote.prev_close),
    }


def _full(
    quote: Quote, year: tuple[int, int], volatility: float | None, market_cap: float | None
) -> dict[str, Any]:
    best_bid = quote.bids[0] if quote.bids else None
    best_ask = quote.asks[0] if quote.asks else None
    change = quote.last_price - quote.prev_close
    oi_change = quote.open_interest - quote.prev_open_interest
    return {
        "average_price": rupees(quote.average_price),
        "bid_quantity": best_bid.quantity if best_bid else 0,
        "bid_price": rupees(best_bid.price) if best_bid else 0,
        "day_change": rupees(change),
        "day_change_perc": _percent(change, quote.prev_close),
        "upper_circuit_limit": rupees(quote.upper_band),
        "lower_circuit_limit": rupees(quote.lower_band),
        "ohlc": _day(quote),
        "depth": {"buy": _levels(quote.bids), "sell": _levels(quote.asks)},
        "high_trade_range": rupees(quote.upper_band),
        "implied_volatility": volatility,
        "last_trade_quantity": quote.last_quantity,
        "last_trade_time": quote.last_time // 1_000_000,
        "low_trade_range": rupees(quote.lower_band),
        "last_price": rupees(quote.last_price),
        "market_cap": market_cap,
        "offer_price": rupees(best_ask.price) if best_ask else 0,
        "offer_quantity": best_ask.quantity if best_ask else 0,
        "oi_day_change": oi_change,
        "oi_day_change_percentage": _percent(oi_change, quote.prev_open_interest),
        "open_interest": quote.open_interest,
        "previous_open_interest": quote.prev_open_interest,
        "total_buy_quantity": quote.buy_quantity,
        "total_sell_quantity": quote.sell_quantity,
        "volume": quote.volume,
        "week_52_high": rupees(year[1]),
        "week_52_low": rupees(year[0]),
    }


def _market_cap(name: Name, quote: Quote) -> float | None:
    """Rupees; shares only."""
    share = _shares().get(name.instrument.isin) if name.instrument.kind is Kind.EQUITY else None
    if share is None:
        return None
    return float(share.market_cap * THOUSAND_CRORE * quote.last_price // share.prev_close)


@cache
def _shares() -> dict[str, Share]:
    return {share.isin: share for share in shares()}


def _percent(part: int, whole: int) -> float:
    return round(part * 100 / whole, 4) if whole else 0


def _levels(levels: Sequence[DepthLevel]) -> list[dict[str, float]]:
    return [{"price": rupees(level.price), "quantity": level.quantity} for level in levels]
