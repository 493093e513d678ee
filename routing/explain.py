"""A policy in words: what it goes by, and why it chose an account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from domain.fees import Fund
from domain.money import Money
from domain.order import OrderType
from domain.policy import Policy, PolicyKind, Splitting
from domain.routing import Reason, ReasonCode, Slice
from routing.aims import delay_ms, lost_ppm, place_in
from routing.offers import Offer
from routing.words import rupees

UNPRICED = frozenset({OrderType.MARKET, OrderType.SL_M})
PROTECTED = {
    "sent": "takes it with market protection: what does not trade within that band of the price rests as a limit "
    "order at its edge.",
    "broker": "takes no market protection with an order: its own rule applies.",
}
ORDINALS = ("first", "second", "third")


def policy_words(policy: Policy) -> str:
    """One or two plain sentences for a settings screen."""
    match policy.kind:
        case PolicyKind.CHEAPEST:
            text = "Each order goes where its charges are lowest; equal charges go to the faster account."
        case PolicyKind.FASTEST:
            text = "Each order goes where placing took the least time lately; equal times go to the cheaper account."
        case PolicyKind.MOST_RELIABLE:
            text = (
                "Each order goes where the fewest were lost lately; equal shares go to the cheaper account."
            )
        case PolicyKind.BALANCED:
            weights = policy.weights
            text = (
                f"Charges count {weights.cost}, delay {weights.speed} and losses {weights.reliability}, "
                "all in rupees; the lowest sum takes the order."
            )
        case PolicyKind.PINNED:
            text = "Each order goes to one account, and to no other when that one cannot take it."
        case PolicyKind.SPREAD:
            over = (
                f"{len(policy.accounts)} accounts" if policy.accounts else "all accounts that can take part"
            )
            return f"Each order is divided over {over} in equal parts."
        case PolicyKind.FALLBACK:
            text = "Each order goes to the first account of your list that can take it."
        case _:
            assert_never(policy.kind)
    if policy.kind is PolicyKind.PINNED:
        return text
    if policy.splitting is Splitting.WHEN_CHEAPER:
        return f"{text} It is divided wherever that is better."
    return f"{text} It is divided only when no single account can take it."


def goes_by(policy: Policy) -> str:
    """What the policy makes as small as possible."""
    match policy.kind:
        case PolicyKind.CHEAPEST:
            return "charges"
        case PolicyKind.FASTEST:
            return "time to place, then charges"
        case PolicyKind.MOST_RELIABLE:
            return "share of lost orders, then charges"
        case PolicyKind.BALANCED:
            weights = policy.weights
            return (
                f"{weights.cost} x charges + {weights.speed} x cost of delay "
                f"+ {weights.reliability} x cost of losses"
            )
        case PolicyKind.PINNED:
            return "nothing: the account is named"
        case PolicyKind.SPREAD:
            return "nothing: equal parts"
        case PolicyKind.FALLBACK:
            return "place in your list, then charges"
        case _:
            assert_never(policy.kind)


def chosen(best: Offer, rivals: Sequence[Offer], policy: Policy) -> Reason:
    """Why this account takes the order, of all that could."""
    account, label = best.candidate.account_id, best.candidate.label
    if not rivals:
        return Reason(ReasonCode.ONLY_FEASIBLE, f"{label} is the only account that can take it.", account)
    of = f"of {len(rivals) + 1} accounts that can take it"
    match policy.kind:
        case PolicyKind.CHEAPEST | PolicyKind.PINNED | PolicyKind.SPREAD:
            return Reason(ReasonCode.CHEAPEST, f"{label} is the cheapest {of}.", account)
        case PolicyKind.FASTEST:
            text = f"{label} is the fastest {of}: {speed(best)}."
            return Reason(ReasonCode.FASTEST, text, account)
        case PolicyKind.MOST_RELIABLE:
            text = f"{label} is the most reliable {of}: {reliability(best)}."
            return Reason(ReasonCode.MOST_RELIABLE, text, account)
        case PolicyKind.BALANCED:
            text = f"{label} has the lowest sum {of}: {speed(best)}, {reliability(best)}."
            return Reason(ReasonCode.BALANCED, text, account)
        case PolicyKind.FALLBACK:
            text = f"{label} is the {ordinal(place_in(policy.accounts, account))} of your list."
            return Reason(ReasonCode.FALLBACK, text, account)
        case _:
            assert_never(policy.kind)


def speed(offer: Offer) -> str:
    if offer.candidate.place_ms is None:
        return f"not measured yet, taken as {delay_ms(offer.candidate)} ms"
    return f"it places in {offer.candidate.place_ms} ms"


def reliability(offer: Offer) -> str:
    """Orders are lost that it does not answer, or refuses for no fault of theirs."""
    percent = f"{lost_ppm(offer.candidate) / 10_000:.1f} %"
    if offer.candidate.reject_rate is None:
        return f"losses not measured yet, taken as {percent}"
    return f"{percent} of its orders lost"


def ordinal(place: int) -> str:
    return ORDINALS[place] if place < len(ORDINALS) else f"{place + 1}th"


def doubts(used: Sequence[Offer], slices: Sequence[Slice]) -> list[Reason]:
    """What of the charges is a guess, and in which direction."""
    if not used or used[0].terms.market.ware.fund is not Fund.UNTOLD:
        return []
    tax = Money.sum(one.charges.stt for one in slices)
    if not tax:
        return []
    text = (
        f"No master says what this fund holds: it is taxed as one of Indian shares, which is {rupees(tax)} too "
        "much if it is not."
    )
    return [Reason(ReasonCode.TAX_ESTIMATED, text)]


def protection(used: Sequence[Offer]) -> list[Reason]:
    """How far from the last price an order without a limit may trade at each account that it goes to."""
    if not used or used[0].terms.intent.order_type not in UNPRICED:
        return []
    told = [(offer.candidate, PROTECTED.get(offer.candidate.market_protection)) for offer in used]
    return [
        Reason(ReasonCode.MARKET_PROTECTION, f"{one.label} {words}", account=one.account_id)
        for one, words in told
        if words
    ]
