"""A routing decision in one line of words."""

from __future__ import annotations

from collections.abc import Sequence

from domain.money import Money
from domain.order import OrderIntent, Side
from domain.routing import Reason, ReasonCode, Slice
from routing.margin import DELIVERED
from routing.offers import Offer
from routing.words import rupees, units


def _in_orders(count: int) -> str:
    return f", in {count} orders" if count > 1 else ""


def _whole(offer: Offer) -> Money:
    assert offer.whole is not None
    return offer.whole


def of_single(best: Offer, rivals: Sequence[Offer], orders: int) -> str:
    label, tail = best.candidate.label, _in_orders(orders)
    if not rivals:
        return f"Auto: {label}, the only account that can take it{tail}"
    dearer = [rival for rival in rivals if (_whole(rival) - _whole(best)).rounded()]
    if not dearer:
        return f"Auto: {label}; costs the same as {rivals[0].candidate.label}{tail}"
    saved = (_whole(dearer[0]) - _whole(best)).rounded()
    equal = f" ({rivals[0].candidate.label} costs the same)" if dearer[0] is not rivals[0] else ""
    return f"Auto: {label}; saves {rupees(saved)} against {dearer[0].candidate.label}{equal}{tail}"


def of_pinned(best: Offer, rivals: Sequence[Offer], orders: int) -> str:
    label, tail = best.candidate.label, _in_orders(orders)
    more = (_whole(best) - _whole(rivals[0])).rounded() if rivals else Money.of(0)
    if more > Money.of(0):
        return f"{label}, as asked; {rivals[0].candidate.label} would save {rupees(more)}{tail}"
    return f"{label}, as asked{tail}"


def of_split(used: Sequence[Offer], slices: Sequence[Slice], *, by_shares: bool) -> tuple[str, Reason]:
    """The line, and the reason that forces the split."""
    parts = []
    for offer in used:
        account = offer.candidate.account_id
        quantity = sum(one.quantity for one in slices if one.account_id == account)
        parts.append(f"{units(quantity)} at {offer.candidate.label}")
    if by_shares:
        code, lack = ReasonCode.SPLIT_BY_HOLDINGS, "no single account holds enough"
    elif any(reason.code is ReasonCode.MARGIN_SHORT for offer in used for reason in offer.short):
        code, lack = ReasonCode.SPLIT_BY_MARGIN, "no single account has the margin"
    else:
        code, lack = ReasonCode.SPLIT_BY_FREEZE, "no single account takes so many orders at once"
    words = f"Split: {', '.join(parts)}; {lack}"
    return words, Reason(code, f"{lack[0].upper()}{lack[1:]}, so it is shared in the cheapest way.")


def of_nobody(intent: OrderIntent, usable: Sequence[Offer]) -> str:
    """Why no account and no split can take it, in one sentence."""
    if not usable:
        return "No account can take this order now."
    together = units(sum(offer.capacity for offer in usable))
    if intent.side is Side.SELL and intent.product in DELIVERED:
        return f"Your accounts can sell {together} together, not {units(intent.quantity)}."
    return f"Your accounts together have margin for {together}, not {units(intent.quantity)}."
