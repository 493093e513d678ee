"""Our own figures of what is held and was closed today, beside those of its broker, for each account and ware."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from aggregation.differences import Comparison, Figures, Own, compare
from aggregation.fifo import average_cost, ledger
from aggregation.profit import ware_of
from domain.account import AccountId
from domain.instrument import InstrumentId
from domain.lots import CorporateAction, Ledger, OpenLot
from domain.money import ZERO, Money, Price
from domain.order import Side
from domain.portfolio import AccountSnapshot, LastPrice, Portfolio
from domain.position import Holding, Position
from domain.trade import AccountTrade
from orchestrator.profits.bills import Desk, trade_key
from orchestrator.profits.events import Events

Place = tuple[AccountId, str]  # an account and a ware


@dataclass(slots=True)
class Told:
    """What a broker tells of one ware, its holdings and positions together. `lacking`: what it does not tell."""

    instrument: InstrumentId
    isin: str | None
    quantity: int = 0
    cost: Money = ZERO
    realised: Money = ZERO
    price: Price | None = None
    as_of: datetime | None = None
    lacking: str = ""

    def add(self, quantity: int, average: Price | None, realised: Money | None, multiplier: int) -> None:
        if quantity and average is None:
            self.lacking = "the broker does not tell what its units cost"
        elif quantity and average is not None:
            self.cost += average * (quantity * multiplier)
        if realised is None:
            self.lacking = "the broker does not tell what today's closings earned"
        else:
            self.realised += realised
        self.quantity += quantity


@dataclass(frozen=True, slots=True)
class Beside:
    """Both sides of one account's ware; `comparison` None: `unknown` says why there is none."""

    account_id: AccountId
    instrument: InstrumentId
    isin: str | None
    own_quantity: int
    own_average: Price | None
    broker_quantity: int
    broker_average: Price | None
    comparison: Comparison | None
    unknown: str | None = None


@dataclass(frozen=True, slots=True)
class Sides:
    """Everything that both sides are made of. `today`: the exchange's day."""

    trades: Sequence[AccountTrade]
    ledger: Ledger
    portfolio: Portfolio
    snapshots: Sequence[AccountSnapshot]
    prices: Mapping[str, LastPrice]
    desk: Desk
    today: date
    isin: Callable[[InstrumentId], str | None]
    events: Events

    def all(self) -> list[Beside]:
        """Of every account and ware that either side knows to be open, or closed today."""
        told = self._told()
        mine: dict[Place, list[AccountTrade]] = {}
        for trade in self.trades:
            place = (trade.account_id, ware_of(trade.instrument, trade.isin))
            mine.setdefault(place, []).append(trade)
        lots: dict[Place, list[OpenLot]] = {}
        for lot in self.ledger.lots:
            lots.setdefault((lot.account_id, ware_of(lot.instrument, lot.isin)), []).append(lot)
        closed = {
            (one.account_id, ware_of(one.instrument, one.isin))
            for one in self.ledger.closings
            if one.day == self.today
        }
        read = {one.account_id for one in self.snapshots}
        places = sorted(told.keys() | {one for one in lots.keys() | closed if one[0] in read})
        return [
            self._one(place, mine.get(place, []), lots.get(place, []), told.get(place)) for place in places
        ]

    # --- the broker's side

    def _told(self) -> dict[Place, Told]:
        found: dict[Place, Told] = {}
        for line in self.portfolio.holdings:
            for holding in line.lots:
                one = self._place(found, holding.account_id, holding.instrument, line.isin)
                one.add(holding.quantity, holding.average_price, ZERO, 1)
        for contract in self.portfolio.positions:
            isin = self.isin(contract.instrument)
            for lot in contract.lots:
                one = self._place(found, lot.account_id, lot.instrument, isin)
                one.add(lot.quantity, lot.average_price, lot.realised, self._multiplier(lot.instrument))
        self._price(found)
        return {place: one for place, one in found.items() if one.quantity or one.realised or one.lacking}

    def _place(
        self, found: dict[Place, Told], account: AccountId, instrument: InstrumentId, isin: str | None
    ) -> Told:
        return found.setdefault((account, ware_of(instrument, isin)), Told(instrument, isin))

    def _price(self, found: Mapping[Place, Told]) -> None:
        """The price that the broker's own figure is at, where it tells one."""
        for snapshot in self.snapshots:
            parts: list[Holding | Position] = [*snapshot.holdings, *snapshot.positions]
            for part in parts:
                place = (snapshot.account_id, ware_of(part.instrument, self.isin(part.instrument)))
                if (one := found.get(place)) and part.last_price is not None:
                    one.price = part.last_price
            for (account, _), one in found.items():
                if account == snapshot.account_id:
                    one.as_of = snapshot.as_of

    def _multiplier(self, instrument: InstrumentId) -> int:
        return self.desk.multipliers.get(instrument, 1)

    # --- ours

    def _one(
        self, place: Place, trades: Sequence[AccountTrade], lots: Sequence[OpenLot], told: Told | None
    ) -> Beside:
        account, ware = place
        instrument = told.instrument if told else trades[0].instrument
        broker = told or Told(instrument, trades[0].isin)
        quantity = sum(lot.quantity for lot in lots)
        costs = [lot.cost for lot in lots]
        known = [cost for cost in costs if cost is not None]
        unknown = broker.lacking or None
        last = self.prices.get(ware)
        if len(known) < len(costs):
            unknown = "the number of goods that a unit of the contract is for is not known"
        elif last is None and (quantity or broker.quantity):
            unknown = "no price is known"
        comparison = None
        if unknown is None:
            price = last.price if last else Price.of(0)
            figures = Figures(broker.quantity, broker.cost, broker.realised)
            own = self._own(trades, broker.as_of)
            comparison = compare(own, figures, price=price, broker_price=broker.price or price)
        goods = self._multiplier(instrument)
        return Beside(
            account,
            instrument,
            broker.isin,
            quantity,
            _average(Money.sum(known), quantity * goods) if len(known) == len(costs) else None,
            broker.quantity,
            None if broker.lacking else _average(broker.cost, broker.quantity * goods),
            comparison,
            unknown,
        )

    def _own(self, trades: Sequence[AccountTrade], as_of: datetime | None) -> Own:
        book = self._ledger(trades)
        read = [one for one in trades if as_of is None or one.at <= as_of]
        seen = book if len(read) == len(trades) else self._ledger(read)
        brokerage, charges = self._opening(seen, read)
        return Own(
            self._figures(book),
            before_reading=None if seen is book else self._figures(seen),
            before_action=self._before_action(read),
            without_netting=self._figures(self._ledger(read, netting=False)),
            at_average=self._averaged(read),
            unseen=sum(one.quantity for one in book.closings if not one.known),
            closed=sum(one.quantity for one in book.closings if one.day == self.today),
            brokerage=brokerage,
            charges=charges,
        )

    def _ledger(
        self,
        trades: Iterable[AccountTrade],
        *,
        netting: bool = True,
        actions: Sequence[CorporateAction] | None = None,
    ) -> Ledger:
        return ledger(
            trades,
            today=self.today,
            actions=self.events.actions if actions is None else actions,
            settlements=self.events.settlements,
            multipliers=self.desk.multipliers,
            netting=netting,
        )

    def _figures(self, book: Ledger) -> Figures:
        return Figures(
            sum(lot.quantity for lot in book.lots),
            Money.sum(lot.cost or ZERO for lot in book.lots),
            Money.sum(one.realised or ZERO for one in book.closings if one.day == self.today),
        )

    def _before_action(self, trades: Sequence[AccountTrade]) -> Figures | None:
        """Without the newest split or bonus of the share; None when it had none."""
        isins = {one.isin for one in trades}
        mine = [one for one in self.events.actions if one.isin in isins or one.becomes in isins]
        if not mine:
            return None
        newest = max(mine, key=lambda one: one.on)
        others = [one for one in self.events.actions if one is not newest]
        return self._figures(self._ledger(trades, actions=others))

    def _averaged(self, trades: Sequence[AccountTrade]) -> Figures | None:
        """If every sale left at the average of what was held; only for shares that were never short."""
        if not trades or not trades[0].is_share:
            return None
        before = [one for one in trades if one.day < self.today]
        _, at_start = average_cost(before)
        units, cost = average_cost(trades)
        if at_start is None or cost is None:
            return None
        moved = Money.sum(
            one.value if one.side is Side.SELL else -one.value for one in trades if one.day == self.today
        )
        return Figures(units, cost, moved + cost - at_start)

    def _opening(self, book: Ledger, trades: Sequence[AccountTrade]) -> tuple[Money | None, Money | None]:
        """What buying the lots still held cost, before and with all charges; None when it is not known."""
        buys = {(one.trade_id, one.at): one for one in trades if one.side is Side.BUY}
        behind = [buys.get((lot.trade_id, lot.opened_at)) for lot in book.lots]
        days = {one.day for one in behind if one}
        costs = self.desk.opening_costs([one for one in trades if one.day in days])
        brokerage = charges = ZERO
        for lot, trade in zip(book.lots, behind, strict=True):
            cost = costs.get(trade_key(trade)) if trade else None
            if trade is None or cost is None:
                return None, None
            brokerage += _part(cost[0], lot.quantity, trade.quantity)
            charges += _part(cost[1], lot.quantity, trade.quantity)
        return brokerage, charges


def _part(cost: Money, units: int, of: int) -> Money:
    return Money(cost.amount * min(units, of) / of)


def _average(cost: Money, units: int) -> Price | None:
    return Price(cost.amount / units) if units else None
