"""One order read again at its broker, after a write whose answer does not tell what became of it."""

from __future__ import annotations

from adapters.broker import Broker
from domain.errors import BrokerError
from domain.order import ChildOrder, Source
from domain.report import facts_of
from orchestrator.orders.learn import learn
from orchestrator.orders.trading import Trading


async def read_order(trading: Trading, broker: Broker, child: ChildOrder) -> None:
    """Learn what the broker says of one order now. Where it cannot be read, the stream or the poll will tell."""
    try:
        report = await broker.order(child)
    except BrokerError:
        return
    if report is not None:
        await learn(trading, child.id, facts_of(report), source=Source.POLL, answered_at=trading.clock())
