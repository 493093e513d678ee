"""A routing decision in one line of words."""

from __future__ import annotations

from collections.abc import Sequence

from domain.money import Money
from domain.order import OrderIntent, Side
from domain.policy import Policy, PolicyKind
from domain.routing import Reason, ReasonCode, Slice
from routing import explain
from routing.aims import place_in
from routing.margin import DELIVERED
from routing.offers import Offer
from routing.plans import Plan
from routing.words import rupees, units

LACKS = {
    ReasonCode.SPLIT_BY_HOLDINGS: "no single account holds enough",
    ReasonCode.SPLIT_BY_MARGIN: "no single account has the margin",
    ReasonCode.SPLIT_BY_LIMIT: "your limits leave no single account enough",
    ReasonCode.SPLIT_BY_FREEZE: "no single account takes so many orders at once",
}


def _in_orders(count: int) -> str:
    return f", in {count} orders" if count > 1 else ""


def _whole(offer: Offer) -> Money:
    assert offer.whole is not None
    return offer.whole


def of_single(best: Offer, rivals: Sequence[Offer], policy: Policy, orders: int) -> str:
    label, tail = best.candidate.label, _in_orders(orders)
    if policy.kind is PolicyKind.FALLBACK:
        return f"{label}, {_of_list(best, policy)}{_dearer(best, rivals)}{tail}"
    if not rivals:
        return f"Auto: {label}, the only account that can take it{tail}"
    match policy.kind:
        case PolicyKind.FASTEST:
            return f"Fastest: {label}, {explain.speed(best)}{_dearer(best, rivals)}{tail}"
        case PolicyKind.MOST_RELIABLE:
            return f"Most reliable: {label}, {explain.reliability(best)}{_dearer(best, rivals)}{tail}"
        case PolicyKind.BALANCED:
            return f"Balanced: {label}, {explain.speed(best)}{_dearer(best, rivals)}{tail}"
    dearer = [rival for rival in rivals if (_whole(rival) - _whole(best)).rounded()]
    if not dearer:
        return f"Auto: {label}; costs the same as {rivals[0].candidate.label}{tail}"
    saved = (_whole(dearer[0]) - _whole(best)).rounded()
    equal = f" ({rivals[0].candidate.label} costs the same)" if dearer[0] is not rivals[0] else ""
    return f"Auto: {label}; saves {rupees(saved)} against {dearer[0].candidate.label}{equal}{tail}"


def _of_list(best: Offer, policy: Policy) -> str:
    return f"{explain.ordinal(place_in(policy.accounts, best.candidate.account_id))} of your list"


def _dearer(best: Offer, rivals: Sequence[Offer]) -> str:
    """What the cheapest of the others would have saved."""
    cheapest = min(rivals, key=_whole, default=best)
    more = (_whole(best) - _whole(cheapest)).rounded()
    return f"; {cheapest.candidate.label} would save {rupees(more)}" if more > Money.of(0) else ""


def of_pinned(best: Offer, rivals: Sequence[Offer], orders: int) -> str:
    return f"{best.candidate.label}, as asked{_dearer(best, rivals)}{_in_orders(orders)}"


def of_split(
    plan: Plan, slices: Sequence[Slice], policy: Policy, *, lack: ReasonCode | None
) -> tuple[str, Reason]:
    """The line, and the reason for the split; `lack` is what forces it, None when nothing does."""
    parts = ", ".join(f"{units(quantity)} at {offer.candidate.label}" for offer, quantity in plan.parts)
    if policy.kind is PolicyKind.SPREAD:
        text = "Your policy spreads each order in equal parts, as far as each account can take them."
        return f"Spread: {parts}", Reason(ReasonCode.SPREAD, text)
    if lack is None:
        text = f"Together these accounts are better than any single one by {explain.goes_by(policy)}."
        return f"Split: {parts}; better than any single account", Reason(ReasonCode.SPLIT_IS_BETTER, text)
    words = LACKS[lack]
    text = f"{words[0].upper()}{words[1:]}, so it is shared in the {_best(policy)} way."
    return f"Split: {parts}; {words}", Reason(lack, text)


def _best(policy: Policy) -> str:
    return "cheapest" if policy.kind is PolicyKind.CHEAPEST else "best"


def of_nobody(intent: OrderIntent, usable: Sequence[Offer]) -> str:
    """Why no account and no split can take it, in one sentence."""
    if not usable:
        return "No account can take this order now."
    together = units(sum(offer.capacity for offer in usable))
    if intent.side is Side.SELL and intent.product in DELIVERED:
        return f"Your accounts can sell {together} together, not {units(intent.quantity)}."
    return f"Your accounts together have margin for {together}, not {units(intent.quantity)}."
