"""Books as they were a while ago, made from histories and fills: what a broker whose reads lag still shows."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.orders import Fill, Order
from mocks.brokers.backoffice.portfolio import Position
from mocks.exchange.model import Side


class Hindsight:
    """How far each user's reads lag, and what they read. Without a lag everything is the live thing itself."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.lags: dict[str, float] = {}  # seconds, by user

    def _moment(self, user_id: str) -> datetime | None:
        lag = self.lags.get(user_id, 0.0)
        return self._now() - timedelta(seconds=lag) if lag > 0 else None

    def order(self, order: Order) -> Order | None:
        """None while it is in no list yet."""
        at = self._moment(order.user_id)
        return order if at is None else as_of(order, at)

    def orders(self, user_id: str, orders: Iterable[Order]) -> list[Order]:
        at = self._moment(user_id)
        if at is None:
            return list(orders)
        return [then for order in orders if (then := as_of(order, at)) is not None]

    def positions(self, ledger: Ledger) -> list[Position]:
        at = self._moment(ledger.user.user_id)
        if at is None:
            return list(ledger.positions.values())
        later = [fill for order in ledger.orders.values() for fill in order.fills if fill.at > at]
        found = (without(position, later) for position in ledger.positions.values())
        return [then for then in found if then is not None]


def as_of(order: Order, at: datetime) -> Order | None:
    """A copy that nothing changes any more; None when the order was in no list yet."""
    rows = [row for row in order.history if row.at <= at]
    if not rows:
        return None
    last = rows[-1]
    if len(rows) == len(order.history):
        return order
    then = copy.copy(order)
    then.history = rows
    then.fills = [fill for fill in order.fills if fill.at <= at]
    then.stage, then.message, then.updated_at = last.stage, last.message, last.at
    then.quantity, then.price, then.trigger, then.type = last.quantity, last.price, last.trigger, last.type
    then.filled, then.cancelled = last.filled, last.cancelled
    then.filled_value = round(last.average * last.filled)
    then.exchange_order_id, then.exchange_at = last.exchange_order_id, last.exchange_at
    then.code = order.code if last.stage is order.stage else ""
    return then


def without(position: Position, later: Iterable[Fill]) -> Position | None:
    """The position before those fills (what was converted meanwhile stays converted); None if there was none."""
    mine = [fill for fill in later if (fill.key, fill.product) == (position.key, position.product)]
    if not mine:
        return position
    then = copy.copy(position)
    for fill in mine:
        value = fill.quantity * fill.price
        if fill.side is Side.BUY:
            then.day_buy_quantity = max(0, then.day_buy_quantity - fill.quantity)
            then.day_buy_value = max(0, then.day_buy_value - value)
        else:
            then.day_sell_quantity = max(0, then.day_sell_quantity - fill.quantity)
            then.day_sell_value = max(0, then.day_sell_value - value)
    seen = then.overnight_quantity or then.day_buy_quantity or then.day_sell_quantity
    return then if seen else None
