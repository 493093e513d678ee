"""A real browser for the stories that need one."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, async_playwright

from tests.chromium import CHROMIUM, FLAGS
from tests.stories.product import ROOT


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    assert (ROOT / "web/dist/index.html").exists(), "the web is not built: run `make web`"
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        await running.close()
