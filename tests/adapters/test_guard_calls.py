"""The guard's rules for the calls beyond orders: which are sent once, which are repeated, which may use the reserve."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from adapters.broker import Broker, Conversion, MarginAsk, RateLimit, Terms
from adapters.guard import Guarded, GuardSettings, NotSent
from domain.conditional import (
    ConditionalIntent,
    ConditionalKind,
    ConditionalLeg,
    ConditionalReport,
    ConditionalStatus,
)
from domain.errors import BrokerError, BrokerUnavailable, OutcomeUnknown
from domain.instrument import Exchange, InstrumentId
from domain.money import Price
from domain.order import OrderType, Product, Side
from tests.adapters.test_guard import TERMS

INFY = InstrumentId(Exchange.NSE, "INFY")
INTENT = ConditionalIntent(
    ConditionalKind.SINGLE,
    INFY,
    Side.BUY,
    Product.CNC,
    (ConditionalLeg(Price.of(1400), 1, OrderType.LIMIT, Price.of(1400)),),
    Price.of(1500),
)
REPORT = ConditionalReport("7", ConditionalStatus.ACTIVE, "active", INTENT)
ASK = MarginAsk(INFY, Side.BUY, 1, OrderType.LIMIT, Product.CNC, Price.of(1400))
CONVERSION = Conversion(INFY, Side.BUY, 1, Product.MIS, Product.CNC)

Ask = Callable[[Guarded], Awaitable[object]]
READS: dict[str, Ask] = {
    "required_margins": lambda broker: broker.required_margins([ASK]),
    "charges": lambda broker: broker.charges([ASK]),
    "conditionals": lambda broker: broker.conditionals(),
    "probe": lambda broker: broker.probe(),
    "authorisation": lambda broker: broker.authorisation({INFY: 1}),
    "addresses": lambda broker: broker.addresses(),
}
WRITES: dict[str, Ask] = {
    "convert": lambda broker: broker.convert(CONVERSION),
    "place_conditional": lambda broker: broker.place_conditional(INTENT),
    "modify_conditional": lambda broker: broker.modify_conditional("7", INTENT),
    "cancel_conditional": lambda broker: broker.cancel_conditional(REPORT),
}


class Counting:
    """A broker whose every call fails as often as it is told, then answers."""

    def __init__(self, *failures: BrokerError, terms: Terms = TERMS) -> None:
        self.terms, self._failures = terms, list(failures)
        self.calls: list[str] = []

    def __getattr__(self, name: str) -> Any:
        async def call(*_: object) -> str:
            self.calls.append(name)
            if self._failures:
                raise self._failures.pop(0)
            return "done"

        return call


def guard(inner: Counting, *, wall: float = 1000.25) -> Guarded:
    settings = GuardSettings(write_patience=0.0, cancel_patience=0.0)
    return Guarded(cast(Broker, inner), settings, wall=lambda: wall)


@pytest.mark.parametrize("name", READS)
async def test_a_read_is_repeated_until_it_works(name: str) -> None:
    broker = Counting(BrokerUnavailable("down"), BrokerUnavailable("down"))
    assert await READS[name](guard(broker)) == "done"
    assert broker.calls == [name] * 3


@pytest.mark.parametrize("error", [BrokerUnavailable("down"), OutcomeUnknown("lost")])
@pytest.mark.parametrize("name", WRITES)
async def test_a_write_is_sent_once_whatever_comes_back(name: str, error: BrokerError) -> None:
    broker = Counting(error)
    with pytest.raises(type(error)):
        await WRITES[name](guard(broker))
    assert broker.calls == [name]


@pytest.mark.parametrize("name", WRITES)
async def test_only_a_cancel_may_use_the_room_that_is_kept_for_getting_out(name: str) -> None:
    broker = Counting(terms=replace(TERMS, limits=(RateLimit("order", 5, 1),)))
    guarded = guard(broker)
    for _ in range(3):  # five, less the two kept
        await guarded.convert(CONVERSION)
    if name == "cancel_conditional":
        await guarded.cancel_conditional(REPORT)
        await guarded.cancel_conditional(replace(REPORT, intent=None))
    with pytest.raises(NotSent):
        await WRITES[name](guarded)


async def test_estimates_leave_room_for_what_tells_where_the_money_is() -> None:
    broker = Counting(terms=replace(TERMS, limits=(RateLimit("other", 20, 1800),)))
    guarded = guard(broker)
    for _ in range(15):
        await guarded.required_margin(ASK)
    for estimate in (guarded.required_margin(ASK), guarded.required_margins([ASK]), guarded.charges([ASK])):
        with pytest.raises(NotSent, match="limit of other calls"):
            await estimate
    for _ in range(5):
        await guarded.positions()
    with pytest.raises(NotSent):
        await guarded.positions()
    assert len(broker.calls) == 20
