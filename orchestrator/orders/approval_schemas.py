"""Orders that wait for their user, on the wire."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field

from domain.instrument import Exchange
from domain.order import OrderIntent, OrderType, Product, Side, Validity
from domain.token_policy import Clause
from orchestrator.orders.decision_schemas import DecisionOut
from orchestrator.orders.waiting import Approval, ApprovalState
from orchestrator.schemas import In, Out, PriceText, Time


class AskedOut(Out):
    """The order as the program asked for it."""

    exchange: Exchange
    symbol: str
    side: Side
    quantity: int
    order_type: OrderType
    product: Product
    validity: Validity
    price: PriceText | None
    trigger_price: PriceText | None
    account: str

    @classmethod
    def of(cls, intent: OrderIntent) -> Self:
        return cls(
            exchange=intent.instrument.exchange,
            symbol=intent.instrument.symbol,
            side=intent.side,
            quantity=intent.quantity,
            order_type=intent.order_type,
            product=intent.product,
            validity=intent.validity,
            price=intent.price,
            trigger_price=intent.trigger_price,
            account=intent.account or "auto",
        )


class BreachOut(Out):
    """One clause of the token's policy that the order breaks."""

    clause: Clause
    asked: str
    allowed: str
    field: str | None


class ApprovalOut(Out):
    """An order outside a token's policy: it is sent when its user says yes to `plan_hash`, once, or never.

    `decision` is what would be sent; `order_id` is set once it was.
    """

    id: str
    state: ApprovalState
    token: str
    token_name: str | None
    asked_at: Time
    expires_at: Time
    order: AskedOut
    breaches: list[BreachOut]
    decision: DecisionOut
    plan_hash: str
    needs_proof: bool
    answered_at: Time | None
    words: str
    order_id: str | None

    @classmethod
    def of(cls, approval: Approval) -> Self:
        return cls(
            id=approval.id,
            state=approval.state,
            token=approval.token,
            token_name=approval.token_name,
            asked_at=approval.asked_at,
            expires_at=approval.expires_at,
            order=AskedOut.of(approval.intent),
            breaches=[BreachOut.model_validate(one) for one in approval.breaches],
            decision=DecisionOut.of(approval.plan),
            plan_hash=approval.plan_hash,
            needs_proof=approval.proof,
            answered_at=approval.answered_at,
            words=approval.words,
            order_id=approval.order_id,
        )


class ApprovalsOut(Out):
    """The newest first."""

    items: list[ApprovalOut]


class ApproveIn(In):
    """`plan_hash` is that of the approval as it was looked at."""

    plan_hash: Annotated[str, Field(min_length=64, max_length=64)]


class DeclineIn(In):
    """`words` reach the program."""

    words: Annotated[str, Field(max_length=200)] = ""
