"""How an order is shared between accounts: the best division, an even one, and what no division can beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.money import Money
from domain.routing import Slice
from routing.aims import in_rupees
from routing.divide import Source, bound, cheapest, pooled
from routing.offers import Offer


@dataclass(frozen=True, slots=True)
class Plan:
    """Units at each account that takes part, in the order of preference."""

    parts: tuple[tuple[Offer, int], ...]

    @property
    def used(self) -> tuple[Offer, ...]:
        return tuple(offer for offer, _ in self.parts)

    @property
    def charges(self) -> Money:
        return Money.sum(Money(offer.cost(quantity)) for offer, quantity in self.parts)

    def slices(self) -> tuple[Slice, ...]:
        return tuple(one for offer, quantity in self.parts for one in offer.slices(quantity))


def best(offers: Sequence[Offer], quantity: int) -> Plan | None:
    """The division that the policy likes best; None when the accounts cannot take it all together.

    Ties go to fewer accounts, then to the earlier ones.
    """
    lot = _lot(offers)
    groups = _groups(offers)
    division = cheapest([_source(group) for group in groups], quantity // lot) if groups else None
    if division is None:
        return None
    parts: dict[int, int] = {}
    for group, lots in zip(groups, division.lots, strict=True):
        inner = cheapest([one.as_source() for one in group], lots) if lots and len(group) > 1 else None
        for index, offer in enumerate(group):
            parts[id(offer)] = inner.lots[index] if inner else lots
    return Plan(tuple((offer, parts[id(offer)] * lot) for offer in offers if parts[id(offer)]))


def even(offers: Sequence[Offer], quantity: int) -> Plan | None:
    """In equal parts of whole lots, as far as each account's capacity goes; odd lots go to the earlier accounts."""
    lot = _lot(offers)
    room = {id(offer): offer.capacity // lot for offer in offers}
    for group in _groups(offers):
        if len(group) > 1:  # a limit that they share, in equal parts
            most = _shared(group)
            for index, offer in enumerate(group):
                share = most // len(group) + (index < most % len(group))
                room[id(offer)] = min(room[id(offer)], share)
    lots, left = quantity // lot, list(offers)
    if sum(room.values()) < lots:
        return None
    given = dict.fromkeys(room, 0)
    while full := [offer for offer in left if room[id(offer)] <= lots // len(left)]:
        given |= {id(offer): room[id(offer)] for offer in full}
        lots -= sum(room[id(offer)] for offer in full)
        left = [offer for offer in left if offer not in full]
        if not left:
            break
    for index, offer in enumerate(left):
        given[id(offer)] = lots // len(left) + (index < lots % len(left))
    return Plan(tuple((offer, given[id(offer)] * lot) for offer in offers if given[id(offer)]))


def floor(offers: Sequence[Offer], quantity: int) -> Money:
    """Rupees of charges that every division costs at least, for a policy that goes by charges alone."""
    return in_rupees(bound([offer.as_source() for offer in offers], quantity // _lot(offers)))


def _lot(offers: Sequence[Offer]) -> int:
    return offers[0].terms.market.lot if offers else 1


def _groups(offers: Sequence[Offer]) -> list[list[Offer]]:
    """Accounts that share a limit of the user's at their broker together; every other account by itself."""
    groups: dict[str, list[Offer]] = {}
    for offer in offers:
        limited = offer.candidate.value_left is not None and not offer.terms.reduces
        key = f"at {offer.candidate.broker}" if limited else offer.candidate.account_id
        groups.setdefault(key, []).append(offer)
    return list(groups.values())


def _source(group: Sequence[Offer]) -> Source:
    sources = [offer.as_source() for offer in group]
    return sources[0] if len(sources) == 1 else pooled(sources, _shared(group))


def _shared(group: Sequence[Offer]) -> int:
    """Lots that accounts with one limit may take together."""
    first = group[0]
    limit, terms = first.candidate.value_left, first.terms
    assert limit is not None
    return max(0, int(limit.amount / terms.price.amount)) // terms.market.lot
