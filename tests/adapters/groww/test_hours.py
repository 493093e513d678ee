"""Groww before the market opens, by the exchange's own hours: Monday the 23rd is a trading day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters.broker import Change
from domain.account import BrokerId
from domain.money import Price
from domain.order import OrderType, Validity
from domain.report import ReportStatus
from mocks.launch import Sandbox
from tests.adapters.desk import Names, opened, working

MASTERS: dict[BrokerId, Names] = {}


@pytest.fixture
def monday() -> Iterator[Sandbox]:
    options = ["--clock", "step", "--start", "2026-11-23T06:30:00+05:30"]
    with Sandbox.start(flow=False, only=["groww"], calendar=True, options=options) as running:
        yield running


async def test_an_after_market_order_waits_for_the_opening(monday: Sandbox) -> None:
    async with opened(monday, BrokerId.GROWW, MASTERS) as desk:
        kept = await desk.placed(replace(desk.child(quantity=5), after_market=True))
        dropped = await desk.placed(replace(desk.child(quantity=6), after_market=True))
        waiting = await desk.broker.order(kept)
        assert waiting is not None
        assert waiting.status is ReportStatus.PENDING, waiting
        assert kept.price is not None
        lower = Price(kept.price.amount - 1)
        await desk.broker.modify(kept, Change(8, OrderType.LIMIT, Validity.DAY, lower))
        await desk.broker.cancel(dropped)
        ended = await desk.broker.order(dropped)
        assert ended is not None
        assert ended.status is ReportStatus.CANCELLED, ended
        monday.post("/clock", {"to": "2026-11-23T09:20:00+05:30"})
        standing = await desk.until(kept, working)
        assert (standing.quantity, standing.price) == (8, lower)
