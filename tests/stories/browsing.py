"""A signed-in trader's page, and what axe finds wrong with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

from playwright.async_api import Browser, Page, async_playwright, expect

from tests.chromium import CHROMIUM, FLAGS, PATIENCE
from tests.stories.product import PASSWORD, ROOT, Product, Trader

AXE = ROOT / "web/node_modules/axe-core/axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Theme = Literal["dark", "light"]

RUN_AXE = """
async ({ tags, rules }) => {
  const only = rules.length ? { type: "rule", values: rules } : { type: "tag", values: tags };
  const { violations } = await axe.run(document, { runOnly: only, resultTypes: ["violations"] });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.slice(0, 3).map((node) => `${id}: ${help}\\n    ${node.html.slice(0, 200)}\\n    ${node.failureSummary}`));
}
"""


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    """A running Chromium."""
    assert (ROOT / "web/dist/index.html").exists(), "the web is not built: run `make web`"
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        await running.close()


async def open_page(
    browser: Browser, product: Product, trader: Trader, *, first_sight: str = "Portfolio value", **screen: Any
) -> Page:
    """A page of a signed-in trader, without the service worker, which fetches every file there is, unless `screen`
    allows it."""
    screen = {"service_workers": "block", **screen}
    context = await browser.new_context(base_url=product.url, locale="en-IN", **screen)
    context.set_default_timeout(PATIENCE)
    page = await context.new_page()
    await page.goto("/")
    await page.get_by_label("E-mail").fill(trader.email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text(first_sight).first).to_be_visible()
    return page


async def wear(page: Page, theme: Theme) -> None:
    """Change the theme without loading the page again, and without the fading of colours between."""
    await page.add_style_tag(content="*, *::before, *::after { transition: none !important }")
    await page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)


# A colour on its way to another is nobody's to read. What turns for ever is not waited for.
AT_REST = """() => Promise.all(
  document.getAnimations()
    .filter((one) => one.playState === "running" && one.effect?.getComputedTiming().iterations !== Infinity)
    .map((one) => one.finished.catch(() => null)),
).then(() => null)"""


async def violations(page: Page, *, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe has against the page as it stands: WCAG 2.2 A and AA and its best practices, or these rules alone."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    await page.evaluate(AT_REST)
    found: list[str] = await page.evaluate(RUN_AXE, {"tags": TAGS, "rules": list(rules)})
    return found
