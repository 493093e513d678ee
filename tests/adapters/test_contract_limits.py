"""Every broker as strict as it is on a trading day: behind the guard an account stays inside its limits by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from adapters.guard import Guarded, GuardSettings
from domain.account import BrokerId
from domain.order import apply
from domain.report import ReportStatus
from tests.adapters.desk import Desk, eventually

BURST = 15


@pytest.fixture
def unpaced() -> None:
    """Here the pauses are what is proven."""


@pytest.fixture
def counted(desk: Desk) -> Iterator[None]:
    """The broker counts requests, for as long as the test."""
    switches = f"/brokers/{desk.server}/switches"
    desk.sandbox.patch(switches, {"rate_limits": True})
    yield
    desk.sandbox.patch(switches, {"rate_limits": False})


@pytest.mark.usefixtures("counted")
async def test_a_burst_of_orders_and_its_cancels_all_get_through(desk: Desk) -> None:
    if desk.broker.terms.broker is BrokerId.MOCK:
        return  # made for load: its terms allow more than its switch does
    # Reads spaced here may still arrive in a bunch: they are asked again, as in the product. Orders never are.
    # Half of what is allowed a second: on a busy machine two seconds' orders may arrive in one.
    guarded = Guarded(desk.broker, GuardSettings(write_patience=20.0, orders_a_second=5))
    price = desk.far_below()
    children = [desk.child(quantity=1 + number, price=price) for number in range(BURST)]
    accepted, _ = await asyncio.gather(
        asyncio.gather(*(guarded.place(child) for child in children)), reading(guarded)
    )
    assert len({one.broker_order_id for one in accepted}) == BURST
    assert guarded.health().writes == guarded.health().reads == "closed"
    book = await eventually(guarded.orders, lambda found: len(found) >= BURST)
    assert {one.tag: one.quantity for one in book} == {one.tag: one.quantity for one in children}
    assert {one.status for one in book} <= {ReportStatus.OPEN, ReportStatus.PENDING}
    live = [apply(child, one) for child, one in zip(children, accepted, strict=True)]
    await asyncio.gather(*map(guarded.cancel, live))
    await eventually(guarded.orders, lambda found: {one.status for one in found} == {ReportStatus.CANCELLED})


async def reading(guarded: Guarded) -> None:
    """What the product reads of an account meanwhile."""
    for _ in range(3):
        await asyncio.gather(
            guarded.margin(), guarded.holdings(), guarded.positions(), guarded.orders(), guarded.probe()
        )
        await guarded.conditionals()
