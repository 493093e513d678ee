"""A database for the instruments, and the market's endpoints served over a floor."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import websockets
from fastapi import FastAPI
from websockets.asyncio.client import ClientConnection

from domain.account import BrokerId, UserId
from mocks.launch import Sandbox
from orchestrator import errors
from orchestrator.bus import Bus, LocalBus
from orchestrator.config import Settings
from orchestrator.identity.ended import EndedSessions
from orchestrator.identity.tokens import access_token
from orchestrator.market import endpoints, stocks
from orchestrator.market.audience import Audience
from orchestrator.market.history import History
from orchestrator.market.past import Past
from orchestrator.outbox.delivery import Delivery
from orchestrator.server import listen, server_of
from orchestrator.storage.db import Database, open_database
from orchestrator.tokens.personal import PersonalTokens
from tests.adapters.desk import now
from tests.orchestrator.market.floor import Floor, floor
from tests.orchestrator.outbox.process import plain

KEY = b"k" * 32
USER = UserId("u")


@pytest.fixture
async def store(sqlite_settings: Settings) -> AsyncIterator[Database]:
    """SQLite alone: what is stored of prices is tested on both databases where it is stored."""
    database = open_database(sqlite_settings)
    yield database
    await database.close()


@dataclass
class Browser:
    """One user's HTTP client and sockets."""

    port: int
    user: UserId = USER
    http: httpx.AsyncClient = field(init=False)

    def __post_init__(self) -> None:
        headers = {"authorization": f"Bearer {self.token()}"}
        self.http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self.port}", headers=headers, trust_env=False
        )

    def token(self, minutes: int = 15) -> str:
        return access_token(self.user, key=KEY, now=now(), minutes=minutes)

    async def get(self, path: str, expect: int = 200) -> Any:
        answer = await self.http.get(path)
        assert answer.status_code == expect, answer.text
        return answer.json()

    @asynccontextmanager
    async def socket(self, path: str, *, token: str | None = None) -> AsyncIterator[ClientConnection]:
        """An authenticated socket."""
        async with websockets.connect(f"ws://127.0.0.1:{self.port}{path}", proxy=None) as socket:
            await say(socket, action="auth", token=token or self.token())
            assert await heard(socket) == {"type": "authenticated"}
            yield socket


async def say(socket: ClientConnection, **message: Any) -> None:
    await socket.send(json.dumps(message))


async def heard(socket: ClientConnection) -> Any:
    async with asyncio.timeout(60):
        return json.loads(await socket.recv())


@asynccontextmanager
async def served(floor: Floor) -> AsyncIterator[Browser]:
    """The market's endpoints over this floor, on a port of their own."""
    app = FastAPI()
    errors.install(app)
    app.include_router(stocks.router)
    app.include_router(endpoints.router)
    app.state.keys, app.state.clock, app.state.bus = SimpleNamespace(jwt=KEY), now, floor.bus
    app.state.ended_sessions = EndedSessions(floor.db, floor.bus, now, minutes=15)
    app.state.tokens = PersonalTokens(floor.db, floor.bus, now)
    app.state.instruments, app.state.hub = floor.instruments, floor.hub
    app.state.delivery = Delivery(floor.db, floor.bus, plain)
    app.state.portfolios = SimpleNamespace(changes=None)  # nobody follows one here
    app.state.audience = Audience(floor.hub, now)
    past = Past(floor.hub.sources, floor.accounts, now)  # type: ignore[arg-type]
    app.state.history = History(hub=floor.hub, past=past, db=floor.db, clock=now, days=30)
    bound = listen("127.0.0.1", 0)
    port = bound.getsockname()[1]
    server = server_of(app, proxied=False)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    while not server.started:
        await asyncio.sleep(0.01)
    browser = Browser(port)
    try:
        yield browser
    finally:
        await browser.http.aclose()
        server.should_exit = True
        await task


@asynccontextmanager
async def market(
    sandbox: Sandbox | None, store: Database, *brokers: BrokerId, bus: Bus | None = None
) -> AsyncIterator[tuple[Floor, Browser]]:
    """A floor with an account at each of these brokers, and a browser that looks at it."""
    async with floor(sandbox, store, bus or LocalBus(), *brokers) as here, served(here) as browser:
        yield here, browser
