"""Orders, exits, triggers and the kill switch in a real browser: changed in place, left from the row, proven flat."""

from __future__ import annotations

from playwright.async_api import Browser, Page, expect

from mocks.launch import Sandbox
from tests.chromium import DESK, IN_CHROMIUM, PHONE
from tests.stories.browsing import open_page, violations
from tests.stories.product import Product, Trader, eventually, last_price
from tests.traders import NewUser

pytestmark = IN_CHROMIUM

HELD_FOR = 2_300  # milliseconds; the button wants two seconds


async def hold(page: Page, name: str) -> None:
    """Hold a button down with Enter, as long as it wants."""
    button = page.get_by_role("button", name=name)
    await button.focus()
    await page.keyboard.down("Enter")
    await page.wait_for_timeout(HELD_FOR)
    await page.keyboard.up("Enter")


async def test_orders_are_changed_in_their_row_and_cancelled_together(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    await trader.connect(new_user("kite"), "Zerodha")
    await trader.connect(new_user("upstox"), "Upstox")
    await trader.settled()
    low = int(last_price(sandbox, "NSE:INFY") * 97 / 100)
    split = {"kind": "spread", "splitting": "when_cheaper"}
    first = await trader.place(f"BUY 6 NSE:INFY CNC LIMIT {low}", policy=split)
    second = await trader.place(f"BUY 2 NSE:INFY CNC LIMIT {low - 10}")
    for one in (first, second):
        await trader.order_when(one["id"], "OPEN")
    page = await open_page(browser, product, trader, first_sight="Overview", **DESK)

    await page.goto("/orders?tab=open&symbol=inf")
    rows = page.get_by_role("table", name="Orders, times in IST").locator("[data-row]")
    await expect(rows).to_have_count(2)
    await rows.last.get_by_role("button", name="Change BUY INFY").click()
    await page.get_by_role("textbox", name="Quantity of INFY").fill("4")
    await expect(page.get_by_text("Enter sends: ")).to_contain_text("3 → 2")
    assert await violations(page) == []
    await page.keyboard.press("Enter")
    changed = await eventually(lambda: trader.order(first["id"]), lambda seen: seen["quantity"] == 4)
    assert sorted(child["quantity"] for child in changed["children"]) == [2, 2]
    await expect(rows.last).to_contain_text("0 / 4")

    await page.get_by_role("checkbox", name="Choose all").check()
    await page.get_by_role("button", name="Cancel 2").click()
    sheet = page.get_by_role("dialog", name="Cancel 2 orders?")
    await sheet.get_by_role("button", name="Yes, cancel 2 orders").click()
    for one in (first, second):
        await trader.order_when(one["id"], "CANCELLED")
    await expect(sheet.get_by_text("Cancelled")).to_have_count(2)


async def test_a_position_is_left_from_its_row(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock"), "Mock")
    await trader.settled()
    await trader.filled("BUY 8 NSE:SBIN MIS MARKET")
    page = await open_page(browser, product, trader, first_sight="Overview", **PHONE)

    await page.goto("/positions")
    await page.get_by_role("list", name="Positions").get_by_text("SBIN").tap()
    await page.get_by_role("button", name="Exit SBIN").tap()
    sheet = page.get_by_role("dialog", name="Exit SBIN MIS")
    assert await violations(page) == []
    await sheet.get_by_role("button", name="Sell 8 at market").tap()
    await expect(sheet.get_by_text("Filled")).to_be_visible()
    portfolio = await eventually(
        trader.portfolio, lambda seen: all(one["quantity"] == 0 for one in seen["positions"])
    )
    assert portfolio["gaps"] == []


async def test_a_trigger_is_kept_at_the_broker_and_taken_back(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    account = await trader.connect(new_user("kite", holdings={"NSE:INFY": 20}), "Zerodha")
    await trader.settled()
    last = int(last_price(sandbox, "NSE:INFY"))
    page = await open_page(browser, product, trader, first_sight="Overview", **DESK)

    await page.goto("/orders?tab=gtt")
    await page.get_by_role("button", name="New trigger").click()
    sheet = page.get_by_role("dialog", name="New trigger")
    await sheet.get_by_label("Instrument").fill("infy")
    await sheet.get_by_role("button", name="INFY NSE").first.click()
    await sheet.get_by_text("Target and stop").click()
    await sheet.get_by_label("Quantity").fill("5")
    prices = ((last + 100, last + 99), (last - 100, last - 105))
    for leg, (trigger, limit) in enumerate(prices):
        await sheet.get_by_label("When the price is").nth(leg).fill(str(trigger))
        await sheet.get_by_label("Limit price").nth(leg).fill(str(limit))
    assert await violations(page) == []
    await sheet.get_by_role("button", name="Have Zerodha keep it").click()
    await expect(sheet.get_by_text("Done")).to_be_visible()
    kept = (await trader.call("GET", "/v1/conditionals"))["items"]
    assert [(one["account"], one["kind"], len(one["legs"])) for one in kept] == [(account, "oco", 2)]

    await sheet.get_by_role("button", name="Close").last.click()
    await page.get_by_role("button", name="Cancel INFY at Zerodha").click()
    await page.get_by_role("button", name="Cancel it").click()
    await eventually(
        lambda: trader.call("GET", "/v1/conditionals"),
        lambda seen: all(one["status"] != "ACTIVE" for one in seen["items"]),
    )


async def test_the_kill_switch_is_held_and_proven_flat_at_every_broker(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    await trader.connect(new_user("kite"), "Zerodha")
    await trader.connect(new_user("mock"), "Mock")
    await trader.settled()
    await trader.filled("BUY 5 NSE:SBIN MIS MARKET")
    await trader.place(f"BUY 1 NSE:INFY CNC LIMIT {int(last_price(sandbox, 'NSE:INFY') * 97 / 100)}")
    page = await open_page(browser, product, trader, first_sight="Overview", **DESK)

    await page.get_by_role("button", name="Kill switch: stop trading").click()
    sheet = page.get_by_role("dialog", name="Kill switch")
    await sheet.get_by_role("radio", name="Cancel and close everything").check()
    assert await violations(page) == []
    await hold(page, "Hold 2 s to cancel and close everything")
    await expect(sheet.get_by_text("Proven flat at every broker.")).to_be_visible()
    await expect(sheet.get_by_role("table")).to_contain_text("flat, proven")
    await expect(page.get_by_role("button", name="Kill switch is on", include_hidden=True)).to_be_attached()
    assert (await trader.call("GET", "/v1/orders?status=open"))["items"] == []

    await sheet.get_by_role("button", name="Release the switch").click()
    await sheet.get_by_role("button", name="Yes, trade again").click()
    await expect(sheet.get_by_role("button", name="Release the switch")).to_have_count(0)
    await eventually(lambda: trader.call("GET", "/v1/kill-switch"), lambda switch: not switch["engaged"])
