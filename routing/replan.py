"""New terms for an order that is under way: how its live parts carry the new quantity, and whether each account can.

Pure. Accounts, freeze limit and lots are measured as for a new order, once what the parts hold is given back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.account import AccountId
from domain.money import Money
from domain.order import ChildId, OrderIntent, Side
from domain.routing import Candidate, Denied, Market, Reason, ReasonCode
from routing import rules
from routing.margin import DELIVERED, blocked_price, reference_price
from routing.offers import Offer, Terms, survey
from routing.words import units


@dataclass(frozen=True, slots=True)
class Part:
    """A live part of the order. `live` and `filled` in units, `held` the rupees that its live units hold now."""

    id: ChildId
    account_id: AccountId
    filled: int
    live: int
    held: Money


@dataclass(frozen=True, slots=True)
class NewPart:
    """What the part becomes: units still to trade, and the rupees they would hold."""

    live: int
    margin: Money


def replan(
    intent: OrderIntent,
    market: Market,
    candidates: Sequence[Candidate],
    parts: Sequence[Part],
    *,
    on: date,
    same_terms: bool,
) -> Mapping[ChildId, NewPart] | Denied:
    """Every part's new size, or why the change is refused. `intent.quantity` is what is to be live in all parts.

    Less is taken off in proportion, the remainder off the largest, and each keeps at least a lot. More goes to the
    largest part whose account can carry it, then to the next. `same_terms`: only the quantity changes.
    """
    if broken := rules.check(intent, market):
        return Denied(broken)
    price = reference_price(intent, market)
    if price is None:
        text = f"The price of {intent.instrument} is not known, so the change cannot be costed."
        return Denied((Reason(ReasonCode.PRICE_UNKNOWN, text, field="price", fix="Give a limit price."),))
    terms = Terms(intent, market, price, blocked_price(intent, market, price), on)
    offers = _offers(terms, candidates, parts)
    now = {part.id: part.live for part in parts}
    live = sum(now.values())
    if intent.quantity <= live:
        sizes = _shrunk(parts, intent.quantity, market.lot)
        if sizes is None:
            text = f"Its {len(parts)} live parts keep at least one lot of {market.lot} each."
            fix = f"Cancel it, or leave at least {units(len(parts) * market.lot)} open."
            return Denied((Reason(ReasonCode.QUANTITY_NOT_POSITIVE, text, field="quantity", fix=fix),))
    else:
        grown = _grown(parts, intent.quantity - live, offers, terms)
        if isinstance(grown, Denied):
            return grown
        sizes = grown
    if refused := _refusals(parts, sizes, offers, checked=not same_terms or intent.quantity > live):
        return Denied(refused)
    return {
        part.id: NewPart(sizes[part.id], _margin(offers[part.account_id], sizes[part.id])) for part in parts
    }


def _offers(terms: Terms, candidates: Sequence[Candidate], parts: Sequence[Part]) -> dict[AccountId, Offer]:
    """Each account's answer to the whole of it, with what its own parts hold given back."""
    sells_owned = terms.intent.product in DELIVERED and terms.intent.side is Side.SELL
    offers: dict[AccountId, Offer] = {}
    for one in candidates:
        mine = [part for part in parts if part.account_id == one.account_id]
        if not mine:
            continue
        free, sellable = one.margin_available, one.sellable
        if free is not None:
            free += Money.sum(part.held for part in mine)
        if sells_owned:
            sellable += sum(part.live for part in mine)
        offers[one.account_id] = survey(terms, replace(one, margin_available=free, sellable=sellable))
    return offers


def _shrunk(parts: Sequence[Part], live: int, lot: int) -> dict[ChildId, int] | None:
    """`live` units over the parts in proportion, whole lots, at least one each; None when there are too few."""
    lots, before = live // lot, sum(part.live for part in parts)
    if lots < len(parts):
        return None
    largest_first = sorted(parts, key=lambda part: (-part.live, part.id))
    sizes = {part.id: max(1, part.live * live // before // lot) for part in parts}
    rest = lots - sum(sizes.values())
    while rest:
        for part in largest_first:
            step = (rest > 0) - (rest < 0)
            if step and sizes[part.id] + step >= 1 and (sizes[part.id] + step) * lot <= max(part.live, lot):
                sizes[part.id] += step
                rest -= step
    return {name: size * lot for name, size in sizes.items()}


def _grown(
    parts: Sequence[Part], more: int, offers: Mapping[AccountId, Offer], terms: Terms
) -> dict[ChildId, int] | Denied:
    lot, largest = terms.market.lot, terms.slice_units
    sizes = {part.id: part.live for part in parts}
    for part in sorted(parts, key=lambda part: (-part.live, part.id)):
        offer = offers.get(part.account_id)
        if offer is None or offer.barred:
            continue
        taken = sum(sizes[one.id] for one in parts if one.account_id == part.account_id)
        room = offer.capacity - taken
        if largest:
            room = min(room, largest - part.filled - sizes[part.id])
        added = max(0, min(more, room // lot * lot))
        sizes[part.id] += added
        more -= added
    if not more:
        return sizes
    reasons = [reason for offer in offers.values() for reason in (*offer.barred, *offer.short)]
    text = f"The accounts that carry the order cannot take {units(more)} of what is added."
    fix = "Add less, or place another order for the rest."
    return Denied((Reason(ReasonCode.NO_FEASIBLE_ACCOUNT, text, field="quantity", fix=fix), *reasons))


def _refusals(
    parts: Sequence[Part], sizes: Mapping[ChildId, int], offers: Mapping[AccountId, Offer], *, checked: bool
) -> tuple[Reason, ...]:
    """What stands against the new parts at their accounts; of mere reductions only what bars the account."""
    reasons: list[Reason] = []
    for account in dict.fromkeys(part.account_id for part in parts):
        mine = [part for part in parts if part.account_id == account]
        changed = checked or any(sizes[part.id] != part.live for part in mine)
        offer = offers.get(account)
        if offer is None:
            text = "The account that carries a part of the order is not connected."
            reasons.append(Reason(ReasonCode.ACCOUNT_UNKNOWN, text, account=account))
        elif changed and offer.barred:
            reasons += offer.barred
        elif checked and sum(sizes[part.id] for part in mine) > offer.capacity:
            reasons += offer.short
    return tuple(reasons)


def _margin(offer: Offer, live: int) -> Money:
    return Money.of(0) if offer.bill is None else Money(offer.margin(live))
