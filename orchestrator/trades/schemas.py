"""Kept trades on the wire."""

from __future__ import annotations

from datetime import date

from domain.instrument import Exchange
from domain.order import Product, Side
from domain.trade import AccountTrade, TradeSource
from orchestrator.schemas import MoneyText, Out, PriceText, Time


class TradeOut(Out):
    """`quantity` units at `price` rupees each. `product` and `isin` are null where the source does not tell them;
    `order_id` is the broker's order, "" where it is not told."""

    account: str
    exchange: Exchange
    symbol: str
    isin: str | None
    side: Side
    quantity: int
    price: PriceText
    value: MoneyText
    at: Time
    product: Product | None
    trade_id: str
    order_id: str
    source: TradeSource

    @classmethod
    def of(cls, trade: AccountTrade) -> TradeOut:
        return cls(
            account=trade.account_id,
            exchange=trade.instrument.exchange,
            symbol=trade.instrument.symbol,
            isin=trade.isin,
            side=trade.side,
            quantity=trade.quantity,
            price=trade.price,
            value=trade.value,
            at=trade.at,
            product=trade.product,
            trade_id=trade.trade_id,
            order_id=trade.order_id,
            source=trade.source,
        )


class TradesOut(Out):
    """A page, newest first. `next_cursor` is null on the last one."""

    items: list[TradeOut]
    next_cursor: str | None


class RefusedRowOut(Out):
    """A row that breaks a rule: its line in the file (from 1), the column's title, the cell as it stands."""

    line: int
    column: str
    rule: str
    value: str


class ImportOut(Out):
    """What a file has. `verified`: its layout is known from public sources. `new` rows are kept if `committed`, all of
    them or none; `known` ones are in the history already; `untraded` ones are orders that did not trade. `refused` has
    the first hundred of `refused_count`.
    """

    format: str
    verified: bool
    new: int
    known: int
    untraded: int
    refused_count: int
    refused: list[RefusedRowOut]
    first: date | None
    last: date | None
    committed: bool
