"""The shape of a fee table: dated rows with their source; the newest in force wins, before the first is no answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from domain.fees import EVERY_FEE, Taxed

NIL = Decimal(0)
PERCENT = Decimal("0.01")
PER_CRORE = Decimal("0.0000001")
UNVERIFIED = "unverified"  # begins the source of a row that no page of the broker confirms


class Segment(StrEnum):
    """What the fees are keyed by."""

    DELIVERY = "delivery"
    INTRADAY = "intraday"
    MARGIN_FUNDED = "margin_funded"
    FUTURES = "futures"
    OPTIONS = "options"
    CURRENCY_FUTURES = "currency_futures"
    CURRENCY_OPTIONS = "currency_options"
    COMMODITY_FUTURES = "commodity_futures"
    COMMODITY_OPTIONS = "commodity_options"


CASH = (Segment.DELIVERY, Segment.INTRADAY, Segment.MARGIN_FUNDED)

T = TypeVar("T")
Terms = TypeVar("Terms", covariant=True)


@dataclass(frozen=True, slots=True)
class Dated(Generic[Terms]):
    """Terms in force from the day `start` on, and where that is said."""

    start: date
    terms: Terms
    source: str


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

    def at(self, per_order: Decimal) -> Brokerage:
        """With another figure per order: the flat fee becomes it, a cap too, a floor is at most it; free stays free."""
        if not self.rate:
            return replace(self, floor=per_order) if self.floor else self
        cap = per_order if self.cap is not None else None
        return replace(self, cap=cap, floor=min(self.floor, per_order))

    @property
    def bends_up(self) -> tuple[Decimal, ...]:
        """Order values (rupees) where the fee begins to climb faster: splits may want to stop there."""
        return (self.floor / self.rate,) if self.floor and self.rate else ()


def flat(rupees: str, *, ceiling: Decimal | None = None) -> Brokerage:
    """The same for every order, but never above `ceiling` of its value."""
    return Brokerage(floor=Decimal(rupees), ceiling=ceiling)


@dataclass(frozen=True, slots=True)
class Depository:
    """Rupees before GST per ISIN and day of a delivery sell; `small` instead for a sell worth less than `below`.

    `woman_less`: what a woman as the first holder pays less.
    """

    fee: Decimal
    small: Decimal | None = None
    below: Decimal = NIL
    woman_less: Decimal = NIL

    def of(self, value: Decimal) -> Decimal:
        return self.small if self.small is not None and value < self.below else self.fee

    def for_woman(self) -> Depository:
        small = None if self.small is None else self.small - self.woman_less
        return replace(self, fee=self.fee - self.woman_less, small=small)

    @property
    def bends_up(self) -> tuple[Decimal, ...]:
        return (self.below,) if self.small is not None else ()


@dataclass(frozen=True, slots=True)
class Funding:
    """What shares bought on the broker's money cost while they are held, beside the order's own charges.

    Interest a calendar day: `daily` of the loan, or `fee` for every `slab` of it that is begun. `pledge` and `release`
    are rupees per ISIN when it is pledged and set free, before GST.
    """

    daily: Decimal = NIL
    slab: Decimal = NIL
    fee: Decimal = NIL
    pledge: Decimal = NIL
    release: Decimal = NIL

    def a_day(self, loan: Decimal) -> Decimal:
        """Rupees of interest a day on `loan` rupees."""
        if self.slab:
            return (loan / self.slab).to_integral_value(ROUND_CEILING) * self.fee
        return loan * self.daily


BrokerageRows = Mapping[Segment, tuple[Dated[Brokerage], ...]]


@dataclass(frozen=True, slots=True)
class BrokerSchedule:
    """One broker's own fees.

    `taxed`: the lines of an order that its GST is on. `desk`: rupees before GST for an order given by telephone or sent
    by the broker's risk desk. `plans` and `in_debit`: brokerage instead of the list's, on a paid plan and while the
    account owes cash. `expiry`: brokerage on a contract that is exercised or assigned; None: none is known.
    `delivered`: brokerage on shares that a contract ends in.
    """

    brokerage: BrokerageRows
    depository: tuple[Dated[Depository], ...]
    taxed: tuple[Dated[frozenset[Taxed]], ...] = (
        Dated(date(2017, 7, 1), EVERY_FEE, "GST is due on what is paid for a service"),
    )
    desk: tuple[Dated[Decimal], ...] = ()
    funding: tuple[Dated[Funding], ...] = ()
    plans: Mapping[str, BrokerageRows] = field(default_factory=dict)
    in_debit: BrokerageRows = field(default_factory=dict)
    expiry: tuple[Dated[bool], ...] = ()
    delivered: tuple[Dated[Brokerage], ...] = ()
