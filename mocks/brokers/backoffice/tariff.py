"""What a broker itself charges and when it closes intraday positions: the form of a price list. Rupees as Decimal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from mocks.brokers.backoffice.statutory import FIRST, Dated, Segment, in_force

NIL = Decimal(0)
CEILING = Decimal("0.025")  # the exchanges allow no more than this part of the value, delivery and intraday


@dataclass(frozen=True, slots=True)
class Brokerage:
    """Per executed order: `share` of the value (None: flat), at most `cap`, at least `floor`, and never more than
    `ceiling` of the value (None: no ceiling)."""

    share: Decimal | None
    cap: Decimal | None
    floor: Decimal = NIL
    ceiling: Decimal | None = None

    def of(self, value: Decimal) -> Decimal:
        asked = self.cap or NIL if self.share is None else value * self.share
        if self.cap is not None:
            asked = min(asked, self.cap)
        asked = max(asked, self.floor)
        return asked if self.ceiling is None else min(asked, value * self.ceiling)


FREE = Brokerage(NIL, NIL)


@dataclass(frozen=True, slots=True)
class Depository:
    """For shares that leave the demat account, once per ISIN and day, before tax; `small` when they were sold for
    less than `below`."""

    fee: Decimal = NIL
    below: Decimal = NIL
    small: Decimal = NIL

    def of(self, value: Decimal) -> Decimal:
        return self.small if value < self.below else self.fee


@dataclass(frozen=True, slots=True)
class Interest:
    """On a loan, a calendar day: a part of it, or `fee` for every `slab` begun."""

    daily: Decimal = NIL
    slab: Decimal = NIL
    fee: Decimal = NIL

    def of(self, loan: int, days: int) -> int:
        """Paise on a loan in paise."""
        if self.slab:
            slabs = (Decimal(loan) / 100 / self.slab).to_integral_value(ROUND_CEILING)
            return int(slabs * self.fee * 100 * days)
        return int((loan * self.daily * days).to_integral_value(ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class SquareOff:
    """When open intraday positions are closed, IST: shares with a closing auction, other shares, contracts."""

    auctioned: time
    shares: time
    contracts: time


@dataclass(frozen=True, slots=True)
class Tariff:
    """A broker's price list.

    `taxed`: the parts that goods and services tax is taken on. `desk_fee`: an order placed by the risk desk.
    `pledge_fee`, `release_fee`: a pledge and its end, per ISIN, before tax.
    """

    brokerage: Mapping[Segment, Dated[Brokerage]]
    depository: Depository = field(default_factory=Depository)
    desk_fee: Decimal = NIL
    taxed: Dated[frozenset[str]] = ((FIRST, frozenset({"brokerage", "exchange", "ipft", "sebi"})),)
    interest: Interest = field(default_factory=Interest)
    overdraft: Interest = field(default_factory=Interest)
    pledge_fee: Decimal = NIL
    release_fee: Decimal = NIL
    charges_expiry: bool = False  # brokerage on contracts that end in the money
    square_off: Dated[SquareOff] = ((FIRST, SquareOff(time(15, 15), time(15, 20), time(15, 25))),)

    def brokerage_of(self, segment: Segment, day: date) -> Brokerage:
        return in_force(self.brokerage[segment], day)


def always(value: Brokerage) -> Dated[Brokerage]:
    return ((FIRST, value),)
