"""A quiet sandbox for what only Upstox does, and a logged-in account in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from domain.account import BrokerId
from mocks.launch import Sandbox
from tests.adapters.desk import Desk, Names, opened

MASTERS: dict[BrokerId, Names] = {}


@pytest.fixture(scope="session")
def upstox_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False, only=["upstox"]) as running:
        yield running


@pytest.fixture
async def desk(upstox_sandbox: Sandbox) -> AsyncIterator[Desk]:
    async with opened(upstox_sandbox, BrokerId.UPSTOX, MASTERS) as account:
        yield account
