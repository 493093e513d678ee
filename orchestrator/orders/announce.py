"""Tells the browsers that an order changed: off the order's path, and once for a burst of changes.

Between processes only which orders changed is told; what they are like now is read where someone watches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from domain.account import UserId
from domain.order import OrderId
from orchestrator.bus import LAGGED, Bus, Event, user_topic
from orchestrator.db import Database
from orchestrator.orders import finding
from orchestrator.orders.rows import StoredOrder
from orchestrator.orders.schemas import OrderOut

TOPIC = "changed orders"
GATHER_SECONDS = 0.05
FEW = 10  # orders read and rendered in one go


class Announcer:
    """Tells the newest state of changed orders on their user's topic. Owned by one event loop."""

    def __init__(self, db: Database, bus: Bus) -> None:
        self._db, self._bus = db, bus
        self._changed: dict[OrderId, UserId] = {}
        self._task: asyncio.Task[None] | None = None
        self._seq = 0

    def changed(self, user_id: UserId, order_id: OrderId) -> None:
        if not self._bus.shared and not self._bus.watched(user_topic(user_id)):
            return  # who opens a screen later reads everything first
        self._changed[order_id] = user_id
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._publish(), name="announce orders")

    async def _publish(self) -> None:
        while self._changed:
            await asyncio.sleep(GATHER_SECONDS)
            batch, self._changed = self._changed, {}
            await self._bus.publish(TOPIC, {"type": "orders_changed", "data": {"orders": batch}})

    async def run(self) -> None:
        """Until cancelled: read what changed, in whatever process, and hand it to the browsers of this one."""
        async with self._bus.subscribe(TOPIC) as events:
            async for event in events:
                if event.type == LAGGED:
                    if event.topic:  # else it is what we say here, which we hear, too
                        self._bus.deliver(Event("", event.seq, event.at, LAGGED))
                else:
                    await self._show(event, event.data["orders"])

    async def _show(self, event: Event, changed: Mapping[OrderId, UserId]) -> None:
        watched = [
            order_id for order_id, user_id in changed.items() if self._bus.watched(user_topic(user_id))
        ]
        for start in range(0, len(watched), FEW):
            for stored in await self._load(watched[start : start + FEW]):
                self._seq = max(self._seq + 1, event.seq)
                data = OrderOut.of(stored).model_dump(mode="json")
                topic = user_topic(stored.order.user_id)
                self._bus.deliver(Event(topic, self._seq, event.at, "order", data))

    async def _load(self, ids: Sequence[OrderId]) -> list[StoredOrder]:
        return await self._db.read(lambda conn: finding.load_many(conn, ids))

    async def close(self) -> None:
        if self._task is not None:
            await asyncio.wait([self._task], timeout=2)
