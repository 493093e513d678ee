"""Upstox by night and before the market opens, by the exchange's own hours: Monday the 23rd is a trading day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from adapters.broker import Change
from domain.account import BrokerId
from domain.errors import BrokerUnavailable
from domain.money import Price
from domain.order import OrderType, Validity
from domain.report import ReportStatus
from mocks.launch import Sandbox
from tests.adapters.desk import Names, opened, working

MASTERS: dict[BrokerId, Names] = {}


@pytest.fixture
def monday() -> Iterator[Sandbox]:
    options = ["--clock", "step", "--start", "2026-11-23T03:45:00+05:30"]
    with Sandbox.start(flow=False, only=["upstox"], calendar=True, options=options) as running:
        yield running


async def test_an_order_by_night_is_surely_not_taken(monday: Sandbox) -> None:
    monday.patch("/brokers/upstox/switches", {"service_hours": True})
    async with opened(monday, BrokerId.UPSTOX, MASTERS) as desk:
        with pytest.raises(BrokerUnavailable) as shut:
            await desk.broker.place(desk.child())
        assert shut.value.code == "UDAPI100074"
        with pytest.raises(BrokerUnavailable) as funds:
            await desk.broker.margin()
        assert funds.value.code == "UDAPI100072"
        assert desk.truth()["orders"] == []
        assert (await desk.broker.probe()).orders is True  # the account is sound: only the hour is not


async def test_an_after_market_order_waits_for_the_opening(monday: Sandbox) -> None:
    monday.post("/clock", {"to": "2026-11-23T06:30:00+05:30"})
    async with opened(monday, BrokerId.UPSTOX, MASTERS) as desk:
        kept = await desk.placed(replace(desk.child(quantity=5), after_market=True))
        dropped = await desk.placed(replace(desk.child(quantity=6), after_market=True))
        waiting = await desk.broker.order(kept)
        assert waiting is not None
        assert (waiting.status, waiting.words) == (ReportStatus.PENDING, "after market order req received")
        assert kept.price is not None
        lower = Price(kept.price.amount - 1)
        await desk.broker.modify(kept, Change(8, OrderType.LIMIT, Validity.DAY, lower))
        await desk.broker.cancel(dropped)
        ended = await desk.broker.order(dropped)
        assert ended is not None
        assert (ended.status, ended.words) == (ReportStatus.CANCELLED, "cancelled after market order")
        monday.post("/clock", {"to": "2026-11-23T09:20:00+05:30"})
        standing = await desk.until(kept, working)
        assert (standing.quantity, standing.price) == (8, lower)
