"""Tells the browsers that an order changed: off the order's path, and once for a burst of changes."""

from __future__ import annotations

import asyncio

from domain.account import UserId
from domain.order import OrderId
from orchestrator.bus import Bus, user_topic
from orchestrator.db import Database
from orchestrator.orders import repository
from orchestrator.orders.schemas import OrderOut

GATHER_SECONDS = 0.05


class Announcer:
    """Publishes the newest state of changed orders on their user's topic. Owned by one event loop."""

    def __init__(self, db: Database, bus: Bus) -> None:
        self._db, self._bus = db, bus
        self._changed: dict[OrderId, UserId] = {}
        self._task: asyncio.Task[None] | None = None

    def changed(self, user_id: UserId, order_id: OrderId) -> None:
        if not self._bus.heard(user_topic(user_id)):
            return  # who opens a screen later reads everything first
        self._changed[order_id] = user_id
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._publish(), name="announce orders")

    async def _publish(self) -> None:
        while self._changed:
            await asyncio.sleep(GATHER_SECONDS)
            batch, self._changed = self._changed, {}
            for order_id, user_id in batch.items():
                stored = await self._db.read(lambda conn, o=order_id, u=user_id: repository.load(conn, u, o))  # type: ignore[misc]
                if stored is not None:
                    data = OrderOut.of(stored).model_dump(mode="json")
                    await self._bus.publish(user_topic(user_id), {"type": "order", "data": data})

    async def close(self) -> None:
        if self._task is not None:
            await asyncio.wait([self._task], timeout=2)
