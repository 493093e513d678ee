"""The shape of a fee table: dated rows, the newest in force wins, and before the first row there is no answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

NIL = Decimal(0)
PERCENT = Decimal("0.01")
PER_CRORE = Decimal("0.0000001")


class Segment(StrEnum):
    """What the fees are keyed by."""

    DELIVERY = "delivery"
    INTRADAY = "intraday"
    MARGIN_FUNDED = "margin_funded"
    FUTURES = "futures"
    OPTIONS = "options"


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """Terms in force from the day `start` on."""

    start: date
    terms: T


def in_force(rows: Sequence[Dated[T]], on: date) -> T | None:
    """The newest terms that began on or before `on`; None before the first row."""
    begun = [row for row in rows if row.start <= on]
    return max(begun, key=lambda row: row.start).terms if begun else None


@dataclass(frozen=True, slots=True)
class Levy:
    """A part of the order's value, by side (options: of the premium)."""

    buy: Decimal
    sell: Decimal


@dataclass(frozen=True, slots=True)
class Brokerage:
    """Rupees per executed order: `rate` of its value, at most `cap`, at least `floor`, never above `ceiling` of it."""

    rate: Decimal = NIL
    cap: Decimal | None = None
    floor: Decimal = NIL
    ceiling: Decimal | None = None

    def of(self, value: Decimal) -> Decimal:
        """Rupees for an order worth `value` rupees, before GST."""
        fee = self.rate * value
        if self.cap is not None and fee > self.cap:
            fee = self.cap
        if fee < self.floor:
            fee = self.floor
        if self.ceiling is not None and fee > self.ceiling * value:
            fee = self.ceiling * value
        return fee

    @property
    def bends_up(self) -> tuple[Decimal, ...]:
        """Order values (rupees) where the fee begins to climb faster: splits may want to stop there."""
        return (self.floor / self.rate,) if self.floor and self.rate else ()


def flat(rupees: str, *, ceiling: Decimal | None = None) -> Brokerage:
    """The same for every order, but never above `ceiling` of its value."""
    return Brokerage(floor=Decimal(rupees), ceiling=ceiling)


@dataclass(frozen=True, slots=True)
class Depository:
    """Rupees before GST per ISIN and day of a delivery sell; `small` instead for a sell worth less than `below`."""

    fee: Decimal
    small: Decimal | None = None
    below: Decimal = NIL

    def of(self, value: Decimal) -> Decimal:
        return self.small if self.small is not None and value < self.below else self.fee

    @property
    def bends_up(self) -> tuple[Decimal, ...]:
        return (self.below,) if self.small is not None else ()


@dataclass(frozen=True, slots=True)
class BrokerSchedule:
    """One broker's own fees."""

    brokerage: dict[Segment, tuple[Dated[Brokerage], ...]]
    depository: tuple[Dated[Depository], ...]
