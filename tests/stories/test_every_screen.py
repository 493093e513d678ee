"""Every screen on the built product: axe finds nothing in either theme, nothing is wider than the screen."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from mocks.launch import Sandbox
from tests.chromium import DESK, IN_CHROMIUM, PHONE
from tests.stories.browsing import a_browser, open_page, violations, wear
from tests.stories.product import Product, Trader, a_trader, order
from tests.traders import NewUser, users_of

pytestmark = [*IN_CHROMIUM, pytest.mark.asyncio(loop_scope="module")]

SCREENS = {
    "money": ("/holdings", "/", "/positions", "/funds", "/performance", "/pnl"),
    "orders": ("/orders", "/orders?tab=gtt", "/orders/{order}", "/charges", "/kill", "/more"),
    "market": ("/watchlist", "/i/NSE%3AINFY", "/options/NSE%3ANIFTY%2050", "/alerts", "/sandbox"),
    "brokers": ("/brokers", "/brokers/{account}", "/morning", "/brokers/connect", "/brokers/connect/zerodha"),
    "settings": tuple(f"/settings/{part}" for part in ("trading", "limits", "look", "notifications", "you")),
    "security": ("/settings/security", "/settings/data", "/settings/audit"),
    "programs": ("/settings/tokens", "/settings/hooks", "/approvals", "/approvals/{approval}"),
    "servers": ("/settings/webhooks",),
    "operator": tuple(f"/operator/{part}" for part in ("users", "accounts", "jobs", "log")),
    "operator at brokers": tuple(f"/operator/{part}" for part in ("sessions", "breakers", "unclear")),
    "operator by hand": tuple(f"/operator/{part}" for part in ("letters", "calendar")),
}
# A page in its own theme is looked at for everything, in the other one for what a theme changes.
BY_THEME = ("color-contrast", "link-in-text-block")


async def stocked(trader: Trader, new_user: NewUser) -> dict[str, str]:
    """Two brokers, holdings, a position, a resting order, an alert, a program that asks; the ids of what has a page."""
    account = await trader.connect(new_user("kite", holdings={"NSE:INFY": 20, "NSE:TCS": 4}), "Zerodha")
    await trader.connect(new_user("upstox", holdings={"NSE:INFY": 30}), "Upstox")
    await trader.settled()
    filled = await trader.filled("BUY 2 NSE:INFY CNC MARKET")
    await trader.place("BUY 1 NSE:TCS CNC LIMIT 2900.00")
    await trader.call(
        "POST", "/v1/alerts", json={"symbol": "NSE:INFY", "kind": "above", "threshold": "99999"}
    )
    told = {"name": "journal", "url": "http://127.0.0.1:9/", "events": ["order.filled"]}
    await trader.call("POST", "/v1/webhooks", json=told)
    return {"account": account, "order": filled["id"], "approval": await asking(trader)}


async def asking(trader: Trader) -> str:
    """A token with a hook, and an order outside its policy that waits; the id of the approval."""
    policy = {"order_value": "1000", "symbols": ["NSE:INFY"], "on_breach": "ask", "ask_seconds": 3600}
    body = {"name": "weekly fund", "scopes": ["read", "trade"], "policy": policy}
    token = await trader.call("POST", "/v1/users/me/tokens", json=body)
    rules = {"product": "CNC", "quantity": {"by": "contracts"}}
    await trader.call("POST", "/v1/hooks", json={"name": "Breakout", "token": token["id"], "rules": rules})
    headers = {"Authorization": f"Bearer {token['token']}", "Idempotency-Key": uuid.uuid4().hex}
    asked = await trader.call(
        "POST", "/v1/orders", expect=202, json=order("BUY 5 NSE:INFY CNC MARKET"), headers=headers
    )
    waiting: str = asked["id"]
    return waiting


GO = """path => {
  document.querySelector('h1')?.setAttribute('data-left', '');
  history.pushState(null, '', path);
  dispatchEvent(new PopStateEvent('popstate'));
}"""


async def go(page: Page, path: str) -> None:
    """As a link of the product goes there: loading the whole page again costs more than looking at it."""
    before = await page.evaluate("location.pathname")
    await page.evaluate(GO, path)
    if screen_of(path) != screen_of(before):
        # Else the page before is looked at.
        await expect(page.locator("h1[data-left]")).to_have_count(0)
    await expect(page.get_by_role("heading", level=1).first).to_be_attached()


def screen_of(path: str) -> str:
    """What keeps its heading between two addresses."""
    path = path.partition("?")[0]
    return next(
        (
            same
            for same in ("/settings", "/operator", "/brokers/connect", "/approvals")
            if path.startswith(same)
        ),
        path,
    )


async def wider_than_the_screen(page: Page) -> int:
    """By how many pixels the page scrolls sideways."""
    over: int = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return over


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[DESK, PHONE], ids=["desk", "phone"])
async def seen(
    request: pytest.FixtureRequest, shared_product: Product, shared_sandbox: Sandbox
) -> AsyncIterator[tuple[Page, dict[str, str]]]:
    """One trader's page for all screens, and the ids of what has a page: signing in takes longer than a look."""
    if not shared_product.running:
        await shared_product.start()
    async with a_trader(shared_product) as trader, a_browser() as browser:
        known = await stocked(trader, users_of(shared_sandbox))
        await shared_product.command("users", "operator", trader.email)  # which ends the login
        await trader.log_in()
        look: dict[str, Any] = {"color_scheme": "dark", "reduced_motion": "reduce", **request.param}
        yield await open_page(browser, shared_product, trader, **look), known


@pytest.mark.parametrize("screens", SCREENS.values(), ids=SCREENS)
async def test_a_screen_is_accessible_in_both_themes_and_fits_its_device(
    seen: tuple[Page, dict[str, str]], screens: tuple[str, ...]
) -> None:
    page, known = seen
    wrong: list[str] = []
    for screen in screens:
        path = screen.format(**known)
        await wear(page, "dark")
        await go(page, path)
        await expect(page.get_by_text("Loading", exact=True)).to_have_count(0)
        wrong += [f"{path} dark: {each}" for each in await violations(page)]
        await wear(page, "light")
        wrong += [f"{path} light: {each}" for each in await violations(page, rules=BY_THEME)]
        over = await wider_than_the_screen(page)
        if over > 0:
            wrong.append(f"{path}: {over} pixels wider than the screen")
    assert not wrong, "\n".join(wrong)
