"""Search, quotes, candles and the two sockets, over HTTP."""

import asyncio
import json
from datetime import datetime

import pytest
import websockets

from domain.account import BrokerId, UserId
from mocks.launch import Sandbox
from orchestrator.bus import LocalBus, user_topic
from orchestrator.storage.db import Database
from tests.orchestrator.market.conftest import heard, market, say
from tests.orchestrator.market.floor import INFY


async def test_stocks_are_found_by_words_with_their_price(sandbox: Sandbox, store: Database) -> None:
    async with market(sandbox, store, BrokerId.UPSTOX) as (_here, browser):
        page = await browser.get("/v1/stocks?q=infy&limit=1")
        assert (page["page"], page["limit"]) == (1, 1)
        assert page["total"] > 2  # both shares, and the contracts on them
        (stock,) = page["items"]
        assert stock["symbol"] == "NSE:INFY"
        assert (stock["exchange"], stock["trading_symbol"], stock["kind"]) == ("NSE", "INFY", "EQ")
        assert stock["brokers"] == ["zerodha", "upstox", "groww", "mock"]
        assert stock["last_price"] is not None
        assert datetime.fromisoformat(stock["price_as_of"]).utcoffset() is not None
        second = await browser.get("/v1/stocks?q=infy&limit=1&page=2")
        assert second["items"][0]["symbol"] == "BSE:INFY"
        assert (await browser.get("/v1/stocks?q=infy&exchange=BSE"))["total"] == 1


async def test_a_stock_comes_with_its_quote(sandbox: Sandbox, store: Database) -> None:
    async with market(sandbox, store, BrokerId.ZERODHA) as (_here, browser):
        stock = await browser.get("/v1/stocks/NSE:INFY")
        quote = stock["quote"]
        assert quote["source"] == "zerodha"
        assert len(quote["depth"]["bids"]) == 5
        assert quote["lower_circuit"] < quote["last_price"] < quote["upper_circuit"]
        assert (await browser.get("/v1/stocks/infy"))["symbol"] == "NSE:INFY"


@pytest.mark.parametrize("symbol", ["NSE:NOSUCH", "NOSUCH:INFY", "NSE:"])
async def test_what_nobody_lists_is_not_found(sandbox: Sandbox, store: Database, symbol: str) -> None:
    async with market(sandbox, store, BrokerId.MOCK) as (_here, browser):
        for path in (f"/v1/stocks/{symbol}", f"/v1/stocks/{symbol}/history"):
            problem = await browser.get(path, expect=404)
            assert problem["code"] == "instrument_unknown"
            assert problem["fix"]


async def test_candles_of_the_past_end_in_the_one_that_forms(sandbox: Sandbox, store: Database) -> None:
    async with market(sandbox, store, BrokerId.ZERODHA) as (here, browser):
        await here.hub.prime([INFY])
        history = await browser.get("/v1/stocks/NSE:INFY/history?interval=1d&from=2026-10-01")
        assert history["symbol"] == "NSE:INFY"
        times = [datetime.fromisoformat(one["time"]) for one in history["candles"]]
        assert times == sorted(times)
        assert len(times) > 10
        assert all(one["low"] <= one["open"] <= one["high"] for one in history["candles"])
        assert (await browser.get("/v1/stocks/NSE:INFY/history?from=0001-01-01", expect=422))[
            "field"
        ] == "from"
        problem = await browser.get("/v1/stocks/NSE:INFY/history?from=2026-10-02&to=2026-10-01", expect=422)
        assert problem["field"] == "from"
        assert (await browser.get("/v1/stocks/NSE:INFY/history?interval=2m", expect=422))[
            "code"
        ] == "invalid_input"


async def test_live_prices_follow_the_subscription(sandbox: Sandbox, store: Database) -> None:
    async with market(sandbox, store, BrokerId.GROWW) as (here, browser):
        async with browser.socket("/v1/stocks/live") as socket:
            await say(socket, action="subscribe", symbols=["NSE:INFY"])
            first = await heard(socket)
            assert first["symbol"] == "NSE:INFY"
            assert set(first) == {
                "symbol",
                "ltp",
                "change",
                "change_percent",
                "timestamp",
                "prev_close",
                "source",
                "seq",
                "age_ms",
            }
            await here.set_price(INFY, "1531.00")
            while (await heard(socket))["ltp"] != "1531.00":
                pass
            await say(socket, action="unsubscribe", symbols=["NSE:INFY"])
            await say(socket, action="subscribe", symbols=["NSE:NOSUCH"])  # answered after it
            while "error" not in (answer := await heard(socket)):
                pass
            assert answer["error"] == {
                "code": "unknown_symbol",
                "detail": "no broker lists NSE:NOSUCH",
                "symbol": "NSE:NOSUCH",
            }
            assert not here.hub.watchers(INFY)
        await here.until(lambda: not here.hub.watchers(INFY), "nobody watches")


async def test_two_browsers_share_one_subscription_and_one_leaving_ends_nothing(
    sandbox: Sandbox, store: Database
) -> None:
    async with (
        market(sandbox, store, BrokerId.MOCK) as (here, browser),
        browser.socket("/v1/stocks/live") as stays,
    ):
        async with browser.socket("/v1/stocks/live") as leaves:
            for socket in (stays, leaves):
                await say(socket, action="subscribe", symbols=["NSE:INFY"])
                await heard(socket)
            assert here.hub.watchers(INFY) == 2
        await here.until(lambda: here.hub.watchers(INFY) == 1, "one left")
        await here.set_price(INFY, "1541.00")
        while (await heard(stays))["ltp"] != "1541.00":
            pass


@pytest.mark.parametrize("path", ["/v1/stocks/live", "/v1/stream"])
@pytest.mark.parametrize(
    ("first", "code"),
    [
        ('{"action":"auth","token":"made up"}', "token_invalid"),
        ('{"action":"subscribe","symbols":["NSE:INFY"]}', "not_authenticated"),
        ("not json", "invalid_json"),
    ],
)
async def test_a_socket_is_closed_for_strangers(store: Database, path: str, first: str, code: str) -> None:
    async with market(None, store) as (_here, browser):
        socket = await websockets.connect(f"ws://127.0.0.1:{browser.port}{path}", proxy=None)
        await socket.send(first)
        assert (await heard(socket))["error"]["code"] == code
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await heard(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


async def test_the_header_also_authenticates(store: Database) -> None:
    async with market(None, store) as (_here, browser):
        headers = {"authorization": f"Bearer {browser.token()}"}
        url = f"ws://127.0.0.1:{browser.port}/v1/stocks/live"
        async with websockets.connect(url, additional_headers=headers, proxy=None) as socket:
            assert await heard(socket) == {"type": "authenticated"}


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("[]", "invalid_json"),
        (b"\xff\xfe", "invalid_json"),
        ('{"action":"dance"}', "unknown_action"),
        ('{"action":"subscribe"}', "symbols_required"),
        ('{"action":"subscribe","symbols":[1]}', "symbols_required"),
        ('{"action":"subscribe","symbols":["INFY"]}', "unknown_symbol"),
    ],
)
async def test_bad_messages_are_answered_and_the_socket_lives(
    store: Database, message: str | bytes, code: str
) -> None:
    async with market(None, store) as (_here, browser), browser.socket("/v1/stocks/live") as socket:
        await socket.send(message)
        assert (await heard(socket))["error"]["code"] == code
        await say(socket, action="unsubscribe", symbols=[])
        await socket.send("{")
        assert (await heard(socket))["error"]["code"] == "invalid_json"


async def test_the_stream_carries_my_events_and_nobody_elses(store: Database) -> None:
    bus = LocalBus()
    async with market(None, store, bus=bus) as (here, browser), browser.socket("/v1/stream") as socket:
        await here.until(lambda: bus.watched(user_topic(UserId("u"))), "subscribed")
        await bus.publish(user_topic(UserId("other")), {"type": "order", "data": {"id": "theirs"}})
        await bus.publish(user_topic(UserId("u")), {"type": "order", "data": {"id": "mine"}})
        event = await heard(socket)
        assert (event["type"], event["data"]) == ("order", {"id": "mine"})
        assert event["at"].endswith("+05:30")
        assert "seq" not in event  # a hint: nobody can miss one


async def test_prices_need_a_login(store: Database) -> None:
    async with market(None, store) as (_here, browser):
        browser.http.headers.pop("authorization")
        for path in ("/v1/stocks", "/v1/stocks/NSE:INFY", "/v1/stocks/NSE:INFY/history"):
            assert (await browser.get(path, expect=401))["code"] == "not_authenticated"


async def test_a_slow_reader_gets_the_newest_price_not_a_queue(sandbox: Sandbox, store: Database) -> None:
    async with (
        market(sandbox, store, BrokerId.MOCK) as (here, browser),
        browser.socket("/v1/stocks/live") as socket,
    ):
        await say(socket, action="subscribe", symbols=["NSE:INFY"])
        await heard(socket)
        for step in range(20):
            await here.set_price(INFY, f"{1500 + step}.00")
        await here.until(lambda: here.price(INFY) == "1519.00", "the last step")
        await asyncio.sleep(0.5)
        seen: list[str] = []
        async with asyncio.timeout(60):
            while not seen or seen[-1] != "1519.00":
                seen.append(json.loads(await socket.recv())["ltp"])
        assert len(seen) < 20
