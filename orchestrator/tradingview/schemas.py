"""Hooks on the wire."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import Field

from domain.instrument import Exchange
from domain.order import OrderIntent, OrderType, Product, Side
from domain.routing import Denied, RoutingDecision
from orchestrator.orders.decision_schemas import DecisionOut
from orchestrator.schemas import In, Out, PriceText, Time
from orchestrator.tradingview.repository import Delivery, Hook, Outcome
from orchestrator.tradingview.rules import RulesIn

PATH = "/v1/hooks/tradingview"
MESSAGE = {
    "ticker": "{{ticker}}",
    "exchange": "{{exchange}}",
    "action": "{{strategy.order.action}}",
    "contracts": "{{strategy.order.contracts}}",
    "price": "{{close}}",
    "id": "{{strategy.order.id}}",
    "time": "{{timenow}}",
}

Name = Annotated[str, Field(min_length=1, max_length=60)]
MaxAge = Annotated[int, Field(ge=5, le=3600, strict=True, description="seconds; older alerts place nothing")]


class HookIn(In):
    """`token`: the id of the personal token that it trades with, whose scopes, policy and expiry hold."""

    name: Name
    token: Annotated[str, Field(min_length=1, max_length=40)]
    rules: RulesIn
    only_tradingview: bool = False
    max_age: MaxAge = 120


class HookChangeIn(In):
    """What is left out stays."""

    name: Name | None = None
    rules: RulesIn | None = None
    only_tradingview: bool | None = None
    max_age: MaxAge | None = None
    paused: bool | None = None


class HookOut(Out):
    """`url` goes into TradingView's webhook field. The address alone never trades."""

    id: str
    name: str
    token: str
    url: str
    rules: RulesIn
    only_tradingview: bool
    max_age: int
    paused: bool
    made_at: Time

    @classmethod
    def of(cls, hook: Hook, base: str) -> HookOut:
        return cls(**_values(hook, base))


class HookMadeOut(HookOut):
    """`secret` is shown this once; `message` is the alert's message with it, to be pasted."""

    secret: str
    message: str

    @classmethod
    def made(cls, hook: Hook, base: str, secret: str) -> HookMadeOut:
        message = json.dumps({"secret": secret, **MESSAGE}, indent=2)
        return cls(**_values(hook, base), secret=secret, message=message)


def _values(hook: Hook, base: str) -> dict[str, Any]:
    return {
        "id": hook.id,
        "name": hook.name,
        "token": hook.token_id,
        "url": f"{base}{PATH}/{hook.id}",
        "rules": RulesIn.model_validate_json(hook.rules),
        "only_tradingview": hook.only_tradingview,
        "max_age": hook.max_age,
        "paused": hook.paused,
        "made_at": hook.made_at,
    }


class HooksOut(Out):
    items: list[HookOut]


class DeliveryOut(Out):
    """One alert and what became of it. `alert` is its JSON without the secret; `code` and `words` say why not."""

    id: str
    received_at: Time
    address: str
    alert: str
    outcome: Outcome
    code: str
    words: str
    order: str | None
    done_at: Time | None

    @classmethod
    def of(cls, one: Delivery) -> DeliveryOut:
        return cls(
            id=one.id,
            received_at=one.received_at,
            address=one.address,
            alert=one.alert,
            outcome=one.outcome,
            code=one.code,
            words=one.words,
            order=one.order_id,
            done_at=one.done_at,
        )


class DeliveriesOut(Out):
    """Newest first. `next_cursor` is null on the last page."""

    items: list[DeliveryOut]
    next_cursor: str | None


class ReceivedOut(Out):
    """To the sender of an alert. `repeated`: it came before, and nothing more is done."""

    delivery: str
    outcome: Outcome
    repeated: bool


class TestIn(In):
    """An alert as it would come, without the secret."""

    alert: Annotated[dict[str, Any], Field(max_length=20)]


class TestOut(Out):
    """The order that it stands for, and what would be decided on it now. Nothing was sent."""

    exchange: Exchange
    symbol: str
    side: Side
    quantity: int
    order_type: OrderType
    product: Product
    price: PriceText | None
    decision: DecisionOut

    @classmethod
    def of(cls, intent: OrderIntent, decision: RoutingDecision | Denied) -> TestOut:
        return cls(
            exchange=intent.instrument.exchange,
            symbol=intent.instrument.symbol,
            side=intent.side,
            quantity=intent.quantity,
            order_type=intent.order_type,
            product=intent.product,
            price=intent.price,
            decision=DecisionOut.of(decision),
        )
