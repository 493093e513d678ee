# Made from _async/portfolio.py by `make client`; do not edit.
"""Holdings, positions and funds over all accounts; profit, lots and performance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from trademaster._sync.http import HTTP
from trademaster.models import (
    AllocationOut,
    BalanceOut,
    FundsOut,
    HoldingsOut,
    LotsOut,
    PerformanceOut,
    PortfolioOut,
    PositionsOut,
    ProfitsOut,
    TradeOut,
    TradesOut,
    TransferIn,
)


class Portfolio:
    """`client.portfolio`. A broker that is missing stands in `gaps`, with the age of its numbers."""

    def __init__(self, http: HTTP) -> None:
        self._http = http

    def get(self) -> PortfolioOut:
        """Everything."""
        return self._http.get("/v1/portfolio", PortfolioOut)

    def refresh(self) -> PortfolioOut:
        """The same after a reading of every account, made now."""
        return self._http.send("POST", "/v1/portfolio/refresh", PortfolioOut)

    def holdings(self) -> HoldingsOut:
        """Shares by ISIN, with their lots by account."""
        return self._http.get("/v1/portfolio/holdings", HoldingsOut)

    def positions(self) -> PositionsOut:
        """Trades by contract and product, with their parts by account."""
        return self._http.get("/v1/portfolio/positions", PositionsOut)

    def allocation(self, by: str = "broker") -> AllocationOut:
        """What it is made of, by broker, account, instrument or kind of holding."""
        return self._http.get("/v1/portfolio/allocation", AllocationOut, by=by)

    def profits(self, **asked: Any) -> ProfitsOut:
        """Profit reckoned from trades; `group`, `account`, `instrument`, `from_`, `to` as of GET /v1/portfolio/pnl."""
        return self._http.get("/v1/portfolio/pnl", ProfitsOut, **asked)

    def lots(self, instrument: str, *, account: str | None = None) -> LotsOut:
        """The open lots of one instrument, oldest first, account by account."""
        return self._http.get("/v1/portfolio/lots", LotsOut, instrument=instrument, account=account)

    def performance(self, **asked: Any) -> PerformanceOut:
        """Returns and the curve of worth; `range`, `account`, `broker`, `from_`, `to` as the API takes them."""
        return self._http.get("/v1/portfolio/performance", PerformanceOut, **asked)

    def trades(
        self,
        *,
        account: str | None = None,
        instrument: str | None = None,
        since: date | None = None,
        until: date | None = None,
        limit: int = 200,
    ) -> Iterator[TradeOut]:
        """Every trade, page by page."""
        cursor: str | None = None
        days = {"from": since, "to": until}
        while True:
            page = self._http.get(
                "/v1/trades",
                TradesOut,
                account=account,
                instrument=instrument,
                cursor=cursor,
                limit=limit,
                **days,
            )
            for one in page.items:
                yield one
            cursor = page.next_cursor
            if cursor is None:
                return


class Funds:
    """`client.funds`."""

    def __init__(self, http: HTTP) -> None:
        self._http = http

    def balance(self) -> BalanceOut:
        """Cash and margin, by account and together."""
        return self._http.get("/v1/funds/balance", BalanceOut)

    def deposit(self, body: TransferIn) -> FundsOut:
        """Into an account of the mock broker; needs the scope `funds`. Sent once."""
        return self._http.send("POST", "/v1/funds/deposit", FundsOut, body)

    def withdraw(self, body: TransferIn) -> FundsOut:
        """Out of an account of the mock broker; needs the scope `funds`. Sent once."""
        return self._http.send("POST", "/v1/funds/withdraw", FundsOut, body)
