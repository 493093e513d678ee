"""The frame around every page in a real browser: offline, a session ended elsewhere, the panic key."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from tests.chromium import DESK, IN_CHROMIUM, PHONE
from tests.stories.browsing import open_page, violations
from tests.stories.product import Product, Trader, eventually
from tests.traders import NewUser

pytestmark = IN_CHROMIUM

KEPT = "caches.open('tm.snapshot').then(place => place.match('/snapshot.json')).then(Boolean)"
WIPED = "caches.keys().then(names => !names.includes('tm.snapshot'))"
INSTALLED = "navigator.serviceWorker.ready.then(() => true)"
NUMBERS_IN_CACHES = """
caches.keys().then(async names => {
  const urls = [];
  for (const name of names) {
    for (const one of await (await caches.open(name)).keys()) urls.push(new URL(one.url).pathname);
  }
  return urls.filter(path => path.startsWith('/v1'));
})
"""


async def keep_numbers(page: Page) -> None:
    """Wait until the frame and the last numbers are on this device."""
    await page.evaluate(INSTALLED)
    await eventually(lambda: page.evaluate(KEPT), bool)


async def test_offline_the_last_numbers_stand_greyed_and_nothing_can_be_sent(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock", holdings={"NSE:INFY": 20}), "Mock")
    await trader.settled()
    page = await open_page(browser, product, trader, service_workers="allow", **PHONE)
    await keep_numbers(page)

    await page.context.set_offline(True)
    bar = page.get_by_text("Offline. You see the numbers of")
    await expect(bar).to_be_visible()
    await page.reload()
    await expect(bar).to_be_visible()
    await page.get_by_role("link", name="Holdings").tap()
    await expect(page.get_by_role("main")).to_contain_text("INFY")
    await expect(page.locator("html")).to_have_attribute("data-reach", "gone")
    assert await violations(page) == []

    await page.get_by_role("button", name="Trade").tap()
    ticket = page.get_by_role("dialog", name="Order ticket")
    await expect(ticket).to_be_visible()
    await expect(ticket.get_by_role("button", name="Send PAPER order")).to_have_count(0)
    await page.keyboard.press("Escape")

    await page.context.set_offline(False)
    await expect(bar).to_have_count(0)
    await expect(page.locator("html")).to_have_attribute("data-reach", "here")
    assert (await trader.call("GET", "/v1/orders?status=all"))["items"] == []


async def test_no_number_outlives_the_session_on_the_device(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock", holdings={"NSE:INFY": 20}), "Mock")
    await trader.settled()
    page = await open_page(browser, product, trader, service_workers="allow", **DESK)
    await keep_numbers(page)
    assert await page.evaluate(NUMBERS_IN_CACHES) == []

    await page.goto("/settings/you")
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await eventually(lambda: page.evaluate(WIPED), bool)


async def test_a_session_ended_from_another_device_says_so(
    browser: Browser, product: Product, trader: Trader
) -> None:
    page = await open_page(browser, product, trader, first_sight="Overview", **DESK)
    await expect(page.get_by_text("prices live")).to_be_visible()
    await trader.call("POST", "/v1/users/me/sessions/revoke-others")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await expect(page.get_by_text("This session was ended from another device.")).to_be_visible()


async def test_the_panic_key_opens_the_kill_switch_from_inside_a_field(
    browser: Browser, product: Product, trader: Trader
) -> None:
    page = await open_page(browser, product, trader, first_sight="Overview", **DESK)
    await page.keyboard.press("/")
    await page.keyboard.press("Alt+Shift+KeyK")
    await expect(page.get_by_role("dialog", name="Kill switch")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog", name="Kill switch")).to_have_count(0)
