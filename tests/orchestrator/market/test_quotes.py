"""What is asked of brokers for quotes, and what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

from domain.account import AccountId, BrokerId
from domain.instrument import InstrumentId
from domain.market import Quote
from domain.money import Price
from orchestrator.market.quotes import Quotes
from tests.adapters.desk import now

INFY = InstrumentId.parse("NSE:INFY")


class Broker:
    """Tells last prices alone."""

    def __init__(self) -> None:
        self.asked = 0

    async def quotes(self, names: Sequence[InstrumentId]) -> list[Quote]:
        self.asked += 1
        return [Quote(one, Price.of(1500), now()) for one in names]


async def test_where_nobody_tells_quotes_in_full_short_ones_are_not_asked_for_again_at_once() -> None:
    broker = Broker()
    connection = SimpleNamespace(
        broker=broker,
        account=SimpleNamespace(id=AccountId("acc_1"), broker=BrokerId.GROWW),
        terms=SimpleNamespace(quotes_in_full=False, quote_batch=50),
    )
    sources = SimpleNamespace(lists=lambda one, name: True, choose=lambda name, **more: connection)
    quotes = Quotes(cast(Any, sources), cast(Any, None), lambda quote, source: None)
    for _ in range(3):
        assert INFY in await quotes.many([INFY], max_age=30, patience=3, in_full=True)
    assert broker.asked == 1
