"""Live prices over real sandbox brokers: streamed once, taken over when a feed is lost, polled where none is up."""

import asyncio

import pytest

from domain.account import BrokerId
from domain.calendar import Calendar
from domain.market import Mode
from mocks.launch import Sandbox
from orchestrator.bus import Bus, LocalBus
from orchestrator.market.hub import Hub
from orchestrator.storage.db import Database
from tests.adapters.desk import now
from tests.orchestrator.market.floor import INFY, TCS, Accounts, Floor, floor

BROKERS = list(BrokerId)


def carriers(here: Floor) -> list[str]:
    """Which accounts' feeds carry INFY."""
    lines = here.hub._feeds._lines.values()
    return [line.connection.account.label for line in lines if INFY in line.subscribed]


def shown(hub: Hub) -> str | None:
    last = hub.last(INFY)
    return str(last.price) if last else None


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_watched_price_is_streamed_with_its_previous_close(
    sandbox: Sandbox, store: Database, broker: BrokerId
) -> None:
    async with floor(sandbox, store, LocalBus(), broker) as here:
        await here.hub.prime([INFY])
        here.hub.watch([INFY])
        await here.until(lambda: carriers(here) != [], "subscribed")
        await here.set_price(INFY, "1512.00")
        await here.until(lambda: here.price(INFY) not in (None, "1500.00"), "a price")
        await here.set_price(INFY, "1517.00")
        await here.until(lambda: here.price(INFY) == "1517.00", "the new price")
        last = here.hub.last(INFY)
        assert last is not None
        assert last.prev_close is not None
        assert here.hub.prices.source(INFY) == broker.value


async def test_an_instrument_is_subscribed_at_one_feed_only(sandbox: Sandbox, store: Database) -> None:
    async with floor(sandbox, store, LocalBus(), BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW) as here:
        here.hub.watch([INFY, TCS])
        await here.until(lambda: len(here.hub._feeds.fed()) == 2, "both fed")
        assert len(carriers(here)) == 1


async def test_another_feed_takes_over_when_one_is_lost(sandbox: Sandbox, store: Database) -> None:
    async with floor(sandbox, store, LocalBus(), BrokerId.ZERODHA, BrokerId.UPSTOX) as here:
        here.hub.watch([INFY])
        await here.until(lambda: bool(carriers(here)), "fed")
        first = carriers(here)[0]
        desk = here.desks[BrokerId(first.lower())]
        await asyncio.to_thread(desk.fault, "outage")
        await here.until(lambda: carriers(here) not in ([], [first]), "the other feed")
        await here.set_price(INFY, "1523.00")
        await here.until(lambda: here.price(INFY) == "1523.00", "its price")


async def test_a_dead_session_asks_for_a_login_and_the_others_go_on(
    sandbox: Sandbox, store: Database
) -> None:
    async with floor(sandbox, store, LocalBus(), BrokerId.ZERODHA, BrokerId.GROWW) as here:
        here.hub.watch([INFY])
        await here.until(lambda: bool(carriers(here)), "fed")
        first = carriers(here)[0]
        desk = here.desks[BrokerId(first.lower())]
        await asyncio.to_thread(desk.fault, "expire_token")
        await asyncio.to_thread(desk.fault, "drop_socket", times=1)
        await here.until(lambda: carriers(here) not in ([], [first]), "the other feed")


async def test_a_feed_that_says_nothing_while_the_market_moves_is_replaced(
    sandbox: Sandbox, store: Database
) -> None:
    pair = (BrokerId.GROWW, BrokerId.MOCK)
    async with floor(sandbox, store, LocalBus(), *pair, mute=BrokerId.GROWW) as here:
        here.hub.watch([INFY])
        await here.until(lambda: carriers(here) == ["Groww"], "the mute feed is tried first")
        await here.until(lambda: carriers(here) == ["Mock"], "the other feed")
        await here.set_price(INFY, "1527.00")
        await here.until(lambda: here.price(INFY) == "1527.00", "its price")


async def test_a_process_without_feeds_gets_its_prices_over_the_bus(
    sandbox: Sandbox, store: Database, bus: Bus
) -> None:
    async with floor(sandbox, store, bus, BrokerId.MOCK) as here:
        front = Hub(
            bus=bus,
            connections=Accounts(),  # type: ignore[arg-type]
            instruments=here.instruments,
            calendar=Calendar(always_open=True),
            clock=now,
            feeding=lambda: False,
        )
        await front.start()
        try:
            front.watch([INFY], Mode.QUOTE)
            await here.until(lambda: carriers(here) != [], "the other process streams it")
            assert here.hub.wanted() == {INFY: Mode.QUOTE}
            await here.set_price(INFY, "1533.00")
            await here.until(lambda: shown(front) == "1533.00", "the price comes back")
            assert front.prices.source(INFY) == BrokerId.MOCK
        finally:
            await front.close()


async def test_a_quote_is_kept_and_served_while_it_is_renewed(sandbox: Sandbox, store: Database) -> None:
    async with floor(sandbox, store, LocalBus(), BrokerId.ZERODHA) as here:
        quote = await here.hub.quote(INFY)
        assert quote is not None
        assert quote.upper_circuit is not None
        assert await here.hub.quote(INFY) is quote
        fresh = await here.hub.quote(INFY, max_age=0, serve_stale=0)
        assert fresh is not quote
        assert here.hub.quote_source(INFY) == "zerodha"


async def test_without_any_account_a_quote_is_not_known(store: Database) -> None:
    async with floor(None, store, LocalBus()) as here:
        assert await here.hub.quote(INFY) is None
        assert here.hub.last(INFY) is None
