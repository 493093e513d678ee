"""The application as others reach it: under some name, from some page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import httpx
import pytest
from fastapi import FastAPI

from domain.account import BrokerId
from orchestrator.app import create_app
from orchestrator.config import Settings
from tests.orchestrator.conftest import Watch
from tests.orchestrator.stub_broker import StubAdapter

Reach = Callable[..., Awaitable[httpx.AsyncClient]]


@pytest.fixture
async def reach(
    cheap_passwords: None, settings: Settings, watch: Watch, stubs: dict[BrokerId, StubAdapter]
) -> AsyncIterator[Reach]:
    """`await reach(public_url="https://trade.example")`: a client of a new application with these settings."""
    async with AsyncExitStack() as opened:

        async def begin(base_url: str = "", **changes: object) -> httpx.AsyncClient:
            given = settings.model_copy(update=changes)
            app: FastAPI = create_app(given, clock=watch, adapters=stubs)
            await opened.enter_async_context(app.router.lifespan_context(app))
            transport = httpx.ASGITransport(app, raise_app_exceptions=False)
            client = httpx.AsyncClient(transport=transport, base_url=base_url or given.base_url)
            return await opened.enter_async_context(client)

        yield begin
