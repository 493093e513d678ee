"""Brokers, settings and the sandbox in a real browser: the morning's round, limits, devices, an outage on purpose."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from mocks.launch import Sandbox
from tests.chromium import DESK, IN_CHROMIUM, PHONE
from tests.stories.browsing import open_page
from tests.stories.product import Product, Trader, eventually
from tests.traders import NewUser, SandboxUser

pytestmark = IN_CHROMIUM


async def approve(page: Page, user: SandboxUser) -> None:
    """What a person does on the broker's login page."""
    await page.locator("[name=user_id]").fill(user["user_id"])
    await page.locator("[name=password]").fill("sandbox")
    await page.locator("[name=pin]").fill("123456")
    await page.get_by_role("button", name="Approve").click()


async def test_a_morning_logs_in_at_one_broker_after_the_other(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    kite, upstox = new_user("kite"), new_user("upstox")
    accounts = [await trader.connect(kite, "Zerodha"), await trader.connect(upstox, "Upstox")]
    await trader.settled()
    for name, user in (("kite", kite), ("upstox", upstox)):
        sandbox.post("/faults", {"broker": name, "fault": "expire_token", "account": user["user_id"]})
    await eventually(
        lambda: trader.call("GET", "/v1/accounts"),
        lambda seen: all(account["state"] == "login_needed" for account in seen),
    )
    page = await open_page(browser, product, trader, first_sight="Overview", **PHONE)

    await page.goto("/brokers")
    await page.get_by_role("link", name="Connect all").tap()
    await page.get_by_role("button", name="Log in to Zerodha").tap()
    await approve(page, kite)
    # Back from Zerodha the round goes on to Upstox by itself.
    await page.wait_for_url("**/morning?connected=*")
    await expect(page.get_by_text("1 of 2 connected")).to_be_visible()
    await page.wait_for_url(lambda url: "morning" not in url)
    await approve(page, upstox)
    await expect(page.get_by_text("All brokers are connected")).to_be_visible()
    states = [(await trader.account(account))["state"] for account in accounts]
    assert states == ["connected", "connected"]


async def test_limits_hold_from_the_screen_and_a_wrong_one_says_why(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock"), "Mock")
    await trader.settled()
    page = await open_page(browser, product, trader, first_sight="Overview", **DESK)
    await page.goto("/settings/limits")
    value = page.get_by_label("Value (rupees)").first
    await value.fill("zero")
    await page.get_by_role("button", name="Save limits").click()
    await expect(page.get_by_text("An amount in rupees above zero").first).to_be_visible()
    await value.fill("1,000")
    await page.get_by_role("button", name="Save limits").click()
    await expect(page.get_by_text("Limits saved")).to_be_visible()
    assert (await trader.call("GET", "/v1/users/me/limits"))["order_value"] == "1000.00"
    refused = await trader.place("BUY 10 NSE:INFY CNC MARKET", expect=409)
    assert refused["code"] == "order_value_limit"


async def test_a_login_ended_elsewhere_says_so_on_its_screen(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock"), "Mock")
    await trader.settled()
    here = await open_page(browser, product, trader, first_sight="Overview", **DESK)
    there = await open_page(browser, product, trader, first_sight="Overview", **PHONE)
    await here.goto("/settings/you")
    devices = here.get_by_role("list", name="Devices")
    await expect(devices.get_by_role("listitem")).not_to_have_count(0)
    await here.get_by_role("button", name="Sign out everywhere else").click()
    await expect(devices.get_by_role("listitem")).to_have_count(1)
    await trader.log_in()  # the trader's own program was signed out, too
    await there.wait_for_url("**/signin**")
    await expect(there.get_by_role("main")).to_contain_text("ended from another device")


async def test_an_outage_made_on_the_sandbox_page_shows_on_its_pill(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    await trader.connect(new_user("groww"), "Groww")
    await trader.settled()
    page = await open_page(browser, product, trader, first_sight="Overview", **DESK)
    await page.goto("/sandbox")
    groww = page.get_by_role("group", name="Groww is")
    await groww.get_by_label("Down").click()
    pill = page.get_by_role("navigation", name="Broker connections").get_by_role("link", name="Groww")
    await expect(pill).to_contain_text("no answer")
    await groww.get_by_label("Up").click()
    await expect(pill).not_to_contain_text("no answer")
    assert sandbox.get("/faults")["faults"] == []
