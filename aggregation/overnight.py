"""An account that was last read on an earlier trading day, as it stands on this one: what was today's is carried now.

So an account whose login ran out in the night neither shows yesterday's profit as today's nor pays twice for what it
bought. Only what the broker himself did meanwhile is missing, and the account is named as stale. Needs no price.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from aggregation.deliveries import Delivery, Isins, delivery, is_delivery, unsettled
from aggregation.valuation import cost
from domain.money import ZERO, average_price
from domain.order import Product
from domain.portfolio import AccountSnapshot
from domain.position import Holding, Position, Traded


def carried_over(snapshot: AccountSnapshot, isins: Isins) -> AccountSnapshot:
    """The same reading one trading day later.

    Shares bought are held (T1), cash has moved, trades of contracts are part of what was carried in, closed positions
    are gone. The broker's own last prices stay; his previous closes are those of another day and go.
    """
    holdings = [replace(one, close_price=None, authorised_quantity=None) for one in snapshot.holdings]
    positions: list[Position] = []
    for position in snapshot.positions:
        if is_delivery(position, isins) and position.day is not None:
            taken = delivery(position, snapshot, isins)
            holdings += _received(position, taken, snapshot, isins[position.instrument])
            positions += _still_told(position, taken)
        elif position.quantity:
            positions.append(_carried(position))
    moved = unsettled(snapshot)
    margin = snapshot.margin if moved is None else replace(snapshot.margin, cash=snapshot.margin.cash + moved)
    return replace(snapshot, margin=margin, holdings=tuple(holdings), positions=tuple(positions))


def _received(position: Position, taken: Delivery, snapshot: AccountSnapshot, isin: str) -> Iterator[Holding]:
    """Shares bought lie where the account holds the share already. What was lent for funded ones is not told yet."""
    if not taken.bought:
        return
    held = [one for one in snapshot.holdings if one.isin == isin and one.product is position.product]
    lent = position.product is Product.MTF
    yield Holding(
        instrument=held[0].instrument if held else position.instrument,
        isin=isin,
        quantity=taken.bought,
        t1_quantity=0 if lent else taken.bought,
        sellable_quantity=taken.bought,
        average_price=average_price(taken.bought_cost, taken.bought) if taken.bought_cost else None,
        last_price=position.last_price,
        product=position.product,
    )


def _still_told(position: Position, taken: Delivery) -> Iterator[Position]:
    """Funded shares that only the positions tell."""
    if taken.carried and taken.carried_cost is not None:
        yield replace(
            position,
            quantity=taken.carried,
            overnight_quantity=taken.carried,
            buy_quantity=taken.carried,
            buy_value=taken.carried_cost,
            sell_quantity=0,
            sell_value=ZERO,
            average_price=average_price(taken.carried_cost, taken.carried),
            close_price=None,
            today=Traded(),
        )


def _carried(position: Position) -> Position:
    """At its average, as if never traded since."""
    quantity = position.quantity
    value = cost(abs(quantity) * position.multiplier, position.average_price) or ZERO
    return replace(
        position,
        overnight_quantity=quantity,
        buy_quantity=max(0, quantity),
        buy_value=value if quantity > 0 else ZERO,
        sell_quantity=max(0, -quantity),
        sell_value=value if quantity < 0 else ZERO,
        close_price=None,
        today=Traded(),
    )
