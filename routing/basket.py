"""What several orders need together in one account: in the order they would be sent, buys first, each with the hedges
that the account holds and those that the earlier ones bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.account import AccountId
from domain.money import ZERO, Money
from domain.order import OrderIntent, Side
from domain.routing import Candidate, Leg, Market
from routing.fees import ChargesUnknown, segment_of, tariff
from routing.margin import blocked_price, reference_price, required


@dataclass(frozen=True, slots=True)
class Line:
    """One order, and every account as it sees it. `series`: the underlying and expiry of a contract, else None."""

    intent: OrderIntent
    market: Market
    candidates: tuple[Candidate, ...]
    series: tuple[str, date] | None = None


def sequence(lines: Sequence[Line]) -> tuple[int, ...]:
    """The order in which they are sent: buys first, for a bought leg lowers what a written one needs."""
    return tuple(sorted(range(len(lines)), key=lambda at: lines[at].intent.side is not Side.BUY))


def needs(lines: Sequence[Line], account: AccountId, *, on: date, together: bool = True) -> Money | None:
    """Rupees that the account must have free for all of them by our estimate; None where one cannot be priced.

    `together` false: as if each were the only one, in an account of its own.
    """
    total, sent = ZERO, list[Line]()
    for at in sequence(lines):
        line = lines[at]
        one = next((one for one in line.candidates if one.account_id == account), None)
        price = reference_price(line.intent, line.market)
        if one is None or price is None:
            return None
        one = replace(one, margin_quoted=None)
        if together:
            one = _after(one, line, sent)
        charges = _charges(line, one, on=on)
        blocked = blocked_price(line.intent, line.market, price)
        total += required(line.intent, line.market, one, line.intent.quantity, price=blocked, charges=charges)
        sent.append(line)
    return total


def _after(candidate: Candidate, line: Line, sent: Sequence[Line]) -> Candidate:
    """The account once the earlier orders are filled."""
    held, legs = candidate.held, list(candidate.legs)
    for earlier in sent:
        if earlier.intent.product is not line.intent.product:
            continue
        units = earlier.intent.quantity if earlier.intent.side is Side.BUY else -earlier.intent.quantity
        if earlier.intent.instrument == line.intent.instrument:
            held += units
        elif line.series is not None and earlier.series == line.series:
            legs.append(Leg(earlier.market.kind, earlier.market.strike, units))
    return replace(candidate, held=held, legs=tuple(legs))


def _charges(line: Line, candidate: Candidate, *, on: date) -> Money:
    """Rupees; nothing where the tables know none, for what is blocked is an estimate anyway."""
    price, intent = reference_price(line.intent, line.market), line.intent
    assert price is not None
    try:
        segment = segment_of(intent.instrument.exchange, line.market.kind, intent.product)
        fees = tariff(
            candidate.broker,
            intent.instrument.exchange,
            segment,
            intent.side,
            on,
            line.market.ware,
            candidate.fees,
        )
    except ChargesUnknown:
        return ZERO
    return fees.charges(price * intent.quantity).total
