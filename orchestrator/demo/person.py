"""The demo user's clicks: signs up, logs in and connects the sandbox's brokers, as a person does in a browser."""

from __future__ import annotations

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import httpx
import structlog

from orchestrator.demo import history

log = structlog.get_logger(__name__)

EMAIL, PASSWORD, NAME = "demo@trademaster.test", "demo-trade-2026", "Demo Trader"
BROKERS = {"zerodha": "kite", "upstox": "upstox", "groww": "groww", "mock": "mock"}  # ours: the sandbox's


class NotConnected(Exception):
    """A step that should work did not; the words are for a person."""


class _Form(HTMLParser):
    """The first form of a page: where it goes and what it already holds."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form" and self.action is None:
            self.action = given.get("action", "")
        elif tag == "input" and given.get("name"):
            self.fields[given["name"]] = given.get("value", "")


async def connect_all(product_url: str, control_url: str) -> list[str]:
    """Sign up once, log in, and connect what is not connected. The labels of the connected accounts.

    Raises NotConnected.
    """
    async with httpx.AsyncClient(trust_env=False, timeout=20) as browser:
        try:
            answer = await browser.get(f"{control_url}/brokers")
            sandbox = {one["broker"]: one for one in answer.json()["brokers"]}
            await _log_in(browser, product_url)
            return [
                await _connected(browser, product_url, broker, sandbox[name])
                for broker, name in BROKERS.items()
                if name in sandbox
            ]
        except httpx.HTTPError as error:
            raise NotConnected(f"{type(error).__name__} {error}".strip()) from error


async def give_a_past(product_url: str) -> None:
    """Tell the product how the holdings came to be, once. Raises NotConnected."""
    async with httpx.AsyncClient(trust_env=False, timeout=20) as browser:
        try:
            await _log_in(browser, product_url)
            if await history.tell(browser, product_url):
                log.info("demo.past_told")
        except httpx.HTTPError as error:
            raise NotConnected(f"{type(error).__name__} {error}".strip()) from error


async def _log_in(browser: httpx.AsyncClient, url: str) -> None:
    body = {"email": EMAIL, "password": PASSWORD}
    answer = await browser.post(f"{url}/v1/users/login", json=body)
    if answer.status_code == 401:
        created = await browser.post(f"{url}/v1/users/signup", json={**body, "name": NAME})
        if created.status_code != 201:
            raise NotConnected(f"the demo user cannot sign up: {created.text}")
        answer = await browser.post(f"{url}/v1/users/login", json=body)
    if answer.status_code != 200:
        raise NotConnected(f"the demo user cannot log in: {answer.text}")
    browser.headers["authorization"] = f"Bearer {answer.json()['access_token']}"


async def _connected(browser: httpx.AsyncClient, url: str, broker: str, sandbox: Mapping[str, Any]) -> str:
    user = sandbox["users"][0]
    accounts = (await browser.get(f"{url}/v1/accounts")).json()
    known = next((one for one in accounts if one["broker"] == broker and one["state"] != "connecting"), None)
    if known is not None and known["state"] == "connected" and await _alive(browser, url, known["id"]):
        return str(known["label"])
    if known is None:
        body = {"broker": broker, "credentials": _keys(broker, user)}
        answer = await browser.post(f"{url}/v1/accounts", json=body)
    else:
        answer = await browser.post(f"{url}/v1/accounts/{known['id']}/login", json={})
    if answer.is_error:
        raise NotConnected(f"{broker}: {answer.text}")
    login_url = answer.json()["login_url"]
    if login_url is not None:
        await _approve(browser, login_url, user)
    return str(answer.json()["account"]["label"])


async def _alive(browser: httpx.AsyncClient, url: str, account_id: str) -> bool:
    """Whether the broker still knows the session: the sandbox may have been reset meanwhile."""
    answer = await browser.get(f"{url}/v1/accounts/{account_id}")
    return answer.status_code == 200 and answer.json()["state"] == "connected"


def _keys(broker: str, user: Mapping[str, Any]) -> dict[str, str]:
    """Groww has no login page: its user types keys. The others' app is configured."""
    if broker != "groww":
        return {}
    return {"api_key": user["api_key"], "api_secret": user["api_secret"]}


async def _approve(browser: httpx.AsyncClient, login_url: str, user: Mapping[str, Any]) -> None:
    """Fill in the broker's page, press Approve and follow the way back to us."""
    # The person's own token is not for the broker's eyes.
    token = browser.headers.pop("authorization")
    try:
        page = await browser.get(login_url, follow_redirects=True)
        form = _Form()
        form.feed(page.text)
        if page.is_error or form.action is None:
            raise NotConnected(f"no login form at {login_url}: HTTP {page.status_code}")
        answers = {"user_id": user["user_id"], "password": user["password"], "pin": user["pin"]}
        answer = await browser.post(
            urljoin(str(page.url), form.action), data={**form.fields, **answers, "decision": "approve"}
        )
        while answer.is_redirect and "/brokers?" not in answer.headers["location"]:
            answer = await browser.get(urljoin(str(answer.url), answer.headers["location"]))
    finally:
        browser.headers["authorization"] = token
    landed = answer.headers.get("location", "")
    if "connected=" not in landed:
        raise NotConnected(f"the login at {login_url.partition('?')[0]} ended at {landed or answer.url}")
