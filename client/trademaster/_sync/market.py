# Made from _async/market.py by `make client`; do not edit.
"""Instruments, quotes, candles, options, and what a trade costs at each broker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from trademaster._sync.http import HTTP
from trademaster.amounts import Amount
from trademaster.models import (
    ChainOut,
    ComparisonOut,
    DepthOfOut,
    HistoryOut,
    QuoteOfOut,
    QuotesOut,
    StockDetail,
    StockOut,
    StockPage,
    UnderlyingOut,
)


class Market:
    """`client.market`. Instruments are named EXCHANGE:SYMBOL."""

    def __init__(self, http: HTTP) -> None:
        self._http = http

    def search(
        self,
        words: str = "",
        *,
        exchange: str | None = None,
        segment: str | None = None,
        page: int = 1,
        limit: int = 20,
    ) -> StockPage:
        """Instruments by words ("nifty 24500 ce"), best match first."""
        return self._http.get(
            "/v1/stocks", StockPage, q=words, exchange=exchange, segment=segment, page=page, limit=limit
        )

    def each(self, words: str = "", *, limit: int = 200, **asked: Any) -> Iterator[StockOut]:
        """Every instrument that fits, page by page; `asked` as of `search`."""
        number = 1
        while True:
            page = self.search(words, page=number, limit=limit, **asked)
            for one in page.items:
                yield one
            if number * limit >= page.total or not page.items:
                return
            number += 1

    def stock(self, symbol: str) -> StockDetail:
        """One instrument: lot, tick, ISIN, who lists it, and its quote."""
        return self._http.get(f"/v1/stocks/{quote(symbol, safe='')}", StockDetail)

    def quote(self, symbol: str) -> QuoteOfOut:
        """Last price, the day's figures, bands and depth, with its age."""
        return self._http.get(f"/v1/stocks/{quote(symbol, safe='')}/quote", QuoteOfOut)

    def quotes(self, symbols: Sequence[str]) -> QuotesOut:
        """Up to 250 at once; those that nobody can quote are named beside them."""
        return self._http.get("/v1/quotes", QuotesOut, symbols=list(symbols))

    def depth(self, symbol: str) -> DepthOfOut:
        """The best five prices of both sides."""
        return self._http.get(f"/v1/stocks/{quote(symbol, safe='')}/depth", DepthOfOut)

    def history(
        self,
        symbol: str,
        *,
        interval: str | None = None,
        since: datetime | date | None = None,
        until: datetime | date | None = None,
    ) -> HistoryOut:
        """Candles, oldest first, and what is missing among them. Times without a zone are IST."""
        path, times = f"/v1/stocks/{quote(symbol, safe='')}/history", {"from": since, "to": until}
        return self._http.get(path, HistoryOut, interval=interval, **times)

    def underlying(self, symbol: str) -> UnderlyingOut:
        """The expiries of an underlying's options and futures."""
        return self._http.get(f"/v1/options/{quote(symbol, safe='')}", UnderlyingOut)

    def option_chain(self, symbol: str, *, expiry: date | None = None, around: int | None = None) -> ChainOut:
        """Calls and puts by strike, with their greeks."""
        path = f"/v1/options/{quote(symbol, safe='')}/chain"
        return self._http.get(path, ChainOut, expiry=expiry, around=around)

    def charges(
        self, symbol: str, *, side: str, quantity: int, product: str, price: Amount, on: date | None = None
    ) -> ComparisonOut:
        """What one executed order costs at every broker, line by line. `symbol` is EXCHANGE:SYMBOL."""
        exchange, _, name = symbol.rpartition(":")
        return self._http.get(
            "/v1/charges",
            ComparisonOut,
            symbol=name,
            exchange=exchange or "NSE",
            side=side,
            quantity=quantity,
            product=product,
            price=exactly(price),
            on=on,
        )


def exactly(amount: Amount) -> str:
    """Raises ValueError for a float."""
    if isinstance(amount, float | bool):
        raise ValueError("amounts are exact: give Decimal, int or text, no float")
    return str(amount)
