"""A program's key and what it asks for, in a real browser: made with its limits, used, answered on a phone."""

from __future__ import annotations

import uuid
from decimal import Decimal

import httpx
from playwright.async_api import Browser, expect

from mocks.launch import Sandbox
from tests.chromium import IN_CHROMIUM, PHONE
from tests.stories.browsing import open_page, violations
from tests.stories.product import Product, Trader, last_price, order
from tests.traders import NewUser

pytestmark = IN_CHROMIUM


async def test_a_key_is_made_on_the_screen_and_what_is_outside_it_waits_for_a_yes(
    browser: Browser, product: Product, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    await trader.connect(new_user("kite"), "Zerodha")
    await trader.settled()
    page = await open_page(browser, product, trader, **PHONE)

    # The smallest key that works, said in plain words before it is made.
    await page.goto("/settings/tokens")
    await page.get_by_role("button", name="New token").tap()
    form = page.get_by_role("dialog", name="New token")
    await form.get_by_label("Name of the program").fill("weekly fund")
    await form.get_by_label("Trade: place, change and cancel orders").check()
    await form.get_by_label("Only these symbols").fill("NSE:INFY")
    await form.get_by_label("CNC").check()
    await form.get_by_label("Rupees of one order").fill("1,000")
    await form.get_by_label("Ask me about orders outside its limits").check()
    await expect(form.get_by_text("One order is worth at most ₹1,000.00.")).to_be_visible()
    assert await violations(page) == []
    await form.get_by_role("button", name="Make the token").tap()
    shown = page.get_by_role("dialog", name="Copy the token now")
    token = await shown.get_by_label("Token", exact=True).input_value()
    await expect(shown.get_by_text(f"api_key={token[:15]}")).to_be_visible()
    assert await violations(page) == []
    await shown.get_by_role("button", name="I have it").tap()
    row = page.get_by_role("list", name="Keys of programs").get_by_role("listitem")
    await expect(row).to_contain_text("₹1,000.00 an order · NSE:INFY · CNC · asks you beyond that")
    assert token not in await page.content()

    # The program asks for more than it may: the bell leads to its question, and a yes places it.
    below = (last_price(sandbox, "NSE:INFY") * 95 / 100).quantize(Decimal(1))
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": uuid.uuid4().hex}
    async with httpx.AsyncClient(
        base_url=product.url, headers=headers, trust_env=False, timeout=20
    ) as program:
        asked = await program.post("/v1/orders", json=order(f"BUY 2 NSE:INFY CNC LIMIT {below}"))
    assert asked.status_code == 202, asked.text
    await page.get_by_role("button", name="Notices").tap()
    await page.get_by_role("link", name="weekly fund asks to buy 2 INFY").tap()
    question = page.get_by_role("article", name="weekly fund asks")
    await expect(question).to_contain_text("Rupees of one order: asked")
    assert await violations(page) == []
    await question.get_by_role("button", name="Approve and send").tap()
    await question.get_by_role("link", name="Approved. See the order.").tap()
    await page.wait_for_url("**/orders/ord_*")
    (placed,) = (await trader.call("GET", "/v1/orders"))["items"]
    assert (placed["quantity"], placed["token"]) == (2, token.split("_")[1])
