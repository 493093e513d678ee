"""Shares over all accounts: one line an ISIN, one lot an account, listing and product; totals are the sums of the lots.

A delivery buy of today lies among the positions at the brokers but is owned all the same: it joins its lot here.
Grouping (`parcels`) needs no price, pricing (`priced`) no other line: each is done alone when only it has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from aggregation.deliveries import Delivery, Isins, delivery, is_delivery
from aggregation.valuation import cost, less, live_or_reported, preferred, total, worth
from domain.instrument import InstrumentId
from domain.money import ZERO, Money, Price, average_price
from domain.order import Product
from domain.portfolio import AccountSnapshot, HoldingLine, HoldingLot, LastPrice
from domain.position import Holding, Position

__all__ = ["Isins", "Parcel", "by_isin", "lines", "listings", "parcels", "place", "priced"]


@dataclass(slots=True)
class Parcel:
    """What one account owns of one listing under one product, before it is priced. `bought` is the part bought today,
    `sold` what was sold out of it today and is in `quantity` no more.

    Equal are two of the same numbers, whenever they were read and at whatever price the broker saw them.
    """

    snapshot: AccountSnapshot = field(compare=False)
    instrument: InstrumentId
    isin: str
    product: Product
    quantity: int = 0
    t1_quantity: int = 0
    pledged: int = 0
    sellable: int = 0
    unauthorised: int = 0
    authorised: int | None = None
    bought: int = 0
    sold: int = 0
    invested: Money | None = ZERO
    bought_cost: Money | None = ZERO
    loan: Money | None = None
    reported: list[LastPrice] = field(default_factory=list, compare=False)

    def add_holding(self, holding: Holding) -> None:
        self.quantity += holding.quantity
        self.t1_quantity += holding.t1_quantity
        self.pledged += holding.pledged_quantity
        self.sellable += holding.sellable_quantity
        self.unauthorised += holding.unauthorised_quantity
        if holding.authorised_quantity is not None:
            self.authorised = (self.authorised or 0) + holding.authorised_quantity
        if holding.loan is not None:
            self.loan = total((self.loan or ZERO, holding.loan))
        self.invested = total((self.invested, cost(holding.quantity, holding.average_price)))
        self._report(holding.last_price, holding.close_price)

    def add_delivery(self, position: Position, delivered: Delivery) -> None:
        self.quantity += delivered.owned
        self.t1_quantity += delivered.bought + (delivered.carried if self.product is Product.CNC else 0)
        self.sellable += delivered.owned
        self.bought += delivered.bought
        self.sold += delivered.sold
        self.invested = total((self.invested, delivered.carried_cost, delivered.bought_cost))
        self.bought_cost = total((self.bought_cost, delivered.bought_cost))
        self._report(position.last_price, position.close_price)

    def _report(self, last: Price | None, close: Price | None) -> None:
        if last is not None:
            self.reported.append(LastPrice(last, self.snapshot.as_of, close, self.snapshot.broker.value))

    def lot(self, last: LastPrice | None) -> HoldingLot:
        snapshot = self.snapshot
        return HoldingLot(
            account_id=snapshot.account_id,
            broker=snapshot.broker,
            label=snapshot.label,
            instrument=self.instrument,
            quantity=self.quantity,
            average_price=average_price(self.invested, self.quantity) if self.invested is not None else None,
            pnl=less(worth(self.quantity, last.price if last else None), self.invested),
            as_of=snapshot.as_of,
            stale=snapshot.stale_since is not None,
            day_pnl=self._day_pnl(last),
            product=self.product,
            t1_quantity=self.t1_quantity,
            bought_quantity=self.bought,
            sold_quantity=self.sold,
            pledged_quantity=self.pledged,
            sellable_quantity=self.sellable,
            unauthorised_quantity=self.unauthorised,
            authorised_quantity=self.authorised,
            loan=self.loan,
        )

    def _day_pnl(self, last: LastPrice | None) -> Money | None:
        """Rupees since the previous close; what was bought today counts from what it cost."""
        if last is None:
            return None
        before = total((worth(self.quantity - self.bought, last.prev_close), self.bought_cost))
        return less(worth(self.quantity, last.price), before)


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
    """What one account owns, a parcel for each listing and product that it holds."""
    made: dict[tuple[InstrumentId, Product], Parcel] = {}

    def parcel(instrument: InstrumentId, isin: str, product: Product) -> Parcel:
        return made.setdefault((instrument, product), Parcel(snapshot, instrument, isin, product))

    held = {(holding.isin, holding.product): holding.instrument for holding in snapshot.holdings}
    for holding in snapshot.holdings:
        parcel(holding.instrument, holding.isin, holding.product).add_holding(holding)
    for position in snapshot.positions:
        if is_delivery(position, isins):
            isin, product = isins[position.instrument], position.product
            listing = held.get((isin, product), position.instrument)
            parcel(listing, isin, product).add_delivery(position, delivery(position, snapshot, isins))
    return [one for one in made.values() if one.quantity]


def by_isin(all_parcels: Iterable[Parcel]) -> dict[str, list[Parcel]]:
    """The parcels of each line, by account, listing and product."""
    grouped: dict[str, list[Parcel]] = {}
    for one in all_parcels:
        grouped.setdefault(one.isin, []).append(one)
    for group in grouped.values():
        group.sort(key=lambda one: (one.snapshot.account_id, one.instrument, one.product))
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
        day_pnl=total(lot.day_pnl for lot in lots),
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
