"""Shares over all accounts: one line an ISIN, one lot an account and listing; line totals are the sums of the lots.

A delivery buy of today lies among the positions at the brokers but is owned all the same: it joins its lot here.
Grouping (`parcels`) needs no price, pricing (`priced`) no other line: each is done alone when only it has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from aggregation.valuation import less, live_or_reported, preferred, total, worth
from domain.instrument import InstrumentId
from domain.money import ZERO, Money, Price, average_price
from domain.order import Product
from domain.portfolio import AccountSnapshot, HoldingLine, LastPrice, Lot
from domain.position import Holding, Position

Isins = Mapping[InstrumentId, str]
DELIVERED = (Product.CNC, Product.MTF)


@dataclass(slots=True)
class Parcel:
    """What one account owns of one listing, before it is priced. `bought` is the part bought today.

    Equal are two of the same numbers, whenever they were read and at whatever price the broker saw them.
    """

    snapshot: AccountSnapshot = field(compare=False)
    instrument: InstrumentId
    isin: str
    quantity: int = 0
    t1_quantity: int = 0
    sellable_quantity: int = 0
    bought: int = 0
    invested: Money | None = ZERO
    bought_for: Money | None = ZERO
    reported: list[LastPrice] = field(default_factory=list, compare=False)

    def add_holding(self, holding: Holding) -> None:
        self.quantity += holding.quantity
        self.t1_quantity += holding.t1_quantity
        self.sellable_quantity += holding.sellable_quantity
        self.invested = total((self.invested, worth(holding.quantity, holding.average_price)))
        self._report(holding.last_price, holding.close_price)

    def add_bought(self, position: Position) -> None:
        cost = worth(position.quantity, position.average_price)
        self.quantity += position.quantity
        self.t1_quantity += position.quantity
        self.sellable_quantity += max(0, position.quantity - position.overnight_quantity)  # the same day only
        self.bought += position.quantity
        self.invested = total((self.invested, cost))
        self.bought_for = total((self.bought_for, cost))
        self._report(position.last_price, position.close_price)

    def _report(self, last: Price | None, close: Price | None) -> None:
        if last is not None:
            self.reported.append(LastPrice(last, self.snapshot.as_of, close, self.snapshot.broker.value))

    def lot(self, last: LastPrice | None) -> Lot:
        snapshot = self.snapshot
        return Lot(
            account_id=snapshot.account_id,
            broker=snapshot.broker,
            label=snapshot.label,
            instrument=self.instrument,
            quantity=self.quantity,
            average_price=average_price(self.invested, self.quantity) if self.invested is not None else None,
            pnl=less(worth(self.quantity, last.price if last else None), self.invested),
            as_of=snapshot.as_of,
            stale=snapshot.stale_since is not None,
            t1_quantity=self.t1_quantity,
            sellable_quantity=self.sellable_quantity,
        )

    def day_pnl(self, last: LastPrice | None) -> Money | None:
        """Rupees since the previous close; what was bought today counts from what it cost."""
        if last is None:
            return None
        carried = self.quantity - self.bought
        before = total((worth(carried, last.prev_close), self.bought_for))
        return less(worth(self.quantity, last.price), before)


def is_owned(position: Position, isins: Isins) -> bool:
    """Whether a position is shares taken for delivery, so that they belong to the holdings."""
    return position.product in DELIVERED and position.quantity > 0 and position.instrument in isins


def lines(
    snapshots: Sequence[AccountSnapshot], prices: Mapping[InstrumentId, LastPrice], isins: Isins
) -> tuple[HoldingLine, ...]:
    """One line an ISIN, in their `place`. Lots of nothing are left out."""
    listed = listings(isins)
    grouped = by_isin(parcel for snapshot in snapshots for parcel in parcels(snapshot, isins))
    made = [priced(isin, group, prices, listed.get(isin, ())) for isin, group in grouped.items()]
    return tuple(sorted(made, key=place))


def place(line: HoldingLine) -> tuple[str, str]:
    """Lines are sorted by this: by symbol."""
    return line.instrument.symbol, line.isin


def listings(isins: Isins) -> dict[str, set[InstrumentId]]:
    """The listings of each share."""
    found: dict[str, set[InstrumentId]] = {}
    for instrument, isin in isins.items():
        found.setdefault(isin, set()).add(instrument)
    return found


def parcels(snapshot: AccountSnapshot, isins: Isins) -> list[Parcel]:
    """What one account owns, a parcel for each listing that it holds."""
    made: dict[InstrumentId, Parcel] = {}

    def parcel(instrument: InstrumentId, isin: str) -> Parcel:
        return made.setdefault(instrument, Parcel(snapshot, instrument, isin))

    held = {holding.isin: holding.instrument for holding in snapshot.holdings}
    for holding in snapshot.holdings:
        parcel(holding.instrument, holding.isin).add_holding(holding)
    for position in snapshot.positions:
        if is_owned(position, isins):
            isin = isins[position.instrument]
            parcel(held.get(isin, position.instrument), isin).add_bought(position)
    return [one for one in made.values() if one.quantity]


def by_isin(all_parcels: Iterable[Parcel]) -> dict[str, list[Parcel]]:
    """The parcels of each line, by account and listing."""
    grouped: dict[str, list[Parcel]] = {}
    for one in all_parcels:
        grouped.setdefault(one.isin, []).append(one)
    for group in grouped.values():
        group.sort(key=lambda one: (one.snapshot.account_id, one.instrument))
    return grouped


def priced(
    isin: str,
    group: Sequence[Parcel],
    prices: Mapping[InstrumentId, LastPrice],
    listed: Collection[InstrumentId],
) -> HoldingLine:
    """The line of a share out of its parcels (at least one, as `by_isin` gives them). `listed` are its listings."""
    live = {instrument for instrument in listed if instrument in prices}
    # A listing with a live price wins, whoever holds it, so that one account's lot does not change another's value.
    instrument = preferred(live or {one.instrument for one in group})
    last = _last(instrument, group, prices)
    lots = tuple(one.lot(last) for one in group)
    invested = total(one.invested for one in group)
    quantity = sum(lot.quantity for lot in lots)
    return HoldingLine(
        isin=isin,
        instrument=instrument,
        quantity=quantity,
        invested=invested,
        last=last,
        value=worth(quantity, last.price if last else None),
        pnl=total(lot.pnl for lot in lots),
        day_pnl=total(one.day_pnl(last) for one in group),
        lots=lots,
    )


def _last(
    instrument: InstrumentId, group: Sequence[Parcel], prices: Mapping[InstrumentId, LastPrice]
) -> LastPrice | None:
    reports = [report for one in group for report in one.reported]
    newest = max(reports, key=lambda one: (one.at, one.price, str(one.prev_close), one.source), default=None)
    if newest is None:
        return prices.get(instrument)
    return live_or_reported(instrument, prices, newest.price, newest.prev_close, newest.at, newest.source)
