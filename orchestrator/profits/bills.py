"""What a history of trades cost: the contract note of each account and day, by share or contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from aggregation.profit import Bill, ware_of
from domain.account import AccountId, BrokerId
from domain.fees import FeePlan
from domain.fees import ware_of as charged_as
from domain.instrument import Exchange, Instrument, InstrumentId
from domain.money import ZERO, Money
from domain.order import Product, Side
from domain.trade import AccountTrade
from routing.contract_note import ContractNote, Executed, draw_up, together
from routing.fees import ChargesUnknown, tariff
from routing.notation import Unreadable, kind_of

Find = Callable[[InstrumentId], Instrument | None]
TradeKey = tuple[AccountId, date, Side, str]


@dataclass(frozen=True, slots=True)
class Payer:
    """Who bills an account, and by which terms."""

    broker: BrokerId
    plan: FeePlan


@dataclass(frozen=True, slots=True)
class Billed:
    """All bills of a history. `roundings`: rupees that the roundings of a whole day's note add to its bills."""

    bills: tuple[Bill, ...]
    roundings: tuple[tuple[date, Money], ...]

    def rounding_between(self, first: date, last: date) -> Money:
        """Of the notes of these days, both included."""
        return Money.sum(amount for day, amount in self.roundings if first <= day <= last)


@dataclass(frozen=True, slots=True)
class Desk:
    """How trades become orders on a note. `multipliers`: units of goods of commodity contracts."""

    payers: Mapping[AccountId, Payer]
    find: Find
    multipliers: Mapping[InstrumentId, int]

    def bills(self, trades: Iterable[AccountTrade]) -> Billed:
        """Of every account and day. A day before the first known rates, or of an unknown thing, has no amount."""
        found: list[Bill] = []
        roundings: list[tuple[date, Money]] = []
        for (account, day), some in by_day(trades).items():
            made, rounding = self._of_day(account, day, some)
            found += made
            roundings.append((day, rounding))
        return Billed(tuple(found), tuple(roundings))

    def _of_day(
        self, account: AccountId, day: date, trades: Sequence[AccountTrade]
    ) -> tuple[list[Bill], Money]:
        payer = self.payers.get(account)
        wares: dict[str, list[AccountTrade]] = {}
        for trade in trades:
            wares.setdefault(ware_of(trade.instrument, trade.isin), []).append(trade)
        bills: list[Bill] = []
        notes: list[ContractNote] = []
        for some in wares.values():
            mine = self._executed(some)
            note = None if payer is None or mine is None else _note(payer, tuple(mine), day)
            guessed = any(one.product is None for one in some)
            first = min(some, key=lambda one: (one.instrument.exchange is not Exchange.NSE, one.instrument))
            amount = note.charges.total if note else None
            bills.append(Bill(account, first.instrument, first.isin, day, amount, guessed))
            notes += [note] if note else []
        if payer is None or len(notes) < len(bills):
            return bills, ZERO
        whole = together(notes, plan=payer.plan)
        return bills, whole.charges.total - Money.sum(note.charges.total for note in notes)

    def _executed(self, trades: Sequence[AccountTrade]) -> list[Executed] | None:
        """The orders behind trades of one day in one ware; None when it is not known what is traded."""
        orders: dict[tuple[object, ...], Executed] = {}
        for trade in with_products(trades):
            one = self._order(trade)
            if one is None:
                return None
            # A trade without its order's id stands for an order of its own.
            key = (one.instrument, one.side, one.product, trade.order_id or trade.trade_id)
            known = orders.get(key)
            orders[key] = (
                one
                if known is None
                else replace(known, quantity=known.quantity + one.quantity, value=known.value + one.value)
            )
        return list(orders.values())

    def _order(self, trade: AccountTrade) -> Executed | None:
        name = trade.instrument
        multiplier = self.multipliers.get(name) if name.exchange is Exchange.MCX else 1
        if multiplier is None or trade.product is None:
            return None
        listed = self.find(name)
        try:
            kind, underlying = (listed.kind, listed.underlying) if listed else kind_of(name)
        except Unreadable:
            return None
        isin = trade.isin or (listed.isin if listed else None)
        what = charged_as(isin=isin, underlying=underlying, group=listed.group if listed else "")
        value = trade.value * multiplier
        return Executed(name, kind, trade.product, trade.side, trade.quantity, value, isin, what)

    def opening_costs(self, trades: Sequence[AccountTrade]) -> dict[TradeKey, tuple[Money, Money]]:
        """Brokerage, and all charges of its order, that fall on each of these trades, exact."""
        found: dict[TradeKey, tuple[Money, Money]] = {}
        for (account, day), some in by_day(trades).items():
            payer = self.payers.get(account)
            orders: dict[tuple[object, ...], list[AccountTrade]] = {}
            for trade in with_products(some):
                key = (trade.instrument, trade.side, trade.product, trade.order_id or trade.trade_id)
                orders.setdefault(key, []).append(trade)
            for parts in orders.values():
                made = self._executed(parts)
                if payer is None or made is None or (costs := _costs(payer, made[0], day)) is None:
                    continue
                units = sum(one.quantity for one in parts)
                for one in parts:
                    brokerage, charges = (
                        Money((cost.amount * one.quantity / units).quantize(FINEST)) for cost in costs
                    )
                    found[trade_key(one)] = (brokerage, charges)
        return found


FINEST = Money.of("0.0000000001").amount


def trade_key(trade: AccountTrade) -> TradeKey:
    return (trade.account_id, trade.day, trade.side, trade.trade_id)


def by_day(trades: Iterable[AccountTrade]) -> dict[tuple[AccountId, date], list[AccountTrade]]:
    days: dict[tuple[AccountId, date], list[AccountTrade]] = {}
    for trade in trades:
        days.setdefault((trade.account_id, trade.day), []).append(trade)
    return days


def with_products(trades: Sequence[AccountTrade]) -> list[AccountTrade]:
    """Where the source does not tell the product: contracts as NRML; shares as MIS when all that was bought in the
    listing was sold the same day, else as CNC."""
    untold: dict[InstrumentId, int] = {}
    for trade in trades:
        if trade.product is None:
            signed = trade.quantity if trade.side is Side.BUY else -trade.quantity
            untold[trade.instrument] = untold.get(trade.instrument, 0) + signed

    def product(trade: AccountTrade) -> Product:
        if not trade.is_share:
            return Product.NRML
        return Product.CNC if untold[trade.instrument] else Product.MIS

    return [trade if trade.product else replace(trade, product=product(trade)) for trade in trades]


@lru_cache(maxsize=16_384)
def _note(payer: Payer, orders: tuple[Executed, ...], day: date) -> ContractNote | None:
    try:
        return draw_up(payer.broker, orders, on=day, plan=payer.plan)
    except ChargesUnknown:
        return None


@lru_cache(maxsize=4_096)
def _costs(payer: Payer, order: Executed, day: date) -> tuple[Money, Money] | None:
    try:
        fees = tariff(
            payer.broker,
            order.instrument.exchange,
            order.segment,
            order.side,
            day,
            order.ware,
            payer.plan,
            dp_due=False,
        )
        charges = fees.charges(order.value, dp_due=False)
    except ChargesUnknown:
        return None
    return charges.brokerage, charges.total
