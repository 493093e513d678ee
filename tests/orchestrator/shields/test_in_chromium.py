"""What a real browser does with our headers: the page of the API, and pages of other sites that try."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Page, async_playwright
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from domain.account import BrokerId
from orchestrator.app import create_app
from orchestrator.config import Settings
from orchestrator.server import listen, opened, serve_on, server_of
from tests.chromium import CHROMIUM, FLAGS, IN_CHROMIUM
from tests.orchestrator.conftest import PASSWORD
from tests.orchestrator.stub_broker import StubAdapter
from tests.services import free_port

pytestmark = IN_CHROMIUM

ASK = """async ([method, path, body]) => {
  const answer = await fetch(path, {method, credentials: "include", body: body && JSON.stringify(body),
    headers: body ? {"content-type": "application/json"} : {}});
  return answer.status;
}"""
STRIKE = """async (url) => {
  await fetch(url, {method: "POST", mode: "no-cors", credentials: "include"}).catch(() => null);
  return await fetch(url.replace("/v1/users/refresh", "/v1/meta")).then(() => "read", () => "shut");
}"""
SOCKET = """(url) => new Promise((done) => {
  const socket = new WebSocket(url);
  socket.onopen = () => done("open");
  socket.onerror = () => done("shut");
})"""


@pytest.fixture
async def url(
    cheap_passwords: None, settings: Settings, stubs: dict[BrokerId, StubAdapter]
) -> AsyncIterator[str]:
    """The product on a real port."""
    app, stop, bound = (
        create_app(settings, adapters=stubs),
        asyncio.Event(),
        listen("127.0.0.1", settings.port),
    )
    async with opened(app):
        serving = asyncio.create_task(serve_on(bound, app, stop=stop))
        yield settings.base_url
        stop.set()
        await serving


@pytest.fixture
async def elsewhere() -> AsyncIterator[int]:
    """A page of somebody else on this machine, at this port."""

    async def page(_request: object) -> HTMLResponse:
        return HTMLResponse("<!doctype html><p>elsewhere</p>")

    app, port = Starlette(routes=[Route("/", page)]), free_port()
    server = server_of(app, proxied=False)
    serving = asyncio.create_task(server.serve(sockets=[listen("127.0.0.1", port)]))
    yield port
    server.should_exit = True
    await serving


@pytest.fixture
async def page() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield await browser.new_page()
        await browser.close()


async def test_the_page_of_the_api_works_under_its_own_policy(page: Page, url: str) -> None:
    broken, asked = list[str](), list[str]()
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{url}/docs")
    await page.wait_for_selector("#operations-identity-log_in")
    assert broken == []
    assert [one for one in asked if not one.startswith((url, "data:"))] == []


async def test_a_page_elsewhere_neither_uses_the_login_nor_reads_an_answer(
    page: Page, url: str, elsewhere: int
) -> None:
    person = {"email": "asha@trademaster.test", "password": PASSWORD}
    await page.goto(f"{url}/docs")
    assert await page.evaluate(ASK, ["POST", "/v1/users/signup", person]) == 201
    assert await page.evaluate(ASK, ["POST", "/v1/users/login", person]) == 200
    used = await page.context.cookies()
    # Another port of this machine is the same site to a browser, and sends the cookie; another name does not.
    for name in ("127.0.0.1", "localhost"):
        await page.goto(f"http://{name}:{elsewhere}/")
        assert await page.evaluate(STRIKE, f"{url}/v1/users/refresh") == "shut"
        assert await page.evaluate(SOCKET, f"{url.replace('http', 'ws')}/v1/stream") == "shut"
    assert await page.context.cookies() == used  # no answer renewed it
    await page.goto(f"{url}/docs")
    assert await page.evaluate(ASK, ["POST", "/v1/users/refresh", None]) == 200
    assert await page.evaluate(SOCKET, f"{url.replace('http', 'ws')}/v1/stream") == "open"
