"""What the world itself wrote down of the accounts at its brokers, as they were at each moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.account import BrokerId
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import Product
from mocks.exchange.model import Event, Side, Trade
from mocks.exchange.venue import Exchange

CLOSED = frozenset({Product.MIS, Product.NRML})  # what a kill switch closes: shares in demat stay


@dataclass(frozen=True)
class Client:
    """A person's account at one broker of the world."""

    broker: BrokerId
    user_id: str


@dataclass(frozen=True)
class Converted:
    """A part of a position that was moved. `after` is the number of the exchange's last trade before it."""

    client: Client
    key: str
    side: Side
    quantity: int
    old: Product
    new: Product
    at: datetime
    after: int


class Records:
    def __init__(self, now: Callable[[], datetime], exchange: Exchange) -> None:
        self._now = now
        self._last_trade = 0
        self.converted: list[Converted] = []
        self._flat: dict[Client, list[tuple[datetime, bool]]] = {}
        exchange.listen(self._printed)

    def follow(self, client: Client, office: BackOffice) -> None:
        self._flat[client] = [(self._now(), True)]
        office.listen(client.user_id, lambda update: self._look(client, office))
        convert = office.convert

        def recorded(
            user_id: str, key: str, side: Side, quantity: int, old: Product, new: Product, **more: Any
        ) -> None:
            convert(user_id, key, side, quantity, old, new, **more)
            if user_id == client.user_id:
                at = self._now()
                self.converted.append(Converted(client, key, side, quantity, old, new, at, self._last_trade))
                self._look(client, office)

        office.convert = recorded  # type: ignore[method-assign]

    def was_flat(self, client: Client, since: datetime) -> bool:
        """Whether at some moment from then until now nothing was open that a kill switch closes."""
        book = self._flat[client]
        before = [flat for at, flat in book if at <= since]
        return before[-1:] == [True] or any(flat for at, flat in book if at > since)

    def _look(self, client: Client, office: BackOffice) -> None:
        flat = not any(one.quantity and one.product in CLOSED for one in office.positions(client.user_id))
        if self._flat[client][-1][1] is not flat:
            self._flat[client].append((self._now(), flat))

    def _printed(self, event: Event) -> None:
        if isinstance(event, Trade):
            self._last_trade = event.trade
