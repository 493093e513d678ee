"""Says that an order changed, once its transaction is durable: what is kept of it is then told sooner."""

from __future__ import annotations

from domain.account import UserId
from domain.order import OrderId
from orchestrator.bus import Bus, user_topic


class Announcer:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    def changed(self, user_id: UserId, _order_id: OrderId) -> None:
        """Where nobody watches, a burst is numbered in one go, when the relay looks."""
        if self._bus.shared or self._bus.watched(user_topic(user_id)):
            self._bus.nudge()
