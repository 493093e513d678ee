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


def cost(quantity: int, average: Price | None) -> Money | None:
    """Rupees that `quantity` units cost at an average. Whole paise: every trade was, the average is a quotient."""
    exact = worth(quantity, average)
    return exact.rounded() if exact is not None else None


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
    return less(worth(units, last.price if last else None), cost(units, position.average_price))


def realised(position: Position) -> Money | None:
    """Rupees of the closed part: all that came in and went out, with the open part at its average price."""
    at_cost = cost(position.quantity * position.multiplier, position.average_price)
    return at_cost + position.sell_value - position.buy_value if at_cost is not None else None


def day_pnl(position: Position, last: LastPrice | None) -> Money | None:
    """Rupees since the previous close: what was carried counts from there, what was traded today from its own price.

    Not known where the broker does not tell the day's part from the carried one.
    """
    day, multiplier = position.day, position.multiplier
    if day is None:
        return None
    now = worth(position.quantity * multiplier, last.price if last else None)
    before = worth(position.overnight_quantity * multiplier, last.prev_close if last else None)
    return total((less(now, before), day.sell_value - day.buy_value))
