"""A stream that stays open and says nothing, not even to a ping, is given up at every broker; the book tells more."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from adapters.broker import Connected
from domain.account import BrokerId
from domain.errors import BrokerUnavailable
from tests.adapters.desk import INFY, Desk, next_good, now

SILENCE = 2.0  # seconds; the price moves six times in it


def streams(desk: Desk) -> tuple[Any, Any]:
    """Prices and order updates as the adapter opens them, given up after a shorter silence."""
    stream: Any = importlib.import_module(f"adapters.{desk.broker.terms.broker.value}.stream")
    here = (desk.session, desk.endpoints)
    match desk.broker.terms.broker:
        case BrokerId.MOCK:
            return stream.market_feed(*here, silence=SILENCE), stream.order_stream(
                *here, now, silence=SILENCE
            )
        case _:
            more: Any = {"symbols": desk.names, "clock": now, "silence": SILENCE}
            return stream.market_feed(*here, **more), stream.order_stream(*here, **more)


async def _given_up(events: AsyncIterator[Any]) -> bool:
    try:
        await next_good(events, lambda event: False)
    except BrokerUnavailable:
        return True
    return False


async def test_streams_that_stall_are_given_up_and_what_they_did_not_tell_is_in_the_book(desk: Desk) -> None:
    opening, updates = streams(desk)
    async with desk.moving(INFY), opening as feed, aclosing(updates) as events:
        await feed.subscribe([INFY])
        ticks = feed.ticks()
        await next_good(ticks, lambda tick: tick.instrument == INFY)
        assert isinstance(await anext(events), Connected)
        desk.fault("stall")
        child = await desk.placed(desk.child())
        assert all(await asyncio.gather(_given_up(ticks), _given_up(events)))
        desk.heal()
    assert child.broker_order_id in {report.broker_order_id for report in await desk.broker.orders()}
    async with desk.listening():
        pass
