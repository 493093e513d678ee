"""What a decision tells: the plan with its reasons, the plans that it beat with their cost, and its certificate."""

from __future__ import annotations

from collections.abc import Sequence

from domain.account import AccountId
from domain.money import Money
from domain.order import Side
from domain.policy import Policy, PolicyKind
from domain.routing import (
    Alternative,
    Certificate,
    Charges,
    Reason,
    ReasonCode,
    RoutingDecision,
    Slice,
)
from routing import explain, plans, summary
from routing.keep import hedging
from routing.margin import DELIVERED, opposite_held
from routing.offers import Offer
from routing.split import iceberg_parts
from routing.words import units


def of_single(offers: Sequence[Offer], policy: Policy) -> RoutingDecision:
    """The first account takes all of it."""
    best, others = offers[0], offers[1:]
    slices = best.slices(best.terms.intent.quantity)
    rivals = [offer for offer in others if offer.feasible]
    reasons = [explain.chosen(best, rivals, policy)]
    if _tied(best, rivals, policy):
        text = (
            f"{best.candidate.label} and {rivals[0].candidate.label} cost the same; the faster one is used."
        )
        reasons.append(Reason(ReasonCode.TIE_BROKEN_BY_SPEED, text, account=best.candidate.account_id))
    if opposite_held(best.terms.intent, best.candidate):
        text = f"It closes the position at {best.candidate.label}."
        reasons.append(Reason(ReasonCode.EXITS_POSITION, text, account=best.candidate.account_id))
    if best.candidate.legs and hedging(best):
        text = f"Its other leg is at {best.candidate.label}: together they need less margin."
        reasons.append(Reason(ReasonCode.HEDGES, text, account=best.candidate.account_id))
    reasons += [
        *explain.protection([best]),
        *explain.doubts([best], slices),
        *_sent_in_parts(best, slices),
    ]
    alternatives = tuple(alternative(offer, best.whole) for offer in others)
    return RoutingDecision(
        best.terms.intent,
        policy,
        slices,
        tuple(reasons),
        alternatives,
        hash="",
        summary=summary.of_single(best, rivals, policy, len(slices)),
        certificate=_certificate(policy, _whole(best), _whole(best), alternatives),
    )


def _tied(best: Offer, rivals: Sequence[Offer], policy: Policy) -> bool:
    return (
        policy.kind is PolicyKind.CHEAPEST
        and bool(rivals)
        and rivals[0].whole == best.whole
        and rivals[0].speed != best.speed
    )


def of_pinned(best: Offer, others: Sequence[Offer], policy: Policy) -> RoutingDecision:
    """The account that was asked for takes all of it."""
    pin = best.candidate.account_id
    slices = best.slices(best.terms.intent.quantity)
    pinned = Reason(ReasonCode.PINNED, f"{best.candidate.label} was asked for.", account=pin)
    alternatives = tuple(alternative(offer, best.whole, pinned_to=best) for offer in others)
    return RoutingDecision(
        best.terms.intent,
        policy,
        slices,
        (
            pinned,
            *explain.protection([best]),
            *explain.doubts([best], slices),
            *_sent_in_parts(best, slices),
        ),
        alternatives,
        hash="",
        summary=summary.of_pinned(best, [offer for offer in others if offer.feasible], len(slices)),
        certificate=Certificate(
            explain.goes_by(Policy(PolicyKind.PINNED, pin)),
            _whole(best),
            None,
            sum(other.feasible for other in alternatives),
            sum(not other.feasible for other in alternatives),
        ),
    )


def of_shared(
    plan: plans.Plan,
    beaten: Sequence[plans.Plan],
    bound: Money | None,
    offers: Sequence[Offer],
    policy: Policy,
) -> RoutingDecision:
    """Several accounts share it; `beaten` are the best plans without one of them, `bound` rupees that all cost."""
    intent, slices, cost = offers[0].terms.intent, plan.slices(), plan.charges
    forced = not any(offer.feasible for offer in offers)
    words, reason = summary.of_split(plan, slices, policy, lack=_lack(plan.used) if forced else None)
    others = tuple(_beaten(other, cost) for other in beaten)
    alone = tuple(alternative(offer, cost) for offer in offers)
    return RoutingDecision(
        intent,
        policy,
        slices,
        (reason, *explain.protection(plan.used), *explain.doubts(plan.used, slices)),
        (*others, *alone),
        hash="",
        summary=words,
        certificate=_certificate(policy, cost, bound, (*others, *alone)),
    )


def _certificate(
    policy: Policy, cost: Money, bound: Money | None, alternatives: Sequence[Alternative]
) -> Certificate:
    return Certificate(
        explain.goes_by(policy),
        cost,
        bound if policy.kind is PolicyKind.CHEAPEST else None,
        sum(other.feasible for other in alternatives),
        sum(not other.feasible for other in alternatives),
    )


def _lack(used: Sequence[Offer]) -> ReasonCode:
    """What no single account has enough of."""
    intent = used[0].terms.intent
    short = {reason.code for offer in used for reason in offer.short}
    if (intent.product in DELIVERED and intent.side is Side.SELL) or ReasonCode.OPENS_OPPOSITE in short:
        return ReasonCode.SPLIT_BY_HOLDINGS
    if ReasonCode.MARGIN_SHORT in short:
        return ReasonCode.SPLIT_BY_MARGIN
    if ReasonCode.BROKER_LIMIT in short:
        return ReasonCode.SPLIT_BY_LIMIT
    return ReasonCode.SPLIT_BY_FREEZE


def _sent_in_parts(offer: Offer, slices: Sequence[Slice]) -> list[Reason]:
    intent, market = offer.terms.intent, offer.terms.market
    account: AccountId = offer.candidate.account_id
    if intent.iceberg_legs:
        first = iceberg_parts(intent.quantity, intent.iceberg_legs, market.lot)[0]
        text = f"It shows {units(first)} at a time, in {intent.iceberg_legs} legs; each leg is charged as an order."
        return [Reason(ReasonCode.SENT_IN_LEGS, text, account=account)]
    if len(slices) < 2:
        return []
    text = f"The exchange takes at most {market.freeze} in one order, so it goes in {len(slices)}."
    return [Reason(ReasonCode.SPLIT_BY_FREEZE, text, account=account)]


def alternative(offer: Offer, chosen: Money | None, *, pinned_to: Offer | None = None) -> Alternative:
    """The whole order at an account that was passed over; `chosen`: rupees of charges of what was not."""
    slices = offer.slices(offer.terms.intent.quantity)
    reasons = (*offer.barred, *offer.short)
    if pinned_to is not None:
        text = f"The order names {pinned_to.candidate.label}."
        reasons = (*reasons, Reason(ReasonCode.NOT_PINNED, text, account=offer.candidate.account_id))
    beaten = None
    if offer.feasible and offer.whole is not None and chosen is not None:
        beaten = offer.whole - chosen
    charges = offer.charges(offer.terms.intent.quantity) if slices else None
    return Alternative(slices, offer.feasible, reasons, charges, beaten)


def _beaten(plan: plans.Plan, cost: Money) -> Alternative:
    slices = plan.slices()
    return Alternative(slices, True, (), _together(slices), plan.charges - cost)


def _together(slices: Sequence[Slice]) -> Charges:
    return Charges.sum([one.charges for one in slices])


def _whole(offer: Offer) -> Money:
    assert offer.whole is not None
    return offer.whole
