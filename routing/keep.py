"""Orders that stay where something is held: an exit where the position is, a hedge where its other leg is."""

from __future__ import annotations

from domain.routing import ReasonCode
from routing.hedges import partners
from routing.margin import opposite_held
from routing.offers import Offer, lack
from routing.words import units


def keep_to_position(offers: list[Offer]) -> list[Offer]:
    """When accounts hold the opposite position, an order no larger than it exits there and opens nothing elsewhere."""
    usable = [offer for offer in offers if not offer.barred]
    held = {id(offer): opposite_held(offer.terms.intent, offer.candidate) for offer in usable}
    holders = [offer.candidate.label for offer in usable if held[id(offer)]]
    if not holders or offers[0].terms.intent.quantity > sum(held.values()):
        return keep_to_hedge(offers)
    elsewhere = f"The position is at {' and '.join(holders)}; here the order would open a new one."
    return [
        _held_to(offer, held[id(offer)], "of the position", elsewhere, ReasonCode.OPENS_OPPOSITE)
        if not offer.barred
        else offer
        for offer in offers
    ]


def keep_to_hedge(offers: list[Offer]) -> list[Offer]:
    """When accounts hold the other legs that an order hedges or is hedged by, and can take it, it goes there: clearing
    knows hedges inside one account only."""
    if not any(offer.candidate.legs for offer in offers):
        return offers
    paired = {id(offer): hedging(offer) for offer in offers if not offer.barred}
    able = sum(min(offer.capacity, paired.get(id(offer), 0)) for offer in offers)
    if able < offers[0].terms.intent.quantity:
        return offers
    holders = [offer.candidate.label for offer in offers if paired.get(id(offer))]
    elsewhere = f"Its other leg is at {' and '.join(holders)}; here it would be margined by itself."
    return [
        _held_to(offer, paired[id(offer)], "of its other leg", elsewhere, ReasonCode.HEDGE_ELSEWHERE)
        if not offer.barred
        else offer
        for offer in offers
    ]


def hedging(offer: Offer) -> int:
    """Units of the order that legs held at this account would pair with, whole lots."""
    terms = offer.terms
    found = partners(terms.intent, terms.market, offer.candidate.legs, terms.price.amount)
    return min(found, terms.intent.quantity) // terms.market.lot * terms.market.lot


def _held_to(offer: Offer, held: int, what: str, elsewhere: str, code: ReasonCode) -> Offer:
    wanted, label, lot = offer.terms.intent.quantity, offer.candidate.label, offer.terms.market.lot
    if held >= wanted:
        return offer
    capacity = min(offer.capacity, held // lot * lot)
    text = f"{label} holds {units(held)} {what}, not {units(wanted)}." if held else elsewhere
    return offer.limited(capacity, lack(offer, code, text, capacity))
