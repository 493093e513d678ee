"""Open and closed trades over all accounts: one line a contract and product, one lot an account.

Grouping (`stakes`) needs no price, pricing (`priced`) no other line: each is done alone when only it has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from aggregation.holdings import DELIVERED, Isins, is_owned
from aggregation.valuation import day_pnl, live_or_reported, realised, total, unrealised
from domain.instrument import InstrumentId
from domain.money import ZERO, Money, Price
from domain.order import Product
from domain.portfolio import AccountSnapshot, LastPrice, Lot, PositionLine
from domain.position import Position

Key = tuple[InstrumentId, Product]


@dataclass(frozen=True, slots=True)
class Stake:
    """One account's position, and what it realised and earned today where that is not the plain sum.

    Equal are two of the same numbers, whenever they were read; the price that the broker saw is a number here.
    """

    snapshot: AccountSnapshot = field(compare=False)
    position: Position
    realised: Money | None
    delivered: bool = False


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
    if position.product not in DELIVERED:
        return Stake(snapshot, position, realised(position))
    if is_owned(position, isins):
        if not position.sell_quantity:
            return None
        return Stake(snapshot, replace(position, quantity=0), realised(position), delivered=True)
    if position.quantity < 0:
        cost = _cost_of_sold(snapshot, position, isins)
        gained = position.sell_value - position.buy_value - cost if cost is not None else None
        return Stake(snapshot, replace(position, quantity=0), gained, delivered=True)
    return Stake(snapshot, position, realised(position))


def _cost_of_sold(snapshot: AccountSnapshot, position: Position, isins: Isins) -> Money | None:
    """What the shares sold out of the holdings had cost; None when the broker no longer says."""
    isin = isins.get(position.instrument)
    averages: set[Price | None] = {
        holding.average_price
        for holding in snapshot.holdings
        if holding.instrument == position.instrument or (isin is not None and holding.isin == isin)
    }
    average = averages.pop() if len(averages) == 1 else None
    return average * -position.quantity if average is not None else None


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
    open_parts = [ZERO if one.delivered else unrealised(one.position, last) for one in group]
    pnls = [total((one.realised, part)) for one, part in zip(group, open_parts, strict=True)]
    return PositionLine(
        instrument=instrument,
        product=product,
        quantity=sum(one.position.quantity for one in group),
        last=last,
        realised=total(one.realised for one in group),
        unrealised=total(open_parts),
        pnl=total(pnls),
        lots=tuple(_lot(one, pnl) for one, pnl in zip(group, pnls, strict=True)),
        day_pnl=total(one.realised if one.delivered else day_pnl(one.position, last) for one in group),
    )


def _lot(stake: Stake, pnl: Money | None) -> Lot:
    snapshot, position = stake.snapshot, stake.position
    return Lot(
        account_id=snapshot.account_id,
        broker=snapshot.broker,
        label=snapshot.label,
        instrument=position.instrument,
        quantity=position.quantity,
        average_price=position.average_price if position.quantity else None,
        pnl=pnl,
        as_of=snapshot.as_of,
        stale=snapshot.stale_since is not None,
    )
