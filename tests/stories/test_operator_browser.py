"""An operator's hands on the installation, in a real browser: a broker held open, a day of the calendar set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from domain.calendar import IST
from tests.chromium import DESK, IN_CHROMIUM
from tests.stories.browsing import open_page, violations
from tests.stories.product import Product, Trader
from tests.traders import NewUser

pytestmark = IN_CHROMIUM

REASON = "the broker says its order system is down"


@pytest.fixture
async def operator(product: Product, trader: Trader, new_user: NewUser) -> AsyncIterator[Trader]:
    """One who has an account at a broker, too. What they held open is closed for the stories to come."""
    await trader.connect(new_user("mock"), "Mock")
    await trader.settled()
    await product.command("users", "operator", trader.email)  # which ends the login
    await trader.log_in()
    yield trader
    await trader.call("POST", "/v1/operator/breakers/brokers/mock/close")


async def test_a_broker_is_held_open_with_a_reason_that_its_users_read_and_closed_again(
    browser: Browser, product: Product, operator: Trader
) -> None:
    page = await open_page(browser, product, operator, **DESK)
    await page.goto("/operator/breakers")
    mock = page.get_by_role("list", name="Whole brokers").get_by_role("listitem").filter(has_text="Mock")
    await mock.get_by_role("button", name="Hold open").click()
    asked = page.get_by_role("dialog", name="Hold Mock open?")
    await expect(asked.get_by_role("button", name="Hold open")).to_be_disabled()
    await asked.get_by_label("Why").fill(REASON)
    assert await violations(page) == []
    await asked.get_by_role("button", name="Hold open").click()
    await expect(asked).to_have_count(0)
    await expect(mock).to_contain_text("Held open")
    await expect(mock).to_contain_text(REASON)
    assert await violations(page) == []

    # Who trades there reads why nothing new goes, and nothing is sent.
    refused = await operator.place("BUY 1 NSE:INFY CNC MARKET", expect=409)
    assert REASON in str(refused)

    await mock.get_by_role("button", name="Close").click()
    await expect(mock).not_to_contain_text("Held open")
    await operator.filled("BUY 1 NSE:INFY CNC MARKET")


async def test_a_day_of_the_calendar_is_set_and_withdrawn(
    browser: Browser, product: Product, operator: Trader
) -> None:
    page = await open_page(browser, product, operator, **DESK)
    await page.goto("/operator/calendar")
    day = (datetime.now(IST) + timedelta(days=200)).date()
    await _set_a_day(page, day.isoformat())
    row = page.get_by_role("list", name="Calendar").get_by_role("listitem").filter(has_text="Polling day")
    await expect(row).to_contain_text("Closed all day")
    await expect(row).to_contain_text("SEBI/2026/77")
    assert await violations(page) == []

    await row.get_by_role("button", name="Withdraw").click()
    await page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    await expect(row).to_have_count(0)
    await page.get_by_text("Past and withdrawn, too", exact=True).click()
    await expect(row.first).to_contain_text("Withdrawn")


async def _set_a_day(page: Page, day: str) -> None:
    await page.get_by_role("button", name="Set a day").click()
    asked = page.get_by_role("dialog", name="Set a day of the calendar")
    for exchange in ("NSE", "BSE", "CDS"):  # the first two are chosen: the currency market alone is closed
        await asked.get_by_label(exchange, exact=True).click()
    await asked.get_by_label("Day", exact=True).fill(day)
    await asked.get_by_label("What it is called").fill("Polling day")
    await asked.get_by_label("Where it is announced").fill("SEBI/2026/77")
    assert await violations(page) == []
    await asked.get_by_role("button", name="Set it").click()
    await expect(asked).to_have_count(0)
