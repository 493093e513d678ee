"""The Upstox-compatible websockets, read with the official SDK's own schema."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from upstox_client.feeder.proto import MarketDataFeedV3_pb2 as official
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus

from mocks.launch import Sandbox

INFY, NIFTY = "NSE_EQ|INE009A01021", "NSE_INDEX|Nifty 50"
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def upstox_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False, only=("upstox",)) as running:
        yield running


@pytest.fixture
def user(upstox_sandbox: Sandbox) -> dict[str, Any]:
    session: dict[str, Any] = upstox_sandbox.post("/sessions", {"broker": "upstox", "cash": "500000"})
    return session


def ask(user: dict[str, Any], method: str, path: str, **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {user['access_token']}"}
    answer = httpx.request(method, user["base_url"] + path, headers=headers, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def market_address(user: dict[str, Any]) -> str:
    address: str = ask(user, "GET", "/v3/feed/market-data-feed/authorize")["authorizedRedirectUri"]
    return address


def buy(user: dict[str, Any], quantity: int = 5) -> str:
    order = {
        "quantity": quantity, "product": "D", "validity": "DAY", "price": 0, "tag": "stream",
        "instrument_token": INFY, "order_type": "MARKET", "transaction_type": "BUY", "disclosed_quantity": 0,
        "trigger_price": 0, "is_amo": False, "market_protection": -1,
    }  # fmt: skip
    [order_id] = ask(user, "POST", "/v3/order/place", json=order)["order_ids"]
    return str(order_id)


def wish(method: str, mode: str, *keys: str) -> bytes:
    return json.dumps(
        {"guid": "g", "method": method, "data": {"mode": mode, "instrumentKeys": list(keys)}}
    ).encode()


async def frame(socket: ClientConnection) -> Any:
    message = await asyncio.wait_for(socket.recv(), PATIENCE_SECONDS)
    assert isinstance(message, bytes)
    return official.FeedResponse.FromString(message)


async def frame_of(socket: ClientConnection, key: str) -> Any:
    """The next frame that tells of `key`: another instrument may change first."""
    while key not in (told := await frame(socket)).feeds:
        pass
    return told


async def test_the_feed_opens_with_the_market_then_a_snapshot_then_changes(user: dict[str, Any]) -> None:
    async with connect(market_address(user), proxy=None) as socket:
        info = await frame(socket)
        assert info.type == official.market_info
        assert info.marketInfo.segmentStatus["NSE_EQ"] == official.NORMAL_OPEN
        await socket.send(wish("sub", "ltpc", INFY, NIFTY))
        first = await frame(socket)
        assert first.type == official.initial_feed
        assert set(first.feeds) == {INFY, NIFTY}
        assert first.feeds[INFY].ltpc.cp > 0
        await asyncio.to_thread(buy, user)
        changed = await frame_of(socket, INFY)
        assert changed.type == official.live_feed
        assert changed.feeds[INFY].ltpc.ltt > 0


async def test_full_mode_has_depth_and_an_index_has_none(user: dict[str, Any]) -> None:
    async with connect(market_address(user), proxy=None) as socket:
        await frame(socket)
        await socket.send(wish("sub", "full", INFY, NIFTY))
        feeds = (await frame(socket)).feeds
        market = feeds[INFY].fullFeed.marketFF
        assert len(market.marketLevel.bidAskQuote) == 5
        assert market.marketLevel.bidAskQuote[0].bidP < market.marketLevel.bidAskQuote[0].askP
        assert feeds[INFY].requestMode == official.full_d5
        assert feeds[NIFTY].fullFeed.WhichOneof("FullFeedUnion") == "indexFF"
        await socket.send(wish("change_mode", "option_greeks", INFY))
        assert (await frame_of(socket, INFY)).feeds[INFY].firstLevelWithGreeks.firstDepth.bidQ > 0


async def test_full_d30_shows_the_book_beyond_five_levels(user: dict[str, Any]) -> None:
    last = ask(user, "GET", "/v3/market-quote/ltp", params={"instrument_key": INFY})
    price = next(iter(last.values()))["last_price"]
    for step in range(1, 9):  # far below the makers: levels of their own
        order = {
            "quantity": 1, "product": "D", "validity": "DAY", "price": round(price * 0.95 - step, 0), "tag": "deep",
            "instrument_token": INFY, "order_type": "LIMIT", "transaction_type": "BUY", "disclosed_quantity": 0,
            "trigger_price": 0, "is_amo": False,
        }  # fmt: skip
        ask(user, "POST", "/v3/order/place", json=order)
    async with connect(market_address(user), proxy=None) as socket:
        await frame(socket)
        await socket.send(wish("sub", "full_d30", INFY))
        full = (await frame(socket)).feeds[INFY].fullFeed.marketFF
    bids = [level.bidP for level in full.marketLevel.bidAskQuote if level.bidQ]
    assert len(bids) > 5
    assert bids == sorted(bids, reverse=True)
    assert len(full.marketLevel.bidAskQuote) <= 30


async def test_text_frames_are_not_heard(user: dict[str, Any]) -> None:
    async with connect(market_address(user), proxy=None) as socket:
        await frame(socket)
        await socket.send(wish("sub", "ltpc", NIFTY).decode())
        await socket.send(b"not json")
        await socket.send(wish("sub", "ltpc", INFY))
        assert set((await frame(socket)).feeds) == {INFY}


async def test_an_address_works_once(user: dict[str, Any]) -> None:
    address = market_address(user)
    async with connect(address, proxy=None):
        pass
    with pytest.raises(InvalidStatus) as again:
        await connect(address, proxy=None)
    assert again.value.response.status_code == 401


async def test_a_token_opens_a_stream_directly(user: dict[str, Any]) -> None:
    url = user["ws_url"] + "/v3/feed/market-data-feed"
    headers = {"Authorization": f"Bearer {user['access_token']}"}
    async with connect(url, additional_headers=headers, proxy=None) as socket:
        assert (await frame(socket)).type == official.market_info
    with pytest.raises(InvalidStatus) as stranger:
        await connect(url, proxy=None)
    assert stranger.value.response.status_code == 401


async def test_every_stage_of_an_order_is_told(user: dict[str, Any]) -> None:
    path = "/v2/feed/portfolio-stream-feed/authorize?update_types=order%2Cposition"
    address = ask(user, "GET", path)["authorized_redirect_uri"]
    async with connect(address, proxy=None) as socket:
        order_id = await asyncio.to_thread(buy, user)
        seen: list[dict[str, Any]] = []
        while not seen or seen[-1]["update_type"] != "position":
            message = await asyncio.wait_for(socket.recv(), PATIENCE_SECONDS)
            assert isinstance(message, str)
            seen.append(json.loads(message))
        orders = [one for one in seen if one["update_type"] == "order"]
        assert [one["status"] for one in orders] == [
            "put order req received", "validation pending", "open pending", "open", "complete",
        ]  # fmt: skip
        assert {one["order_id"] for one in orders} == {order_id}
        assert orders[-1]["instrument_key"] == orders[-1]["instrument_token"] == INFY
        assert (orders[-1]["tag"], orders[-1]["filled_quantity"], orders[-1]["user_id"]) == (
            "stream", 5, user["user_id"],
        )  # fmt: skip
        assert seen[-1]["quantity"] == 5
        assert "pnl" not in seen[-1]
