"""The sandbox's own page in a real browser: break a broker with a click, mend it, find a book; on desk and phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from mocks.launch import Sandbox
from tests.chromium import CHROMIUM, DESK, FLAGS, IN_CHROMIUM, PATIENCE, PHONE
from tests.mocks.client import user

pytestmark = IN_CHROMIUM


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        await running.close()


async def open_page(browser: Browser, sandbox: Sandbox, **screen: Any) -> tuple[Page, list[str]]:
    """The page, and what goes wrong in it."""
    context = await browser.new_context(locale="en-IN", **screen)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    await page.goto(sandbox.urls["control"] + "/")
    await expect(page.get_by_role("radio", name="Mock")).to_be_attached()
    return page, wrong


async def test_one_click_breaks_a_broker_and_another_mends_it(browser: Browser, sandbox: Sandbox) -> None:
    page, wrong = await open_page(browser, sandbox, **DESK)
    async with user(sandbox) as client:
        await page.get_by_role("radio", name="Mock").check()
        await page.get_by_role("button", name="502, but done").click()
        rules = page.locator("#rules")
        await expect(rules).to_contain_text("502, but done: the next one")
        body = {"symbol": "NSE:INFY", "side": "BUY", "type": "MARKET", "product": "CNC", "quantity": 2}
        await client.doubtful("POST", "/orders", body)
        await expect(rules).to_contain_text("Nothing is broken")
        await expect(page.locator("#log")).to_contain_text(client.user_id)
        await expect(page.locator("#flow")).to_contain_text(client.user_id)
        await page.locator("#user").select_option(f"mock/{client.user_id}")
        await expect(page.locator("#positions")).to_contain_text("NSE:INFY")
    await page.get_by_role("button", name="Full outage").click()
    await expect(page.locator("#pills")).to_contain_text("Mock down")
    await page.get_by_role("button", name="Mend all").click()
    await expect(page.locator("#pills")).to_contain_text("Mock well")
    assert sandbox.get("/faults")["faults"] == []
    assert wrong == []


async def test_a_book_is_found_by_keyboard_and_its_market_moved(browser: Browser, sandbox: Sandbox) -> None:
    page, wrong = await open_page(browser, sandbox, **DESK)
    box = page.get_by_role("combobox", name="Book of")
    await box.fill("wipro")
    await expect(page.locator("#found").get_by_role("option").first).to_contain_text("NSE:WIPRO")
    await box.press("Enter")
    await expect(page.locator("#name")).to_have_text("NSE:WIPRO")
    await page.get_by_label("Move the market to").fill("248.00")
    await page.get_by_role("button", name="Move", exact=True).click()
    await expect(page.locator("#last")).to_have_text("248.00")
    await expect(page.locator("#depth tbody tr").first).to_contain_text("24")
    await page.get_by_label("Move the market to").fill("1")
    await page.get_by_role("button", name="Move", exact=True).click()
    await expect(page.get_by_role("status")).to_contain_text("NSE:WIPRO trades from")
    assert [one for one in wrong if "422" not in one] == []


async def test_a_phone_shows_one_part_at_a_time_and_nothing_sticks_out(
    browser: Browser, sandbox: Sandbox
) -> None:
    page, wrong = await open_page(browser, sandbox, **PHONE)
    parts = page.get_by_role("navigation")
    for name, heading in [("Accounts", "Accounts"), ("Market", "Market"), ("Break", "Break a broker")]:
        await parts.get_by_role("button", name=name).click()
        await expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth") <= 390
    await expect(page.get_by_role("heading", name="Accounts", exact=True)).to_be_hidden()
    assert wrong == []


async def test_the_page_says_that_the_sandbox_is_gone(browser: Browser) -> None:
    with Sandbox.start(flow=False, only=["mock"]) as own:
        page, _ = await open_page(browser, own, **DESK)
        await expect(page.locator("#clock")).to_contain_text(":")
        own.stop()
        await expect(page.get_by_role("alert")).to_contain_text("has not answered since")
