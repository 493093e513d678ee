"""A routing decision on the wire: the plan, its reasons and charges, and what it beat. Rupees as decimal strings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.account import AccountId, BrokerId
from domain.routing import Alternative, Certificate, Charges, Denied, Reason, RoutingDecision, Slice
from orchestrator.schemas import MoneyText, Out
from routing.explain import policy_words


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

    `total_of_rounded_lines`: each line to whole paise first, as brokers show it. `desk`: an order by telephone or of
    the broker's risk desk.
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
    margin_estimated: Annotated[
        bool, Field(description="false: by the broker's own call, or by a plain rule")
    ]

    @classmethod
    def of(cls, part: Slice) -> SliceOut:
        return cls(
            account=part.account_id,
            account_label=part.label,
            broker=part.broker,
            quantity=part.quantity,
            charges=ChargesOut.of(part.charges),
            margin_required=part.margin_required,
            margin_estimated=part.margin_estimated,
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


class CertificateOut(Out):
    """Why no other plan is better. `cost`: the plan's charges. `bound`: what any plan costs at least, null where the
    policy goes by something else. `beaten` plans and `ruled_out` accounts are told among the alternatives."""

    minimised: str
    cost: MoneyText
    bound: MoneyText | None
    beaten: int
    ruled_out: int

    @classmethod
    def of(cls, proof: Certificate) -> CertificateOut:
        return cls(
            minimised=proof.minimised,
            cost=proof.cost,
            bound=proof.bound,
            beaten=proof.beaten,
            ruled_out=proof.ruled_out,
        )


class DecisionOut(Out):
    """The routing receipt: who takes the order, why, and what the others would have cost."""

    kind: Literal["plan", "denied"]
    hash: str
    policy: str | None
    policy_words: Annotated[str | None, Field(description="the policy, explained")]
    summary: str
    reasons: list[ReasonOut]
    plan: list[SliceOut] | None
    charges: ChargesOut | None
    saving: MoneyText | None
    certificate: CertificateOut | None
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
                policy_words=None,
                summary=decision.reasons[0].message if decision.reasons else "",
                reasons=reasons,
                plan=None,
                charges=None,
                saving=None,
                certificate=None,
                alternatives=alternatives,
            )
        return cls(
            kind="plan",
            hash=decision.hash,
            policy=decision.policy.kind,
            policy_words=policy_words(decision.policy),
            summary=decision.summary,
            reasons=reasons,
            plan=[SliceOut.of(part) for part in decision.slices],
            charges=ChargesOut.of(decision.charges),
            saving=decision.saving,
            certificate=CertificateOut.of(decision.certificate) if decision.certificate else None,
            alternatives=alternatives,
        )


def labels_of(decision: RoutingDecision) -> dict[AccountId, str]:
    """What the accounts of a decision are called."""
    parts = [*decision.slices, *(part for other in decision.alternatives for part in other.slices)]
    return {part.account_id: part.label for part in parts}
