"""What the first visit loads and how soon it shows something, on a slow 3G: in Chromium, nothing cached.

python -m benchmarks.web_load [http://127.0.0.1:8000] [e-mail] [password]: against a running `make demo`. Bytes are
those on the wire; the processor is not slowed down.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from playwright.async_api import Browser, Page, Response, StorageState, async_playwright

DEMO = ("http://127.0.0.1:8000", "demo@trademaster.test", "demo-trade-2026")
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
# The slow 3G of browsers' own tools: 400 kbit/s each way, 400 ms to the server and back.
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


async def main(url: str, email: str, password: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
        await visit(
            browser, f"{url}/signin", "sign in", None, lambda page: page.get_by_label("E-mail").wait_for()
        )
        known = await signed_in(browser, url, email, password)
        await visit(
            browser, url, "overview", known, lambda page: page.get_by_text("Portfolio value").wait_for()
        )
        await browser.close()


async def signed_in(browser: Browser, url: str, email: str, password: str) -> StorageState:
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.keyboard.press("Enter")
    await page.get_by_text("Portfolio value").first.wait_for()
    state = await context.storage_state()
    await context.close()
    return state


async def visit(browser: Browser, url: str, what: str, known: StorageState | None, shown: Any) -> None:
    """One line: when the frame was painted and the page stood, and what came over the wire until then."""
    context = await browser.new_context(**PHONE, storage_state=known, service_workers="block")
    context.set_default_timeout(120_000)
    page: Page = await context.new_page()
    tools = await context.new_cdp_session(page)
    await tools.send("Network.enable")
    await tools.send("Network.emulateNetworkConditions", SLOW_3G)
    came: list[Response] = []
    page.on("response", lambda response: came.append(response))
    await page.goto(url, wait_until="commit")
    await shown(page)
    stood = float(await page.evaluate("performance.now()"))
    painted = float(await page.evaluate(PAINT))
    await page.wait_for_load_state("networkidle" if known is None else "load")
    sizes: dict[str, int] = {}
    for response in came:
        name = response.url.split("?")[0]
        kind = next((one for one in ("js", "css", "woff2") if name.endswith(f".{one}")), None)
        if kind:
            size = (await response.request.sizes())["responseBodySize"]
            sizes[kind] = sizes.get(kind, 0) + size
    wire = "  ".join(f"{kind} {size / 1000:.0f} kB" for kind, size in sorted(sizes.items()))
    sys.stdout.write(f"{what:<10} frame painted {painted / 1000:.1f} s  page {stood / 1000:.1f} s  {wire}\n")
    await context.close()


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(main(*(given + list(DEMO[len(given) :]))))
