"""Exact all-in charges of an order at a broker on a day, from dated tables. Nothing is rounded here.

The golden numbers are in tests/routing/test_fees.py. STT is rounded to whole rupees only on the contract note.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import assert_never

from domain.account import BrokerId
from domain.instrument import Exchange, Kind
from domain.money import ZERO, Money, Price
from domain.order import Product, Side
from domain.routing import Charges, Reason, ReasonCode
from routing.schedules import groww, mock, statutory, upstox, zerodha
from routing.schedules.table import NIL, Brokerage, BrokerSchedule, Dated, Depository, Levy, Segment, in_force

SCHEDULES: dict[BrokerId, BrokerSchedule] = {
    BrokerId.ZERODHA: zerodha.SCHEDULE,
    BrokerId.UPSTOX: upstox.SCHEDULE,
    BrokerId.GROWW: groww.SCHEDULE,
    BrokerId.MOCK: mock.SCHEDULE,
}


class ChargesUnknown(ValueError):
    """No row of the tables covers the question; `reason` says which one is missing."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.reason = Reason(ReasonCode.CHARGES_UNKNOWN, message)


@dataclass(frozen=True, slots=True)
class Tariff:
    """All that is in force for one broker, exchange, segment, side and day: order value in, charges out."""

    brokerage: Brokerage
    stt: Decimal
    exchange: Decimal
    sebi: Decimal
    stamp: Decimal
    gst: Decimal
    depository: Depository | None  # only on a delivery sell

    def charges(self, value: Money, *, dp_due: bool = True) -> Charges:
        """Charges of one executed order worth `value` rupees; `dp_due` False: the day's DP charge is paid already."""
        amount = value.amount
        brokerage = self.brokerage.of(amount)
        exchange, sebi = self.exchange * amount, self.sebi * amount
        return Charges(
            brokerage=Money(brokerage),
            stt=Money(self.stt * amount),
            exchange=Money(exchange),
            sebi=Money(sebi),
            stamp=Money(self.stamp * amount),
            gst=Money(self.gst * (brokerage + exchange + sebi)),
            dp=Money(self._depository(amount)) if dp_due else ZERO,
        )

    def total(self, amount: Decimal, *, dp_due: bool = True) -> Decimal:
        """`charges(...).total` in rupees, without the lines: for comparing many sizes."""
        taxed = self.brokerage.of(amount) + (self.exchange + self.sebi) * amount
        whole = (self.stt + self.stamp) * amount + taxed + self.gst * taxed
        return whole + self._depository(amount) if dp_due else whole

    def _depository(self, amount: Decimal) -> Decimal:
        return self.depository.of(amount) * (1 + self.gst) if self.depository else NIL

    @property
    def bends_up(self) -> tuple[Decimal, ...]:
        """Order values where the charges begin to climb faster than just before; between them they are concave."""
        return self.brokerage.bends_up + (self.depository.bends_up if self.depository else ())


def segment_of(exchange: Exchange, kind: Kind, product: Product) -> Segment:
    """Which fees apply. Raises ChargesUnknown for what the tables do not cover (indices, currency, commodities)."""
    if exchange in (Exchange.CDS, Exchange.BCD, Exchange.MCX):
        raise ChargesUnknown(f"The fee tables do not cover {exchange} yet.")
    match kind:
        case Kind.FUTURE:
            return Segment.FUTURES
        case Kind.CALL | Kind.PUT:
            return Segment.OPTIONS
        case Kind.INDEX:
            raise ChargesUnknown("An index is not traded, so it has no charges.")
        case Kind.EQUITY:
            return _equity_segment(product)
        case _:
            assert_never(kind)


def _equity_segment(product: Product) -> Segment:
    match product:
        case Product.CNC:
            return Segment.DELIVERY
        case Product.MTF:
            return Segment.MARGIN_FUNDED
        case Product.MIS:
            return Segment.INTRADAY
        case Product.NRML:
            raise ChargesUnknown("Shares are not carried as NRML, so there are no charges for it.")
        case _:
            assert_never(product)


def _levy(rows: tuple[Dated[Levy], ...] | None, side: Side, on: date, what: str) -> Decimal:
    levy = in_force(rows or (), on)
    if levy is None:
        raise ChargesUnknown(f"The fee tables have no {what} for {on:%d %b %Y}.")
    return levy.buy if side is Side.BUY else levy.sell


@lru_cache(maxsize=1024)
def tariff(broker: BrokerId, exchange: Exchange, segment: Segment, side: Side, on: date) -> Tariff:
    """The rows in force on `on` (an IST date). Raises ChargesUnknown before the first row of any of them."""
    schedule = SCHEDULES[broker]
    brokerage = in_force(schedule.brokerage.get(segment, ()), on)
    depository = in_force(schedule.depository, on)
    gst = in_force(statutory.GST, on)
    if brokerage is None or depository is None or gst is None:
        raise ChargesUnknown(f"{broker.value.title()}'s fee table for {segment} begins after {on:%d %b %Y}.")
    delivered = side is Side.SELL and segment in (Segment.DELIVERY, Segment.MARGIN_FUNDED)
    return Tariff(
        brokerage=brokerage,
        stt=_levy(statutory.STT.get(segment), side, on, "STT"),
        exchange=_levy(statutory.EXCHANGE.get((exchange, segment)), side, on, f"{exchange} {segment} charge"),
        sebi=_levy(statutory.SEBI, side, on, "SEBI fee"),
        stamp=_levy(statutory.STAMP.get(segment), side, on, "stamp duty"),
        gst=gst,
        depository=depository if delivered else None,
    )


def charges(
    broker: BrokerId,
    *,
    exchange: Exchange,
    kind: Kind,
    product: Product,
    side: Side,
    quantity: int,
    price: Price,
    on: date,
    dp_due: bool = True,
) -> Charges:
    """Charges in rupees of one executed order of `quantity` units at `price`, on the IST date `on`.

    The DP charge of a delivery sell falls due once per ISIN and day: `dp_due` False leaves it out. Raises
    ChargesUnknown when no dated row covers the question.
    """
    segment = segment_of(exchange, kind, product)
    return tariff(broker, exchange, segment, side, on).charges(price * quantity, dp_due=dp_due)
