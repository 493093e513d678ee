"""Orders and plans as a model gets to see them."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel

from trademaster.mcp.shown import amount, moment
from trademaster.mcp.words import fenced, plain
from trademaster.models import OrderOut, PreviewOut


class Step(BaseModel):
    at: str | None
    text: str
    broker_words: str | None


class Part(BaseModel):
    """What one broker has of an order."""

    account: str
    broker: str
    quantity: int
    filled_quantity: int
    status: str
    broker_words: str | None


class Order(BaseModel):
    """`status` UNKNOWN: it may or may not be at the broker; it is looked for. Never place it again meanwhile."""

    id: str
    symbol: str
    side: str
    quantity: int
    filled_quantity: int
    order_type: str
    product: str
    price: str | None
    trigger_price: str | None
    average_price: str | None
    status: str
    placed_at: str | None
    broker_words: str | None
    parts: list[Part]

    @classmethod
    def of(cls, one: OrderOut) -> Self:
        return cls(
            id=one.id,
            symbol=f"{one.exchange}:{one.symbol}",
            side=one.side,
            quantity=one.quantity,
            filled_quantity=one.filled_quantity,
            order_type=one.order_type,
            product=one.product,
            price=amount(one.price),
            trigger_price=amount(one.trigger_price),
            average_price=amount(one.average_price),
            status=one.status,
            placed_at=moment(one.created_at),
            broker_words=fenced(one.status_reason),
            parts=[
                Part(
                    account=child.account,
                    broker=child.broker,
                    quantity=child.quantity,
                    filled_quantity=child.filled_quantity,
                    status=child.status,
                    broker_words=fenced(child.status_reason),
                )
                for child in one.children
            ],
        )


class Told(Order):
    """An order with its story."""

    timeline: list[Step]

    @classmethod
    def of(cls, one: OrderOut) -> Self:
        steps = [
            Step(at=moment(event.at), text=plain(event.text, 300), broker_words=fenced(event.broker_words))
            for event in one.timeline
        ]
        return cls(**Order.of(one).model_dump(), timeline=steps)


class Slice(BaseModel):
    account: str
    broker: str
    quantity: int
    charges: str
    margin: str


class Plan(BaseModel):
    """What would be sent now. `refused`: why nothing would be."""

    summary: str
    worth: str | None
    slices: list[Slice]
    charges: str | None
    refused: list[str]

    @classmethod
    def of(cls, one: PreviewOut) -> Self:
        decision = one.decision
        denied = decision.kind != "plan"
        return cls(
            summary=plain(decision.summary, 300),
            worth=amount(one.notional),
            slices=[
                Slice(
                    account=part.account,
                    broker=part.broker,
                    quantity=part.quantity,
                    charges=format(part.charges.total, "f"),
                    margin=format(part.margin_required, "f"),
                )
                for part in decision.plan or ()
            ],
            charges=amount(decision.charges.total) if decision.charges else None,
            refused=[plain(f"{one.code}: {one.message}", 300) for one in decision.reasons] if denied else [],
        )
