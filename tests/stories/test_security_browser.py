"""An account that stays shut, in a real browser: a good password, a second factor, the person asked again, a lost
password."""

from __future__ import annotations

import asyncio
import re
from email import message_from_bytes, policy
from pathlib import Path

import pyotp
from playwright.async_api import Browser, Page, expect

from tests.chromium import IN_CHROMIUM, PATIENCE, PHONE
from tests.stories.browsing import violations
from tests.stories.product import Product, eventually

pytestmark = IN_CHROMIUM

EMAIL, PASSWORD, NEW = "shut@example.com", "four words and more", "five other words and more"
STALE = '{"type":"","title":"Forbidden","status":403,"code":"step_up_needed","detail":"","ways":["password","totp"]}'


async def sign_in(page: Page, password: str, code: str) -> None:
    await page.goto("/signin")
    await page.get_by_label("E-mail").fill(EMAIL)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.keyboard.press("Enter")
    await page.get_by_label("Code from your authenticator").fill(code)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Sign in")).to_have_count(0)


async def sign_out(page: Page) -> None:
    await page.goto("/settings/you")
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def link_for_password(data: Path) -> str:
    """The path of the newest link for a new password that was sent."""

    def look() -> str:
        for path in sorted((data / "outbox").glob("*.eml"), reverse=True):
            letter = message_from_bytes(path.read_bytes(), policy=policy.default)
            text = letter.get_body(("plain",))
            if letter["to"] == EMAIL and text and (found := re.search(r"/reset#\S+", text.get_content())):
                return found.group()
        return ""

    found: str = await eventually(lambda: asyncio.to_thread(look), bool)
    return found


async def test_an_account_from_its_password_to_a_lost_one(browser: Browser, product: Product) -> None:
    context = await browser.new_context(base_url=product.url, locale="en-IN", **PHONE)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()

    # What is guessed first is said to be so while it is typed.
    await page.goto("/signup")
    await page.get_by_label("E-mail").fill(EMAIL)
    await page.get_by_label("Password", exact=True).fill("password123")
    await expect(page.get_by_text("Guessed at once. This is a very common password.")).to_be_visible()
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await expect(page.get_by_text("Strong.")).to_be_visible()
    assert await violations(page) == []
    await page.get_by_role("button", name="Create account").tap()
    await page.wait_for_url("**/brokers")

    # The app is given its secret, shows a code, and recovery codes are shown once.
    await page.goto("/settings/security")
    await page.get_by_role("button", name="Turn on").tap()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("img", name="QR code")).to_be_visible()
    assert await violations(page) == []
    secret = (await dialog.locator(".font-mono").inner_text()).replace(" ", "")
    await dialog.get_by_label("Code of the app").fill(pyotp.TOTP(secret).now())
    await dialog.get_by_role("button", name="Turn on").tap()
    await expect(dialog.get_by_role("listitem")).to_have_count(10)
    codes = await dialog.get_by_role("listitem").all_inner_texts()
    await dialog.get_by_role("button", name="I have kept them").tap()
    await expect(page.get_by_text("10 recovery codes left")).to_be_visible()
    assert await violations(page) == []

    # The password alone signs nobody in; a recovery code stands in for the app.
    await sign_out(page)
    await sign_in(page, PASSWORD, codes[0])

    # What a stolen screen must not do asks for the person, and then goes on by itself.
    await page.goto("/settings/security")
    await page.route(
        "**/v1/users/me/second-factor/recovery-codes",
        lambda route: route.fulfill(status=403, content_type="application/problem+json", body=STALE),
        times=1,
    )
    await page.get_by_role("button", name="New recovery codes").tap()
    asked = page.get_by_role("dialog", name="Is it you?")
    await asked.get_by_label("Password", exact=True).fill(PASSWORD)
    await asked.get_by_label("Code", exact=True).fill(codes[1])
    assert await violations(page) == []
    await asked.get_by_role("button", name="Go on").tap()
    renewed = page.get_by_role("dialog", name="Recovery codes")
    await expect(renewed.get_by_role("listitem")).to_have_count(10)
    codes = await renewed.get_by_role("listitem").all_inner_texts()
    await renewed.get_by_role("button", name="I have kept them").tap()
    await sign_out(page)

    # A lost password: the link leaves the address at once, and the second factor is asked for as before.
    await page.get_by_role("link", name="Forgot your password?").tap()
    await page.get_by_label("E-mail").fill(EMAIL)
    await page.get_by_role("button", name="Send the link").tap()
    await expect(page.get_by_text("a letter is on its way")).to_be_visible()
    await page.goto(await link_for_password(product.data))
    await expect(page).to_have_url(re.compile(r"/reset$"))
    await page.get_by_label("New password").fill(NEW)
    await page.get_by_role("button", name="Set the password").tap()
    await expect(page.get_by_text("The new password is set")).to_be_visible()
    assert await violations(page) == []
    await sign_in(page, NEW, codes[0])
    await context.close()
