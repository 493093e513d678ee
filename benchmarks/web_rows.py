"""Frames of the watchlist with 250 live rows, in Chromium: standing still, and while it is scrolled.

python -m benchmarks.web_rows [http://127.0.0.1:8000] [e-mail] [password]: against a running `make demo`. A list of its
own is made and taken away again. On a busy machine read `main thread` (processor time) before the frames.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from typing import Any

import httpx
from playwright.async_api import CDPSession, Page, async_playwright

DEMO = ("http://127.0.0.1:8000", "demo@trademaster.test", "demo-trade-2026")
ROWS = 250
SECONDS = 10
NAME = "Benchmark of rows"
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
FRAME, LONG = 1000 / 60, 50.0  # milliseconds

FRAMES = """
async ({ seconds, scroll }) => {
  const list = document.querySelector("ul[data-watched]");
  const taken = [];
  const long = [];
  const seen = new PerformanceObserver((entries) => long.push(...entries.getEntries().map((one) => one.duration)));
  seen.observe({ type: "longtask" });
  const prices = new Set();
  let changes = 0;
  const watch = new MutationObserver((found) => { changes += found.length; });
  watch.observe(list, { subtree: true, childList: true, characterData: true });
  const end = performance.now() + seconds * 1000;
  let before = await new Promise(requestAnimationFrame);
  let down = 1;
  while (before < end) {
    const now = await new Promise(requestAnimationFrame);
    taken.push(now - before);
    before = now;
    if (scroll) {
      if (list.scrollTop + list.clientHeight >= list.scrollHeight - 2) down = -1;
      if (list.scrollTop <= 0) down = 1;
      list.scrollTop += down * 12;
    }
  }
  seen.disconnect();
  watch.disconnect();
  return { taken, long, changes, rows: list.querySelectorAll("a[data-symbol]").length };
}
"""


@dataclass(frozen=True)
class Frames:
    """Milliseconds between frames, milliseconds of tasks over 50, and how many nodes changed."""

    taken: list[float]
    long: list[float]
    changes: int
    rows: int
    busy: float  # share of the page's main thread, in its own processor time

    def line(self, what: str) -> str:
        ordered = sorted(self.taken)
        late = sum(one > 1.5 * FRAME for one in ordered)
        over = sum(one > LONG for one in ordered)
        return (
            f"{what:<10} {len(ordered) / SECONDS:5.1f} frames/s  p50 {ordered[len(ordered) // 2]:5.1f} ms"
            f"  p99 {ordered[int(len(ordered) * 0.99)]:5.1f} ms  late {late:4d}  over 50 ms {over:3d}"
            f"  long tasks {len(self.long):3d}  main thread {self.busy:4.0%}"
            f"  changes {self.changes:6d}  rows drawn {self.rows}"
        )


async def main(url: str, email: str, password: str) -> None:
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        answer = await client.post("/v1/users/login", json={"email": email, "password": password})
        answer.raise_for_status()
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        made = await a_list(client)
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGS)
                page = await browser.new_page(viewport={"width": 1440, "height": 900})
                await signed_in(page, url, email, password)
                tools = await page.context.new_cdp_session(page)
                await tools.send("Performance.enable", {"timeDomain": "threadTicks"})
                for what, scroll in (("still", False), ("scrolled", True)):
                    before = await work_of(tools)
                    told = await page.evaluate(FRAMES, {"seconds": SECONDS, "scroll": scroll})
                    busy = (await work_of(tools) - before) / SECONDS
                    sys.stdout.write(Frames(**told, busy=busy).line(what) + "\n")
                await browser.close()
        finally:
            await client.delete(f"/v1/watchlists/{made}")


async def work_of(tools: CDPSession) -> float:
    """Seconds of processor time that the page's main thread has worked."""
    metrics = (await tools.send("Performance.getMetrics"))["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "TaskDuration"))


async def a_list(client: httpx.AsyncClient) -> str:
    """A list of as many shares as are listed, up to 250."""
    symbols: list[str] = []
    for page in range(1, 10):
        query: dict[str, Any] = {"segment": "equity", "page": page, "limit": 100}
        answer = await client.get("/v1/stocks", params=query)
        answer.raise_for_status()
        found = [one["symbol"] for one in answer.json()["items"] if one["kind"] != "IDX"]
        symbols += found
        if len(symbols) >= ROWS or not answer.json()["items"]:
            break
    body = {"name": NAME, "symbols": symbols[:ROWS]}
    made = await client.post("/v1/watchlists", json=body)
    made.raise_for_status()
    sys.stdout.write(f"{len(body['symbols'])} instruments\n")
    return str(made.json()["id"])


async def signed_in(page: Page, url: str, email: str, password: str) -> None:
    """The list is on the screen and its prices have come."""
    await page.goto(url)
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.keyboard.press("Enter")
    await page.get_by_role("tab", name=NAME).click()
    await page.locator("ul[data-watched] a[data-symbol]").first.wait_for()
    await asyncio.sleep(5)


if __name__ == "__main__":
    given = sys.argv[1:]
    asyncio.run(main(*(given + list(DEMO[len(given) :]))))
