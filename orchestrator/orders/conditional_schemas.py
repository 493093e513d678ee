"""Conditional orders on the wire. Prices are decimal strings in rupees, quantities units."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from domain.account import BrokerId
from domain.conditional import (
    ConditionalIntent,
    ConditionalKind,
    ConditionalLeg,
    ConditionalReport,
    ConditionalStatus,
)
from domain.instrument import Exchange, InstrumentId
from domain.money import Price
from domain.order import OrderType, Product, Side
from orchestrator.orders.conditionals import Listed
from orchestrator.orders.sweep_schemas import Account, Quantity, RequestOut, Symbol, named
from orchestrator.schemas import In, Out, PriceText, Time


class LegIn(In):
    """One trigger and the order it places. LIMIT needs a price."""

    trigger_price: PriceText
    quantity: Quantity
    order_type: OrderType = OrderType.LIMIT
    price: PriceText | None = None

    @model_validator(mode="after")
    def _priced(self) -> LegIn:
        if self.order_type not in (OrderType.LIMIT, OrderType.MARKET):
            raise ValueError("a trigger places a LIMIT or a MARKET order")
        if (self.price is None) is (self.order_type is OrderType.LIMIT):
            raise ValueError("a LIMIT leg has a price and a MARKET leg has none")
        if self.trigger_price.amount <= 0 or (self.price is not None and self.price.amount <= 0):
            raise ValueError("prices are more than zero")
        return self

    def leg(self) -> ConditionalLeg:
        return ConditionalLeg(self.trigger_price, self.quantity, self.order_type, self.price)


class ConditionalIn(In):
    """`single` has one leg, `oco` two: the target first, then the stop."""

    account: Account
    kind: ConditionalKind
    exchange: Exchange
    symbol: Symbol
    side: Side
    product: Product
    legs: Annotated[list[LegIn], Field(min_length=1, max_length=2)]

    @model_validator(mode="after")
    def _counted(self) -> ConditionalIn:
        if len(self.legs) != (1 if self.kind is ConditionalKind.SINGLE else 2):
            raise ValueError("single has one leg, oco two")
        return self

    @property
    def instrument(self) -> InstrumentId:
        return named(self.exchange, self.symbol)

    def intent(self, last_price: Price) -> ConditionalIntent:
        return ConditionalIntent(
            kind=self.kind,
            instrument=self.instrument,
            side=self.side,
            product=self.product,
            legs=tuple(leg.leg() for leg in self.legs),
            last_price=last_price,
        )


class LegOut(Out):
    trigger_price: PriceText
    quantity: int
    order_type: OrderType
    price: PriceText | None


class ConditionalOut(Out):
    """One conditional order as its broker tells it. `kind` to `legs` are null when the row cannot be read."""

    id: str
    account: str
    account_label: str
    broker: BrokerId
    status: ConditionalStatus
    broker_words: str
    message: str
    kind: ConditionalKind | None
    exchange: Exchange | None
    symbol: str | None
    side: Side | None
    product: Product | None
    legs: list[LegOut]
    created_at: Time | None
    expires_at: Time | None
    fired_order_ids: list[str]

    @classmethod
    def of(cls, listed: Listed, report: ConditionalReport) -> ConditionalOut:
        account, intent = listed.connection.account, report.intent
        name = intent.instrument if intent else None
        return cls(
            id=report.conditional_id,
            account=account.id,
            account_label=account.label,
            broker=account.broker,
            status=report.status,
            broker_words=report.words,
            message=report.message,
            kind=intent.kind if intent else None,
            exchange=name.exchange if name else None,
            symbol=name.symbol if name else None,
            side=intent.side if intent else None,
            product=intent.product if intent else None,
            legs=[LegOut.model_validate(leg) for leg in intent.legs] if intent else [],
            created_at=report.created_at,
            expires_at=report.expires_at,
            fired_order_ids=list(report.fired_order_ids),
        )


class UnreadOut(Out):
    account: str
    account_label: str
    reason: str


class ConditionalsOut(Out):
    """`unread` names the accounts whose list is missing or lacks a row; `unclear` requests may or may not have been
    carried out."""

    items: list[ConditionalOut]
    unread: list[UnreadOut]
    unclear: list[RequestOut]
