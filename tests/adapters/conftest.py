"""The account that the contract suite works with, one for each broker."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.account import BrokerId
from mocks.launch import Sandbox
from tests.adapters.desk import Desk, Names, opened, present


@pytest.fixture(params=present(), ids=str)
async def desk(
    request: pytest.FixtureRequest, sandbox: Sandbox, masters: dict[BrokerId, Names], unpaced: None
) -> AsyncIterator[Desk]:
    async with opened(sandbox, request.param, masters) as account:
        yield account
