"""A real browser for the stories that need one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.stories.browsing import a_browser


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with a_browser() as running:
        yield running
