"""Which instruments traded since one last looked: what tells thousands of last prices apart from asking for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mocks.exchange.model import Event, Trade

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange


class Prints:
    """One for all connections: the exchange keeps its listeners for ever."""

    def __init__(self, exchange: Exchange) -> None:
        self._newest: dict[str, int] = {}
        exchange.listen(self._hear)

    def _hear(self, event: Event) -> None:
        if type(event) is Trade:
            self._newest[event.key] = event.seq

    def newest(self, key: str) -> int:
        """The event number of the last trade, 0 before the first."""
        return self._newest.get(key, 0)
