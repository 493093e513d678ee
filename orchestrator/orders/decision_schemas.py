"""A routing decision on the wire: the plan, its reasons and charges, and what it beat. Rupees as decimal strings."""

from __future__ import annotations

from typing import Literal

from domain.account import AccountId, BrokerId
from domain.routing import Alternative, Charges, Denied, Reason, RoutingDecision, Slice
from orchestrator.schemas import MoneyText, Out


class ReasonOut(Out):
    code: str
    message: str
    account: str | None = None
    field: str | None = None
    fix: str | None = None

    @classmethod
    def of(cls, reason: Reason) -> ReasonOut:
        return cls(
            code=reason.code,
            message=reason.message,
            account=reason.account,
            field=reason.field,
            fix=reason.fix,
        )


class ChargesOut(Out):
    """All-in charges, itemised; lines are exact, `total` is their sum.

    `total_of_rounded_lines`: each line to whole paise first, as brokers show it. `desk`: an order by telephone or of the
    broker's risk desk.
    """

    brokerage: MoneyText
    stt: MoneyText
    exchange: MoneyText
    sebi: MoneyText
    stamp: MoneyText
    gst: MoneyText
    dp: MoneyText
    desk: MoneyText
    total: MoneyText
    total_of_rounded_lines: MoneyText

    @classmethod
    def of(cls, charges: Charges) -> ChargesOut:
        return cls(
            brokerage=charges.brokerage,
            stt=charges.stt,
            exchange=charges.exchange,
            sebi=charges.sebi,
            stamp=charges.stamp,
            gst=charges.gst,
            dp=charges.dp,
            desk=charges.desk,
            total=charges.total,
            total_of_rounded_lines=charges.total_of_rounded_lines,
        )


class SliceOut(Out):
    account: str
    account_label: str
    broker: BrokerId
    quantity: int
    charges: ChargesOut
    margin_required: MoneyText

    @classmethod
    def of(cls, part: Slice) -> SliceOut:
        return cls(
            account=part.account_id,
            account_label=part.label,
            broker=part.broker,
            quantity=part.quantity,
            charges=ChargesOut.of(part.charges),
            margin_required=part.margin_required,
        )


class AlternativeOut(Out):
    """A plan that was not chosen: not feasible, and why, or dearer by `beaten_by` rupees."""

    accounts: list[SliceOut]
    feasible: bool
    reasons: list[ReasonOut]
    charges: ChargesOut | None
    total_cost: MoneyText | None
    beaten_by: MoneyText | None

    @classmethod
    def of(cls, other: Alternative) -> AlternativeOut:
        return cls(
            accounts=[SliceOut.of(part) for part in other.slices],
            feasible=other.feasible,
            reasons=[ReasonOut.of(reason) for reason in other.reasons],
            charges=ChargesOut.of(other.charges) if other.charges else None,
            total_cost=other.charges.total if other.charges else None,
            beaten_by=other.beaten_by,
        )


class DecisionOut(Out):
    """The routing receipt: who takes the order, why, and what the others would have cost."""

    kind: Literal["plan", "denied"]
    hash: str
    policy: str | None
    summary: str
    reasons: list[ReasonOut]
    plan: list[SliceOut] | None
    charges: ChargesOut | None
    saving: MoneyText | None
    alternatives: list[AlternativeOut]

    @classmethod
    def of(cls, decision: RoutingDecision | Denied) -> DecisionOut:
        reasons = [ReasonOut.of(reason) for reason in decision.reasons]
        alternatives = [AlternativeOut.of(other) for other in decision.alternatives]
        if isinstance(decision, Denied):
            return cls(
                kind="denied",
                hash=decision.hash,
                policy=None,
                summary=decision.reasons[0].message if decision.reasons else "",
                reasons=reasons,
                plan=None,
                charges=None,
                saving=None,
                alternatives=alternatives,
            )
        return cls(
            kind="plan",
            hash=decision.hash,
            policy=decision.policy.kind,
            summary=decision.summary,
            reasons=reasons,
            plan=[SliceOut.of(part) for part in decision.slices],
            charges=ChargesOut.of(decision.charges),
            saving=decision.saving,
            alternatives=alternatives,
        )


def labels_of(decision: RoutingDecision) -> dict[AccountId, str]:
    """What the accounts of a decision are called."""
    parts = [*decision.slices, *(part for other in decision.alternatives for part in other.slices)]
    return {part.account_id: part.label for part in parts}
