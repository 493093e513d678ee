"""Latencies that the sandbox is seeded with come back from what the product measures, within five per cent."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from adapters.broker import Endpoints
from adapters.guard import Guarded, GuardSettings
from domain.account import AccountId, BrokerId
from domain.errors import BrokerRejected
from domain.health import PLACE, CallEnd, Measured
from domain.instrument import Exchange, InstrumentId
from domain.money import Price
from domain.order import ChildId, ChildOrder, OrderId, OrderType, Product, Side, Validity
from orchestrator.measures.tally import REFUSED, Tally
from tests.adapters.desk import Names
from tests.simulation.brokers import adapters
from tests.simulation.loop import VirtualLoop
from tests.simulation.network import Network
from tests.simulation.records import Client
from tests.simulation.weather import Weather
from tests.simulation.world import World

ORDERS = 400
INFY = InstrumentId(Exchange.NSE, "INFY")
ORDER = ChildOrder(
    id=ChildId("chd"), order_id=OrderId("ord"), account_id=AccountId("acc"), broker=BrokerId.MOCK, slice=1,
    instrument=INFY, side=Side.BUY, quantity=1, order_type=OrderType.LIMIT, product=Product.MIS,
    validity=Validity.DAY, price=Price.of("1500"), trigger_price=None, tag="tag",
)  # fmt: skip


@dataclass
class SeededWeather(Weather):
    """Each way of a request takes as long as the seed says: skewed, as real brokers are."""

    def delay(self) -> float:
        return self.dice.lognormvariate(-2.5, 0.6)


class Timed(Network):
    """Knows how long each request really took, from leaving to its answer."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.took: list[float] = []

    async def carry(self, broker: BrokerId, request: httpx.Request) -> httpx.Response:
        began = asyncio.get_running_loop().time()
        response = await super().carry(broker, request)
        if request.method == "POST":
            self.took.append(asyncio.get_running_loop().time() - began)
        return response


def in_virtual_time(work: Callable[[VirtualLoop], Coroutine[Any, Any, None]]) -> None:
    loop = VirtualLoop(random.Random(7))
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(work(loop))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_seeded_latencies_and_refusals_are_recovered() -> None:
    tally, ends = Tally(), list[CallEnd]()

    def heard(one: Measured) -> None:
        if one.call == PLACE:
            tally.add(one)
            ends.append(one.end)

    networks: list[Timed] = []

    async def trade(loop: VirtualLoop) -> None:
        world = World(loop, random.Random(1))
        network = Timed(loop, world, SeededWeather.fair(random.Random(2)))
        networks.append(network)
        client = Client(BrokerId.MOCK, "U1")
        world.open_account(client, pan="ABCDE1234F", cash=10**12, shares={})
        adapter = adapters(network, world)[BrokerId.MOCK]
        endpoints = Endpoints(rest="http://mock", login="")
        names = Names(await adapter.instruments(endpoints))
        inner = adapter.connect(world.log_in(client), endpoints, names, clock=world.now)
        broker = Guarded(
            inner, GuardSettings(write_patience=3600), wall=lambda: world.now().timestamp(), measured=heard
        )
        for number in range(ORDERS):
            order = replace(ORDER, tag=f"t{number}", price=Price.of("999999" if number % 8 == 0 else "1500"))
            try:
                await broker.place(order)
            except BrokerRejected:
                assert number % 8 == 0, "only what is outside the band is refused"
        await broker.aclose()

    in_virtual_time(trade)
    took = sorted(networks[0].took)
    assert len(took) == len(ends) == ORDERS
    assert took[-1] > 4 * took[0], "the latencies differ, or this proves nothing"
    for quantile in (0.5, 0.9, 0.99):
        exact = took[int(quantile * (ORDERS - 1))] * 1000
        assert tally.milliseconds(quantile) == pytest.approx(exact, rel=0.05)
    assert tally.share(REFUSED) == 1 / 8
