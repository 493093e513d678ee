"""Earnings and lots on the wire. Rupees as decimal strings; null is not known, never zero."""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from aggregation.differences import Cause
from aggregation.profit import Group, Row
from domain.instrument import Exchange
from domain.lots import Closing, OpenLot
from domain.money import Money, Price
from domain.order import Product, Side
from domain.portfolio import LastPrice
from orchestrator.portfolio.schemas import GapOut
from orchestrator.profits.beside import Beside
from orchestrator.schemas import MoneyText, Out, PriceText, Time

FINEST = Decimal("0.0001")  # averages are quotients: shown to a hundredth of a paisa


def _average(price: Price | None) -> Price | None:
    return Price(price.amount.quantize(FINEST, ROUND_HALF_UP)) if price is not None else None


class PnlDifferenceOut(Out):
    """`amount` rupees that the broker's P&L is above ours for this cause, `units` where the cause is about units."""

    cause: Cause
    amount: MoneyText
    units: int


class BesideOut(Out):
    """One account's holding or position: our figures from its trades beside the broker's own.

    P&L is of what is open, and of what was closed today. `differences` add up to `difference`; `unknown` says why the
    two cannot be compared.
    """

    account: str
    exchange: Exchange
    symbol: str
    own_quantity: int
    own_average: PriceText | None
    own_pnl: MoneyText | None
    broker_quantity: int
    broker_average: PriceText | None
    broker_pnl: MoneyText | None
    difference: MoneyText | None
    differences: list[PnlDifferenceOut]
    unknown: str | None

    @classmethod
    def of(cls, one: Beside) -> BesideOut:
        found = one.comparison
        return cls(
            account=one.account_id,
            exchange=one.instrument.exchange,
            symbol=one.instrument.symbol,
            own_quantity=one.own_quantity,
            own_average=_average(one.own_average),
            own_pnl=found.own if found else None,
            broker_quantity=one.broker_quantity,
            broker_average=_average(one.broker_average),
            broker_pnl=found.broker if found else None,
            difference=found.difference if found else None,
            differences=[PnlDifferenceOut.model_validate(cause) for cause in found.differences]
            if found
            else [],
            unknown=one.unknown,
        )


class ProfitOut(Out):
    """Earnings between the two days. `realised` is null when units were closed that nobody saw being opened
    (`unseen_quantity`); `realised_known` is without them. `unrealised` is of what is open now. `charges` are those of
    the days; `charges_estimated` where a file does not tell the product. `net` = realised + unrealised - charges.
    """

    realised: MoneyText | None
    realised_known: MoneyText
    unrealised: MoneyText | None
    gross: MoneyText | None
    charges: MoneyText | None
    charges_estimated: bool
    net: MoneyText | None
    closed_quantity: int
    unseen_quantity: int
    open_quantity: int


class ProfitRowOut(ProfitOut):
    """One instrument, account or day: the others of these three are null. `beside`: of every account in the row."""

    account: str | None
    exchange: Exchange | None
    symbol: str | None
    isin: str | None
    day: date | None
    beside: list[BesideOut]

    @classmethod
    def of_row(cls, row: Row, beside: list[BesideOut]) -> ProfitRowOut:
        return cls(
            account=row.account_id,
            exchange=row.instrument.exchange if row.instrument else None,
            symbol=row.instrument.symbol if row.instrument else None,
            isin=row.isin,
            day=row.day,
            beside=beside,
            **_numbers(row),
        )


class ProfitTotalOut(ProfitOut):
    """The sum of the rows. `note_rounding`: rupees that the roundings of whole contract notes add to `charges`."""

    note_rounding: MoneyText

    @classmethod
    def of_total(cls, row: Row, rounding: Money) -> ProfitTotalOut:
        return cls(note_rounding=rounding, **_numbers(row))


def _numbers(row: Row) -> dict[str, object]:
    names = ProfitOut.model_fields
    return {name: getattr(row, name) for name in names}


class ProfitsOut(Out):
    """`first` and `last` are the IST days asked for, both included. `without_trades`: what brokers show and no known
    trade explains, so that it is in no row. `notes` name what the numbers leave out.
    """

    as_of: Time
    first: date
    last: date
    group: Group
    rows: list[ProfitRowOut]
    total: ProfitTotalOut
    without_trades: list[BesideOut]
    notes: list[str]
    gaps: list[GapOut]


class OpenLotOut(Out):
    """Units of one opening trade that are still open, negative when short. `price` after splits."""

    account: str
    exchange: Exchange
    symbol: str
    isin: str | None
    quantity: int
    price: PriceText | None
    cost: MoneyText | None
    unrealised: MoneyText | None
    opened_at: Time
    trade_id: str
    product: Product | None

    @classmethod
    def of(cls, lot: OpenLot, last: LastPrice | None) -> OpenLotOut:
        return cls(
            account=lot.account_id,
            exchange=lot.instrument.exchange,
            symbol=lot.instrument.symbol,
            isin=lot.isin,
            quantity=lot.quantity,
            price=_average(lot.price),
            cost=lot.cost,
            unrealised=lot.unrealised(last.price if last else None),
            opened_at=lot.opened_at,
            trade_id=lot.trade_id,
            product=lot.product,
        )


class ClosingOut(Out):
    """Units closed by one trade, of a long (`side` BUY) or short position. `opened_at` and `realised` are null where
    no trade that is known opened them."""

    account: str
    exchange: Exchange
    symbol: str
    isin: str | None
    side: Side
    quantity: int
    opened_at: Time | None
    opened_for: MoneyText | None
    opened_by: str | None
    closed_at: Time
    closed_for: MoneyText
    closed_by: str
    realised: MoneyText | None
    intraday: bool

    @classmethod
    def of(cls, one: Closing) -> ClosingOut:
        return cls(
            account=one.account_id,
            exchange=one.instrument.exchange,
            symbol=one.instrument.symbol,
            isin=one.isin,
            side=one.side,
            quantity=one.quantity,
            opened_at=one.opened_at,
            opened_for=one.opened_for,
            opened_by=one.opened_by,
            closed_at=one.closed_at,
            closed_for=one.closed_for,
            closed_by=one.closed_by,
            realised=one.realised,
            intraday=one.intraday,
        )


class LotsOut(Out):
    """One instrument's open lots, oldest first, and its closings, newest first."""

    as_of: Time
    last_price: PriceText | None
    price_as_of: Time | None
    lots: list[OpenLotOut]
    closings: list[ClosingOut]
