"""Tools that look and change nothing."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from trademaster.mcp.clients import Clients, Ctx, asking
from trademaster.mcp.shown import (
    Account,
    Cost,
    Funds,
    Gap,
    Holding,
    Instrument,
    Position,
    Quote,
    Totals,
    amount,
    moment,
)
from trademaster.mcp.shown_orders import Order, Told

Symbol = Annotated[str, Field(description="EXCHANGE:SYMBOL, for example NSE:INFY", max_length=64)]
MOST_CANDLES = 500


class AccountsShown(BaseModel):
    accounts: list[Account]


class PortfolioShown(BaseModel):
    """`gaps`: accounts whose numbers are old or missing; then totals are not whole."""

    totals: Totals
    holdings: list[Holding]
    positions: list[Position]
    funds: list[Funds]
    gaps: list[Gap]
    as_of: str | None


class HoldingsShown(BaseModel):
    holdings: list[Holding]
    gaps: list[Gap]


class PositionsShown(BaseModel):
    positions: list[Position]
    gaps: list[Gap]


class FundsShown(BaseModel):
    total_cash: str | None
    total_margin_available: str | None
    accounts: list[Funds]
    gaps: list[Gap]


class OrdersShown(BaseModel):
    """Newest first; `next_cursor` asks for the page after."""

    orders: list[Order]
    next_cursor: str | None


class QuotesShown(BaseModel):
    """`missing`: what nobody knows or can quote now."""

    quotes: list[Quote]
    missing: list[str]


class InstrumentsShown(BaseModel):
    instruments: list[Instrument]
    total: int


class Candle(BaseModel):
    time: str | None
    open: str | None
    high: str | None
    low: str | None
    close: str | None
    volume: int | None


class HistoryShown(BaseModel):
    """`left_out`: how many earlier candles there are beside these."""

    symbol: str
    candles: list[Candle]
    left_out: int


class CostsShown(BaseModel):
    value: str
    costs: list[Cost]
    cheapest: str | None


class Reading:
    """Each method is a tool; its first line is what the model reads of it."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    async def list_accounts(self, context: Ctx) -> AccountsShown:
        """The connected broker accounts and whether each needs a login."""
        async with asking(self._clients, context) as client:
            return AccountsShown(accounts=[Account.of(one) for one in await client.accounts.all()])

    async def get_portfolio(self, context: Ctx) -> PortfolioShown:
        """Everything over all brokers: totals, holdings, positions and funds. Look at `gaps` before adding up."""
        async with asking(self._clients, context) as client:
            whole = await client.portfolio.get()
            return PortfolioShown(
                totals=Totals.of(whole.totals),
                holdings=[Holding.of(one) for one in whole.holdings],
                positions=[Position.of(one) for one in whole.positions],
                funds=[Funds.of(one) for one in whole.funds],
                gaps=Gap.all(whole.gaps),
                as_of=moment(whole.as_of),
            )

    async def get_holdings(self, context: Ctx) -> HoldingsShown:
        """Shares in demat by ISIN, with the quantity at each account."""
        async with asking(self._clients, context) as client:
            told = await client.portfolio.holdings()
            return HoldingsShown(holdings=[Holding.of(one) for one in told.holdings], gaps=Gap.all(told.gaps))

    async def get_positions(self, context: Ctx) -> PositionsShown:
        """Open and closed positions of today by contract and product."""
        async with asking(self._clients, context) as client:
            told = await client.portfolio.positions()
            return PositionsShown(
                positions=[Position.of(one) for one in told.positions], gaps=Gap.all(told.gaps)
            )

    async def get_funds(self, context: Ctx) -> FundsShown:
        """Cash and margin by account and together."""
        async with asking(self._clients, context) as client:
            told = await client.funds.balance()
            return FundsShown(
                total_cash=amount(told.total_cash),
                total_margin_available=amount(told.total_margin_available),
                accounts=[Funds.of(one) for one in told.accounts],
                gaps=Gap.all(told.gaps),
            )

    async def get_orders(
        self,
        context: Ctx,
        status: Literal["open", "done", "all"] = "all",
        symbol: Annotated[str | None, Field(description="trading symbol or its beginning")] = None,
        cursor: str | None = None,
        limit: Annotated[int, Field(ge=1, le=50)] = 20,
    ) -> OrdersShown:
        """Orders, newest first."""
        async with asking(self._clients, context) as client:
            page = await client.orders.page(status=status, symbol=symbol, cursor=cursor, limit=limit)
            return OrdersShown(orders=[Order.of(one) for one in page.items], next_cursor=page.next_cursor)

    async def get_order(self, context: Ctx, order_id: Annotated[str, Field(max_length=64)]) -> Told:
        """One order with its parts at each broker and its timeline."""
        async with asking(self._clients, context) as client:
            return Told.of(await client.orders.get(order_id))

    async def get_quotes(
        self, context: Ctx, symbols: Annotated[list[Symbol], Field(min_length=1, max_length=50)]
    ) -> QuotesShown:
        """Last price, bid, ask and the day's figures of up to 50 instruments."""
        async with asking(self._clients, context) as client:
            told = await client.market.quotes(symbols)
            return QuotesShown(
                quotes=[Quote.of(one) for one in told.items], missing=[one.symbol for one in told.missing]
            )

    async def search_instruments(
        self,
        context: Ctx,
        words: Annotated[str, Field(description='for example "nifty 24500 ce"', max_length=100)],
        limit: Annotated[int, Field(ge=1, le=50)] = 10,
    ) -> InstrumentsShown:
        """Finds the symbol, lot and expiry of shares, indices, futures and options by words."""
        async with asking(self._clients, context) as client:
            page = await client.market.search(words, limit=limit)
            return InstrumentsShown(instruments=[Instrument.of(one) for one in page.items], total=page.total)

    async def get_history(
        self,
        context: Ctx,
        symbol: Symbol,
        interval: Literal["1m", "3m", "5m", "10m", "15m", "30m", "1h", "1d", "1w", "1mo"] = "1d",
        since: Annotated[date | None, Field(description="first IST day")] = None,
    ) -> HistoryShown:
        """Candles, oldest first: the latest 500 of what was asked."""
        async with asking(self._clients, context) as client:
            told = await client.market.history(symbol, interval=interval, since=since)
            shown = told.candles[-MOST_CANDLES:]
            return HistoryShown(
                symbol=told.symbol,
                candles=[
                    Candle(
                        time=moment(one.time),
                        open=amount(one.open),
                        high=amount(one.high),
                        low=amount(one.low),
                        close=amount(one.close),
                        volume=one.volume,
                    )
                    for one in shown
                ],
                left_out=len(told.candles) - len(shown),
            )

    async def get_charges(
        self,
        context: Ctx,
        symbol: Symbol,
        side: Literal["BUY", "SELL"],
        quantity: Annotated[int, Field(gt=0)],
        product: Literal["CNC", "MIS", "NRML", "MTF"],
        price: Annotated[str, Field(description='rupees as text, "1500.05"')],
    ) -> CostsShown:
        """What one executed order would cost at each broker, all charges in."""
        async with asking(self._clients, context) as client:
            told = await client.market.charges(
                symbol, side=side, quantity=quantity, product=product, price=price
            )
            costs = [Cost.of(one) for one in told.estimates]
            return CostsShown(value=format(told.value, "f"), costs=costs, cheapest=told.cheapest)
