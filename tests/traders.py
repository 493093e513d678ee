"""The product on the sandbox as fixtures: one process for the run, with a new trader for each story."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from mocks.launch import Sandbox
from orchestrator.demo import run as demo
from tests.stories.product import Product, Trader, a_trader

SandboxUser = dict[str, Any]
NewUser = Callable[..., SandboxUser]


def users_of(sandbox: Sandbox) -> NewUser:
    """Makes users at a broker (kite, upstox, groww, mock) with cash and holdings in rupees and shares."""

    def create(broker: str, *, cash: str = "100000", holdings: dict[str, int] | None = None) -> SandboxUser:
        rows = [{"symbol": symbol, "quantity": quantity} for symbol, quantity in (holdings or {}).items()]
        user: dict[str, Any] = sandbox.post("/users", {"broker": broker, "cash": cash, "holdings": rows})
        return {**user, "broker": broker}

    return create


@pytest.fixture
def new_user(sandbox: Sandbox) -> NewUser:
    """A fresh user at a broker: see `users_of`."""
    return users_of(sandbox)


@pytest.fixture(scope="session")
def shared_product(shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One process for all stories of this run: starting it costs more than most stories do."""
    running = Product(tmp_path_factory.mktemp("product"), sandbox_settings(shared_sandbox.urls))
    yield running
    asyncio.run(running.stop())


@pytest.fixture
async def product(shared_product: Product) -> Product:
    """The shared process, running. A story may kill it and start it again; every story has users of its own."""
    if not shared_product.running:
        await shared_product.start()
    return shared_product


@pytest.fixture
async def trader(product: Product) -> AsyncIterator[Trader]:
    async with a_trader(product) as one:
        yield one


def sandbox_settings(urls: dict[str, str]) -> dict[str, str]:
    """TRADEMASTER_* settings for a sandbox at these URLs, with its well-known app configured."""
    brokers = {f"TRADEMASTER_{name.upper()}": value for name, value in demo.sandbox_settings(urls).items()}
    return {**brokers, "TRADEMASTER_SANDBOX_URL": urls["control"]}
