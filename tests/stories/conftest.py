"""The product on the sandbox, with one signed-up trader for each story."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from mocks.launch import Sandbox
from orchestrator import demo
from tests.stories.product import Product, Trader, a_trader

SandboxUser = dict[str, Any]
NewUser = Callable[..., SandboxUser]


@pytest.fixture
def new_user(sandbox: Sandbox) -> NewUser:
    """A fresh user at a broker (kite, upstox, groww, mock) with cash and holdings in rupees and shares."""

    def create(broker: str, *, cash: str = "100000", holdings: dict[str, int] | None = None) -> SandboxUser:
        rows = [{"symbol": symbol, "quantity": quantity} for symbol, quantity in (holdings or {}).items()]
        user: SandboxUser = sandbox.post("/users", {"broker": broker, "cash": cash, "holdings": rows})
        return {**user, "broker": broker}

    return create


@pytest.fixture
def broker_settings(sandbox: Sandbox) -> dict[str, str]:
    """The product's settings that make the sandbox its outside world."""
    return sandbox_settings(sandbox.urls)


@pytest.fixture
async def product(tmp_path: Path, broker_settings: dict[str, str]) -> AsyncIterator[Product]:
    running = Product(tmp_path, broker_settings)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def trader(product: Product) -> AsyncIterator[Trader]:
    async with a_trader(product) as one:
        yield one


def sandbox_settings(urls: dict[str, str]) -> dict[str, str]:
    """TRADEMASTER_* settings for a sandbox at these URLs, with its well-known app configured."""
    return {f"TRADEMASTER_{name.upper()}": value for name, value in demo.sandbox_settings(urls).items()}
