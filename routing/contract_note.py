"""What a day costs at one broker with the roundings of its contract note.

STT is reckoned per security and day: shares at the average of all the day's trades in them (two decimals), what was
both bought and sold as intraday, the rest as delivery, each rounded to the whole rupee, half up. Stamp duty is rounded
to the paisa by order, every other line to the paisa of the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from domain.account import BrokerId
from domain.fees import PLAIN, STANDARD, FeePlan, Ware
from domain.instrument import InstrumentId, Kind
from domain.money import ZERO, Money, Price, average_price
from domain.order import Product, Side
from domain.routing import Charges
from routing.fees import known, segment_of, stt_rows, tariff
from routing.schedules.table import Levy, Segment

RUPEE = Decimal(1)
COMMODITIES = (
    Segment.COMMODITY_FUTURES,
    Segment.COMMODITY_OPTIONS,
)  # the rule of whole rupees is STT's, not CTT's


@dataclass(frozen=True, slots=True)
class Executed:
    """An order as far as it traded on the day: `quantity` units for `value` rupees. `isin` of shares."""

    instrument: InstrumentId
    kind: Kind
    product: Product
    side: Side
    quantity: int
    value: Money
    isin: str | None = None
    ware: Ware = PLAIN
    by_desk: bool = False

    @property
    def segment(self) -> Segment:
        return segment_of(self.instrument.exchange, self.kind, self.product)


@dataclass(frozen=True, slots=True)
class SecurityTax:
    """STT (or CTT) of one security's day in rupees. `average`: of all trades in it; None where it does not count."""

    instrument: InstrumentId
    average: Price | None
    intraday_quantity: int
    delivered_quantity: int
    intraday: Money
    delivery: Money

    @property
    def total(self) -> Money:
        return self.intraday + self.delivery


@dataclass(frozen=True, slots=True)
class ContractNote:
    """`charges` are the lines as the note bills them, `exact` the orders' own unrounded charges, the DP charge in both.

    `obligation` is what the trades come to: above zero when the client receives.
    """

    broker: BrokerId
    day: date
    charges: Charges
    exact: Charges
    taxes: tuple[SecurityTax, ...]
    obligation: Money

    @property
    def net(self) -> Money:
        """Rupees that the client receives, or pays when below zero."""
        return self.obligation - self.charges.total


def draw_up(
    broker: BrokerId, orders: Iterable[Executed], *, on: date, plan: FeePlan = STANDARD
) -> ContractNote:
    """The note of one account's IST day. The order of `orders` does not matter. Raises ChargesUnknown."""
    day = [one for one in orders if one.quantity]
    legs = [_leg(broker, one, on, plan) for one in day]
    exact = sum(legs, Charges(dp=_depository(broker, day, on, plan)))
    taxes = tuple(security_tax(group, on) for group in _securities(day))
    stamp = Money.sum(leg.stamp.rounded() for leg in legs)
    lines = replace(
        exact.rounded,
        stt=Money.sum(tax.total for tax in taxes),
        stamp=_whole(exact.stamp) if plan.stamp_in_rupees else stamp,
    )
    obligation = Money.sum(one.value if one.side is Side.SELL else -one.value for one in day)
    return ContractNote(broker, on, lines, exact, taxes, obligation)


def together(parts: Sequence[ContractNote], *, plan: FeePlan = STANDARD) -> ContractNote:
    """The note of a whole day out of notes of its securities, each ISIN in one part: as `draw_up` of all their orders.

    Raises ValueError for no part.
    """
    if not parts:
        raise ValueError("a day without a note has no note")
    exact = Charges.sum([one.exact for one in parts])
    lines = replace(
        exact.rounded,
        stt=Money.sum(one.charges.stt for one in parts),
        stamp=_whole(exact.stamp) if plan.stamp_in_rupees else Money.sum(one.charges.stamp for one in parts),
    )
    taxes = sorted((tax for one in parts for tax in one.taxes), key=lambda tax: tax.instrument)
    obligation = Money.sum(one.obligation for one in parts)
    return ContractNote(parts[0].broker, parts[0].day, lines, exact, tuple(taxes), obligation)


def _leg(broker: BrokerId, one: Executed, on: date, plan: FeePlan) -> Charges:
    fees = tariff(broker, one.instrument.exchange, one.segment, one.side, on, one.ware, plan)
    return fees.charges(one.value, dp_due=False, by_desk=one.by_desk)


def _securities(day: Sequence[Executed]) -> list[list[Executed]]:
    found: dict[InstrumentId, list[Executed]] = {}
    for one in sorted(day, key=lambda one: one.instrument):
        found.setdefault(one.instrument, []).append(one)
    return list(found.values())


def security_tax(trades: Sequence[Executed], on: date) -> SecurityTax:
    """STT of a day's trades in one security. Raises ChargesUnknown before the first rate."""
    first = trades[0]
    if first.kind is not Kind.EQUITY:
        return _contract_tax(trades, on)
    bought, sold = _units(trades, Side.BUY), _units(trades, Side.SELL)
    average = average_price(Money.sum(one.value for one in trades), bought + sold)
    assert average is not None
    average = Price(Money(average.amount).rounded().amount)
    matched = min(bought, sold)
    same_day, kept = (_rates(segment, first.ware, on) for segment in (Segment.INTRADAY, Segment.DELIVERY))
    delivery = average * ((bought - matched) * kept.buy + (sold - matched) * kept.sell)
    return SecurityTax(
        first.instrument,
        average,
        matched,
        bought + sold - 2 * matched,
        _whole(average * (matched * same_day.sell)),
        _whole(delivery),
    )


def _contract_tax(trades: Sequence[Executed], on: date) -> SecurityTax:
    rates = _rates(trades[0].segment, trades[0].ware, on)
    tax = Money.sum(one.value * (rates.buy if one.side is Side.BUY else rates.sell) for one in trades)
    billed = tax.rounded() if trades[0].segment in COMMODITIES else _whole(tax)
    return SecurityTax(trades[0].instrument, None, 0, 0, billed, ZERO)


def _rates(segment: Segment, ware: Ware, on: date) -> Levy:
    return known(stt_rows(segment, ware), on, "STT")


def _units(trades: Iterable[Executed], side: Side) -> int:
    return sum(one.quantity for one in trades if one.side is side)


def _depository(broker: BrokerId, day: Sequence[Executed], on: date, plan: FeePlan) -> Money:
    """Once for every ISIN that left the demat account: sold for delivery and not bought the same day."""
    shares: dict[str, list[Executed]] = {}
    for one in day:
        if one.kind is Kind.EQUITY and one.product in (Product.CNC, Product.MTF):
            shares.setdefault(one.isin or str(one.instrument), []).append(one)
    return Money.sum(_debit(broker, trades, on, plan) for trades in shares.values())


def _debit(broker: BrokerId, trades: Sequence[Executed], on: date, plan: FeePlan) -> Money:
    sold = [one for one in trades if one.side is Side.SELL]
    left = _units(sold, Side.SELL) - _units(trades, Side.BUY)
    price = average_price(Money.sum(one.value for one in sold), _units(sold, Side.SELL))
    if left <= 0 or price is None:
        return ZERO
    exchange = sold[0].instrument.exchange
    fees = tariff(broker, exchange, Segment.DELIVERY, Side.SELL, on, sold[0].ware, plan)
    return fees.charges(price * left).dp


def _whole(amount: Money) -> Money:
    """To whole rupees, half up."""
    return Money(amount.amount.quantize(RUPEE, ROUND_HALF_UP))
