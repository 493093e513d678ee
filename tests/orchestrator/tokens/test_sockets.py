"""Programs on the sockets: they come with their token, hear what it may see, and leave when it ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import websockets
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection

from orchestrator.bus import user_topic
from orchestrator.server import listen, server_of
from tests.orchestrator.conftest import Login
from tests.orchestrator.holders import Key, MakeKey
from tests.orchestrator.market.conftest import heard, say


@pytest.fixture
async def asha(person: Login) -> httpx.AsyncClient:
    return await person("asha")


@pytest.fixture
async def url(app: FastAPI) -> AsyncIterator[str]:
    """The application on a port: a socket needs a real one."""

    bound = listen("127.0.0.1", 0)
    front = FastAPI()  # whose start and end are not the application's: it is started already
    front.mount("/", app)
    server = server_of(front, proxied=False)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"ws://127.0.0.1:{bound.getsockname()[1]}"
    server.should_exit = True
    await task


@asynccontextmanager
async def socket(url: str, key: Key, path: str = "/v1/stream") -> AsyncIterator[ClientConnection]:
    async with websockets.connect(f"{url}{path}", proxy=None) as opened:
        await say(opened, action="auth", token=key.text)
        yield opened


async def test_a_token_with_read_opens_both_sockets_and_one_without_none(
    url: str, asha: httpx.AsyncClient, make_key: MakeKey
) -> None:
    reads, trades = await make_key(asha, scopes="read"), await make_key(asha, scopes="trade")
    for path in ("/v1/stream", "/v1/stocks/live"):
        async with socket(url, reads, path) as opened:
            assert await heard(opened) == {"type": "authenticated"}
        async with socket(url, trades, path) as opened:
            assert (await heard(opened))["error"]["code"] == "scope_missing"


async def test_a_socket_of_a_revoked_token_hears_why_and_is_closed(
    url: str, asha: httpx.AsyncClient, make_key: MakeKey
) -> None:
    key, other = await make_key(asha, scopes="read"), await make_key(asha, scopes="read")
    async with socket(url, key) as mine, socket(url, other) as theirs:
        for opened in (mine, theirs):
            assert await heard(opened) == {"type": "authenticated"}
        assert (await asha.delete(f"/v1/users/me/tokens/{key.id}")).status_code == 204
        told = await heard(mine)
        assert (told["type"], told["data"]["reason"]) == ("session_ended", "token_revoked")
        await mine.wait_closed()
        assert mine.close_code == 4403
        await theirs.ping()
        assert theirs.close_code is None


async def test_a_token_limited_to_accounts_hears_of_their_orders_alone(
    app: FastAPI, url: str, asha: httpx.AsyncClient, make_key: MakeKey
) -> None:
    key = await make_key(asha, scopes="read", accounts=["acc_1"])

    async def publish(kind: str, **data: object) -> None:
        await app.state.bus.publish(user_topic(key.user_id), {"type": kind, "data": data})

    async with socket(url, key) as opened:
        assert await heard(opened) == {"type": "authenticated"}
        await say(opened, action="follow", what="portfolio")
        assert (await heard(opened))["error"]["code"] == "token_policy"
        await publish("order", id="other", children=[{"account": "acc_2"}])
        await publish("order", id="split", children=[{"account": "acc_1"}, {"account": "acc_2"}])
        await publish("account", id="acc_2")
        await publish("notice", text="something")
        await publish("order", id="mine", children=[{"account": "acc_1"}])
        assert (await heard(opened))["data"]["id"] == "mine"
