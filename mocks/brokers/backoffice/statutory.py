"""What the state, the exchanges and the regulator take from a trade, by the day it was made. Rates only, as data.

Percentages are parts of the turnover in rupees (premium for options). NSE/FA/73061 for the exchanges' charges from
1 March 2026, NSE/FATAX/73524 for the securities transaction tax from 1 April 2026.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from mocks.brokers.backoffice.orders import Product
from mocks.exchange.model import Instrument, Kind

T = TypeVar("T")
Dated = Sequence[tuple[date, T]]  # (in force from this day, value), oldest first
PERCENT = Decimal("0.01")
CRORE = Decimal(10_000_000)
FIRST = date(2023, 4, 1)


class Segment(StrEnum):
    """What a trade is charged as."""

    DELIVERY = "delivery"
    FUNDED = "funded"  # delivery on the broker's money
    INTRADAY = "intraday"
    FUTURES = "futures"
    OPTIONS = "options"


def segment_of(instrument: Instrument, product: Product) -> Segment:
    if instrument.kind is Kind.FUTURE:
        return Segment.FUTURES
    if instrument.kind in (Kind.CALL, Kind.PUT):
        return Segment.OPTIONS
    if product is Product.MIS:
        return Segment.INTRADAY
    return Segment.FUNDED if product is Product.MTF else Segment.DELIVERY


def in_force(rows: Dated[T], day: date) -> T:
    """The last row that began on or before `day`. Raises ValueError for a day before the first."""
    found = [value for begins, value in rows if begins <= day]
    if not found:
        raise ValueError(f"no rates are known for {day}")
    return found[-1]


@dataclass(frozen=True, slots=True)
class Tax:
    """Securities transaction tax: parts of the turnover bought and sold."""

    bought: Decimal
    sold: Decimal


@dataclass(frozen=True, slots=True)
class Venue:
    """An exchange's transaction charge and its investor protection fund, parts of the turnover, each side."""

    charge: Decimal
    fund: Decimal


def _percent(text: str) -> Decimal:
    return Decimal(text) * PERCENT


def _per_crore(charge: str, fund: str = "0") -> Venue:
    return Venue(Decimal(charge) / CRORE, Decimal(fund) / CRORE)


NIL = Decimal(0)
DELIVERY_TAX = Tax(_percent("0.1"), _percent("0.1"))
INTRADAY_TAX = Tax(NIL, _percent("0.025"))

TAXES: dict[Segment, Dated[Tax]] = {
    Segment.DELIVERY: ((FIRST, DELIVERY_TAX),),
    Segment.FUNDED: ((FIRST, DELIVERY_TAX),),
    Segment.INTRADAY: ((FIRST, INTRADAY_TAX),),
    Segment.FUTURES: (
        (FIRST, Tax(NIL, _percent("0.0125"))),
        (date(2024, 10, 1), Tax(NIL, _percent("0.02"))),
        (date(2026, 4, 1), Tax(NIL, _percent("0.05"))),
    ),
    Segment.OPTIONS: (
        (FIRST, Tax(NIL, _percent("0.0625"))),
        (date(2024, 10, 1), Tax(NIL, _percent("0.1"))),
        (date(2026, 4, 1), Tax(NIL, _percent("0.15"))),
    ),
}
# Paid by the holder of an option that is exercised, on its intrinsic value.
EXERCISE_TAX: Dated[Decimal] = ((FIRST, _percent("0.125")), (date(2026, 4, 1), _percent("0.15")))

_CASH: Dated[Venue] = (
    (FIRST, _per_crore("325", "10")),
    (date(2024, 10, 1), _per_crore("297", "10")),
    (date(2026, 3, 1), _per_crore("306.99", "0.01")),
)
_FUTURES: Dated[Venue] = (
    (FIRST, _per_crore("190", "10")),
    (date(2024, 10, 1), _per_crore("173", "10")),
    (date(2026, 3, 1), _per_crore("182.99", "0.01")),
)
_OPTIONS: Dated[Venue] = (
    (FIRST, _per_crore("5000", "50")),
    (date(2024, 10, 1), _per_crore("3503", "50")),
    (date(2026, 3, 1), _per_crore("3552", "1")),
)
_BSE_CASH: Dated[Venue] = ((FIRST, _per_crore("375")),)
VENUES: dict[str, dict[Segment, Dated[Venue]]] = {
    "NSE": {Segment.DELIVERY: _CASH, Segment.FUNDED: _CASH, Segment.INTRADAY: _CASH},
    "NFO": {Segment.FUTURES: _FUTURES, Segment.OPTIONS: _OPTIONS},
    "BSE": {Segment.DELIVERY: _BSE_CASH, Segment.FUNDED: _BSE_CASH, Segment.INTRADAY: _BSE_CASH},
    "BFO": {
        Segment.FUTURES: ((FIRST, _per_crore("0")),),
        Segment.OPTIONS: ((FIRST, _per_crore("3250")),),
    },
}

# Stamp duty, uniform since 1 July 2020, paid by the buyer.
STAMP = {
    Segment.DELIVERY: _percent("0.015"),
    Segment.FUNDED: _percent("0.015"),
    Segment.INTRADAY: _percent("0.003"),
    Segment.FUTURES: _percent("0.002"),
    Segment.OPTIONS: _percent("0.003"),
}
REGULATOR = Decimal(10) / CRORE  # SEBI's fee, both sides
GST = _percent("18")
