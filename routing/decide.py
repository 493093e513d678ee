"""Which account takes an order: the one its policy likes best, else the best split; with what it beat, and why.

Pure: the same inputs give the same decision and the same hash, on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from domain.account import AccountId
from domain.order import OrderIntent, Side
from domain.policy import Policy, PolicyKind, Splitting
from domain.routing import Candidate, Denied, Market, Reason, ReasonCode, RoutingDecision
from routing import plans, receipts, rules, summary
from routing.fingerprint import inputs_text, stamp_of
from routing.keep import keep_to_position
from routing.margin import DELIVERED, blocked_price, opposite_held, reference_price
from routing.offers import Offer, Terms, survey

RUNNERS_UP, OF_MANY = 2, 1  # other splits shown beside a chosen one; fewer where many accounts share it


def decide(
    intent: OrderIntent, market: Market, candidates: Sequence[Candidate], policy: Policy, *, on: date
) -> RoutingDecision | Denied:
    """The plan for one order, or why there is none. `on` is the IST date whose fee tables apply.

    `intent.account` pins the order as `policy` does. The order of `candidates` does not matter.
    """
    inputs = inputs_text(intent, market, candidates, policy, on)
    decision = _decided(intent, market, candidates, policy, on)
    if isinstance(decision, Denied):
        return replace(decision, hash=stamp_of(inputs))
    return replace(decision, hash=stamp_of(inputs), inputs=inputs)


def _decided(
    intent: OrderIntent, market: Market, candidates: Sequence[Candidate], policy: Policy, on: date
) -> RoutingDecision | Denied:
    pin = policy.account if policy.kind is PolicyKind.PINNED else intent.account
    refusal = _refusal(intent, market, candidates, pin)
    price = reference_price(intent, market)
    if refusal or price is None:
        return Denied(refusal)
    goes_by = policy if pin is None else Policy(PolicyKind.PINNED, pin)
    terms = Terms(
        intent,
        market,
        price,
        blocked_price(intent, market, price),
        on,
        goes_by,
        reduces=_reduces(intent, candidates),
    )
    offers = [survey(terms, one) for one in sorted(candidates, key=lambda one: one.account_id)]
    if pin is not None:
        return _pinned(offers, policy, pin)
    offers = sorted(keep_to_position(offers), key=_preference)
    if _alone(offers, policy):
        return receipts.of_single(offers, policy)
    if intent.iceberg_legs:
        return _undivided(offers)
    return _shared(offers, policy)


def _refusal(
    intent: OrderIntent, market: Market, candidates: Sequence[Candidate], pin: AccountId | None
) -> tuple[Reason, ...]:
    """What stands against the order before any account is measured."""
    broken = rules.check(intent, market)
    if broken:
        return broken
    if not candidates:
        text = "No broker account is connected."
        return (Reason(ReasonCode.NO_ACCOUNT, text, field="account", fix="Connect a broker."),)
    if pin is not None and pin not in {one.account_id for one in candidates}:
        text = "That account is not one of yours."
        return (Reason(ReasonCode.ACCOUNT_UNKNOWN, text, account=pin, field="account", fix="Use auto."),)
    if reference_price(intent, market) is None:
        text = (
            f"The price of {intent.instrument} is not known, so a {intent.order_type} order cannot be costed."
        )
        return (Reason(ReasonCode.PRICE_UNKNOWN, text, field="order_type", fix="Use a LIMIT order."),)
    return ()


def _reduces(intent: OrderIntent, candidates: Sequence[Candidate]) -> bool:
    """Whether it only sells shares that are owned, or closes a position."""
    if intent.product in DELIVERED:
        return intent.side is Side.SELL
    return sum(opposite_held(intent, one) for one in candidates) >= intent.quantity


def _preference(offer: Offer) -> tuple[bool, int, tuple[bool, int], AccountId]:
    """Feasible first, then what the policy likes best, then the fastest, then by id."""
    score = offer.score(offer.terms.intent.quantity) if offer.bill is not None else 0
    return (not offer.feasible, score, offer.speed, offer.candidate.account_id)


def _alone(offers: Sequence[Offer], policy: Policy) -> bool:
    """Whether the first account takes it alone."""
    if not offers[0].feasible:
        return False
    if offers[0].terms.intent.iceberg_legs:
        return True
    return policy.splitting is Splitting.WHEN_FORCED and policy.kind is not PolicyKind.SPREAD


def _pinned(offers: Sequence[Offer], policy: Policy, pin: AccountId) -> RoutingDecision | Denied:
    best = next(offer for offer in offers if offer.candidate.account_id == pin)
    others = sorted((offer for offer in offers if offer is not best), key=_preference)
    if not best.feasible:
        return Denied(
            (*best.barred, *best.short), tuple(receipts.alternative(offer, None) for offer in others)
        )
    return receipts.of_pinned(best, others, policy)


def _undivided(offers: Sequence[Offer]) -> Denied:
    """An iceberg in parts at several accounts would show more of itself than was asked: it goes whole or not."""
    text = "No account can take the whole of it now, and an iceberg is not shared between accounts."
    return _nobody(offers, text)


def _nobody(offers: Sequence[Offer], text: str) -> Denied:
    reasons = tuple(reason for offer in offers for reason in (*offer.barred, *offer.short))
    first = Reason(ReasonCode.NO_FEASIBLE_ACCOUNT, text, field="account")
    passed_over = tuple(receipts.alternative(offer, None) for offer in offers)
    return Denied(_curable_first((first, *reasons)), passed_over)


def _shared(offers: Sequence[Offer], policy: Policy) -> RoutingDecision | Denied:
    """Over several accounts: because no single one can, or because the policy likes that better."""
    intent = offers[0].terms.intent
    usable = sorted((offer for offer in offers if not offer.barred and offer.capacity), key=_preference)
    beaten: tuple[plans.Plan, ...] = ()
    bound = None
    if policy.kind is PolicyKind.SPREAD:
        plan = plans.even(usable, intent.quantity)
    else:
        shares = plans.Shares(usable, intent.quantity)
        plan = shares.best()
        if plan is not None:
            beaten = _runners_up(shares, plan)
            bound = shares.floor() if policy.kind is PolicyKind.CHEAPEST else None
    if plan is None:
        return _nobody(offers, summary.of_nobody(intent, usable))
    if len(plan.parts) == 1:
        return receipts.of_single(offers, policy)
    return receipts.of_shared(plan, beaten, bound, offers, policy)


def _runners_up(shares: plans.Shares, plan: plans.Plan) -> tuple[plans.Plan, ...]:
    """The best plans without one of the accounts that the plan uses."""
    beaten: list[plans.Plan] = []
    for left_out in plan.used:
        if not shares.suffice(without=left_out):
            continue
        other = shares.best(without=left_out)
        if other is not None and len(other.parts) > 1 and all(one.used != other.used for one in beaten):
            beaten.append(other)
        if len(beaten) == (RUNNERS_UP if len(plan.used) <= 4 else OF_MANY):
            break
    return tuple(beaten)


def _curable_first(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    """What the person can set right with one step says so before all else."""
    return tuple(sorted(reasons, key=lambda one: one.code is not ReasonCode.AUTHORISATION_NEEDED))
