"""What one trade would cost at every broker, the cheapest first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.account import AccountId, BrokerId
from domain.fees import STANDARD, FeePlan
from domain.money import ZERO, Money
from domain.order import Product, Side
from domain.routing import Charges, Reason
from routing.expiry import cost
from routing.fees import SCHEDULES, ChargesUnknown, Trade, known
from routing.schedules import statutory
from routing.schedules.table import in_force

LISTS = (BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW)  # brokers with a price list of this world


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose price is asked: a broker's list, or an account with terms of its own."""

    broker: BrokerId
    account: AccountId | None = None
    label: str = ""
    plan: FeePlan = STANDARD


@dataclass(frozen=True, slots=True)
class Funded:
    """Shares on the broker's money: rupees of interest a day if all of the value is lent, of the pledge when they are
    bought and of its release when they are sold, with GST."""

    interest_per_day: Money
    pledge: Money
    release: Money


@dataclass(frozen=True, slots=True)
class Estimate:
    """One payer's answer: `charges`, or `unknown` says why there are none. `dearer_by` rupees than the cheapest."""

    payer: Payer
    charges: Charges | None
    unknown: Reason | None = None
    funded: Funded | None = None
    dearer_by: Money | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`estimates`: cheapest first, the unknown ones last."""

    trade: Trade
    on: date
    estimates: tuple[Estimate, ...]

    @property
    def cheapest(self) -> Estimate | None:
        first = next(iter(self.estimates), None)
        return first if first and first.charges is not None else None

    @property
    def difference(self) -> Money | None:
        """Rupees between the dearest and the cheapest; None when fewer than two are known."""
        more = [one.dearer_by for one in self.estimates if one.dearer_by is not None]
        return max(more) if len(more) > 1 else None


def compare(trade: Trade, payers: Iterable[Payer], *, on: date) -> Comparison:
    """Every payer's charges on the IST date `on`, exact; equal ones in the order given."""
    answers = [(payer, *_asked(trade, payer, on)) for payer in payers]
    totals = [found.total for _, found, _ in answers if found is not None]
    least = min(totals, default=ZERO)
    estimates = [
        Estimate(
            payer,
            found,
            unknown,
            _funded(trade, payer.broker, on) if found is not None else None,
            found.total - least if found is not None else None,
        )
        for payer, found, unknown in answers
    ]
    estimates.sort(key=lambda one: (one.dearer_by is None, one.dearer_by or ZERO))
    return Comparison(trade, on, tuple(estimates))


def _asked(trade: Trade, payer: Payer, on: date) -> tuple[Charges | None, Reason | None]:
    try:
        return cost(payer.broker, trade, on=on, plan=payer.plan), None
    except ChargesUnknown as unknown:
        return None, unknown.reason


def _funded(trade: Trade, broker: BrokerId, on: date) -> Funded | None:
    terms = in_force(SCHEDULES[broker].funding, on)
    if trade.product is not Product.MTF or trade.side is not Side.BUY or terms is None:
        return None
    taxed = 1 + known(statutory.GST, on, "GST")
    return Funded(
        Money(terms.a_day(trade.value.amount)), Money(terms.pledge * taxed), Money(terms.release * taxed)
    )
