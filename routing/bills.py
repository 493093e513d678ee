"""What any part of one order costs by one tariff: worked out once, however many accounts and plans ask."""

from __future__ import annotations

from decimal import Decimal

from domain.money import Money
from domain.order import OrderIntent
from domain.routing import Charges, Market
from routing.fees import Tariff
from routing.schedules.table import NIL
from routing.split import freeze_slices, iceberg_parts

Part = tuple[
    int, Charges, Decimal
]  # units of one order that would be sent, its charges, their total in rupees


def slice_units(market: Market) -> int | None:
    """The largest whole number of lots under the freeze limit; None without one."""
    freeze, lot = market.freeze, market.lot
    return max(lot, freeze // lot * lot) if freeze else None


class Bill:
    """Accounts with one tariff share one, for one decision. `price` in rupees a unit."""

    __slots__ = (
        "_each",
        "_full",
        "_intent",
        "_largest",
        "_lot",
        "_parts",
        "_price",
        "_sums",
        "_totals",
        "fees",
    )

    def __init__(self, fees: Tariff, intent: OrderIntent, market: Market, price: Decimal) -> None:
        self.fees, self._intent, self._price = fees, intent, price
        self._lot, self._largest = market.lot, slice_units(market)
        self._full: tuple[Decimal, Decimal] | None = None
        self._totals: dict[int, Decimal] = {}
        self._parts: dict[int, tuple[Part, ...]] = {}
        self._sums: dict[int, Charges] = {}
        self._each: dict[tuple[int, bool], Part] = {}

    def total(self, quantity: int) -> Decimal:
        """All charges in rupees of `quantity` units, the day's DP charge once."""
        known = self._totals.get(quantity)
        if known is None:
            known = self._totals[quantity] = self._total(quantity)
        return known

    def parts(self, quantity: int) -> tuple[Part, ...]:
        """`quantity` units as the orders that would be sent; the day's DP charge falls on the first."""
        known = self._parts.get(quantity)
        if known is None:
            known = self._parts[quantity] = self._sent(quantity)
        return known

    def charges(self, quantity: int) -> Charges:
        """Of `quantity` units in all these orders, line by line."""
        known = self._sums.get(quantity)
        if known is None:
            known = self._sums[quantity] = Charges.sum([charges for _, charges, _ in self.parts(quantity)])
        return known

    def _total(self, quantity: int) -> Decimal:
        price, largest, total = self._price, self._largest, self.fees.total
        if self._intent.iceberg_legs:
            return sum(
                (total(price * leg, dp_due=not at) for at, leg in enumerate(self._legs(quantity))), NIL
            )
        if not largest or quantity <= largest:
            return total(price * quantity)
        full, rest = divmod(quantity, largest)
        first, another = self._full or self._full_slices(price * largest)
        cost = first + (full - 1) * another
        return cost + total(price * rest, dp_due=False) if rest else cost

    def _full_slices(self, value: Decimal) -> tuple[Decimal, Decimal]:
        """Charges in rupees of a full slice: of the first one, and of every other."""
        self._full = (self.fees.total(value), self.fees.total(value, dp_due=False))
        return self._full

    def _sent(self, quantity: int) -> tuple[Part, ...]:
        """The legs of an iceberg stand at the exchange as orders of their own, and are charged so."""
        if self._intent.iceberg_legs:
            legs = self._legs(quantity)
            charges = Charges.sum([self._part(leg, first=not at)[1] for at, leg in enumerate(legs)])
            return ((quantity, charges, charges.exact_total),)
        return tuple(
            [
                self._part(units, first=not at)
                for at, units in enumerate(freeze_slices(quantity, self._largest))
            ]
        )

    def _part(self, units: int, *, first: bool) -> Part:
        first = first and self.fees.depository is not None
        known = self._each.get((units, first))
        if known is None:
            charges = self.fees.charges(Money(self._price * units), dp_due=first)
            known = self._each[(units, first)] = (units, charges, charges.exact_total)
        return known

    def _legs(self, quantity: int) -> tuple[int, ...]:
        return iceberg_parts(quantity, self._intent.iceberg_legs, self._lot)
