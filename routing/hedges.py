"""What an account's other legs of the same underlying and expiry take off the risk of an order, and with it its margin.

An approximation of SPAN on the safe side: a leg that is covered risks at most the distance to what covers it, and
keeps the exposure margin; what is not covered is margined by itself. Clearing knows hedges inside one account only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from domain.instrument import Kind
from domain.order import OrderIntent, Side
from domain.routing import Leg, Market

EXPOSURE = Decimal("0.035")  # of the contract's value: 2 % of an index, 3.5 % of a share; the dearer one
NIL = Decimal(0)
OPTIONS = (Kind.CALL, Kind.PUT)

Cover = tuple[Decimal, int]  # rupees at most lost on a unit, and how many units are covered so


def covers(intent: OrderIntent, market: Market, legs: Sequence[Leg], price: Decimal) -> list[Cover]:
    """What limits the loss of the order's units, the least loss first; `price` in rupees a unit of a future.

    A leg that covers a written option of the account already covers nothing else.
    """
    found: list[Cover] = []
    for kind in (Kind.CALL, Kind.PUT, Kind.FUTURE):
        ready = sorted(_of_kind(intent, market, legs, price, kind), reverse=True)
        free = sum(units for _, units in ready) - _spoken_for(legs, kind)
        for loss, units in ready:  # the worst ones are taken to be the free ones
            if free > 0:
                found.append((loss, min(units, free)))
                free -= units
    return sorted(found)


def _of_kind(
    intent: OrderIntent, market: Market, legs: Sequence[Leg], price: Decimal, kind: Kind
) -> Iterator[Cover]:
    sells, strike = intent.side is Side.SELL, market.strike.amount if market.strike else None
    for leg in legs:
        if leg.kind is not kind:
            continue
        at = leg.strike.amount if leg.strike else None
        match market.kind, kind:
            case (Kind.CALL, Kind.CALL) if (
                sells and leg.quantity > 0 and strike is not None and at is not None
            ):
                yield max(NIL, at - strike), leg.quantity
            case (Kind.PUT, Kind.PUT) if sells and leg.quantity > 0 and strike is not None and at is not None:
                yield max(NIL, strike - at), leg.quantity
            case (Kind.CALL, Kind.FUTURE) if sells and leg.quantity > 0:
                yield NIL, leg.quantity
            case (Kind.PUT, Kind.FUTURE) if sells and leg.quantity < 0:
                yield NIL, -leg.quantity
            case (Kind.FUTURE, Kind.PUT) if not sells and leg.quantity > 0 and at is not None:
                yield max(NIL, price - at), leg.quantity
            case (Kind.FUTURE, Kind.CALL) if sells and leg.quantity > 0 and at is not None:
                yield max(NIL, at - price), leg.quantity


def _spoken_for(legs: Sequence[Leg], kind: Kind) -> int:
    """Units of these legs that cover what the account has written; a future covers only what no option does."""
    written = {
        one: sum(-leg.quantity for leg in legs if leg.kind is one and leg.quantity < 0) for one in OPTIONS
    }
    bought = {
        one: sum(leg.quantity for leg in legs if leg.kind is one and leg.quantity > 0) for one in OPTIONS
    }
    if kind in OPTIONS:
        return written[kind]
    return sum(max(0, written[one] - bought[one]) for one in OPTIONS)


def partners(intent: OrderIntent, market: Market, legs: Sequence[Leg], price: Decimal) -> int:
    """Units that the order would hedge or be hedged by in this account."""
    covered = sum(units for _, units in covers(intent, market, legs, price))
    buys = intent.side is Side.BUY
    match market.kind:
        case Kind.CALL | Kind.PUT if buys:
            return _naked(legs, market.kind)
        case Kind.FUTURE:
            return covered + _naked(legs, Kind.CALL if buys else Kind.PUT)
        case _:
            return covered


def _naked(legs: Sequence[Leg], kind: Kind) -> int:
    """Written units of this kind that nothing bought covers."""
    return max(0, -sum(leg.quantity for leg in legs if leg.kind is kind))


def margin_of(opening: int, value: Decimal, rate: Decimal, found: Sequence[Cover]) -> Decimal:
    """Rupees for `opening` units, each worth `value` rupees and margined at `rate` of it where nothing covers it."""
    if not found:
        return rate * value * opening
    total, left = NIL, opening
    for loss, units in found:
        each = min(loss + EXPOSURE * value, rate * value)
        total += each * min(left, units)
        left -= min(left, units)
    return total + rate * value * left
