"""The contract note of a day: every trade, and what the day costs with the roundings that are the law on paper.

The securities transaction tax is reckoned per security and day on the average of all its trades, shares bought and
sold on the same day as intraday, and rounded to the whole rupee; every other line to the paisa. Paise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from mocks.brokers.backoffice.charges import (
    LINES,
    Charges,
    demat_charge,
    desk_charge,
    rates,
    to_paisa,
    total,
)
from mocks.brokers.backoffice.market import Market
from mocks.brokers.backoffice.orders import Fill, Order, Product
from mocks.brokers.backoffice.statutory import TAXES, Segment, in_force, segment_of
from mocks.brokers.backoffice.tariff import Tariff
from mocks.exchange.model import Instrument, Kind, Side

NIL = Decimal(0)
RUPEE = Decimal(1)
SQUARED_OFF = "square_off"  # key in `OrderRequest.extra` of the risk desk's own orders


@dataclass(frozen=True, slots=True)
class ContractNote:
    """`charges`: paise by line (the names of `Charges`). `obligation`: what the trades come to, above zero when the
    client receives; `net` after charges."""

    number: str
    user_id: str
    day: date
    issued_at: datetime
    trades: list[Fill]
    charges: dict[str, int]
    obligation: int

    @property
    def total_charges(self) -> int:
        return sum(self.charges.values())

    @property
    def net(self) -> int:
        return self.obligation - self.total_charges


@dataclass(slots=True)
class _Traded:
    """One security's day."""

    bought: int = 0
    bought_value: int = 0
    sold: int = 0
    sold_value: int = 0

    def add(self, order: Order) -> None:
        if order.side is Side.BUY:
            self.bought += order.filled
            self.bought_value += order.filled_value
        else:
            self.sold += order.filled
            self.sold_value += order.filled_value


def draw_up(
    *,
    user_id: str,
    day: date,
    at: datetime,
    orders: Iterable[Order],
    delivered: Mapping[str, int],
    market: Market,
    tariff: Tariff,
    extra: Charges | None = None,
) -> ContractNote:
    """`orders` of the day; `delivered`: paise that shares sold out of the demat account fetched, by ISIN; `extra`:
    charges that come from no order (contracts that expired)."""
    executed = [order for order in orders if order.filled]
    listed = {order.key: market.instrument(order.key) for order in executed}
    legs = [
        rates(tariff, listed[order.key], order.product, day).of(order.side, _rupees(order.filled_value))
        for order in executed
    ]
    squared = sum(1 for order in executed if SQUARED_OFF in order.request.extra)
    whole = total(
        [
            *legs,
            *(demat_charge(tariff, Decimal(value) / 100) for value in delivered.values()),
            desk_charge(tariff, squared),
            extra or Charges(),
        ]
    )
    lines = whole.lines() | {"stt": _tax(executed, listed, day) + (extra.stt if extra else NIL)}
    lines["stamp"] = sum((to_paisa(leg.stamp) for leg in legs), NIL)
    trades = sorted((fill for order in executed for fill in order.fills), key=lambda fill: fill.at)
    return ContractNote(
        number=f"CN{day:%Y%m%d}{user_id}",
        user_id=user_id,
        day=day,
        issued_at=at,
        trades=trades,
        charges={line: int(to_paisa(lines[line]) * 100) for line in LINES},
        obligation=sum(fill.quantity * fill.price * (1 if fill.side is Side.SELL else -1) for fill in trades),
    )


def _tax(executed: Iterable[Order], listed: Mapping[str, Instrument], day: date) -> Decimal:
    securities: dict[str, _Traded] = {}
    for order in executed:
        securities.setdefault(order.key, _Traded()).add(order)
    return sum((_tax_of(listed[key], traded, day) for key, traded in securities.items()), NIL)


def _tax_of(instrument: Instrument, traded: _Traded, day: date) -> Decimal:
    if instrument.kind is not Kind.EQUITY:
        tax = in_force(TAXES[segment_of(instrument, Product.NRML)], day)
        return _whole(_rupees(traded.bought_value) * tax.bought + _rupees(traded.sold_value) * tax.sold)
    average = to_paisa(_rupees(traded.bought_value + traded.sold_value) / (traded.bought + traded.sold))
    matched = min(traded.bought, traded.sold)
    delivery, intraday = in_force(TAXES[Segment.DELIVERY], day), in_force(TAXES[Segment.INTRADAY], day)
    kept = average * (traded.bought - matched) * delivery.bought
    kept += average * (traded.sold - matched) * delivery.sold
    return _whole(average * matched * intraday.sold) + _whole(kept)


def _rupees(paise: int) -> Decimal:
    return Decimal(paise) / 100


def _whole(amount: Decimal) -> Decimal:
    return amount.quantize(RUPEE, ROUND_HALF_UP)
