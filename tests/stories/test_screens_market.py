"""The screens of the market: an alert from an instrument, an order moved by its line, an option chain with legs."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any

from playwright.async_api import Browser, expect

from tests.chromium import DESK, IN_CHROMIUM
from tests.stories.browsing import open_page
from tests.stories.product import Product, Trader
from tests.traders import NewUser

pytestmark = IN_CHROMIUM


async def test_an_alert_set_beside_the_chart_waits_on_its_page(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock"), "Mock")
    page = await open_page(browser, product, trader, **DESK)
    await page.goto("/i/NSE%3AINFY")
    await page.get_by_role("button", name="Alert me").click()
    await page.get_by_label("Price", exact=True).fill("99,999")
    await page.get_by_role("button", name="Set the alert").click()
    await expect(page.get_by_text("Rises to 99,999.00")).to_be_visible()
    await page.goto("/alerts")
    await expect(page.get_by_role("row", name="INFY").get_by_text("waiting")).to_be_visible()


async def test_an_order_is_moved_by_its_line_on_the_chart(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock"), "Mock")
    await trader.settled()
    last = Decimal((await trader.call("GET", "/v1/stocks/NSE%3ATCS"))["last_price"])
    price = (last * Decimal("0.97")).quantize(Decimal(1))
    order = await trader.place(f"BUY 1 NSE:TCS CNC LIMIT {price}.00")
    page = await open_page(browser, product, trader, **DESK)
    await page.goto("/i/NSE%3ATCS")
    line = page.get_by_role("slider", name="Buy order, TCS")
    await line.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Change the order?")).to_be_visible()
    assert (await seen(trader, order))["price"] == f"{price}.00"
    await page.get_by_role("button", name="Change to").click()
    async with asyncio.timeout(60):
        while (await seen(trader, order))["price"] == f"{price}.00":
            await asyncio.sleep(0.1)
    assert Decimal((await seen(trader, order))["price"]) < price


async def test_legs_of_a_chain_show_what_they_come_to_before_an_order(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock"), "Mock")
    page = await open_page(browser, product, trader, **DESK)
    await page.goto("/options/NIFTY")
    row = page.get_by_role("row").filter(has_text="at the money")
    await row.get_by_role("button", name="Call").click()
    await expect(page.get_by_text("when NIFTY rises by ₹1").first).to_be_visible()
    await page.get_by_role("button", name="Buy into the basket").click()
    await expect(page.get_by_text("Premium paid")).to_be_visible()
    await expect(page.get_by_role("img", name="Profit and loss over the price of NIFTY")).to_be_visible()
    await page.get_by_role("button", name="Order", exact=True).click()
    await expect(page.get_by_role("dialog", name="Order ticket")).to_be_visible()


async def seen(trader: Trader, order: dict[str, Any]) -> dict[str, Any]:
    """The order as the product knows it now."""
    found: dict[str, Any] = await trader.call("GET", f"/v1/orders/{order['id']}")
    return found
