"""Exact rupees. Floats are refused at the door, so no rounding error can enter a sum."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Self

PAISA = Decimal("0.01")


def exact(value: Decimal | int | str) -> Decimal:
    """A finite Decimal. Raises TypeError for a float or bool, ValueError for text that is no finite number."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise TypeError(f"money is exact: give Decimal, int or str, not {type(value).__name__}")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"not a number: {value!r}") from error
    if not number.is_finite():
        raise ValueError(f"not a finite number: {value!r}")
    return number


def plain(value: Decimal, places: int = 2) -> str:
    """Decimal text without exponent, at least `places` decimals, no further trailing zeros: 1500 -> '1500.00'."""
    if not value:
        value = abs(value)  # nothing has no sign
    text = str(value)
    if places == 2 and text[-3:-2] == ".":  # nearly every amount, and thousands a second of them
        return text
    text = format(value, "f")
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0').ljust(places, '0')}" if places or fraction.rstrip("0") else whole


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of rupees; negative is owed or lost. Exact: rounds only when `rounded` is called."""

    amount: Decimal

    def __post_init__(self) -> None:
        if type(self.amount) is not Decimal or not self.amount.is_finite():
            object.__setattr__(self, "amount", exact(self.amount))

    @classmethod
    def of(cls, value: Decimal | int | str) -> Self:
        return cls(exact(value))

    @classmethod
    def paise(cls, paise: int) -> Self:
        return cls(Decimal(paise).scaleb(-2))

    @staticmethod
    def sum(items: Iterable[Money]) -> Money:
        return Money(sum((item.amount for item in items), Decimal(0)))

    def rounded(self) -> Money:
        """To whole paise, half up (the contract note's rule)."""
        return Money(self.amount.quantize(PAISA, ROUND_HALF_UP))

    def __add__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.amount + other.amount)

    def __sub__(self, other: Money) -> Money:
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.amount - other.amount)

    def __neg__(self) -> Money:
        return Money(-self.amount)

    def __abs__(self) -> Money:
        return Money(abs(self.amount))

    def __mul__(self, factor: int | Decimal) -> Money:
        return Money(self.amount * (factor if type(factor) is int else exact(factor)))

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return plain(self.amount)


ZERO = Money(Decimal(0))


@dataclass(frozen=True, slots=True, order=True)
class Price:
    """Rupees for one unit (share, or one unit of a contract). Price * quantity is Money."""

    amount: Decimal

    def __post_init__(self) -> None:
        if type(self.amount) is not Decimal or not self.amount.is_finite():
            object.__setattr__(self, "amount", exact(self.amount))

    @classmethod
    def of(cls, value: Decimal | int | str) -> Self:
        return cls(exact(value))

    @classmethod
    def paise(cls, paise: int) -> Self:
        return cls(Decimal(paise).scaleb(-2))

    def on_tick(self, tick: Price) -> bool:
        """Whether this price is a whole number of ticks."""
        return self.amount % tick.amount == 0

    def __sub__(self, other: Price) -> Price:
        if not isinstance(other, Price):
            return NotImplemented
        return Price(self.amount - other.amount)

    def __mul__(self, quantity: int | Decimal) -> Money:
        return Money(self.amount * (quantity if type(quantity) is int else exact(quantity)))

    __rmul__ = __mul__

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return plain(self.amount)


def average_price(value: Money, quantity: int) -> Price | None:
    """Value per unit, or None for nothing: an average of no shares is unknown, not zero."""
    return Price(value.amount / quantity) if quantity else None
