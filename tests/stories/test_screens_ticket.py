"""The ticket in a real browser: swiped open and slid to send by a finger, found again after a reload, with a stop."""

from __future__ import annotations

import asyncio

from playwright.async_api import Browser, Locator, Page, Route, expect

from tests.chromium import DESK, IN_CHROMIUM, PHONE
from tests.stories.browsing import open_page, violations, wear
from tests.stories.product import Product, Trader
from tests.traders import NewUser

pytestmark = IN_CHROMIUM


async def drag(page: Page, what: Locator, *, x: int = 0, y: int = 0) -> None:
    """One finger on the middle of it, moved and lifted, as the browser's own touch events."""
    box = await what.bounding_box()
    assert box is not None
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    finger = await page.context.new_cdp_session(page)

    async def touch(kind: str, *points: tuple[float, float]) -> None:
        told = [{"x": left, "y": top} for left, top in points]
        await finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    await touch("touchStart", at)
    for step in range(1, 11):
        await touch("touchMove", (at[0] + x * step / 10, at[1] + y * step / 10))
    await touch("touchEnd")


async def test_a_row_is_swiped_into_an_order_that_is_slid_to_send(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock", holdings={"NSE:INFY": 20}), "Mock")
    await trader.settled()
    page = await open_page(browser, product, trader, **PHONE)
    await page.goto("/holdings")
    row = page.get_by_role("list", name="Holdings").get_by_text("INFY")
    ticket = page.get_by_role("dialog", name="Order ticket")

    await drag(page, row, y=-80)
    await expect(ticket).to_have_count(0)
    await drag(page, row, x=-120)
    await expect(ticket.get_by_role("radio", name="Sell")).to_be_checked()
    await ticket.get_by_role("button", name="Review sell").tap()
    slider = ticket.get_by_role("slider", name="Slide to sell")
    await expect(slider).to_be_enabled()
    for theme in ("dark", "light"):
        await wear(page, theme)
        assert await violations(page) == []

    await drag(page, slider, x=120)
    await expect(slider).to_be_visible()
    assert (await trader.call("GET", "/v1/orders"))["items"] == [], "let go half way, nothing is sent"
    await drag(page, slider, x=360)
    await expect(ticket).to_contain_text("Filled at")
    assert len((await trader.call("GET", "/v1/orders"))["items"]) == 1


async def test_an_order_whose_answer_a_reload_has_cut_off_is_found_and_not_sent_again(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock"), "Mock")
    await trader.settled()
    page = await open_page(browser, product, trader, **DESK)
    recorded = asyncio.Event()

    async def never_answer(route: Route) -> None:
        if route.request.method == "POST":
            await route.fetch()
            recorded.set()
        else:
            await route.continue_()

    await page.route("**/v1/orders", never_answer)
    await page.goto("/i/NSE%3AINFY")
    await page.get_by_role("button", name="Buy", exact=True).first.click()
    ticket = page.get_by_role("dialog", name="Order ticket")
    await ticket.get_by_role("button", name="Review buy").click()
    await ticket.get_by_role("button", name="Send PAPER order").click()
    await asyncio.wait_for(recorded.wait(), 60)

    await page.reload()
    await expect(ticket).to_contain_text("Filled at")
    assert len((await trader.call("GET", "/v1/orders"))["items"]) == 1
    await page.reload()
    await expect(page.get_by_role("main")).to_be_visible()
    await expect(ticket).to_have_count(0)


async def test_a_stop_goes_to_the_broker_once_the_order_has_filled(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("kite"), "Zerodha")
    await trader.settled()
    page = await open_page(browser, product, trader, **DESK)
    await page.goto("/i/NSE%3AINFY")
    await page.get_by_role("button", name="Buy", exact=True).first.click()
    ticket = page.get_by_role("dialog", name="Order ticket")
    await ticket.get_by_text("More: protection").click()
    await ticket.get_by_label("Stop-loss at").fill("1000")
    for theme in ("dark", "light"):
        await wear(page, theme)
        assert await violations(page) == []
    await ticket.get_by_role("button", name="Review buy").click()
    await expect(ticket.get_by_text("Stop-loss at ₹1,000.00 after the fill")).to_be_visible()
    await ticket.get_by_role("button", name="Send PAPER order").click()
    await expect(page.get_by_text("stop and target are kept by Zerodha")).to_be_visible()

    kept = (await trader.call("GET", "/v1/conditionals"))["items"]
    assert [(one["kind"], one["side"], one["legs"][0]["trigger_price"]) for one in kept] == [
        ("single", "SELL", "1000.00")
    ]
