"""A socket tells kept events with numbers without gaps, and who comes back what it missed."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection

from domain.account import UserId
from orchestrator.bus import LocalBus, user_topic
from orchestrator.storage.db import Database
from orchestrator.tables.outbox import outbox
from tests.orchestrator.market.conftest import heard, market
from tests.orchestrator.outbox.process import keep, process

ME = UserId("u")


async def numbers(socket: ClientConnection, count: int) -> list[Any]:
    told = [await heard(socket) for _ in range(count)]
    return [(one["type"], one["seq"]) for one in told]


async def test_who_comes_back_hears_what_it_missed_and_then_goes_on(store: Database) -> None:
    bus = LocalBus()
    async with market(None, store, bus=bus) as (here, browser), process(store, bus):
        async with browser.socket("/v1/stream") as socket:
            await here.until(lambda: bus.watched(user_topic(ME)), "subscribed")
            await keep(store, ME, 1)
            assert await numbers(socket, 1) == [("order", 1)]
        await keep(store, ME, 2, 3)
        await here.until(lambda: bus._carried == 3, "numbered")
        async with browser.socket("/v1/stream?since=1") as socket:
            assert await numbers(socket, 3) == [("order", 2), ("order", 3), ("caught_up", 3)]
            await keep(store, ME, 4)
            assert await numbers(socket, 1) == [("order", 4)]


async def test_who_was_away_too_long_reads_everything_again(store: Database) -> None:
    bus = LocalBus()
    async with market(None, store, bus=bus) as (here, browser), process(store, bus):
        await keep(store, ME, 1, 2, 3)
        await here.until(lambda: bus._carried == 3, "numbered")
        await store.write(lambda conn: conn.execute(outbox.delete().where(outbox.c.seq <= 2)))
        async with browser.socket("/v1/stream?since=1") as socket:
            assert (await heard(socket)) == {"type": "portfolio", "data": {"reason": "lagged"}}
            assert await numbers(socket, 1) == [("caught_up", 3)]
        async with browser.socket("/v1/stream?since=99") as socket:  # of another database
            assert (await heard(socket))["data"] == {"reason": "lagged"}
            assert await numbers(socket, 1) == [("caught_up", 3)]


@pytest.mark.parametrize("since", ["-1", "1.5", "x", "9" * 40])
async def test_a_number_that_is_none_is_refused(store: Database, since: str) -> None:
    async with market(None, store) as (_here, browser), browser.socket(f"/v1/stream?since={since}") as socket:
        assert (await heard(socket))["error"]["code"] == "unknown_option"
