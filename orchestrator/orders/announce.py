"""What users are told of their orders: off the orders' path, and once for a burst of changes.

That an order changed is kept in the transaction that changed it (`repository.tell`); what it is like is read when it is
told, where someone watches.
"""

from __future__ import annotations

from collections.abc import Sequence

from domain.account import UserId
from domain.order import OrderId
from orchestrator.bus import PASSED, Bus, Event, Kept, user_topic
from orchestrator.db import Database
from orchestrator.orders import finding
from orchestrator.orders.schemas import OrderOut

FEW = 10  # orders read and rendered in one go


class Announcer:
    """Makes of kept events what a user is told."""

    def __init__(self, db: Database, bus: Bus) -> None:
        self._db, self._bus = db, bus

    def changed(self, user_id: UserId, order_id: OrderId) -> None:
        """A transaction that changed the order is durable."""
        if self._bus.shared or self._bus.watched(user_topic(user_id)):
            self._bus.nudge()  # else a burst is numbered in one go, when somebody looks

    async def shown(self, kept: Sequence[Kept]) -> list[Event]:
        """One for each, in order: an order as it is now, anything else as it was kept."""
        wanted = dict.fromkeys(OrderId(one.thing) for one in kept if one.data is None)
        orders = await self._read(list(wanted))
        return [_event(one, orders.get(one.thing)) for one in kept]

    async def _read(self, ids: Sequence[OrderId]) -> dict[str, dict[str, object]]:
        orders: dict[str, dict[str, object]] = {}
        for start in range(0, len(ids), FEW):
            some = ids[start : start + FEW]
            for stored in await self._db.read(lambda conn, some=some: finding.load_many(conn, some)):  # type: ignore[misc]
                orders[stored.order.id] = OrderOut.of(stored).model_dump(mode="json")
        return orders


def _event(one: Kept, order: dict[str, object] | None) -> Event:
    """Of an order that is gone, as its user is, nothing is told but that there was something."""
    data = one.data if one.data is not None else order
    kind = one.type if data is not None else PASSED
    return Event(user_topic(one.user_id), one.seq, one.at, kind, data or {}, kept=True)
