"""Passkeys in a real browser with an authenticator of its own: made, used to sign in and to prove it, taken away."""

from __future__ import annotations

from playwright.async_api import Browser, CDPSession, Page, expect

from tests.chromium import DESK, IN_CHROMIUM, PATIENCE
from tests.stories.product import PASSWORD, Product, Trader

pytestmark = IN_CHROMIUM

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def with_authenticator(page: Page) -> tuple[CDPSession, str]:
    """The browser, which answers for its person at once, and the name of its authenticator."""
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return session, made["authenticatorId"]


async def sign_out(page: Page) -> None:
    await page.goto("/settings/you")
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_a_passkey_from_its_making_to_its_end(
    browser: Browser, product: Product, trader: Trader
) -> None:
    # The name that browsers give passkeys to without https; an address gets none.
    # Without the service worker, past which no answer can be put in.
    there = product.url.replace("127.0.0.1", "localhost")
    context = await browser.new_context(base_url=there, locale="en-IN", service_workers="block", **DESK)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    session, authenticator = await with_authenticator(page)
    person = {"authenticatorId": authenticator, "isUserVerified": True}

    await page.goto("/signin")
    await page.get_by_label("E-mail").fill(trader.email)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/")
    await page.goto("/settings/security")
    await page.get_by_role("button", name="Add a passkey").click()
    mine = page.get_by_role("list", name="Passkeys")
    await expect(mine.get_by_role("listitem")).to_contain_text("Chrome on Linux")
    await expect(mine).to_contain_text("Never used")
    kept = await session.send("WebAuthn.getCredentials", {"authenticatorId": authenticator})
    assert [one["isResidentCredential"] for one in kept["credentials"]] == [True]

    # A second one on the same device is not made: the browser is told of the first.
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_text("has a passkey for your account already")).to_be_visible()

    await page.get_by_role("button", name="Rename").click()
    await page.get_by_role("dialog").get_by_label("Name").fill("Desk")
    await page.keyboard.press("Enter")
    await expect(mine).to_contain_text("Desk")

    # Signing in by it alone, nobody named; without the person recognised it is no use.
    await session.send("WebAuthn.setUserVerified", {**person, "isUserVerified": False})
    await sign_out(page)
    button = page.get_by_role("button", name="Sign in with a passkey")
    await button.click()
    await expect(page.get_by_role("alert")).to_contain_text("Nothing was done")
    await session.send("WebAuthn.setUserVerified", person)
    await button.click()
    await expect(button).to_have_count(0)
    await page.goto("/settings/security")
    await expect(mine).to_contain_text("Last used")

    # Proving with it that it is still the same person, when that was some time ago.
    ways = ["password", "passkey"]
    stale = {"type": "", "title": "", "detail": "", "status": 403, "code": "step_up_needed", "ways": ways}
    await page.route(
        "**/v1/users/me/passkeys/psk_*",
        lambda route: route.fulfill(status=403, json=stale),
        times=1,
    )
    await page.get_by_role("button", name="Remove: Desk").click()
    await page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    async with page.expect_response("**/v1/users/me/proof") as proof:
        await page.get_by_role("button", name="Use a passkey").click()
    assert (await proof.value).status == 200
    await expect(page.get_by_text("Passkey removed: Desk")).to_be_visible()
    await expect(mine).to_have_count(0)

    # The device still offers it; here it opens nothing any more.
    await sign_out(page)
    await button.click()
    await expect(page.get_by_role("alert")).to_contain_text("This passkey opens nothing here")
    await context.close()


async def test_at_an_address_the_page_says_where_passkeys_work(
    browser: Browser, product: Product, trader: Trader
) -> None:
    context = await browser.new_context(base_url=product.url, locale="en-IN", **DESK)
    page = await context.new_page()
    await page.goto("/signin")
    there = product.url.replace("127.0.0.1", "localhost")
    await expect(page.get_by_role("link", name=there)).to_have_attribute("href", f"{there}/signin")
    await expect(page.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)
    await context.close()
