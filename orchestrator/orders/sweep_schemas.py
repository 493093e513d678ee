"""Leaving orders and positions, and converting positions, on the wire."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.instrument import Exchange, InstrumentId
from domain.order import Order, Product, Side
from domain.position import Position
from orchestrator.orders.requests import Outcome, Request
from orchestrator.orders.rows import StoredOrder
from orchestrator.orders.schemas import MAX_QUANTITY, OrderOut
from orchestrator.orders.sweep import Flat
from orchestrator.schemas import In, Out, Time

Account = Annotated[str, Field(min_length=1, max_length=64)]
Symbol = Annotated[str, Field(min_length=1, max_length=64, examples=["INFY"])]
Quantity = Annotated[int, Field(gt=0, le=MAX_QUANTITY, strict=True)]


def named(exchange: Exchange, symbol: str) -> InstrumentId:
    return InstrumentId(exchange, symbol.upper() if symbol.isascii() else symbol)


class CancelManyIn(In):
    """Which open orders: those that fit everything that is given. Nothing given is all of them."""

    account: Account | None = None
    exchange: Exchange | None = None
    symbol: Symbol | None = None
    side: Side | None = None
    product: Product | None = None

    def wants(self, order: Order) -> bool:
        intent = order.intent
        return (
            (self.account is None or any(child.account_id == self.account for child in order.children))
            and (self.exchange is None or intent.instrument.exchange is self.exchange)
            and (self.symbol is None or intent.instrument == named(intent.instrument.exchange, self.symbol))
            and (self.side is None or intent.side is self.side)
            and (self.product is None or intent.product is self.product)
        )


class CancelManyOut(Out):
    """The orders that were asked to be cancelled, as they are now; `ended` of them can provably trade no more."""

    orders: list[OrderOut]
    ended: int
    still_open: int

    @classmethod
    def of(cls, stored: list[StoredOrder]) -> CancelManyOut:
        ended = sum(1 for one in stored if one.order.status.final)
        return cls(orders=[OrderOut.of(one) for one in stored], ended=ended, still_open=len(stored) - ended)


class ExitIn(In):
    """A position in one account; `quantity` in units, all of it when left out."""

    account: Account
    exchange: Exchange
    symbol: Symbol
    product: Product
    quantity: Quantity | None = None


class ExitAllIn(In):
    """`confirm` must be true: every open order is cancelled and every position left at the market."""

    confirm: Literal[True]


class LeftOut(Out):
    exchange: Exchange
    symbol: str
    product: Product
    quantity: int

    @classmethod
    def of(cls, position: Position) -> LeftOut:
        name = position.instrument
        return cls(
            exchange=name.exchange, symbol=name.symbol, product=position.product, quantity=position.quantity
        )


class FlatOut(Out):
    """One account afterwards. `flat`: true or false by a reading after the exits, null when it cannot be read."""

    account: str
    account_label: str
    flat: bool | None
    left: list[LeftOut]
    refused: list[str]

    @classmethod
    def of(cls, one: Flat) -> FlatOut:
        account = one.connection.account
        left = [LeftOut.of(position) for position in one.left]
        return cls(
            account=account.id,
            account_label=account.label,
            flat=one.flat,
            left=left,
            refused=list(one.refused),
        )


class ExitAllOut(Out):
    """`flat` is true only when every account is proven flat."""

    flat: bool
    accounts: list[FlatOut]
    orders: list[OrderOut]


class ConvertIn(In):
    """Move a part of a position to another product. `side` BUY is a long position; `overnight` its carried part."""

    account: Account
    exchange: Exchange
    symbol: Symbol
    side: Side
    quantity: Quantity
    old: Product
    new: Product
    overnight: bool = False


class RequestOut(Out):
    """A write to a broker. `unknown` (and `asked` after a crash): look at the broker; it is never sent again."""

    id: str
    account: str
    kind: str
    asked_at: Time
    outcome: Outcome
    broker_words: str | None
    broker_id: str | None

    @classmethod
    def of(cls, request: Request) -> RequestOut:
        return cls(
            id=request.id,
            account=request.account_id,
            kind=request.kind,
            asked_at=request.asked_at,
            outcome=request.outcome,
            broker_words=request.words,
            broker_id=request.result,
        )
