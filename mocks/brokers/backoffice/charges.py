"""What an order costs, line by line, exact to the last digit: rupees as Decimal, nothing rounded.

Roundings belong to the contract note (`contract_note.py`) and to the brokers' wires.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from mocks.brokers.backoffice.orders import Product
from mocks.brokers.backoffice.statutory import (
    EXERCISE_TAX,
    GST,
    REGULATOR,
    STAMP,
    TAXES,
    VENUES,
    in_force,
    segment_of,
)
from mocks.brokers.backoffice.tariff import Brokerage, Tariff
from mocks.exchange.model import Instrument, Side

NIL = Decimal(0)
PAISA = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Leg:
    """An executed order, or one that might be: `price` is its average in paise a share."""

    key: str
    side: Side
    product: Product
    quantity: int
    price: float | int

    @property
    def value(self) -> Decimal:
        """Rupees."""
        return Decimal(str(self.price)) * self.quantity / 100


@dataclass(frozen=True, slots=True)
class Charges:
    """Rupees. `exchange` is without the investor protection fund, which is `ipft`; `demat` is the depository's
    and the broker's fee on shares sold out of the account; `desk` the fee for an order of the risk desk."""

    brokerage: Decimal = NIL
    stt: Decimal = NIL
    exchange: Decimal = NIL
    ipft: Decimal = NIL
    sebi: Decimal = NIL
    stamp: Decimal = NIL
    gst: Decimal = NIL
    demat: Decimal = NIL
    desk: Decimal = NIL

    def lines(self) -> dict[str, Decimal]:
        return {line: getattr(self, line) for line in LINES}

    @property
    def total(self) -> Decimal:
        return sum(self.lines().values(), NIL)

    @property
    def total_of_rounded_lines(self) -> Decimal:
        return sum((to_paisa(amount) for amount in self.lines().values()), NIL)

    @property
    def paise(self) -> int:
        """The total, rounded to the paisa."""
        return int(to_paisa(self.total) * 100)

    def __add__(self, other: Charges) -> Charges:
        mine, theirs = self.lines(), other.lines()
        return Charges(**{line: mine[line] + theirs[line] for line in LINES})


LINES = tuple(one.name for one in fields(Charges))


@dataclass(frozen=True, slots=True)
class Rates:
    """Everything that one kind of trade at one exchange on one day is charged by."""

    brokerage: Brokerage
    stt_bought: Decimal
    stt_sold: Decimal
    exchange: Decimal
    ipft: Decimal
    stamp: Decimal
    taxed: frozenset[str]  # the lines that goods and services tax is on
    sebi: Decimal = REGULATOR
    gst: Decimal = GST

    def of(self, side: Side, value: Decimal) -> Charges:
        """`value` in rupees."""
        bought = side is Side.BUY
        base = {
            "brokerage": self.brokerage.of(value),
            "exchange": value * self.exchange,
            "ipft": value * self.ipft,
            "sebi": value * self.sebi,
        }
        return Charges(
            **base,
            stt=value * (self.stt_bought if bought else self.stt_sold),
            stamp=value * self.stamp if bought else NIL,
            gst=self.gst * sum((base[line] for line in sorted(self.taxed)), NIL),
        )


def rates(tariff: Tariff, instrument: Instrument, product: Product, day: date) -> Rates:
    """Raises ValueError for a day before the first known rates."""
    segment = segment_of(instrument, product)
    tax = in_force(TAXES[segment], day)
    venue = in_force(VENUES[instrument.exchange][segment], day)
    return Rates(
        brokerage=tariff.brokerage_of(segment, day),
        stt_bought=tax.bought,
        stt_sold=tax.sold,
        exchange=venue.charge,
        ipft=venue.fund,
        stamp=STAMP[segment],
        taxed=in_force(tariff.taxed, day),
    )


def charge(tariff: Tariff, instrument: Instrument, leg: Leg, day: date) -> Charges:
    """One executed order, without what the depository takes."""
    return rates(tariff, instrument, leg.product, day).of(leg.side, leg.value)


def with_tax(amount: Decimal) -> Decimal:
    """A fee of the broker and the goods and services tax on it."""
    return amount * (1 + GST)


def demat_charge(tariff: Tariff, value: Decimal) -> Charges:
    """Shares of one company sold for `value` rupees leave the demat account on a day."""
    fee = tariff.depository.of(value)
    return Charges(demat=fee, gst=fee * GST)


def desk_charge(tariff: Tariff, orders: int) -> Charges:
    """Orders that the risk desk placed for a client."""
    fee = tariff.desk_fee * orders
    return Charges(desk=fee, gst=fee * GST)


def exercise_charge(
    tariff: Tariff, instrument: Instrument, quantity: int, intrinsic: int, day: date
) -> Charges:
    """An option that ends in the money: its holder (`quantity` > 0) pays the tax on what it is worth.

    `intrinsic` in paise a share.
    """
    value = Decimal(abs(quantity) * intrinsic) / 100
    tax = value * in_force(EXERCISE_TAX, day) if quantity > 0 else NIL
    fee = NIL
    if tariff.charges_expiry:
        fee = tariff.brokerage_of(segment_of(instrument, Product.NRML), day).of(value)
    return Charges(brokerage=fee, stt=tax, gst=fee * GST)


def total(charges: Iterable[Charges]) -> Charges:
    return sum(charges, Charges())


def to_paisa(amount: Decimal) -> Decimal:
    """Rupees with two digits, half a paisa up."""
    return amount.quantize(PAISA, ROUND_HALF_UP)
