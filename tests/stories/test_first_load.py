"""What a first visit loads: the script of sign-in and of the overview with everything on it, as gzip would send it."""

from __future__ import annotations

import gzip

from playwright.async_api import Browser, Response, expect

from tests.chromium import IN_CHROMIUM, PHONE
from tests.stories.browsing import open_page
from tests.stories.product import Product, Trader
from tests.traders import NewUser

pytestmark = IN_CHROMIUM

MOST = 250_000  # bytes of JavaScript


async def test_a_first_visit_loads_no_more_script_than_allowed(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock", holdings={"NSE:INFY": 20}), "Mock")
    await trader.settled()
    scripts: dict[str, int] = {}

    async def weigh(response: Response) -> None:
        if response.request.resource_type == "script" and response.ok:
            scripts[response.url.rpartition("/")[2]] = len(gzip.compress(await response.body()))

    page = await open_page(browser, product, trader, **PHONE)
    page.on("response", weigh)
    await page.goto("/")
    await expect(page.get_by_text("Portfolio value")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    assert sum(scripts.values()) <= MOST, sorted(scripts.items(), key=lambda item: -item[1])
