"""What legs of one underlying come to at expiry, exactly: points, break-evens, the most to gain and to lose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from domain.instrument import Kind
from domain.money import PAISA, Money, Price
from domain.order import Side

STEPS = 60


@dataclass(frozen=True, slots=True)
class Leg:
    """`quantity` in units. Options have a strike; a future or a share gains a rupee with every rupee."""

    kind: Kind
    side: Side
    quantity: int
    price: Price
    strike: Price | None = None

    @property
    def signed(self) -> int:
        return self.quantity if self.side is Side.BUY else -self.quantity

    @property
    def premium(self) -> Money:
        """What it brings in: below zero is paid. A future or a share pays no premium."""
        return self.price * -self.signed if self.strike is not None else Money.of(0)

    def profit(self, at: Decimal) -> Decimal:
        """Rupees, when the underlying ends at this price."""
        return (self._worth(at) - self.price.amount) * self.signed

    def _worth(self, at: Decimal) -> Decimal:
        if self.strike is None:
            return at
        over = at - self.strike.amount
        return max(over if self.kind is Kind.CALL else -over, Decimal(0))

    @property
    def slope(self) -> int:
        """Rupees for each rupee that the underlying ends higher, above every strike."""
        return 0 if self.kind is Kind.PUT else self.signed


@dataclass(frozen=True, slots=True)
class Payoff:
    """`most` and `least` are None where there is no bound. Prices are of the underlying at expiry."""

    points: tuple[tuple[Price, Money], ...]
    break_evens: tuple[Price, ...]
    most: Money | None
    least: Money | None
    premium: Money


def round_range(low: Decimal, high: Decimal, steps: int = STEPS) -> tuple[Decimal, Decimal, int]:
    """A range around this one, from one round price to another in about so many equal round steps, and how many."""
    rough = (high - low) / steps
    ten = Decimal(1).scaleb(rough.adjusted())
    step = next(ten * times for times in (1, 2, 5, 10) if ten * times >= rough)
    step = max(step, PAISA)
    first, last = (
        int((at / step).to_integral_value(way)) for at, way in ((low, ROUND_FLOOR), (high, ROUND_CEILING))
    )
    return first * step, last * step, last - first


def payoff(legs: Sequence[Leg], *, low: Decimal, high: Decimal, steps: int = STEPS) -> Payoff:
    """Over prices from `low` to `high`, evenly and at every strike between; bounds and break-evens over all prices."""
    bends = sorted({leg.strike.amount for leg in legs if leg.strike is not None})
    ends = [Decimal(0), *bends]
    slope = sum(leg.slope for leg in legs)
    at_ends = [profit(legs, at) for at in ends]
    shown = {low + (high - low) * step / steps for step in range(steps + 1)}
    shown |= {at for at in bends if low <= at <= high}
    rounded = sorted({at.quantize(PAISA, ROUND_HALF_UP) for at in shown})
    return Payoff(
        points=tuple((Price(at), Money(profit(legs, at)).rounded()) for at in rounded),
        break_evens=tuple(Price(at) for at in _zeros(ends, at_ends, slope)),
        most=None if slope > 0 else Money(max(at_ends)).rounded(),
        least=None if slope < 0 else Money(min(at_ends)).rounded(),
        premium=Money.sum(leg.premium for leg in legs),
    )


def profit(legs: Sequence[Leg], at: Decimal) -> Decimal:
    return sum((leg.profit(at) for leg in legs), Decimal(0))


def _zeros(ends: Sequence[Decimal], profits: Sequence[Decimal], slope: int) -> list[Decimal]:
    """Where gain turns into loss or back: the profit is straight between `ends` and beyond the last of them."""
    found: set[Decimal] = set()
    for (left, before), (right, after) in zip(
        zip(ends, profits, strict=True), zip(ends[1:], profits[1:], strict=True), strict=False
    ):
        if before * after < 0:
            found.add(left + (right - left) * before / (before - after))
    found |= {
        at
        for place, (at, here) in enumerate(zip(ends, profits, strict=True))
        if here == 0 and at > 0 and _turns(profits, place, slope)
    }
    if slope and profits[-1] * slope < 0:
        found.add(ends[-1] - profits[-1] / slope)
    return sorted({at.quantize(PAISA, ROUND_HALF_UP) for at in found})


def _turns(profits: Sequence[Decimal], place: int, slope: int) -> bool:
    """Whether a zero at a strike has something else than zero beside it."""
    beyond = profits[place + 1] if place + 1 < len(profits) else Decimal(slope)
    return bool(profits[place - 1] or beyond)
