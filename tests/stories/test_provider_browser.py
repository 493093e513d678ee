"""Signing in at an OpenID provider in a real browser, and proving there who one is: its old session is no proof."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.chromium import IN_CHROMIUM, PATIENCE, PHONE
from tests.orchestrator.identity.oidc.openid import CLIENT, SECRET, OpenId, openid
from tests.stories.browsing import violations
from tests.stories.product import Product

pytestmark = IN_CHROMIUM


def world() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def provider() -> Iterator[OpenId]:
    with openid(world) as one:
        yield one


@pytest.fixture
async def tied_product(provider: OpenId, tmp_path: Path) -> AsyncIterator[Product]:
    """A process of its own: the others have no provider. No broker is asked for anything."""
    settings = {
        "TRADEMASTER_OIDC_ISSUER": provider.url,
        "TRADEMASTER_OIDC_CLIENT_ID": CLIENT,
        "TRADEMASTER_OIDC_CLIENT_SECRET": SECRET,
        "TRADEMASTER_OIDC_LABEL": "Example ID",
        "TRADEMASTER_OIDC_SIGNUP": "true",
    }
    product = Product(tmp_path, settings)
    await product.start()
    yield product
    await product.stop()


async def test_a_provider_signs_in_and_proves_anew_what_its_old_session_does_not(
    browser: Browser, tied_product: Product, provider: OpenId
) -> None:
    provider.person = {"email": "asha@example.com", "email_verified": True, "name": "Asha"}
    provider.since = world() - timedelta(hours=1)
    context = await browser.new_context(base_url=tied_product.url, locale="en-IN", **PHONE)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto("/signin")
    await page.get_by_text("Sign in with Example ID").tap()
    await expect(page).to_have_url(f"{tied_product.url}/")

    # Logged in an hour ago there: that proves nothing now, and the provider is the only way to.
    await page.goto("/settings/security")
    await page.get_by_role("button", name="Turn on").tap()
    asked = page.get_by_role("dialog", name="Is it you?")
    await expect(asked).to_be_visible()
    await expect(asked.get_by_label("Password", exact=True)).to_have_count(0)
    assert await violations(page) == []
    provider.deaf = True
    await asked.get_by_role("button", name="Prove it at Example ID").tap()
    await expect(page.get_by_text("did not ask you again who you are")).to_be_visible()

    # Asked there anew, it is a proof, and what asked for it is done.
    provider.deaf = False
    await page.goto("/settings/security")
    await page.get_by_role("button", name="Turn on").tap()
    await page.get_by_role("button", name="Prove it at Example ID").tap()
    await expect(page.get_by_text("You have proved who you are.")).to_be_visible()
    await page.get_by_role("button", name="Turn on").tap()
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    await context.close()
