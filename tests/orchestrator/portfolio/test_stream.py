"""A screen that follows its portfolio over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import pytest
import uvicorn
import websockets
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection

from domain.account import UserId
from orchestrator.bus import Event, user_topic
from orchestrator.identity.ended import EndedSessions
from orchestrator.identity.tokens import access_token
from orchestrator.market import endpoints
from tests.aggregation.cases import NOW, holds
from tests.orchestrator.portfolio.desk import ASHA, Desk
from tests.services import free_port

KEY = b"k" * 32


class NothingKept:
    """No order of hers has changed."""

    async def begin(self, user_id: UserId) -> int:
        return 0

    async def missed(self, user_id: UserId, seq: int) -> list[Event] | None:
        return []


@asynccontextmanager
async def screen(desk: Desk) -> AsyncIterator[ClientConnection]:
    """Asha's, authenticated, over portfolios that are kept up to date."""
    app, portfolios, port = FastAPI(), desk.portfolios(), free_port()
    app.include_router(endpoints.router)
    app.state.keys, app.state.clock, app.state.bus = SimpleNamespace(jwt=KEY), lambda: NOW, desk.bus
    # Nobody's session is ended here, and what is stored of sessions is not read.
    app.state.ended_sessions = EndedSessions(cast(Any, None), desk.bus, lambda: NOW, minutes=15)
    app.state.portfolios = portfolios
    # Nobody asks for prices here, or comes with a personal token.
    everybody = SimpleNamespace(enter=lambda _user: None, leave=lambda _user: None)
    app.state.instruments, app.state.audience = None, SimpleNamespace(heartbeat=60, streams=everybody)
    app.state.tokens, app.state.delivery = SimpleNamespace(), NothingKept()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", lifespan="off"))
    task = asyncio.create_task(server.serve())
    await portfolios.start()
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        async with websockets.connect(f"ws://127.0.0.1:{port}/v1/stream", proxy=None) as socket:
            token = access_token(UserId(ASHA), key=KEY, now=NOW, minutes=15)
            await say(socket, action="auth", token=token)
            assert await heard(socket) == {"type": "authenticated"}
            yield socket
    finally:
        await portfolios.close()
        server.should_exit = True
        await task


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def heard(socket: ClientConnection) -> Any:
    async with asyncio.timeout(60):
        return json.loads(await socket.recv())


def desk_with_infy() -> Desk:
    desk = Desk()
    desk.accounts.add("z").tells(holds("NSE:INFY", 10, "1400", last="1500"))
    return desk


async def test_who_follows_gets_lines_and_who_does_not_gets_hints() -> None:
    desk = desk_with_infy()
    async with screen(desk) as socket:
        await desk.bus.publish(user_topic(ASHA), {"type": "portfolio", "data": {"reason": "numbers"}})
        assert (await heard(socket))["data"] == {"reason": "numbers"}
        await say(socket, action="follow", what="portfolio")
        told = await heard(socket)
        assert (told["type"], told["data"]["whole"]) == ("portfolio_lines", True)
        desk.accounts.mine[0].tells(holds("NSE:INFY", 11, "1400", last="1500"))
        told = await heard(socket)
        assert [line["quantity"] for line in told["data"]["holdings"]] == [11]
        assert told["data"]["totals"]["value"] == "16500.00"


async def test_who_unfollows_is_told_no_more_lines() -> None:
    desk = desk_with_infy()
    async with screen(desk) as socket:
        await say(socket, action="follow", what="portfolio")
        version = (await heard(socket))["data"]["version"]
        await say(socket, action="unfollow", what="portfolio")
        await say(socket, action="nothing")
        assert (await heard(socket))["error"]["code"] == "unknown_action"
        desk.accounts.mine[0].tells(holds("NSE:INFY", 11, "1400", last="1500"))
        await desk.bus.publish(user_topic(ASHA), {"type": "portfolio", "data": {"reason": "numbers"}})
        assert (await heard(socket))["data"] == {"reason": "numbers"}
        await say(socket, action="follow", what="portfolio", since=version)
        told = (await heard(socket))["data"]
        assert (told["whole"], [line["quantity"] for line in told["holdings"]]) == (False, [11])


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"action": "follow"}, "unknown_subject"),
        ({"action": "follow", "what": "orders"}, "unknown_subject"),
        ({"action": "follow", "what": "portfolio", "since": 5}, "invalid_version"),
        ({"action": "follow", "what": "portfolio", "since": "x" * 101}, "invalid_version"),
        ({"action": "dance"}, "unknown_action"),
    ],
)
async def test_what_is_not_understood_is_said_and_the_socket_stays(
    message: dict[str, object], code: str
) -> None:
    async with screen(desk_with_infy()) as socket:
        await say(socket, **message)
        assert (await heard(socket))["error"]["code"] == code
        await say(socket, action="follow", what="portfolio", since="of another day")
        assert (await heard(socket))["data"]["whole"]
