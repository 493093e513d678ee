"""An order as it was at an earlier moment, made from its history: what a lagging book still shows."""

from __future__ import annotations

import copy
from datetime import datetime

from mocks.brokers.backoffice.orders import Order


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
