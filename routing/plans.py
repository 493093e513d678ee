"""How an order is shared between accounts: the best division, an even one, and what no division can beat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.account import AccountId
from domain.money import Money
from domain.routing import Slice
from routing.aims import in_rupees
from routing.divide import Source, bound, cheapest, pooled
from routing.offers import Offer
from routing.schedules.table import NIL


@dataclass(frozen=True, slots=True)
class Plan:
    """Units at each account that takes part, in the order of preference."""

    parts: tuple[tuple[Offer, int], ...]

    @property
    def used(self) -> tuple[Offer, ...]:
        return tuple(offer for offer, _ in self.parts)

    @property
    def charges(self) -> Money:
        return Money(sum((offer.cost(quantity) for offer, quantity in self.parts), NIL))

    def slices(self) -> tuple[Slice, ...]:
        return tuple(one for offer, quantity in self.parts for one in offer.slices(quantity))


class Shares:
    """Accounts that may share an order. What each number of lots costs at each is worked out once."""

    def __init__(self, offers: Sequence[Offer], quantity: int) -> None:
        self._offers, self._lot = offers, _lot(offers)
        self._lots = quantity // self._lot
        self._sources = {offer.candidate.account_id: offer.as_source() for offer in offers}
        self._room = sum(offer.capacity for offer in offers)

    def suffice(self, *, without: Offer) -> bool:
        """Whether the others have room for it all, limits that they share left aside."""
        return self._room - without.capacity >= self._lots * self._lot

    def best(self, *, without: Offer | None = None) -> Plan | None:
        """The division that the policy likes best; None when the accounts cannot take it all together.

        Ties go to fewer accounts, then to the earlier ones.
        """
        offers = [offer for offer in self._offers if offer is not without]
        groups = _groups(offers)
        division = cheapest([self._source(group) for group in groups], self._lots) if groups else None
        if division is None:
            return None
        parts: dict[AccountId, int] = {}
        for group, lots in zip(groups, division.lots, strict=True):
            each: Sequence[int] = (lots,)
            if len(group) > 1:
                inner = cheapest([self._of(one) for one in group], lots) if lots else None
                each = inner.lots if inner else (0,) * len(group)
            parts |= {offer.candidate.account_id: part for offer, part in zip(group, each, strict=True)}
        shares = ((offer, parts[offer.candidate.account_id] * self._lot) for offer in offers)
        return Plan(tuple((offer, units) for offer, units in shares if units))

    def floor(self) -> Money:
        """Rupees of charges that every division costs at least, for a policy that goes by charges alone."""
        return in_rupees(bound([self._of(offer) for offer in self._offers], self._lots))

    def _of(self, offer: Offer) -> Source:
        return self._sources[offer.candidate.account_id]

    def _source(self, group: Sequence[Offer]) -> Source:
        if len(group) == 1:
            return self._of(group[0])
        return pooled([self._of(offer) for offer in group], _shared(group))


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


def _lot(offers: Sequence[Offer]) -> int:
    return offers[0].terms.market.lot if offers else 1


def _groups(offers: Sequence[Offer]) -> list[list[Offer]]:
    """Accounts that share a limit of the user's at their broker together; every other account by itself."""
    if all(offer.candidate.value_left is None for offer in offers):
        return [[offer] for offer in offers]
    groups: dict[str, list[Offer]] = {}
    for offer in offers:
        limited = offer.candidate.value_left is not None and not offer.terms.reduces
        key = f"at {offer.candidate.broker}" if limited else offer.candidate.account_id
        groups.setdefault(key, []).append(offer)
    return list(groups.values())


def _shared(group: Sequence[Offer]) -> int:
    """Lots that accounts with one limit may take together."""
    first = group[0]
    limit, terms = first.candidate.value_left, first.terms
    assert limit is not None
    return max(0, int(limit.amount / terms.price.amount)) // terms.market.lot
