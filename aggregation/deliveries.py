"""A delivery trade taken apart: which of its shares belong to the holdings, and what the rest realised. Needs no price.

Brokers list what was traded for delivery today among the positions and take today's sales off the holding. A sale takes
what was bought on the same day first, as they all do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregation.valuation import cost, less, total
from domain.instrument import InstrumentId
from domain.money import ZERO, Money, Price, average_price
from domain.order import Product
from domain.portfolio import AccountSnapshot
from domain.position import Holding, Position, Traded

Isins = Mapping[InstrumentId, str]
DELIVERED = (Product.CNC, Product.MTF)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery position of an account. Shares, and rupees; None is not known.

    `carried` are shares of earlier days that no holding of the account tells, `bought` those of today: both are owned.
    `sold` were sold today out of what was owned before: they had cost `sold_cost`. `booked` is what came in for all
    that was sold today, less what the part of it that was bought today had cost.
    """

    carried: int
    carried_cost: Money | None
    bought: int
    bought_cost: Money | None
    sold: int
    sold_cost: Money | None
    booked: Money | None
    any_sold: bool

    @property
    def owned(self) -> int:
        return self.carried + self.bought

    @property
    def realised(self) -> Money | None:
        return less(self.booked, self.sold_cost)


def is_delivery(position: Position, isins: Isins) -> bool:
    """Whether a position is of shares that move between demat accounts."""
    return position.product in DELIVERED and position.instrument in isins


def delivery(position: Position, snapshot: AccountSnapshot, isins: Isins) -> Delivery:
    """A delivery position of `snapshot`; `isins` names its share.

    What was carried over night counts here only when the account tells no holding of the same share and product: one
    broker lists purchases of yesterday in both places, and funded shares in the positions alone. There, too, a sale at
    one exchange takes what is listed at the other.
    """
    isin = isins[position.instrument]
    held = [one for one in snapshot.holdings if one.isin == isin and one.product is position.product]
    overnight = max(0, position.overnight_quantity)
    net = position.quantity - position.overnight_quantity
    day = position.day
    if day is not None and day.net != net:
        day = None  # they are not the trades behind this quantity
    sold = max(0, -net)
    carried = 0 if held else max(0, overnight - sold)
    before = _carried_average(position, day) if overnight and not held else _average(held)
    listed = _listed(position, snapshot, isins)
    sold_cost = _sold_cost(sold, before, _left(position, listed, held, carried, before))
    if not held and len(listed) > 1:
        if overnight:
            carried = max(0, carried - sum(_excess(one) for one in listed if one is not position))
        elif sold:
            sold_cost = _cost_elsewhere(sold, listed)
    bought_cost = _bought_cost(position, net, day)
    return Delivery(
        carried=carried,
        carried_cost=cost(carried, before),
        bought=max(0, net),
        bought_cost=bought_cost,
        sold=sold,
        sold_cost=sold_cost,
        booked=total((bought_cost, day.sell_value - day.buy_value)) if day else None,
        any_sold=day.sell_quantity > 0 if day else sold > 0,
    )


def _listed(position: Position, snapshot: AccountSnapshot, isins: Isins) -> list[Position]:
    """The account's positions in this share and product, at both exchanges."""
    isin = isins[position.instrument]
    return [
        one
        for one in snapshot.positions
        if one.product is position.product and isins.get(one.instrument) == isin
    ]


def _left(
    position: Position, listed: list[Position], held: list[Holding], carried: int, average: Price | None
) -> tuple[int, Money | None]:
    """Shares that are left after this position's sales, and their cost: with those that a later listing sells."""
    later = sum(map(_sold, listed[listed.index(position) + 1 :])) if held else 0
    if later or not held:
        left = sum(one.quantity for one in held) + carried + later
        return left, cost(left, average)
    return sum(one.quantity for one in held), total(cost(one.quantity, one.average_price) for one in held)


def _sold(position: Position) -> int:
    return max(0, position.overnight_quantity - position.quantity)


def _sold_cost(sold: int, average: Price | None, left: tuple[int, Money | None]) -> Money | None:
    """The cost of all less that of what is left: rounded each alone, the two could be a paisa more than the whole."""
    return less(cost(left[0] + sold, average), left[1]) if sold else ZERO


def _excess(position: Position) -> int:
    """Shares sold beyond what this listing has of its own."""
    return max(0, -position.quantity)


def _cost_elsewhere(sold: int, listed: list[Position]) -> Money | None:
    """What shares sold here had cost where they are listed; None where two listings or none have them."""
    carried = [one for one in listed if one.overnight_quantity > 0]
    return cost(sold, _carried_average(carried[0], carried[0].day)) if len(carried) == 1 else None


def _bought_cost(position: Position, net: int, day: Traded | None) -> Money | None:
    """What is left of today's purchases, at their average."""
    if net <= 0:
        return ZERO
    return cost(net, average_price(day.buy_value, day.buy_quantity) if day else position.average_price)


def _average(held: list[Holding]) -> Price | None:
    """What the account's shares had cost each; None when the broker says nothing, or two things."""
    averages = {one.average_price for one in held}
    return averages.pop() if len(averages) == 1 else None


def _carried_average(position: Position, day: Traded | None) -> Price | None:
    if day is None:
        return position.average_price
    return average_price(position.buy_value - day.buy_value, position.buy_quantity - day.buy_quantity)


def unsettled(snapshot: AccountSnapshot) -> Money | None:
    """What today's delivery trades bring to the cash when they settle, rupees before charges; below zero: take."""
    days = [one.day for one in snapshot.positions if one.product in DELIVERED]
    return total(day.sell_value - day.buy_value if day is not None else None for day in days)


def loan(snapshot: AccountSnapshot) -> Money | None:
    """What the account owes for shares on the broker's money. Not known of carried ones that only the positions tell.

    Today's are paid with the broker's money when they settle: until then all of their cost is in `unsettled`.
    """
    lent = [one for one in snapshot.holdings if one.product is Product.MTF]
    told = {one.instrument for one in lent}
    carried = [
        one
        for one in snapshot.positions
        if one.product is Product.MTF and one.overnight_quantity and one.instrument not in told
    ]
    return None if carried else total(one.loan for one in lent)
