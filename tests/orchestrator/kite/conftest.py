"""A trader with money and shares at two brokers, and a program of theirs: one for each file of tests."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from mocks.launch import Sandbox
from tests.orchestrator.kite.programs import Owner, Program, a_program, open_owner
from tests.stories.product import Product


@pytest.fixture(scope="module")
def running(shared_product: Product) -> Product:
    """The product of all stories, running."""
    if not shared_product.running:
        asyncio.run(shared_product.start())
    return shared_product


@pytest.fixture(scope="module")
def owner(running: Product, shared_sandbox: Sandbox) -> Iterator[Owner]:
    """With an account at Kite and one at Upstox."""
    users: list[dict[str, Any]] = []
    for broker, cash, shares in (("kite", "300000", 40), ("upstox", "200000", 10)):
        holdings = [{"symbol": "NSE:INFY", "quantity": shares}]
        asked = {"broker": broker, "cash": cash, "holdings": holdings}
        users.append({**shared_sandbox.post("/users", asked), "broker": broker})
    mine = asyncio.run(open_owner(running, users))
    yield mine
    asyncio.run(mine.leave())


@pytest.fixture(scope="module")
def program(running: Product, owner: Owner) -> Program:
    """It may look and trade."""
    return asyncio.run(a_program(running, owner))
