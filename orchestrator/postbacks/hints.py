"""From the process that a broker posts to, to the one that follows the account's orders: look there now."""

from __future__ import annotations

import asyncio
from typing import Protocol

from domain.account import AccountId
from orchestrator.bus import LAGGED, Bus

TOPIC = "order hints"
PAUSE = 1.0  # seconds between looks at one account, however many hints come


class Looks(Protocol):
    """Who reads orders: `OrderUpdates`."""

    def look(self, account_id: AccountId) -> None:
        """Read the account's book as soon as possible."""
        ...

    def look_everywhere(self) -> None: ...


async def tell(bus: Bus, account_id: AccountId) -> None:
    """Something may have happened to the account's orders."""
    await bus.publish(TOPIC, {"type": "order_hint", "data": {"account": account_id}})


class Hints:
    """Follows hints: the first one at once, those of the next second together at its end."""

    def __init__(self, bus: Bus, looks: Looks, *, pause: float = PAUSE) -> None:
        self._bus, self._looks, self._pause = bus, looks, pause
        self._free_at: dict[AccountId, float] = {}
        self._waiting: dict[AccountId, asyncio.TimerHandle] = {}

    async def run(self) -> None:
        """Until cancelled."""
        try:
            async with self._bus.subscribe(TOPIC) as events:
                async for event in events:
                    if event.type == LAGGED:
                        self._looks.look_everywhere()
                    else:
                        self._heard(AccountId(str(event.data["account"])))
        finally:
            for handle in self._waiting.values():
                handle.cancel()
            self._waiting.clear()

    def _heard(self, account_id: AccountId) -> None:
        if account_id in self._waiting:
            return
        loop = asyncio.get_running_loop()
        free_at = self._free_at.get(account_id, 0.0)
        if free_at <= loop.time():
            self._look(account_id)
        else:
            self._waiting[account_id] = loop.call_at(free_at, self._look, account_id)

    def _look(self, account_id: AccountId) -> None:
        self._waiting.pop(account_id, None)
        self._free_at[account_id] = asyncio.get_running_loop().time() + self._pause
        self._looks.look(account_id)
