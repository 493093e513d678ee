"""What several orders need together, on the wire. Rupees as decimal strings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from domain.account import BrokerId
from orchestrator.orders.baskets import Need
from orchestrator.orders.schemas import OrderIn
from orchestrator.schemas import In, MoneyText, Out

MOST_ORDERS = 20  # as many as every broker prices together


class BasketIn(In):
    """Orders that would be sent together, as they would be placed; an account they name is left aside."""

    orders: Annotated[list[OrderIn], Field(min_length=1, max_length=MOST_ORDERS)]


class BasketNeedOut(Out):
    """What one account must have free. `benefit`: how much less they need together than each by itself."""

    account: str
    account_label: str
    broker: BrokerId
    required: MoneyText | None
    alone: MoneyText | None
    benefit: MoneyText | None
    available: MoneyText | None
    enough: bool | None
    margin_estimated: Annotated[bool, Field(description="false: `required` is the broker's own figure")]

    @classmethod
    def of(cls, need: Need) -> BasketNeedOut:
        return cls(
            account=need.account_id,
            account_label=need.label,
            broker=need.broker,
            required=need.together,
            alone=need.alone,
            benefit=need.alone - need.together
            if need.alone is not None and need.together is not None
            else None,
            available=need.available,
            enough=need.together <= need.available
            if need.together is not None and need.available is not None
            else None,
            margin_estimated=need.estimated,
        )


class BasketOut(Out):
    """`sequence`: places in your list, in the order they would be sent: buys first."""

    sequence: list[int]
    accounts: list[BasketNeedOut]

    @classmethod
    def of(cls, order: Sequence[int], needs: Sequence[Need]) -> BasketOut:
        return cls(sequence=list(order), accounts=[BasketNeedOut.of(one) for one in needs])
