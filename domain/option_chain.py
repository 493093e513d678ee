"""What a whole option chain says: the strike at the money, put-call ratio, max pain, and the forward it implies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from domain.money import PAISA, Price


def at_the_money(strikes: Iterable[Price], underlying: Price) -> Price | None:
    """The nearest strike, the lower of two that are equally near."""
    return min(strikes, key=lambda one: (abs(one.amount - underlying.amount), one.amount), default=None)


def put_call_ratio(calls: Mapping[Price, int], puts: Mapping[Price, int]) -> Decimal | None:
    """Open interest of puts for each of calls, two decimals; None without calls."""
    total = sum(calls.values())
    if not total:
        return None
    return (Decimal(sum(puts.values())) / total).quantize(PAISA, ROUND_HALF_UP)


def max_pain(calls: Mapping[Price, int], puts: Mapping[Price, int]) -> Price | None:
    """The strike at which holders of all open options together are paid least; None while nothing is open."""
    if not any(calls.values()) and not any(puts.values()):
        return None

    def paid(at: Price) -> Decimal:
        above = sum(
            (max(at.amount - one.amount, Decimal(0)) * held for one, held in calls.items()), Decimal(0)
        )
        below = sum(
            (max(one.amount - at.amount, Decimal(0)) * held for one, held in puts.items()), Decimal(0)
        )
        return above + below

    return min(sorted({*calls, *puts}), key=paid)


def parity_forward(pairs: Sequence[tuple[Price, Price, Price]]) -> Price | None:
    """The forward by put-call parity, out of (strike, call, put): of the strike where both are worth nearly the same,
    which is the most traded one."""
    best = min(pairs, key=lambda one: abs(one[1].amount - one[2].amount), default=None)
    if best is None:
        return None
    strike, call, put = best
    return Price(strike.amount + call.amount - put.amount)
