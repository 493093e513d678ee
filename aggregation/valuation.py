"""What things are worth and what they earned. Anything that needs an unknown number is None, never zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from domain.instrument import Exchange, InstrumentId
from domain.money import ZERO, Money, Price
from domain.portfolio import LastPrice
from domain.position import Position


def total(parts: Iterable[Money | None]) -> Money | None:
    """The sum, or None when a part is not known."""
    whole = ZERO.amount
    for part in parts:
        if part is None:
            return None
        whole += part.amount
    return Money(whole)


def worth(quantity: int, price: Price | None) -> Money | None:
    """Rupees of `quantity` units; nothing is worth nothing at any price."""
    if not quantity:
        return ZERO
    return price * quantity if price is not None else None


def less(one: Money | None, other: Money | None) -> Money | None:
    return None if one is None or other is None else one - other


def preferred(listings: Iterable[InstrumentId]) -> InstrumentId:
    """The listing that prices a share: NSE's where there is one, else the first by name."""
    return min(listings, key=lambda one: (one.exchange is not Exchange.NSE, one))


def live_or_reported(
    instrument: InstrumentId,
    prices: Mapping[InstrumentId, LastPrice],
    reported: Price | None,
    close: Price | None,
    as_of: datetime,
    source: str | None = None,
) -> LastPrice | None:
    """The live price, else the one that the broker (`source`) gave with its snapshot, as old as that."""
    live = prices.get(instrument)
    if live is not None:
        return live if live.prev_close is not None else LastPrice(live.price, live.at, close, live.source)
    return LastPrice(reported, as_of, close, source) if reported is not None else None


def unrealised(position: Position, last: LastPrice | None) -> Money | None:
    """Rupees of the open part against its average price."""
    units = position.quantity * position.multiplier
    if not units:
        return ZERO
    if last is None or position.average_price is None:
        return None
    return (last.price - position.average_price) * units


def realised(position: Position) -> Money | None:
    """Rupees of the closed part: all that came in and went out, with the open part at its average price."""
    units = position.quantity * position.multiplier
    at_cost = worth(units, position.average_price)
    return at_cost + position.sell_value - position.buy_value if at_cost is not None else None


def day_pnl(position: Position, last: LastPrice | None) -> Money | None:
    """Rupees since the previous close. Not known for a carried position that was also traded today: brokers do not
    tell what its day part alone cost."""
    if not position.overnight_quantity:
        return total((realised(position), unrealised(position, last)))
    untouched = position.quantity == position.overnight_quantity and not (
        position.sell_quantity if position.quantity > 0 else position.buy_quantity
    )
    if not untouched or last is None or last.prev_close is None:
        return None
    return (last.price - last.prev_close) * (position.quantity * position.multiplier)
