"""Exact all-in charges of an order at a broker on a day, from dated tables. Nothing is rounded here.

The golden numbers are in tests/routing/test_fees.py. What is rounded, and when, is said in `contract_note.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar, assert_never

from domain.account import BrokerId
from domain.fees import PLAIN, STANDARD, Ending, FeePlan, Fund, Taxed, Ware
from domain.instrument import Exchange, Kind
from domain.money import ZERO, Money, Price
from domain.order import Product, Side
from domain.routing import Charges, Reason, ReasonCode
from routing.schedules import groww, mock, statutory, upstox, zerodha
from routing.schedules.table import (
    CASH,
    NIL,
    Brokerage,
    BrokerSchedule,
    Dated,
    Depository,
    Levy,
    Segment,
    in_force,
)
from routing.schedules.venues import BSE_GROUPS, VENUES, Venue

SCHEDULES: dict[BrokerId, BrokerSchedule] = {
    BrokerId.ZERODHA: zerodha.SCHEDULE,
    BrokerId.UPSTOX: upstox.SCHEDULE,
    BrokerId.GROWW: groww.SCHEDULE,
    BrokerId.MOCK: mock.SCHEDULE,
}
DELIVERED = (Segment.DELIVERY, Segment.MARGIN_FUNDED)
T = TypeVar("T")


class ChargesUnknown(ValueError):
    """No row of the tables covers the question; `reason` says which one is missing."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.reason = Reason(ReasonCode.CHARGES_UNKNOWN, message)


@dataclass(frozen=True, slots=True)
class Tariff:
    """All that is in force for one account, exchange, segment, side and day: order value in, charges out.

    All but `brokerage`, `depository` and `desk` (rupees) are parts of the order's value.
    """

    brokerage: Brokerage
    stt: Decimal
    exchange: Decimal
    ipft: Decimal
    sebi: Decimal
    stamp: Decimal
    gst: Decimal
    taxed: frozenset[Taxed]
    depository: Depository | None  # only on a delivery sell
    desk: Decimal | None = None  # None: not known
    _of_value: Decimal = field(init=False, repr=False)  # all that is proportional, its GST too
    _of_brokerage: Decimal = field(init=False, repr=False)
    _exchange: Decimal = field(init=False, repr=False)  # with IPFT
    _taxed: Decimal = field(init=False, repr=False)  # the part of the value that GST is on
    _brokerage_taxed: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        parts = ((Taxed.EXCHANGE, self.exchange), (Taxed.IPFT, self.ipft), (Taxed.SEBI, self.sebi))
        taxed = sum((part for line, part in parts if line in self.taxed), NIL)
        levied = self.stt + self.stamp + self.exchange + self.ipft + self.sebi
        on_brokerage = Taxed.BROKERAGE in self.taxed
        for name, value in (
            ("_of_value", levied + self.gst * taxed),
            ("_of_brokerage", 1 + self.gst if on_brokerage else Decimal(1)),
            ("_exchange", self.exchange + self.ipft),
            ("_taxed", taxed),
            ("_brokerage_taxed", on_brokerage),
        ):
            object.__setattr__(self, name, value)

    def charges(self, value: Money, *, dp_due: bool = True, by_desk: bool = False) -> Charges:
        """Charges of one executed order worth `value` rupees.

        `dp_due` False: the day's DP charge is paid already. `by_desk`: given by telephone, or sent by the broker's risk
        desk. Raises ChargesUnknown for a desk whose fee is not known.
        """
        amount = value.amount
        brokerage = self.brokerage.of(amount)
        taxed = self._taxed * amount + (brokerage if self._brokerage_taxed else NIL)
        return Charges(
            Money(brokerage) if brokerage else ZERO,
            Money(self.stt * amount) if self.stt else ZERO,
            Money(self._exchange * amount),
            Money(self.sebi * amount),
            Money(self.stamp * amount) if self.stamp else ZERO,
            Money(self.gst * taxed),
            Money(self._depository(amount)) if dp_due and self.depository else ZERO,
            Money(self._desk_fee()) if by_desk else ZERO,
        )

    def total(self, amount: Decimal, *, dp_due: bool = True) -> Decimal:
        """`charges(...).total` in rupees, without the lines: for comparing many sizes."""
        whole = self._of_value * amount + self._of_brokerage * self.brokerage.of(amount)
        return whole + self._depository(amount) if dp_due else whole

    def _depository(self, amount: Decimal) -> Decimal:
        return self.depository.of(amount) * (1 + self.gst) if self.depository else NIL

    def _desk_fee(self) -> Decimal:
        if self.desk is None:
            raise ChargesUnknown("What this broker takes for an order by telephone is not known.")
        return self.desk * (1 + self.gst)

    @property
    def bends_up(self) -> tuple[Decimal, ...]:
        """Order values where the charges begin to climb faster than just before; between them they are concave."""
        return self.brokerage.bends_up + (self.depository.bends_up if self.depository else ())


_DERIVATIVES: dict[Exchange, tuple[Segment, Segment]] = {
    Exchange.NFO: (Segment.FUTURES, Segment.OPTIONS),
    Exchange.BFO: (Segment.FUTURES, Segment.OPTIONS),
    Exchange.CDS: (Segment.CURRENCY_FUTURES, Segment.CURRENCY_OPTIONS),
    Exchange.BCD: (Segment.CURRENCY_FUTURES, Segment.CURRENCY_OPTIONS),
    Exchange.MCX: (Segment.COMMODITY_FUTURES, Segment.COMMODITY_OPTIONS),
}


def segment_of(exchange: Exchange, kind: Kind, product: Product) -> Segment:
    """Which fees apply. Raises ChargesUnknown for what is not traded (indices, shares as NRML, a spot commodity)."""
    match kind:
        case Kind.FUTURE | Kind.CALL | Kind.PUT:
            if exchange not in _DERIVATIVES:
                raise ChargesUnknown(f"Contracts are not traded on {exchange}.")
            futures, options = _DERIVATIVES[exchange]
            return futures if kind is Kind.FUTURE else options
        case Kind.INDEX:
            raise ChargesUnknown("An index is not traded, so it has no charges.")
        case Kind.EQUITY:
            if exchange in _DERIVATIVES:
                raise ChargesUnknown(f"Shares are not traded on {exchange}.")
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


def known(rows: Sequence[Dated[T]] | None, on: date, what: str) -> T:
    """The terms in force. Raises ChargesUnknown before the first row, or where there is none at all."""
    terms = in_force(rows or (), on)
    if terms is None:
        began = min((row.start for row in rows or ()), default=None)
        when = f" before {began:%d %b %Y}, so none for {on:%d %b %Y}" if began else ""
        raise ChargesUnknown(f"The fee tables have no {what}{when}.")
    return terms


def stt_rows(segment: Segment, ware: Ware = PLAIN) -> tuple[Dated[Levy], ...]:
    """STT, or CTT for a commodity, of one kind of ware."""
    if ware.agricultural and segment is Segment.COMMODITY_FUTURES:
        return statutory.CROP_CTT
    if ware.fund is Fund.OTHER and segment in CASH:
        return statutory.NO_STT
    if ware.fund and segment in statutory.FUND_STT:
        return statutory.FUND_STT[segment]
    return statutory.STT[segment]


def _venue(exchange: Exchange, segment: Segment, ware: Ware, on: date) -> Venue:
    rows = VENUES.get((exchange, segment))
    if exchange is Exchange.BSE:
        rows = BSE_GROUPS.get(ware.group, rows)
    return known(rows, on, f"{exchange} {words(segment)} charge")


def _brokerage(broker: BrokerId, segment: Segment, plan: FeePlan, on: date) -> Brokerage:
    schedule, name = SCHEDULES[broker], broker.value.title()
    if plan.plan and plan.plan not in schedule.plans:
        raise ChargesUnknown(f"{name} has no plan called {plan.plan!r} in the fee tables.")
    rows = schedule.brokerage.get(segment)
    if plan.plan:
        rows = schedule.plans[plan.plan].get(segment, rows)
    if plan.in_debit:
        rows = schedule.in_debit.get(segment, rows)
    found = known(rows, on, f"{name} brokerage on {words(segment)}")
    return found if plan.per_order is None else found.at(plan.per_order.amount)


def words(segment: Segment) -> str:
    return segment.value.replace("_", " ")


@lru_cache(maxsize=1024)
def tariff(
    broker: BrokerId,
    exchange: Exchange,
    segment: Segment,
    side: Side,
    on: date,
    ware: Ware = PLAIN,
    plan: FeePlan = STANDARD,
    dp_due: bool = True,
) -> Tariff:
    """The rows in force on `on` (an IST date). Raises ChargesUnknown before the first row of any of them.

    `dp_due` False: for shares of which some left the demat account earlier in the day, or that were bought in it.
    """
    schedule, name = SCHEDULES[broker], broker.value.title()
    sebi = statutory.CROP_SEBI if ware.agricultural and exchange is Exchange.MCX else statutory.SEBI
    venue = _venue(exchange, segment, ware, on)
    depository = None
    if dp_due and side is Side.SELL and segment in DELIVERED:
        depository = known(schedule.depository, on, f"{name} DP charge")
        depository = depository.for_woman() if plan.woman_first_holder else depository
    taxed = known(schedule.taxed, on, f"{name} base of GST") if plan.taxed is None else plan.taxed
    return Tariff(
        brokerage=_brokerage(broker, segment, plan, on),
        stt=_on(side, known(stt_rows(segment, ware), on, "STT")),
        exchange=_on(side, venue.charge),
        ipft=_on(side, venue.ipft),
        sebi=_on(side, known(sebi, on, "SEBI fee")),
        stamp=_on(side, known(statutory.STAMP.get(segment), on, "stamp duty")),
        gst=known(statutory.GST, on, "GST"),
        taxed=taxed,
        depository=depository,
        desk=in_force(schedule.desk, on),
    )


def _on(side: Side, levy: Levy) -> Decimal:
    return levy.buy if side is Side.BUY else levy.sell


@dataclass(frozen=True, slots=True)
class Trade:
    """One executed order: `quantity` units at the average `price` in rupees.

    `by_desk`: given by telephone, or sent by the broker's risk desk. `ending`: no order but the end of a contract; the
    price is then what it ends in the money by, or the settlement price of the share that it ends in.
    """

    exchange: Exchange
    kind: Kind
    product: Product
    side: Side
    quantity: int
    price: Price
    ware: Ware = PLAIN
    by_desk: bool = False
    ending: Ending | None = None

    @property
    def segment(self) -> Segment:
        """Raises ChargesUnknown for what is not traded."""
        return segment_of(self.exchange, self.kind, self.product)

    @property
    def value(self) -> Money:
        return self.price * self.quantity


def charges(
    broker: BrokerId, trade: Trade, *, on: date, plan: FeePlan = STANDARD, dp_due: bool = True
) -> Charges:
    """Charges in rupees of one executed order on the IST date `on`.

    The DP charge of a delivery sell falls due once per ISIN and day: `dp_due` False leaves it out. Raises
    ChargesUnknown when no dated row covers the question.
    """
    fees = tariff(broker, trade.exchange, trade.segment, trade.side, on, trade.ware, plan)
    return fees.charges(trade.value, dp_due=dp_due, by_desk=trade.by_desk)
