"""What every broker behind the interface must do when things go wrong, asked of each against its sandbox server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta

import pytest

from adapters.broker import Broker, BrokerFill, Change
from domain.account import BrokerId
from domain.errors import BrokerRejected, BrokerUnavailable, OutcomeUnknown, SessionExpired
from domain.instrument import Exchange, InstrumentId
from domain.market import Tick
from domain.money import Price
from domain.order import OrderType, Validity
from domain.report import OrderReport, ReportStatus
from tests.adapters.desk import INFY, Desk, eventually, next_good, now, working

# Shares whose price no other test looks at: the shared market moves for everyone.
WIPRO = InstrumentId(Exchange.NSE, "WIPRO")
HCLTECH = InstrumentId(Exchange.NSE, "HCLTECH")

# --- sessions ----------------------------------------------------------------------------------------------------


async def test_a_dead_session_says_so_to_reads_and_writes(desk: Desk) -> None:
    desk.fault("expire_token")
    with pytest.raises(SessionExpired):
        await desk.broker.margin()
    with pytest.raises(SessionExpired):
        await desk.broker.place(desk.child())
    assert desk.truth()["orders"] == []


async def test_a_session_that_dies_under_an_order_places_nothing(desk: Desk) -> None:
    desk.fault("expire_token", "place", times=1)
    with pytest.raises(SessionExpired):
        await desk.broker.place(desk.child())
    assert desk.truth()["orders"] == []


async def test_a_dead_session_gets_no_streams(desk: Desk) -> None:
    desk.fault("expire_token")
    with pytest.raises(SessionExpired):
        async with desk.listening():
            pass
    with pytest.raises(SessionExpired):
        await ticks_of(desk, WIPRO)


# --- faults of an order's way ------------------------------------------------------------------------------------


async def test_a_slow_answer_is_still_an_answer(desk: Desk) -> None:
    desk.fault("delay", "place", seconds=0.3, times=1)
    child = await desk.placed(desk.child())
    assert len(desk.truth()["orders"]) == 1
    assert child.broker_order_id


AFTER_ACCEPT = ["timeout_after_accept", "error_5xx_after_accept", "error_400_after_accept", "drop_answer"]


@pytest.mark.parametrize("fault", AFTER_ACCEPT)
async def test_an_order_accepted_without_an_answer_is_unknown_and_found_once(desk: Desk, fault: str) -> None:
    desk.fault(fault, "place", times=1, seconds=0.2)
    child = desk.child()
    with pytest.raises(OutcomeUnknown):
        await desk.broker.place(child)
    found = await eventually(lambda: desk.broker.find(child), lambda reports: len(reports) > 0)
    assert len(found) == 1
    assert found[0].quantity == child.quantity
    assert len(desk.truth()["orders"]) == 1


@pytest.mark.parametrize("fault", ["timeout_before", "error_5xx_before", "drop_request"])
async def test_an_order_lost_on_the_way_is_unknown_and_not_there(desk: Desk, fault: str) -> None:
    desk.fault(fault, "place", times=1, seconds=0.2)
    child = desk.child()
    with pytest.raises(OutcomeUnknown):
        await desk.broker.place(child)
    assert await desk.broker.find(child) == []
    assert desk.truth()["orders"] == []


async def test_an_order_over_the_rate_limit_is_surely_not_placed(desk: Desk) -> None:
    desk.fault("rate_limit", "place", times=1)
    with pytest.raises(BrokerUnavailable):
        await desk.broker.place(desk.child())
    assert desk.truth()["orders"] == []


async def test_an_order_of_an_account_that_is_switched_off_is_a_definite_no(desk: Desk) -> None:
    if desk.broker.terms.broker is BrokerId.ZERODHA:
        return  # no answer of Kite's for it is known
    desk.fault("kill_switch", "place", times=1)
    with pytest.raises(BrokerRejected) as no:
        await desk.broker.place(desk.child())
    assert no.value.words
    assert desk.truth()["orders"] == []


async def test_an_order_outside_the_brokers_hours_is_never_there(desk: Desk) -> None:
    desk.fault("service_hours", "place", times=1)
    with pytest.raises((BrokerRejected, BrokerUnavailable, OutcomeUnknown)):
        await desk.broker.place(desk.child())
    assert desk.truth()["orders"] == []


async def test_an_answer_that_comes_byte_by_byte_is_an_answer(desk: Desk) -> None:
    desk.fault("trickle", "place", seconds=0.5, times=1)
    child = await desk.placed(desk.child())
    assert child.broker_order_id
    assert len(desk.truth()["orders"]) == 1


@pytest.mark.parametrize("fault", AFTER_ACCEPT)
async def test_a_cancel_without_an_answer_is_unknown_and_sent_once(desk: Desk, fault: str) -> None:
    child = await desk.placed(desk.child())
    await desk.until(child, working)
    desk.fault(fault, "cancel", times=1, seconds=0.2)
    with pytest.raises(OutcomeUnknown):
        await desk.broker.cancel(child)
    await desk.until(child, lambda one: one.status is ReportStatus.CANCELLED)


async def test_a_modification_without_an_answer_is_unknown(desk: Desk) -> None:
    child = await desk.placed(desk.child(quantity=10))
    await desk.until(child, working)
    desk.fault("timeout_before", "modify", times=1, seconds=0.2)
    with pytest.raises(OutcomeUnknown):
        await desk.broker.modify(child, Change(6, OrderType.LIMIT, Validity.DAY, child.price))
    report = await desk.until(child, working)
    assert report.quantity == 10


async def test_an_outage_places_nothing_and_passes(desk: Desk) -> None:
    await desk.broker.margin()  # a warm connection, which the outage cuts
    desk.fault("outage")
    for _ in range(2):
        with pytest.raises((BrokerUnavailable, OutcomeUnknown)):
            await desk.broker.place(desk.child())
    with pytest.raises(BrokerUnavailable):
        await desk.broker.margin()
    assert desk.truth()["orders"] == []
    desk.heal()

    async def back() -> bool:
        try:
            await desk.broker.margin()
        except BrokerUnavailable:
            return False
        return True

    await eventually(back, bool)
    await desk.placed(desk.child())
    assert len(desk.truth()["orders"]) == 1


READS: list[tuple[str, Callable[[Broker], Awaitable[object]]]] = [
    ("funds", lambda broker: broker.margin()),
    ("holdings", lambda broker: broker.holdings()),
    ("positions", lambda broker: broker.positions()),
    ("orders", lambda broker: broker.orders()),
    ("quote", lambda broker: broker.quotes([INFY])),
]


@pytest.mark.parametrize("fault", ["timeout_before", "error_5xx_after_accept", "rate_limit"])
@pytest.mark.parametrize(("call", "read"), READS, ids=[call for call, _ in READS])
async def test_a_read_that_fails_is_unavailable(
    desk: Desk, fault: str, call: str, read: Callable[[Broker], Awaitable[object]]
) -> None:
    desk.fault(fault, call, times=1, seconds=0.1)
    with pytest.raises(BrokerUnavailable):
        await read(desk.broker)
    await read(desk.broker)


# --- streams -----------------------------------------------------------------------------------------------------


async def test_the_order_stream_tells_of_fills_and_cancels(desk: Desk) -> None:
    async with desk.listening() as events:
        resting = await desk.placed(desk.child())
        bought = await desk.placed(desk.child(quantity=5, order_type=OrderType.MARKET))
        await next_good(events, lambda one: one_of(one, bought.broker_order_id) and filled_quantity(one) == 5)
        await desk.broker.cancel(resting)
        ended = await next_good(
            events,
            lambda one: (
                isinstance(one, OrderReport)
                and one_of(one, resting.broker_order_id)
                and one.status is ReportStatus.CANCELLED
            ),
        )
        assert isinstance(ended, OrderReport)
        assert ended.quantity == resting.quantity


def filled_quantity(event: object) -> int:
    if isinstance(event, BrokerFill):
        return event.fill.quantity
    return event.filled_quantity if isinstance(event, OrderReport) else 0


def one_of(event: object, order_id: str | None) -> bool:
    return isinstance(event, OrderReport | BrokerFill) and event.broker_order_id == order_id


async def test_a_dropped_order_stream_ends_and_a_new_one_connects(desk: Desk) -> None:
    async with desk.listening() as events:
        desk.fault("drop_socket")
        with pytest.raises(BrokerUnavailable):
            await next_good(events, lambda _: False)
    desk.heal()
    async with desk.listening() as events:
        child = await desk.placed(desk.child(quantity=5, order_type=OrderType.MARKET))
        await next_good(events, lambda one: one_of(one, child.broker_order_id))


async def ticks_of(desk: Desk, instrument: InstrumentId) -> Tick:
    """The first tick of a new connection. A feed may tell nothing before a price moves, so it does move."""
    async with desk.adapter.market_feed(desk.session, desk.endpoints, desk.names, clock=now) as feed:
        await feed.subscribe([instrument])
        async with aclosing(feed.ticks()) as ticks, desk.moving(instrument):  # type: ignore[type-var]
            return await next_good(ticks, lambda tick: tick.instrument == instrument)


async def test_the_feed_tells_what_was_asked_for_and_follows_its_price(desk: Desk) -> None:
    async with desk.adapter.market_feed(desk.session, desk.endpoints, desk.names, clock=now) as feed:
        await feed.subscribe([WIPRO, HCLTECH])
        async with aclosing(feed.ticks()) as ticks:  # type: ignore[type-var]
            async with desk.moving(HCLTECH):
                first = await next_good(ticks, lambda tick: tick.instrument == HCLTECH)
            assert abs(now() - first.at) < timedelta(minutes=5)
            assert first.prev_close is None or first.prev_close > Price.of(0)
            target = Price(desk.price(HCLTECH).amount + 7)
            desk.sandbox.post("/prices", {"prices": {"NSE:HCLTECH": str(target)}})
            await next_good(ticks, lambda tick: tick.instrument == HCLTECH and tick.last_price == target)


async def test_a_dropped_feed_ends_and_a_new_one_connects(desk: Desk) -> None:
    async with desk.adapter.market_feed(desk.session, desk.endpoints, desk.names, clock=now) as feed:
        await feed.subscribe([WIPRO])
        async with aclosing(feed.ticks()) as ticks:  # type: ignore[type-var]
            async with desk.moving(WIPRO):
                await next_good(ticks, lambda _: True)
            desk.fault("drop_socket")
            with pytest.raises(BrokerUnavailable):
                await next_good(ticks, lambda _: False)
    desk.heal()
    assert (await ticks_of(desk, WIPRO)).instrument == WIPRO


async def test_an_outage_ends_the_streams_and_refuses_new_ones(desk: Desk) -> None:
    async with desk.listening() as events:
        desk.fault("outage")
        with pytest.raises(BrokerUnavailable):
            await next_good(events, lambda _: False)
        with pytest.raises(BrokerUnavailable):
            await ticks_of(desk, WIPRO)
