"""In a real browser: sign in, place an order from the ticket, see the receipt and the fill; on desk and phone."""

from __future__ import annotations

from playwright.async_api import Browser, Page, Response, expect

from mocks.launch import Sandbox
from tests.chromium import DESK, IN_CHROMIUM, PHONE
from tests.stories.browsing import open_page
from tests.stories.product import Product, Trader
from tests.traders import NewUser

pytestmark = IN_CHROMIUM


async def ask_for(page: Page, quantity: int) -> None:
    """Type the quantity and wait until the ticket has asked what it would cost."""

    def asked(response: Response) -> bool:
        return "preview" in response.url and f'"quantity":{quantity},' in (response.request.post_data or "")

    async with page.expect_response(asked):
        await page.get_by_role("dialog", name="Order ticket").get_by_label("Quantity").fill(str(quantity))


async def test_an_order_from_the_ticket_by_keyboard(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("kite", holdings={"NSE:INFY": 20}), "Zerodha")
    await trader.connect(new_user("upstox", holdings={"NSE:INFY": 30}), "Upstox")
    await trader.settled()
    page = await open_page(browser, product, trader, **DESK)
    await page.goto("/holdings")
    row = page.get_by_role("table", name="Holdings").get_by_role("row", name="INFY")
    await expect(row).to_contain_text("50")

    await row.focus()
    await page.keyboard.press("b")
    ticket = page.get_by_role("dialog", name="Order ticket")
    await ask_for(page, 10)
    await expect(ticket.get_by_role("button", name="Review buy")).to_be_enabled()
    await expect(ticket.get_by_text("Auto: Zerodha")).to_be_visible()
    await expect(ticket.get_by_text("more").first).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(ticket.get_by_role("table", name="What will be sent")).to_contain_text("Zerodha")
    await page.keyboard.press("Enter")

    await expect(ticket).to_contain_text("Filled at")
    orders = (await trader.call("GET", "/v1/orders"))["items"]
    assert len(orders) == 1
    filled = await trader.order_when(orders[0]["id"], "FILLED")
    assert filled["filled_quantity"] == 10

    await page.goto("/orders")
    await page.get_by_role("main").get_by_text("Executed", exact=True).click()
    shown = page.get_by_role("table", name="Orders, times in IST")
    await expect(shown).to_contain_text("INFY")
    await page.get_by_role("button", name="Open BUY INFY").click()
    await expect(page.get_by_role("table", name="Timeline, times in IST")).to_contain_text("Order received")
    await expect(page.get_by_text("Upstox").first).to_be_visible()


async def test_an_order_on_the_phone(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock", holdings={"NSE:INFY": 20}), "Mock")
    await trader.settled()
    page = await open_page(browser, product, trader, **PHONE)

    await page.goto("/holdings")
    await page.get_by_role("list", name="Holdings").get_by_text("INFY").tap()
    await page.get_by_role("button", name="Buy").first.tap()
    ticket = page.get_by_role("dialog", name="Order ticket")
    await ask_for(page, 3)
    await ticket.get_by_role("button", name="Review buy").tap()
    await ticket.get_by_role("button", name="Send PAPER order").tap()

    await expect(ticket).to_contain_text("Filled at")
    orders = (await trader.call("GET", "/v1/orders"))["items"]
    assert len(orders) == 1
    await trader.order_when(orders[0]["id"], "FILLED")


async def test_a_broker_is_connected_by_hand_in_three_screens(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    user = new_user("upstox", holdings={"NSE:TCS": 4})
    page = await open_page(browser, product, trader, first_sight="Connect a broker", **DESK)

    await page.goto("/brokers/connect")
    await page.get_by_role("main").get_by_role("link", name="Upstox").click()
    await page.get_by_role("button", name="Upstox").click()
    await page.locator("[name=user_id]").fill(user["user_id"])
    await page.locator("[name=password]").fill("sandbox")
    await page.locator("[name=pin]").fill("123456")
    await page.get_by_role("button", name="Approve").click()

    await page.wait_for_url("**/brokers?connected=*")
    await expect(page.get_by_text("connected", exact=True).first).to_be_visible()
    await page.goto("/holdings")
    await expect(page.get_by_role("table", name="Holdings")).to_contain_text("TCS")


async def test_a_broken_broker_is_named_on_the_portfolio(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    await trader.connect(new_user("kite", holdings={"NSE:INFY": 20}), "Zerodha")
    await trader.connect(new_user("upstox", holdings={"NSE:INFY": 30}), "Upstox")
    await trader.settled()
    page = await open_page(browser, product, trader, **DESK)
    sandbox.post("/faults", {"broker": "kite", "fault": "outage"})
    await expect(page.get_by_text("without Zerodha").first).to_be_visible()
    sandbox.delete("/faults")
    await expect(page.get_by_text("without Zerodha")).to_have_count(0)
