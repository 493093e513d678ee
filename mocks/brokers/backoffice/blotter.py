"""The desk's record: every stage of every order becomes a `Row` of its history and an `OrderUpdate`, in that order.

The order of updates is guaranteed: a listener hears the rows of one user in the order in which they happened.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.orders import Fill, Order, OrderRequest, OrderUpdate, Stage
from mocks.brokers.backoffice.profile import Profile


class Blotter:
    """`by_number` finds an order by its number at the exchange; `endings` hear of every order that is over."""

    def __init__(self, profile: Profile, now: Callable[[], datetime], ledgers: dict[str, Ledger]) -> None:
        self._profile = profile
        self.now = now
        self.ledgers = ledgers
        self.by_number: dict[int, Order] = {}
        self.listeners: dict[str, list[Callable[[OrderUpdate], None]]] = {}
        self.endings: list[Callable[[Order], None]] = []
        self.order_count = 0
        self.trade_count = 0

    def open(self, ledger: Ledger, request: OrderRequest) -> Order:
        """A new order with an id, in no list yet."""
        now = self.now()
        self.order_count += 1
        return Order(
            order_id=self._profile.order_id(self.order_count, now),
            user_id=ledger.user.user_id,
            request=request,
            received_at=now,
            quantity=request.quantity,
            price=request.price,
            trigger=request.trigger,
            disclosed=request.disclosed,
            type=request.type,
            validity=request.validity,
            protection=request.protection,
            number=self.order_count,
        )

    def enter(self, ledger: Ledger, order: Order, stage: Stage = Stage.RECEIVED) -> None:
        """Put it into the day's book."""
        ledger.add(order)
        self.mark(order, stage)

    def mark(self, order: Order, stage: Stage, fill: Fill | None = None, message: str = "") -> None:
        order.stage = stage
        order.message = message
        order.updated_at = self.now()
        row = order.row()
        order.history.append(row)
        listeners = self.listeners.get(order.user_id)
        if listeners:
            update = OrderUpdate(order, row, fill)
            for callback in tuple(listeners):
                callback(update)

    def end(
        self, order: Order, stage: Stage, message: str = "", *, fill: Fill | None = None, by: str = ""
    ) -> None:
        """The last row. `by`: who cancelled it (client, broker, exchange)."""
        self.ledgers[order.user_id].end(order)
        order.resting = order.in_flight = None
        if stage is Stage.CANCELLED:
            order.cancelled = order.quantity - order.filled
            order.cancelled_by = order.cancelled_by or by
        self.by_number.pop(order.exchange_number, None)
        self.mark(order, stage, fill, message)
        for heard in self.endings:
            heard(order)

    def trade_id(self, now: datetime) -> str:
        self.trade_count += 1
        return self._profile.trade_id(self.trade_count, now)
