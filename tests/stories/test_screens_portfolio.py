"""The portfolio in a real browser: one row over brokers, the part of one, a file of what is seen, past trades."""

from __future__ import annotations

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.chromium import DESK, IN_CHROMIUM, PHONE
from tests.stories.browsing import open_page
from tests.stories.product import Product, Trader
from tests.traders import NewUser

pytestmark = IN_CHROMIUM

TRADEBOOK = (
    "symbol,isin,trade_date,exchange,segment,series,trade_type,auction,quantity,price,trade_id,order_id,"
    "order_execution_time\n"
    "INFY,INE009A01021,2025-06-02,NSE,EQ,EQ,buy,false,20,1410.50,70000001,1100000001,2025-06-02T10:15:00\n"
)


async def test_a_share_at_two_brokers_is_one_row_and_saved_as_it_is_seen(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser, tmp_path: Path
) -> None:
    await trader.connect(new_user("kite", holdings={"NSE:INFY": 20, "NSE:TCS": 4}), "Zerodha")
    await trader.connect(new_user("upstox", holdings={"NSE:INFY": 30}), "Upstox")
    await trader.settled()
    page = await open_page(browser, product, trader, first_sight="Overview", **DESK)
    await page.goto("/holdings")
    table = page.get_by_role("table", name="Holdings")
    await expect(table.get_by_role("row", name="INFY")).to_contain_text("50")
    await table.get_by_role("button", name="Open INFY").click()
    await expect(table.get_by_role("row", name="Upstox").last).to_contain_text("30")

    await page.get_by_role("button", name="Upstox").click()
    await expect(page).to_have_url(f"{product.url}/holdings?broker=upstox")
    await expect(table.get_by_role("row", name="TCS")).to_have_count(0)
    await page.get_by_role("button", name="Columns").click()
    await page.get_by_role("checkbox", name="Day %").uncheck()
    await page.keyboard.press("Escape")
    async with page.expect_download() as saved:
        await page.get_by_role("button", name="CSV").click()
    await (await saved.value).save_as(tmp_path / "holdings.csv")
    head, row = (tmp_path / "holdings.csv").read_text().splitlines()
    assert head.split(",")[:3] == ["Instrument", "Quantity", "Average price"]
    assert "Day %" not in head
    assert row.split(",")[:2] == ["NSE:INFY", "30"]

    await page.reload()
    await expect(page.get_by_role("columnheader", name="Value")).to_be_visible()
    await expect(page.get_by_role("columnheader", name="Day %")).to_have_count(0)


async def test_past_trades_are_looked_at_and_brought_in(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser, tmp_path: Path
) -> None:
    await trader.connect(new_user("kite", holdings={"NSE:INFY": 20}), "Zerodha")
    await trader.settled()
    (tmp_path / "book.csv").write_text(TRADEBOOK)
    page = await open_page(browser, product, trader, first_sight="Overview", **DESK)
    await page.goto("/pnl")
    await page.get_by_role("radio", name="All").check()
    await page.get_by_role("button", name="Import a tradebook").first.click()
    sheet = page.get_by_role("dialog", name="Import a tradebook")
    await sheet.get_by_label("Tradebook (CSV)").set_input_files(tmp_path / "book.csv")
    await sheet.get_by_role("button", name="Look at it").click()
    await sheet.get_by_role("button", name="Keep 1 trade").click()

    table = page.get_by_role("table", name="Profits")
    await expect(table.get_by_role("row", name="INFY")).to_be_visible()
    await table.get_by_role("button", name="Open INFY").click()
    await expect(page.get_by_role("table", name="Open lots")).to_contain_text("1,410.50")
    await page.get_by_role("tab", name="Trades").click()
    await expect(page.get_by_role("table", name="Trades, times in IST")).to_contain_text("file")


async def test_the_overview_of_a_phone_says_where_one_stands(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser
) -> None:
    await trader.connect(new_user("mock", holdings={"NSE:INFY": 20}), "Mock")
    await trader.settled()
    page = await open_page(browser, product, trader, **PHONE)
    await expect(page.get_by_role("heading", name="Needs you")).to_be_visible()
    await expect(page.get_by_text("The curve begins with two evenings")).to_be_visible()
    await expect(page.get_by_role("table", name="Made of")).to_contain_text("100.00%")
    await page.goto("/funds")
    await expect(page.get_by_role("list", name="Funds by broker")).to_contain_text("Usable margin")
