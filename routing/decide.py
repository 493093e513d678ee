"""Which account takes an order: the cheapest single one that can, else the cheapest split; with what it beat, and why.

Pure: the same inputs give the same decision and the same hash, on any machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.account import AccountId
from domain.money import Money
from domain.order import OrderIntent, Side
from domain.routing import (
    Alternative,
    Candidate,
    Charges,
    Denied,
    Market,
    Policy,
    PolicyKind,
    Reason,
    ReasonCode,
    RoutingDecision,
    Slice,
)
from routing import rules, summary
from routing.fingerprint import fingerprint
from routing.margin import DELIVERED, blocked_price, opposite_held, reference_price
from routing.offers import Offer, Terms, keep_to_position, survey
from routing.split import Division, divisions, iceberg_parts
from routing.words import units

RUNNERS_UP = 2  # other splits shown beside a chosen split


def decide(
    intent: OrderIntent, market: Market, candidates: Sequence[Candidate], policy: Policy, *, on: date
) -> RoutingDecision | Denied:
    """The plan for one order, or why there is none. `on` is the IST date whose fee tables apply.

    `intent.account` pins the order as `policy` does. The order of `candidates` does not matter.
    """
    stamp = fingerprint(intent, market, candidates, policy, on)
    pin = policy.account if policy.kind is PolicyKind.PINNED else intent.account
    refusal = _refusal(intent, market, candidates, pin)
    price = reference_price(intent, market)
    if refusal or price is None:
        return Denied(refusal, hash=stamp)
    terms = Terms(intent, market, price, blocked_price(intent, market, price), on)
    offers = [survey(terms, one) for one in sorted(candidates, key=lambda one: one.account_id)]
    if pin is not None:
        return _pinned(offers, policy, pin, stamp)
    offers = sorted(keep_to_position(offers), key=_preference)
    if offers[0].feasible:
        return _single(offers, policy, stamp)
    if intent.iceberg_legs:
        return _undivided(offers, stamp)
    return _split(offers, policy, stamp)


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


def _preference(offer: Offer) -> tuple[bool, Money, tuple[bool, int], AccountId]:
    """Feasible first, then cheapest, then fastest, then by id."""
    cost = offer.whole if offer.whole is not None else Money.of(0)
    return (not offer.feasible, cost, offer.speed, offer.candidate.account_id)


def _single(offers: Sequence[Offer], policy: Policy, stamp: str) -> RoutingDecision:
    best, others = offers[0], offers[1:]
    slices = best.slices(best.terms.intent.quantity)
    rivals = [offer for offer in others if offer.feasible]
    reasons = [_chosen_because(best, rivals)]
    if rivals and rivals[0].whole == best.whole and rivals[0].speed != best.speed:
        text = (
            f"{best.candidate.label} and {rivals[0].candidate.label} cost the same; the faster one is used."
        )
        reasons.append(Reason(ReasonCode.TIE_BROKEN_BY_SPEED, text, account=best.candidate.account_id))
    if opposite_held(best.terms.intent, best.candidate):
        text = f"It closes the position at {best.candidate.label}."
        reasons.append(Reason(ReasonCode.EXITS_POSITION, text, account=best.candidate.account_id))
    reasons += _sent_in_parts(best, slices)
    alternatives = tuple(_alternative(offer, best.whole) for offer in others)
    words = summary.of_single(best, rivals, len(slices))
    return RoutingDecision(
        best.terms.intent, policy, slices, tuple(reasons), alternatives, hash=stamp, summary=words
    )


def _chosen_because(best: Offer, rivals: Sequence[Offer]) -> Reason:
    account = best.candidate.account_id
    if rivals:
        text = f"{best.candidate.label} is the cheapest of {len(rivals) + 1} accounts that can take it."
        return Reason(ReasonCode.CHEAPEST, text, account=account)
    text = f"{best.candidate.label} is the only account that can take it."
    return Reason(ReasonCode.ONLY_FEASIBLE, text, account=account)


def _sent_in_parts(offer: Offer, slices: Sequence[Slice]) -> list[Reason]:
    intent, market = offer.terms.intent, offer.terms.market
    if intent.iceberg_legs:
        first = iceberg_parts(intent.quantity, intent.iceberg_legs, market.lot)[0]
        text = f"It shows {units(first)} at a time, in {intent.iceberg_legs} legs; each leg is charged as an order."
        return [Reason(ReasonCode.SENT_IN_LEGS, text, account=offer.candidate.account_id)]
    if len(slices) < 2:
        return []
    text = (
        f"The exchange takes at most {offer.terms.market.freeze} in one order, so it goes in {len(slices)}."
    )
    return [Reason(ReasonCode.SPLIT_BY_FREEZE, text, account=offer.candidate.account_id)]


def _pinned(offers: Sequence[Offer], policy: Policy, pin: AccountId, stamp: str) -> RoutingDecision | Denied:
    best = next(offer for offer in offers if offer.candidate.account_id == pin)
    others = sorted((offer for offer in offers if offer is not best), key=_preference)
    if not best.feasible:
        return Denied(
            (*best.barred, *best.short), tuple(_alternative(offer, None) for offer in others), stamp
        )
    slices = best.slices(best.terms.intent.quantity)
    pinned = Reason(ReasonCode.PINNED, f"{best.candidate.label} was asked for.", account=pin)
    alternatives = tuple(_alternative(offer, best.whole, pinned_to=best) for offer in others)
    words = summary.of_pinned(best, [offer for offer in others if offer.feasible], len(slices))
    reasons = (pinned, *_sent_in_parts(best, slices))
    return RoutingDecision(
        best.terms.intent, policy, slices, reasons, alternatives, hash=stamp, summary=words
    )


def _alternative(offer: Offer, chosen: Money | None, *, pinned_to: Offer | None = None) -> Alternative:
    """The whole order at an account that was passed over. `beaten_by` may be negative only when another was pinned."""
    slices = offer.slices(offer.terms.intent.quantity)
    reasons = (*offer.barred, *offer.short)
    if pinned_to is not None:
        text = f"The order names {pinned_to.candidate.label}."
        reasons = (*reasons, Reason(ReasonCode.NOT_PINNED, text, account=offer.candidate.account_id))
    beaten = None
    if offer.feasible and offer.whole is not None and chosen is not None:
        beaten = offer.whole - chosen
    charges = sum((one.charges for one in slices), Charges()) if slices else None
    return Alternative(slices, offer.feasible, reasons, charges, beaten)


def _undivided(offers: Sequence[Offer], stamp: str) -> Denied:
    """An iceberg in parts at several accounts would show more of itself than was asked: it goes whole or not."""
    reasons = tuple(reason for offer in offers for reason in (*offer.barred, *offer.short))
    text = "No account can take the whole of it now, and an iceberg is not shared between accounts."
    first = Reason(ReasonCode.NO_FEASIBLE_ACCOUNT, text, field="account")
    return Denied((first, *reasons), tuple(_alternative(offer, None) for offer in offers), stamp)


def _split(offers: Sequence[Offer], policy: Policy, stamp: str) -> RoutingDecision | Denied:
    intent, market = offers[0].terms.intent, offers[0].terms.market
    usable = sorted((offer for offer in offers if not offer.barred and offer.capacity), key=_preference)
    plans = divisions([offer.as_source() for offer in usable], intent.quantity // market.lot)
    passed_over = tuple(_alternative(offer, None) for offer in offers)
    if not plans:
        reasons = tuple(reason for offer in offers for reason in (*offer.barred, *offer.short))
        first = Reason(ReasonCode.NO_FEASIBLE_ACCOUNT, summary.of_nobody(intent, usable), field="account")
        return Denied((first, *reasons), passed_over, stamp)
    best = plans[0]
    slices = _slices(usable, best, market.lot)
    runners_up = tuple(
        _beaten(_slices(usable, plan, market.lot), Money(plan.cost - best.cost))
        for plan in plans[1 : 1 + RUNNERS_UP]
    )
    used = [offer for index, offer in enumerate(usable) if index in best.used]
    words, reason = summary.of_split(used, slices, by_shares=_by_shares(intent, used))
    return RoutingDecision(
        intent, policy, slices, (reason,), (*runners_up, *passed_over), hash=stamp, summary=words
    )


def _by_shares(intent: OrderIntent, used: Sequence[Offer]) -> bool:
    """Whether it is what the accounts hold, not their money, that forces the split."""
    sells_owned = intent.product in DELIVERED and intent.side is Side.SELL
    return sells_owned or any(
        reason.code is ReasonCode.OPENS_OPPOSITE for one in used for reason in one.short
    )


def _slices(usable: Sequence[Offer], plan: Division, lot: int) -> tuple[Slice, ...]:
    return tuple(
        one for offer, lots in zip(usable, plan.lots, strict=True) if lots for one in offer.slices(lots * lot)
    )


def _beaten(slices: tuple[Slice, ...], by: Money) -> Alternative:
    return Alternative(slices, True, (), sum((one.charges for one in slices), Charges()), by)
