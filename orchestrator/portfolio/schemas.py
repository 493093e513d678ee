"""The consolidated portfolio on the wire. Money in rupees as decimal strings; null is not known, never zero."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pydantic import Field

from domain.account import BrokerId
from domain.instrument import Exchange
from domain.money import ZERO, Money, Price
from domain.order import Product
from domain.portfolio import (
    Funds,
    Gap,
    HoldingLine,
    HoldingLot,
    Lot,
    Portfolio,
    PositionLine,
    PositionLot,
    Totals,
)
from orchestrator.market.prices import change
from orchestrator.schemas import In, MoneyText, Out, PriceText, Time

FINEST = Decimal("0.0001")  # averages are quotients: shown to a hundredth of a paisa


def _average(price: Price | None) -> Price | None:
    return Price(price.amount.quantize(FINEST, ROUND_HALF_UP)) if price is not None else None


def _per_unit(amount: Money | None, quantity: int) -> Price | None:
    return _average(Price(amount.amount / quantity)) if amount is not None and quantity else None


def _percent(part: Money | None, whole: Money | None) -> str | None:
    if part is None or not whole:
        return None
    return format((part.amount * 100 / whole.amount).quantize(Decimal("0.01"), ROUND_HALF_UP), "f")


class LotOut(Out):
    """One account's part of a line."""

    account: str
    broker: BrokerId
    label: str
    exchange: Exchange
    symbol: str
    quantity: int
    average_price: PriceText | None
    pnl: MoneyText | None
    day_pnl: MoneyText | None
    as_of: Time
    stale: bool


def _common(lot: Lot) -> dict[str, Any]:
    return {
        "account": lot.account_id,
        "broker": lot.broker,
        "label": lot.label,
        "exchange": lot.instrument.exchange,
        "symbol": lot.instrument.symbol,
        "quantity": lot.quantity,
        "average_price": _average(lot.average_price),
        "pnl": lot.pnl,
        "day_pnl": lot.day_pnl,
        "as_of": lot.as_of,
        "stale": lot.stale,
    }


class HoldingLotOut(LotOut):
    """Shares of one account, listing and product (`MTF`: bought on the broker's money).

    Of `quantity`, `t1_quantity` is not settled yet (`bought_quantity`, of today, is part of it), `pledged_quantity` is
    collateral, `sellable_quantity` may be sold; of that `unauthorised_quantity` waits for leave at the depository.
    `sold_quantity` was sold today and is gone from all of them. `loan` is what the broker lent and is still owed.
    `null`: the broker does not say.
    """

    product: Product
    t1_quantity: int
    bought_quantity: int
    sold_quantity: int
    pledged_quantity: int
    sellable_quantity: int
    unauthorised_quantity: int
    authorised_quantity: int | None
    loan: MoneyText | None

    @classmethod
    def of(cls, lot: HoldingLot) -> HoldingLotOut:
        return cls(
            **_common(lot),
            product=lot.product,
            t1_quantity=lot.t1_quantity,
            bought_quantity=lot.bought_quantity,
            sold_quantity=lot.sold_quantity,
            pledged_quantity=lot.pledged_quantity,
            sellable_quantity=lot.sellable_quantity,
            unauthorised_quantity=lot.unauthorised_quantity,
            authorised_quantity=lot.authorised_quantity,
            loan=lot.loan,
        )


class TradedOut(Out):
    """What was traded today, before charges."""

    buy_quantity: int
    buy_value: MoneyText
    sell_quantity: int
    sell_value: MoneyText


class PositionLotOut(LotOut):
    """One account's trades: `overnight_quantity` was carried in (below zero: short); `today` is `null` where the broker
    does not tell the day's part apart."""

    overnight_quantity: int
    today: TradedOut | None
    realised: MoneyText | None
    unrealised: MoneyText | None

    @classmethod
    def of(cls, lot: PositionLot) -> PositionLotOut:
        return cls(
            **_common(lot),
            overnight_quantity=lot.overnight_quantity,
            today=TradedOut.model_validate(lot.today) if lot.today else None,
            realised=lot.realised,
            unrealised=lot.unrealised,
        )


class HoldingOut(Out):
    """One ISIN over all accounts; `symbol` and `exchange` name the listing that prices it. `price_source` is the broker
    that told the price."""

    isin: str
    symbol: str
    exchange: Exchange
    name: str
    quantity: int
    average_price: PriceText | None
    last_price: PriceText | None
    price_as_of: Time | None
    price_source: str | None
    value: MoneyText | None
    invested: MoneyText | None
    pnl: MoneyText | None
    pnl_percent: str | None
    day_pnl: MoneyText | None
    day_change_percent: str | None
    lots: list[HoldingLotOut]

    @classmethod
    def of(cls, line: HoldingLine, *, name: str) -> HoldingOut:
        last = line.last
        return cls(
            isin=line.isin,
            symbol=line.instrument.symbol,
            exchange=line.instrument.exchange,
            name=name,
            quantity=line.quantity,
            average_price=_per_unit(line.invested, line.quantity),
            last_price=last.price if last else None,
            price_as_of=last.at if last else None,
            price_source=last.source if last else None,
            value=line.value,
            invested=line.invested,
            pnl=line.pnl,
            pnl_percent=_percent(line.pnl, line.invested),
            day_pnl=line.day_pnl,
            day_change_percent=change(last.price, last.prev_close)[1] if last else None,
            lots=[HoldingLotOut.of(lot) for lot in line.lots],
        )


class PositionOut(Out):
    """One contract and product over all accounts. Delivery trades of today show only what they realised."""

    symbol: str
    exchange: Exchange
    name: str
    product: Product
    quantity: int
    average_price: PriceText | None
    last_price: PriceText | None
    price_as_of: Time | None
    price_source: str | None
    pnl: MoneyText | None
    realised: MoneyText | None
    unrealised: MoneyText | None
    day_pnl: MoneyText | None
    lots: list[PositionLotOut]

    @classmethod
    def of(cls, line: PositionLine, *, name: str) -> PositionOut:
        last = line.last
        return cls(
            symbol=line.instrument.symbol,
            exchange=line.instrument.exchange,
            name=name,
            product=line.product,
            quantity=line.quantity,
            average_price=_shared_average(line.lots),
            last_price=last.price if last else None,
            price_as_of=last.at if last else None,
            price_source=last.source if last else None,
            pnl=line.pnl,
            realised=line.realised,
            unrealised=line.unrealised,
            day_pnl=line.day_pnl,
            lots=[PositionLotOut.of(lot) for lot in line.lots],
        )


def _shared_average(lots: tuple[PositionLot, ...]) -> Price | None:
    """Weighted over the lots that are open; of longs and shorts together there is none."""
    live = [lot for lot in lots if lot.quantity]
    one_way = len({lot.quantity > 0 for lot in live}) == 1
    if not one_way:
        return None
    cost, quantity = ZERO, 0
    for lot in live:
        if lot.average_price is None:
            return None
        cost, quantity = cost + lot.average_price * lot.quantity, quantity + lot.quantity
    return _per_unit(cost, quantity)


class FundsOut(Out):
    """`cash` is the account's own money, `margin_available` what a new order may use.

    Cash moves when trades settle: `unsettled` is what today's delivery trades will bring to it (below zero: take),
    before charges. `loan` is what is owed for shares on the broker's money; `null` where the broker does not say.
    """

    account: str
    broker: BrokerId
    label: str
    cash: MoneyText | None
    margin_used: MoneyText | None
    margin_available: MoneyText | None
    unsettled: MoneyText | None
    loan: MoneyText | None
    as_of: Time
    stale: bool

    @classmethod
    def of(cls, funds: Funds) -> FundsOut:
        return cls(
            account=funds.account_id,
            broker=funds.broker,
            label=funds.label,
            cash=funds.margin.cash,
            margin_used=funds.margin.used,
            margin_available=funds.margin.available,
            unsettled=funds.unsettled,
            loan=funds.loan,
            as_of=funds.as_of,
            stale=funds.stale,
        )


class GapOut(Out):
    """An account whose numbers are old or missing, since when, and why."""

    account: str
    broker: BrokerId
    label: str
    since: Time
    reason: str

    @classmethod
    def of(cls, gap: Gap) -> GapOut:
        return cls(
            account=gap.account_id, broker=gap.broker, label=gap.label, since=gap.since, reason=gap.reason
        )


class TotalsOut(Out):
    """Exact sums over the lines; null when a part is not known.

    `as_of` is when the oldest reading in them was made, `priced_as_of` how old the oldest price is. Of the accounts in
    `incomplete` something is in no total; `gaps` tell why. Shares and cash together are worth `value` + `cash` +
    `unsettled` - `loan`.
    """

    value: MoneyText | None
    invested: MoneyText | None
    pnl: MoneyText | None
    day_pnl: MoneyText | None
    cash: MoneyText | None
    margin_available: MoneyText | None
    as_of: Time | None
    priced_as_of: Time | None
    incomplete: list[str]
    unsettled: MoneyText | None
    loan: MoneyText | None

    @classmethod
    def of(cls, totals: Totals) -> TotalsOut:
        return cls.model_validate(totals)


class HoldingsOut(Out):
    as_of: Time
    holdings: list[HoldingOut]
    gaps: list[GapOut]


class PositionsOut(Out):
    as_of: Time
    positions: list[PositionOut]
    gaps: list[GapOut]


class PortfolioOut(Out):
    as_of: Time
    totals: TotalsOut
    holdings: list[HoldingOut]
    positions: list[PositionOut]
    funds: list[FundsOut]
    gaps: list[GapOut]


class BalanceOut(Out):
    """`null` while no account was read."""

    total_cash: MoneyText | None
    total_margin_available: MoneyText | None
    accounts: list[FundsOut]
    gaps: list[GapOut]

    @classmethod
    def of(cls, portfolio: Portfolio) -> BalanceOut:
        return cls(
            total_cash=portfolio.totals.cash,
            total_margin_available=portfolio.totals.margin_available,
            accounts=[FundsOut.of(one) for one in portfolio.funds],
            gaps=[GapOut.of(one) for one in portfolio.gaps],
        )


class TransferIn(In):
    """`amount` in rupees, more than zero, whole paise."""

    account: str = Field(min_length=1, max_length=64)
    amount: MoneyText
