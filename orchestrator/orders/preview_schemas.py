"""What an order would become, on the wire."""

from __future__ import annotations

from typing import Literal, Self

from domain.routing import Denied, RoutingDecision
from orchestrator.orders.decision_schemas import DecisionOut
from orchestrator.orders.plan import Situation, notional
from orchestrator.orders.schemas import OwnOrdersOut
from orchestrator.schemas import MoneyText, Out, Time
from routing.selftrade import Verdict


class PreviewOut(Out):
    """What would be sent if this order were placed now. `notional` is quantity times the price used."""

    decision: DecisionOut
    notional: MoneyText | None
    own_orders: OwnOrdersOut | None
    as_of: Time

    @classmethod
    def of(cls, situation: Situation, decision: RoutingDecision | Denied, verdict: Verdict | None) -> Self:
        return cls(
            decision=DecisionOut.of(decision),
            notional=notional(situation),
            own_orders=OwnOrdersOut.of(verdict) if verdict and verdict.conflicts else None,
            as_of=situation.now,
        )


class DryRunOut(PreviewOut):
    """Nothing was sent: the personal token only tries things. It has neither an id nor a status."""

    dry_run: Literal[True] = True
