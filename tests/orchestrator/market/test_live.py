"""The socket of live prices over real websockets: modes, forms, limits, and readers of every kind."""

from __future__ import annotations

import asyncio
import json
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import msgspec
import pytest
import websockets
from fastapi import FastAPI
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from domain.account import BrokerId
from domain.calendar import Calendar
from domain.instrument import InstrumentId
from domain.market import Depth, DepthLevel, Mode, Tick
from domain.money import Price
from orchestrator.bus import LocalBus
from orchestrator.identity.ended import EndedSessions
from orchestrator.instruments.service import Instruments
from orchestrator.market.audience import Audience
from orchestrator.market.caller import Caller
from orchestrator.market.following import Options
from orchestrator.market.hub import Hub
from orchestrator.market.live import LiveSocket
from orchestrator.server import listen, server_of
from orchestrator.storage.db import Database
from orchestrator.tokens.personal import PersonalTokens
from tests.adapters.desk import now
from tests.orchestrator.market.conftest import KEY, Browser, heard, say, served
from tests.orchestrator.market.floor import INFY, TCS, Accounts, Floor

DEPTH = Depth((DepthLevel(Price.of("1499.95"), 10, 2),), (DepthLevel(Price.of("1500.05"), 7, 1),))


class AnyNames:
    """Lists every name but NSE:NOSUCH."""

    edition = 0

    def get(self, name: InstrumentId) -> object | None:
        return None if name.symbol == "NOSUCH" else self


@asynccontextmanager
async def hub_alone(bus: LocalBus, store: Database) -> AsyncIterator[Floor]:
    """No account: prices come from `told`."""
    names, accounts = cast(Instruments, AnyNames()), Accounts()
    hub = Hub(
        bus=bus,
        connections=accounts,  # type: ignore[arg-type]
        instruments=names,
        calendar=Calendar(always_open=True),
        clock=now,
        feeding=lambda: False,
    )
    await hub.start()
    try:
        yield Floor(hub, names, accounts, {}, bus, store)
    finally:
        await hub.close()


@pytest.fixture
async def stand(store: Database) -> AsyncIterator[tuple[Floor, Browser]]:
    async with hub_alone(LocalBus(), store) as here, served(here) as browser:
        yield here, browser


def told(here: Floor, name: InstrumentId, rupees: str, **more: Any) -> None:
    tick = Tick(name, Price.of(rupees), now(), prev_close=Price.of(1490), source=BrokerId.MOCK)
    here.hub.prices.take_tick(replace(tick, **more))


Stand = tuple[Floor, Browser]


async def test_each_socket_gets_as_much_as_it_asked_for(stand: Stand) -> None:
    here, browser = stand
    async with browser.socket("/v1/stocks/live") as little, browser.socket("/v1/stocks/live") as much:
        await say(little, action="subscribe", symbols=["NSE:INFY"])
        await say(much, action="subscribe", symbols=["NSE:INFY"], mode="depth")
        await here.until(lambda: here.hub.watchers(INFY) == 2, "both subscribed")
        assert here.hub.wanted() == {INFY: Mode.DEPTH}
        told(here, INFY, "1500", open=Price.of(1495), volume=12, depth=DEPTH)
        assert "open" not in await heard(little)
        whole = await heard(much)
    assert (whole["ltp"], whole["open"], whole["volume"]) == ("1500.00", "1495.00", 12)
    assert whole["depth"]["bids"] == [{"price": "1499.95", "quantity": 10, "orders": 2}]
    assert whole["age_ms"] >= 0


async def test_a_mode_can_be_changed_of_one_or_of_all_that_is_followed(stand: Stand) -> None:
    here, browser = stand
    told(here, INFY, "1500", open=Price.of(1495), depth=DEPTH)
    told(here, TCS, "3400", open=Price.of(3395), depth=DEPTH)
    async with browser.socket("/v1/stocks/live?batch=true") as socket:
        await say(socket, action="subscribe", symbols=["NSE:INFY", "NSE:TCS"])
        assert all("open" not in one for one in (await heard(socket))["prices"])
        await say(socket, action="mode", mode="quote")
        prices = (await heard(socket))["prices"]
        assert {one["symbol"]: one["open"] for one in prices} == {"NSE:INFY": "1495.00", "NSE:TCS": "3395.00"}
        await say(socket, action="mode", mode="depth", symbols=["NSE:TCS"])
        (price,) = (await heard(socket))["prices"]
        assert price["depth"] is not None
        assert here.hub.wanted() == {INFY: Mode.QUOTE, TCS: Mode.DEPTH}


async def test_msgpack_says_the_same_as_json(stand: Stand) -> None:
    here, browser = stand
    told(here, INFY, "1500")
    headers = {"authorization": f"Bearer {browser.token()}"}
    url = f"ws://127.0.0.1:{browser.port}/v1/stocks/live?format=msgpack&batch=true"
    async with websockets.connect(url, additional_headers=headers, proxy=None) as socket:
        assert msgspec.msgpack.decode(await socket.recv(decode=False)) == {"type": "authenticated"}
        await say(socket, action="subscribe", symbols=["NSE:INFY"])
        message = msgspec.msgpack.decode(await socket.recv(decode=False))
    assert message["type"] == "prices"
    assert (message["prices"][0]["symbol"], message["prices"][0]["ltp"]) == ("NSE:INFY", "1500.00")


async def test_one_unknown_symbol_does_not_cost_the_others(stand: Stand) -> None:
    here, browser = stand
    told(here, INFY, "1500")
    async with browser.socket("/v1/stocks/live") as socket:
        await say(socket, action="subscribe", symbols=["NSE:NOSUCH", "NSE:INFY"], id="first")
        error = await heard(socket)
        assert (error["error"]["code"], error["error"]["symbol"]) == ("unknown_symbol", "NSE:NOSUCH")
        assert error["id"] == "first"
        assert (await heard(socket))["symbol"] == "NSE:INFY"


async def test_an_answer_carries_the_name_of_what_it_answers(stand: Stand) -> None:
    _, browser = stand
    async with browser.socket("/v1/stocks/live") as socket:
        await say(socket, action="subscribe", symbols=["NSE:INFY"], id=7)
        assert await heard(socket) == {"type": "ok", "id": 7}
        await say(socket, action="ping", id="p")
        pong = await heard(socket)
        assert (pong["type"], pong["id"]) == ("pong", "p")
        await say(socket, action="dance", id=8)
        assert (await heard(socket))["id"] == 8


async def test_many_changes_of_a_moment_leave_as_the_newest_one(stand: Stand) -> None:
    here, browser = stand
    async with browser.socket("/v1/stocks/live") as socket:
        await say(socket, action="subscribe", symbols=["NSE:INFY"], id=1)
        await heard(socket)
        for step in range(1000):
            told(here, INFY, f"{1500 + step}")
            if step % 100 == 0:
                await asyncio.sleep(0)
        prices = [await heard(socket)]
        while prices[-1]["ltp"] != "2499.00":
            prices.append(await heard(socket))
    assert len(prices) < 50
    assert [one["seq"] for one in prices] == sorted({one["seq"] for one in prices})


async def test_a_client_that_does_not_read_holds_up_nobody_and_gets_the_newest(stand: Stand) -> None:
    """What the network has taken it gets first; after that only the newest of each price, not what was between."""
    here, browser = stand
    names = [InstrumentId.parse(f"NSE:S{number:03d}") for number in range(1000)]
    wide = Depth(DEPTH.bids * 5, DEPTH.asks * 5)
    small = sockets.socket()
    small.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    await asyncio.to_thread(small.connect, ("127.0.0.1", browser.port))
    small.setblocking(False)
    url = f"ws://127.0.0.1:{browser.port}/v1/stocks/live?batch=true&pace=20"
    headers = {"authorization": f"Bearer {browser.token()}"}
    rounds = 16
    async with (
        browser.socket("/v1/stocks/live") as other,
        websockets.connect(
            url, sock=small, additional_headers=headers, proxy=None, max_queue=1, max_size=None
        ) as stuck,
    ):
        assert await heard(stuck) == {"type": "authenticated"}
        await say(stuck, action="subscribe", symbols=[str(name) for name in names], mode="depth", id=1)
        assert await heard(stuck) == {"type": "ok", "id": 1}
        await say(other, action="subscribe", symbols=["NSE:S000"])
        for number in range(1, rounds + 1):
            for name in names:
                told(here, name, str(number), depth=wide)
            while (await heard(other))["ltp"] != f"{number}.00":
                pass
        octets, last = 0, dict[str, str]()
        async with asyncio.timeout(60):
            while set(last.values()) != {f"{rounds}.00"} or len(last) < len(names):
                message = await stuck.recv()
                octets += len(message)
                last |= {one["symbol"]: one["ltp"] for one in json.loads(message).get("prices", ())}
    each = 900 * len(names)  # octets of a round, at least
    assert octets < rounds / 2 * each


async def test_a_connection_that_is_cut_leaves_nothing_behind(stand: Stand) -> None:
    here, browser = stand
    socket = await websockets.connect(f"ws://127.0.0.1:{browser.port}/v1/stocks/live", proxy=None)
    await say(socket, action="auth", token=browser.token())
    await heard(socket)
    await say(socket, action="subscribe", symbols=["NSE:INFY"], mode="quote", id=1)
    await heard(socket)
    assert here.hub.watchers(INFY) == 1
    socket.transport.abort()
    await here.until(lambda: not here.hub.watchers(INFY), "nobody watches")
    assert not here.hub.prices.seen(INFY).followers


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"action": "subscribe", "symbols": ["NSE:INFY"], "mode": "all"}, "unknown_mode"),
        ({"action": "subscribe", "symbols": ["NSE:INFY"], "mode": {}}, "unknown_mode"),
        ({"action": "mode"}, "unknown_mode"),
        ({"action": "mode", "mode": ["ltp"]}, "unknown_mode"),
        ({"action": "mode", "mode": "quote", "symbols": ["NSE:TCS"]}, "not_subscribed"),
        (
            {"action": "subscribe", "symbols": [f"NSE:S{number}" for number in range(1001)]},
            "too_many_symbols",
        ),
    ],
)
async def test_what_cannot_be_done_is_said_and_changes_nothing(
    stand: Stand, message: dict[str, Any], code: str
) -> None:
    here, browser = stand
    async with browser.socket("/v1/stocks/live") as socket:
        await say(socket, **message)
        assert (await heard(socket))["error"]["code"] == code
        assert not here.hub.wanted()


@pytest.mark.parametrize(
    "option",
    [
        "format=xml",
        "batch=maybe",
        "pace=1",
        "pace=fast",
        "pace=99999999999",
        "pace=000020999",
    ],
)
async def test_an_option_that_there_is_not_is_refused_in_words(stand: Stand, option: str) -> None:
    _, browser = stand
    async with browser.socket(f"/v1/stocks/live?{option}") as socket:
        assert (await heard(socket))["error"]["code"] == "unknown_option"
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await heard(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4400


@pytest.mark.parametrize(("message", "answer"), [('{"action":"ping"}', "pong"), ("nonsense", "invalid_json")])
@pytest.mark.parametrize("path", ["/v1/stocks/live", "/v1/stream"])
async def test_a_client_that_talks_too_much_is_told_and_then_closed(
    stand: Stand, path: str, message: str, answer: str
) -> None:
    _, browser = stand
    async with browser.socket(path) as socket:
        for _ in range(400):
            await socket.send(message)
        async with asyncio.timeout(60):
            said = [json.loads(message) async for message in until_closed(socket)]
    assert {answer, "too_many_messages"} == {one.get("type") or one["error"]["code"] for one in said}
    assert socket.close_code == 4429


async def until_closed(socket: websockets.ClientConnection) -> AsyncIterator[str | bytes]:
    with suppress(websockets.ConnectionClosed):
        async for message in socket:
            yield message


@asynccontextmanager
async def small(here: Floor, **limits: Any) -> AsyncIterator[str]:
    """A server of this socket alone, with limits of its own and a clock that can be moved."""
    audience = Audience(here.hub, now, **{name: limits[name] for name in limits if name != "clock"})

    async def endpoint(socket: WebSocket) -> None:
        clock = limits.get("clock", now)
        ended = EndedSessions(here.db, here.bus, clock, minutes=15)
        programs = PersonalTokens(here.db, here.bus, clock)
        caller = Caller(socket, key=KEY, clock=clock, ended=ended, programs=programs, recheck=0.05)
        if await caller.authenticate():
            await LiveSocket(
                socket, caller, audience=audience, instruments=here.instruments, options=Options()
            ).run()

    app = FastAPI(routes=[WebSocketRoute("/", endpoint)])
    bound, server = listen("127.0.0.1", 0), server_of(app, proxied=False)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"ws://127.0.0.1:{bound.getsockname()[1]}/"
    finally:
        server.should_exit = True
        await task


async def test_a_user_has_so_many_sockets_and_another_one_when_one_is_closed(store: Database) -> None:
    async with hub_alone(LocalBus(), store) as here, small(here, sockets=1) as url:
        headers = {"authorization": f"Bearer {Browser(0).token()}"}
        async with websockets.connect(url, additional_headers=headers, proxy=None) as first:
            await heard(first)
            await say(first, action="ping")
            await heard(first)
            async with websockets.connect(url, additional_headers=headers, proxy=None) as second:
                await heard(second)
                assert (await heard(second))["error"]["code"] == "too_many_sockets"
                with pytest.raises(websockets.ConnectionClosed) as closed:
                    await heard(second)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4429
        async with websockets.connect(url, additional_headers=headers, proxy=None) as third:
            await heard(third)
            await say(third, action="ping")
            assert (await heard(third))["type"] == "pong"


async def test_a_quiet_socket_hears_a_heartbeat(store: Database) -> None:
    async with hub_alone(LocalBus(), store) as here, small(here, heartbeat=0.05) as url:
        headers = {"authorization": f"Bearer {Browser(0).token()}"}
        async with websockets.connect(url, additional_headers=headers, proxy=None) as socket:
            assert await heard(socket) == {"type": "authenticated"}
            assert (await heard(socket))["type"] == "heartbeat"


async def test_a_socket_ends_with_its_token_and_says_so(store: Database) -> None:
    later = timedelta()
    async with hub_alone(LocalBus(), store) as here, small(here, clock=lambda: now() + later) as url:
        headers = {"authorization": f"Bearer {Browser(0).token()}"}
        async with websockets.connect(url, additional_headers=headers, proxy=None) as socket:
            assert await heard(socket) == {"type": "authenticated"}
            later = timedelta(hours=1)
            assert (await heard(socket))["error"]["code"] in ("token_invalid", "token_expired")
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await heard(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401
