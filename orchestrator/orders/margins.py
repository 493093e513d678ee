"""What brokers themselves say that an order needs: asked for a preview, and used for a minute by whoever places it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import structlog

from adapters.broker import MarginAsk
from domain.account import AccountId
from domain.errors import BrokerError
from domain.money import Money
from domain.order import OrderIntent, Product
from domain.routing import QuotedMargin
from orchestrator.accounts.connections import Connection

FRESH = timedelta(seconds=60)
MOST = 1000  # figures remembered

log = structlog.get_logger()
Key = tuple[AccountId, OrderIntent]


@dataclass(slots=True)
class Margins:
    """One process's memory of them. Reservations and positions move the figure little within a minute."""

    patience: float = 1.0  # seconds that a preview waits for a broker's figure
    _known: dict[Key, tuple[QuotedMargin, datetime]] = field(default_factory=dict)

    def fresh(
        self, intent: OrderIntent, connections: Iterable[Connection], now: datetime
    ) -> dict[AccountId, QuotedMargin]:
        """What is known of exactly this order, from the last minute."""
        if not self._known or not _worth_asking(intent):
            return {}
        found = ((one.account.id, self._known.get(_key(one, intent))) for one in connections)
        return {
            account: known[0] for account, known in found if known is not None and now - known[1] <= FRESH
        }

    async def ask(
        self, intent: OrderIntent, connections: Iterable[Connection], now: datetime
    ) -> dict[AccountId, QuotedMargin]:
        """The brokers' own figures, from all accounts at once; one that does not answer in time is left out."""
        if not _worth_asking(intent):
            return {}
        known = self.fresh(intent, connections, now)
        asked = [one for one in connections if one.broker is not None and one.account.id not in known]
        answers = await asyncio.gather(*(_answer(one, intent, self.patience) for one in asked))
        if len(self._known) > MOST:
            self._known = {key: kept for key, kept in self._known.items() if now - kept[1] <= FRESH}
        for one, amount in zip(asked, answers, strict=True):
            if amount is not None:
                quoted = QuotedMargin(intent.quantity, amount)
                self._known[_key(one, intent)] = (quoted, now)
                known[one.account.id] = quoted
        return known


def _key(connection: Connection, intent: OrderIntent) -> Key:
    return connection.account.id, replace(intent, account=None)


def _worth_asking(intent: OrderIntent) -> bool:
    """Delivery is worth its value: nobody need be asked."""
    return intent.product is not Product.CNC


async def _answer(connection: Connection, intent: OrderIntent, patience: float) -> Money | None:
    broker = connection.broker
    if broker is None:
        return None
    ask = MarginAsk(
        instrument=intent.instrument,
        side=intent.side,
        quantity=intent.quantity,
        order_type=intent.order_type,
        product=intent.product,
        price=intent.price,
        trigger_price=intent.trigger_price,
    )
    try:
        async with asyncio.timeout(patience):
            return await broker.required_margin(ask)
    except (BrokerError, TimeoutError) as error:
        log.info("margin.not_told", account=connection.account.id, why=type(error).__name__)
        return None
