"""Which account to ask about an instrument: logged in, listing it, answering, and free by its rate limit."""

from __future__ import annotations

import asyncio
from collections.abc import Container

from domain.account import AccountId
from domain.instrument import InstrumentId
from orchestrator.accounts.connections import Connection, Connections
from orchestrator.instruments.service import Instruments


class Sources:
    """Spreads questions over the accounts, so that no single rate budget carries them all."""

    def __init__(self, connections: Connections, instruments: Instruments) -> None:
        self._connections, self._instruments = connections, instruments
        self._asked: dict[AccountId, float] = {}

    @property
    def edition(self) -> int:
        """Grows whenever the brokers' names of instruments may have changed."""
        return self._instruments.edition

    def lists(self, connection: Connection, name: InstrumentId) -> bool:
        return self._instruments.symbols(connection.account.broker).listing(name) is not None

    def choose(
        self, name: InstrumentId, *, without: Container[AccountId] = (), in_full: bool = False
    ) -> Connection | None:
        """None when no account can be asked. Counts as asking it. `in_full`: rather one that tells many with depth."""
        able = [one for one in self.answering() if one.account.id not in without and self.lists(one, name)]
        if not able:
            return None
        now = asyncio.get_running_loop().time()
        best = min(
            able, key=lambda one: (in_full and not one.terms.quotes_in_full, *self._preference(one, now))
        )
        self._asked[best.account.id] = now
        return best

    def _preference(self, connection: Connection, now: float) -> tuple[float, float, AccountId]:
        """How long it would have to wait by its limit on quotes, then who was asked longest ago."""
        asked = self._asked.get(connection.account.id, float("-inf"))
        pace = max(
            (one.seconds / one.calls for one in connection.terms.limits if one.kind == "quote"), default=0.0
        )
        return (max(0.0, asked + pace - now), asked, connection.account.id)

    def answering(self) -> list[Connection]:
        """Logged in, and its breaker for reads is not open."""
        return [one for one in self._connections.connected() if not _silent(one)]


def _silent(connection: Connection) -> bool:
    health = connection.health()
    return connection.broker is None or (health is not None and health.reads == "open")
