"""A socket whose login is ended hears why before it is closed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import websockets
from fastapi import FastAPI
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket

from orchestrator.bus import LocalBus
from orchestrator.identity.ended import EndedSessions, EndedWhy
from orchestrator.identity.tokens import access_token
from orchestrator.market.caller import Caller, receive
from orchestrator.server import listen, server_of
from tests.adapters.desk import now
from tests.orchestrator.market.conftest import KEY, USER, heard, say


def token(session: str) -> str:
    return access_token(USER, key=KEY, now=now(), minutes=15, session=session)


async def tokens(socket: WebSocket, caller: Caller) -> None:
    """Newer ones, as they come."""
    while True:
        await caller.take(str((await receive(socket))["token"]))
        await caller.say({"type": "ok"})


@asynccontextmanager
async def server(ended: EndedSessions) -> AsyncIterator[str]:
    """Of a socket that waits for its end."""

    async def endpoint(socket: WebSocket) -> None:
        caller = Caller(socket, key=KEY, clock=now, ended=ended, programs=cast(Any, None))
        if await caller.authenticate():
            listening = asyncio.create_task(tokens(socket, caller))
            await caller.until_expired()
            listening.cancel()

    bound, serving = (
        listen("127.0.0.1", 0),
        server_of(FastAPI(routes=[WebSocketRoute("/", endpoint)]), proxied=False),
    )
    task = asyncio.create_task(serving.serve(sockets=[bound]))
    while not serving.started:
        await asyncio.sleep(0.01)
    try:
        yield f"ws://127.0.0.1:{bound.getsockname()[1]}/"
    finally:
        serving.should_exit = True
        await task


async def test_the_socket_of_an_ended_login_hears_why_and_no_other_does() -> None:
    ended = EndedSessions(cast(Any, None), LocalBus(), now, minutes=15)  # what is stored is not read here
    async with (
        server(ended) as url,
        websockets.connect(url, proxy=None) as mine,
        websockets.connect(url, proxy=None) as other,
    ):
        for socket, session in ((mine, "fam_1"), (other, "fam_2")):
            await say(socket, action="auth", token=token(session))
            assert await heard(socket) == {"type": "authenticated"}
        await ended.end(["fam_1"], EndedWhy.ENDED_ELSEWHERE)
        told = await heard(mine)
        assert (told["type"], told["data"]["reason"]) == ("session_ended", "ended_elsewhere")
        await mine.wait_closed()
        assert mine.close_code == 4403
        await other.ping()
        assert other.close_code is None


async def test_a_socket_that_went_on_with_another_login_ends_with_that_one_alone() -> None:
    ended = EndedSessions(cast(Any, None), LocalBus(), now, minutes=15)
    async with server(ended) as url, websockets.connect(url, proxy=None) as socket:
        await say(socket, action="auth", token=token("fam_1"))
        assert await heard(socket) == {"type": "authenticated"}
        await say(socket, action="auth", token=token("fam_2"))
        assert await heard(socket) == {"type": "ok"}
        await ended.end(["fam_1"], EndedWhy.LOGGED_OUT)
        await say(socket, action="auth", token=token("fam_2"))
        assert await heard(socket) == {"type": "ok"}
        await ended.end(["fam_2"], EndedWhy.ENDED_ELSEWHERE)
        assert (await heard(socket))["data"]["reason"] == "ended_elsewhere"
        await socket.wait_closed()
        assert socket.close_code == 4403


async def test_an_ended_login_opens_no_socket() -> None:
    ended = EndedSessions(cast(Any, None), LocalBus(), now, minutes=15)
    await ended.end(["fam_1"], EndedWhy.PASSWORD_CHANGED)
    async with server(ended) as url, websockets.connect(url, proxy=None) as socket:
        await socket.send(json.dumps({"action": "auth", "token": token("fam_1")}))
        assert (await heard(socket))["error"]["code"] == "session_ended"
        await socket.wait_closed()
        assert socket.close_code == 4401
