"""The parts of an order that a plan makes: one child for each slice, with the tag by which its broker finds it."""

from __future__ import annotations

from domain.money import ZERO
from domain.order import ChildId, ChildOrder, OrderId
from domain.routing import RoutingDecision, Slice
from orchestrator.ids import new_id
from orchestrator.orders.plan import Situation
from orchestrator.orders.repository import NewChild
from routing.margin import reference_price
from routing.token_policy import counted_price


def new_children(
    situation: Situation,
    order_id: OrderId,
    decision: RoutingDecision,
    *,
    after: int = 0,
    token: str | None = None,
) -> list[NewChild]:
    """The children of a plan, numbered on after those there are; `token` placed their order."""
    return [
        _child(situation, order_id, part, number, token)
        for number, part in enumerate(decision.slices, after + 1)
    ]


def _child(situation: Situation, order_id: OrderId, part: Slice, number: int, token: str | None) -> NewChild:
    intent = situation.intent
    connection = next(one for one in situation.connections if one.account.id == part.account_id)
    child_id = ChildId(new_id("chd"))
    child = ChildOrder(
        id=child_id,
        order_id=order_id,
        account_id=part.account_id,
        broker=part.broker,
        slice=number,
        instrument=intent.instrument,
        side=intent.side,
        quantity=part.quantity,
        order_type=intent.order_type,
        product=intent.product,
        validity=intent.validity,
        price=intent.price,
        trigger_price=intent.trigger_price,
        disclosed_quantity=min(intent.disclosed_quantity, part.quantity),
        tag=tag_of(child_id, connection.terms.tag_length[1]),
        after_market=intent.after_market,
        iceberg_legs=intent.iceberg_legs,
        validity_minutes=intent.validity_minutes,
    )
    price = reference_price(intent, situation.market)
    if token is not None:
        price = counted_price(intent, situation.market) or price
    value = price * part.quantity if price else ZERO
    return NewChild(child, part.margin_required, part.charges, value)


def tag_of(child_id: ChildId, longest: int) -> str:
    """The child's id in a broker's tag form: its last characters, of which 16 are random. Alphanumeric everywhere."""
    return child_id[-min(longest, 20) :]
