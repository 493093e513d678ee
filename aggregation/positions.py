"""Open and closed trades over all accounts: one line a contract and product, one lot an account.

Grouping (`stakes`) needs no price, pricing (`priced`) no other line: each is done alone when only it has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from aggregation.deliveries import Delivery, Isins, delivery, is_delivery
from aggregation.valuation import day_pnl, less, live_or_reported, realised, total, unrealised, worth
from domain.instrument import InstrumentId
from domain.money import ZERO, Money
from domain.order import Product
from domain.portfolio import AccountSnapshot, LastPrice, PositionLine, PositionLot
from domain.position import Position

Key = tuple[InstrumentId, Product]


@dataclass(frozen=True, slots=True)
class Stake:
    """One account's position, before it is priced, and what it realised. Of a delivery trade (`delivered`) only that
    counts here: the shares are in the holdings.

    Equal are two of the same numbers, whenever they were read; the price that the broker saw is a number here.
    """

    snapshot: AccountSnapshot = field(compare=False)
    position: Position
    realised: Money | None
    delivered: Delivery | None = None

    def unrealised(self, last: LastPrice | None) -> Money | None:
        return ZERO if self.delivered else unrealised(self.position, last)

    def day_pnl(self, last: LastPrice | None) -> Money | None:
        """Rupees since the previous close. Shares sold out of a holding count from there, whatever they had cost."""
        if self.delivered is None:
            return day_pnl(self.position, last)
        return less(self.delivered.booked, worth(self.delivered.sold, last.prev_close if last else None))

    def lot(self, last: LastPrice | None) -> PositionLot:
        snapshot, position = self.snapshot, self.position
        open_part = self.unrealised(last)
        return PositionLot(
            account_id=snapshot.account_id,
            broker=snapshot.broker,
            label=snapshot.label,
            instrument=position.instrument,
            quantity=position.quantity,
            average_price=position.average_price if position.quantity else None,
            pnl=total((self.realised, open_part)),
            as_of=snapshot.as_of,
            stale=snapshot.stale_since is not None,
            day_pnl=self.day_pnl(last),
            overnight_quantity=position.overnight_quantity,
            today=position.day,
            realised=self.realised,
            unrealised=open_part,
        )


def lines(
    snapshots: Sequence[AccountSnapshot], prices: Mapping[InstrumentId, LastPrice], isins: Isins
) -> tuple[PositionLine, ...]:
    """One line a contract and product, by name."""
    grouped = by_contract(stake for snapshot in snapshots for stake in stakes(snapshot, isins))
    return tuple(priced(key, grouped[key], prices) for key in sorted(grouped))


def stakes(snapshot: AccountSnapshot, isins: Isins) -> list[Stake]:
    """One account's part of every line."""
    made = (_stake(snapshot, position, isins) for position in snapshot.positions)
    return [stake for stake in made if stake is not None]


def by_contract(all_stakes: Iterable[Stake]) -> dict[Key, list[Stake]]:
    """The stakes of each line, by account."""
    grouped: dict[Key, list[Stake]] = {}
    for one in all_stakes:
        grouped.setdefault((one.position.instrument, one.position.product), []).append(one)
    for group in grouped.values():
        group.sort(key=lambda one: one.snapshot.account_id)
    return grouped


def _stake(snapshot: AccountSnapshot, position: Position, isins: Isins) -> Stake | None:
    """Delivery trades keep here what they realised; the shares are counted in the holdings, once."""
    if not is_delivery(position, isins):
        return Stake(snapshot, position, realised(position))
    taken = delivery(position, snapshot, isins)
    if not taken.any_sold:
        return None
    return Stake(snapshot, replace(position, quantity=0), taken.realised, taken)


def priced(key: Key, group: Sequence[Stake], prices: Mapping[InstrumentId, LastPrice]) -> PositionLine:
    """The line of a contract and product out of its stakes (at least one, as `by_contract` gives them)."""
    instrument, product = key
    newest = max(
        (one for one in group if one.position.last_price is not None),
        key=lambda one: (one.snapshot.as_of, one.snapshot.account_id),
        default=group[0],
    )
    last = live_or_reported(
        instrument,
        prices,
        newest.position.last_price,
        newest.position.close_price,
        newest.snapshot.as_of,
        newest.snapshot.broker.value,
    )
    lots = tuple(one.lot(last) for one in group)
    return PositionLine(
        instrument=instrument,
        product=product,
        quantity=sum(lot.quantity for lot in lots),
        last=last,
        realised=total(lot.realised for lot in lots),
        unrealised=total(lot.unrealised for lot in lots),
        pnl=total(lot.pnl for lot in lots),
        lots=lots,
        day_pnl=total(lot.day_pnl for lot in lots),
    )
