"""An account's order stream: what ends it, and what only interrupts it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from adapters.broker import BrokerFill, Connected, StreamEvent
from domain.errors import SessionExpired
from domain.money import Price
from domain.order import Fill
from orchestrator.accounts.connection import Connection
from orchestrator.orders.known import KnownChildren
from orchestrator.orders.trading import Trading
from orchestrator.orders.updates import OrderUpdates, Watch
from orchestrator.storage.db import Database
from tests.orchestrator.orders.test_repository import T0, book, child_of, held, record

__all__ = ["book"]  # a fixture

NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)


class Forbidden:
    """A connection whose stream is refused as if nobody were logged in, once; then it works."""

    def __init__(self) -> None:
        self.account = SimpleNamespace(id="acc_1")
        self.terms = SimpleNamespace(order_stream=True)
        self.asked = 0

    async def order_stream(self) -> AsyncGenerator[StreamEvent, None]:
        self.asked += 1
        if self.asked == 1:
            raise SessionExpired("no streams for you")
        yield Connected(NOW)
        await asyncio.sleep(60)


async def test_a_stream_is_not_opened_again_with_a_session_that_is_over() -> None:
    async def login_needed(account: str, words: str) -> bool:
        return True

    trading = SimpleNamespace(connections=SimpleNamespace(login_needed=login_needed), clock=lambda: NOW)
    connection: Any = Forbidden()
    await OrderUpdates(cast(Trading, trading))._stream(Watch(cast(Connection, connection)))
    assert connection.asked == 1


async def test_a_stream_refused_while_the_session_lives_is_opened_again() -> None:
    told: list[tuple[str, str]] = []

    async def login_needed(account: str, words: str) -> bool:
        told.append((account, words))
        return False  # the profile answered

    trading = SimpleNamespace(connections=SimpleNamespace(login_needed=login_needed), clock=lambda: NOW)
    connection: Any = Forbidden()
    watch = Watch(cast(Connection, connection))
    streaming = asyncio.create_task(OrderUpdates(cast(Trading, trading))._stream(watch))
    async with asyncio.timeout(60):
        while not watch.streaming:
            await asyncio.sleep(0.01)
    streaming.cancel()
    with suppress(asyncio.CancelledError):
        await streaming
    assert connection.asked == 2
    assert told == [("acc_1", "no streams for you")]


async def test_a_trade_that_comes_before_any_answer_is_the_answer(book: Database) -> None:
    child = child_of("ord_1")
    await record(book, child)
    known = KnownChildren()
    known.remember(replace(child, broker_order_ids=("777",)))
    trading = SimpleNamespace(
        db=book,
        known=known,
        stories={},
        clock=lambda: T0,
        announcer=SimpleNamespace(changed=lambda *_: None),
        connections=SimpleNamespace(invalidate=lambda _: None, get=lambda _: None),
        instruments=SimpleNamespace(isin=lambda _: None),
    )
    connection: Any = SimpleNamespace(account=SimpleNamespace(id=child.account_id))
    trade = BrokerFill("777", Fill("t1", 10, Price.of(1500), T0))
    await OrderUpdates(cast(Trading, trading))._fill(cast(Connection, connection), trade)
    assert await held(book, T0 + timedelta(hours=1)) == {}, (
        "later reports tell nothing new: it would be held for ever"
    )
