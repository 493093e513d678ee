"""An account's order stream: what ends it, and what only interrupts it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from adapters.broker import Connected, StreamEvent
from domain.errors import SessionExpired
from orchestrator.accounts.connection import Connection
from orchestrator.orders.trading import Trading
from orchestrator.orders.updates import OrderUpdates, Watch

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
    async with asyncio.timeout(10):
        while not watch.streaming:
            await asyncio.sleep(0.01)
    streaming.cancel()
    with suppress(asyncio.CancelledError):
        await streaming
    assert connection.asked == 2
    assert told == [("acc_1", "no streams for you")]
