"""Processes tell each other when a breaker has opened: to the others a reason to doubt, and no more.

The next call of each is a trial, and its failure opens the breaker there at once. One process whose own network is
broken must not keep the others from their brokers.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from adapters.guard import READS, WRITES
from domain.account import AccountId
from orchestrator.accounts.connection import Connection
from orchestrator.bus import Bus

TOPIC = "breakers"


class Breakers:
    """`origin` marks what this process says; `find` gives an account's connection; `spawn` runs what nobody awaits."""

    def __init__(
        self,
        bus: Bus,
        origin: str,
        find: Callable[[AccountId], Connection | None],
        spawn: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        self._bus, self._origin, self._find, self._spawn = bus, origin, find, spawn

    def opened(self, account_id: AccountId, kind: str) -> None:
        """One has opened here."""
        if self._bus.shared:
            data = {"account": account_id, "kind": kind, "from": self._origin}
            self._spawn(self._bus.signal(TOPIC, {"type": "opened", "data": data}))

    async def run(self) -> None:
        """Hear of the others', until cancelled."""
        async with self._bus.subscribe(TOPIC) as events:
            async for event in events:
                data = event.data
                if data.get("from") == self._origin or data.get("kind") not in (READS, WRITES):
                    continue
                connection = self._find(AccountId(str(data.get("account"))))
                if connection is not None and connection.broker is not None:
                    connection.broker.doubt(data["kind"])
