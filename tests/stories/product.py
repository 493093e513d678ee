"""The whole product as another process, and a person who uses it over HTTP only."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import quote, urljoin

import httpx

from mocks.launch import Sandbox
from tests.services import free_port

ROOT = Path(__file__).parents[2]
PASSWORD = "story-teller-2026"
STOP_SECONDS = 30.0
RATES = ("ADDRESS", "LOGINS", "READS", "WRITES", "ORDERS", "EXITS")


class Product:
    """`orchestrator serve` on its embedded defaults, talking to the sandbox."""

    def __init__(self, data: Path, settings: Mapping[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = data / "data"
        self._log = data / "product.log"
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TRADEMASTER_")},
            "TRADEMASTER_PORT": str(self.port),
            "TRADEMASTER_DATA": str(self.data),
            "TRADEMASTER_ALWAYS_OPEN": "true",
            "TRADEMASTER_PAPER": "true",
            "TRADEMASTER_QUIET_WINDOW": "2",
            "TRADEMASTER_WRITE_DEADLINE": "2",
            "TRADEMASTER_READ_DEADLINE": "2",
            "TRADEMASTER_BREAKER_RESET": "1.5",
            "TRADEMASTER_REFRESH_BUSY": "1",
            "TRADEMASTER_REFRESH_IDLE": "1.5",
            "TRADEMASTER_REFRESH_ORDERS": "3",
            "TRADEMASTER_LOGIN_ATTEMPTS": "1000000",
            "TRADEMASTER_SIGNUPS_PER_HOUR": "1000000",
            # Counted as always, and never in the way.
            **{f"TRADEMASTER_RATE_{kind}": "1000000/minute" for kind in RATES},
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start and wait until it is ready."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "orchestrator", "serve"],
                cwd=ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(600):
                if not self.running:
                    break
                try:
                    if (await http.get(f"{self.url}/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
        raise RuntimeError(f"the product is not ready:\n{self.log()[-4000:]}")

    async def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it. Raises TimeoutError, and kills it, when it does not end in time."""
        if self._process is None or not self.running:
            return
        self._process.send_signal(how)
        try:
            await asyncio.to_thread(self._process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            raise TimeoutError(f"the product did not end:\n{self.log()[-4000:]}") from None

    async def kill(self) -> None:
        """As a power cut does it: no goodbye."""
        await self.stop(signal.SIGKILL)

    async def command(self, *words: str) -> str:
        """What `orchestrator ...` prints beside the running process; fails unless its exit code is 0."""
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "orchestrator", *words],
            cwd=ROOT,
            env=self._environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @property
    def environment(self) -> dict[str, str]:
        """For another process of the same product."""
        return dict(self._environment)

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Of the running process. Raises RuntimeError before `start`."""
        if self._process is None:
            raise RuntimeError("the product was not started")
        return self._process.pid

    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""


class _Form(HTMLParser):
    """The first form of a page: where it goes and what it carries."""

    def __init__(self) -> None:
        super().__init__()
        self.action, self.fields = "", dict[str, str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.action = given.get("action") or ""
        elif tag == "input" and given.get("name"):
            self.fields[str(given["name"])] = given.get("value") or ""


async def approve_login(login_url: str, user_id: str, cookies: httpx.Cookies) -> httpx.Response:
    """What a person does on the broker's login page, up to the page of ours that they land on."""
    async with httpx.AsyncClient(
        trust_env=False, follow_redirects=True, timeout=60, cookies=cookies
    ) as browser:
        page = await browser.get(login_url)
        form = _Form()
        form.feed(page.text)
        answers = {"user_id": user_id, "password": "sandbox", "pin": "123456", "decision": "approve"}
        return await browser.post(urljoin(str(page.url), form.action), data={**form.fields, **answers})


@dataclass
class Trader:
    """A signed-up user and their HTTP client."""

    http: httpx.AsyncClient
    email: str = field(default_factory=lambda: f"trader-{uuid.uuid4().hex[:10]}@example.com")

    async def sign_up(self) -> None:
        await self.call(
            "POST", "/v1/users/signup", json={"email": self.email, "password": PASSWORD, "name": "Trader"}
        )
        await self.log_in()

    async def log_in(self) -> None:
        answer = await self.call("POST", "/v1/users/login", json={"email": self.email, "password": PASSWORD})
        self.http.headers["Authorization"] = f"Bearer {answer['access_token']}"

    async def call(self, method: str, path: str, *, expect: int | None = None, **request: Any) -> Any:
        """JSON of an answer; fails with the problem in words when the status is not as expected (any 2xx)."""
        response = await self.http.request(method, path, **request)
        fits = response.status_code == expect if expect else response.is_success
        assert fits, f"{method} {path}: {response.status_code} {response.text[:2000]}"
        return response.json() if response.content else None

    async def connect(self, user: Mapping[str, Any], label: str | None = None) -> str:
        """Connect an account of a sandbox user, as the web does it, and give its id."""
        form = (
            {"api_key": user["api_key"], "api_secret": user["api_secret"]}
            if user["broker"] == "groww"
            else {}
        )
        begun = await self.call(
            "POST",
            "/v1/accounts",
            json={
                "broker": PRODUCT_NAME.get(user["broker"], user["broker"]),
                "label": label or user["broker"],
                "credentials": form,
            },
        )
        account: str = begun["account"]["id"]
        if begun["login_url"]:
            landed = await approve_login(begun["login_url"], user["user_id"], self.http.cookies)
            assert "error" not in str(landed.url), landed.url
        return account

    async def log_in_again(self, account: str, user: Mapping[str, Any]) -> None:
        begun = await self.call("POST", f"/v1/accounts/{account}/login", json={})
        if begun["login_url"]:
            await approve_login(begun["login_url"], user["user_id"], self.http.cookies)

    async def account(self, account: str) -> Any:
        return await self.call("GET", f"/v1/accounts/{account}")

    async def settled(self) -> None:
        """Wait until every account has been read."""
        await eventually(
            lambda: self.call("GET", "/v1/accounts"),
            lambda accounts: all(account["health"]["last_seen"] for account in accounts),
        )

    async def portfolio(self) -> Any:
        return await self.call("GET", "/v1/portfolio")

    async def preview(self, text: str, **more: Any) -> Any:
        return (await self.call("POST", "/v1/orders/preview", json=order(text, **more)))["decision"]

    async def place(
        self, text: str, *, key: str | None = None, expect: int | None = None, **more: Any
    ) -> Any:
        return await self.call(
            "POST",
            "/v1/orders",
            json=order(text, **more),
            headers={"Idempotency-Key": key or uuid.uuid4().hex},
            expect=expect,
        )

    async def filled(self, text: str, **more: Any) -> Any:
        """Place an order and wait until it is filled: while it is under way it stands in the way of others."""
        return await self.order_when((await self.place(text, **more))["id"], "FILLED")

    async def order(self, order_id: str) -> Any:
        return await self.call("GET", f"/v1/orders/{order_id}")

    async def order_when(self, order_id: str, *statuses: str, seconds: float = 60) -> Any:
        """The order once its status is one of these."""
        return await eventually(
            lambda: self.order(order_id), lambda seen: seen["status"] in statuses, seconds
        )


PRODUCT_NAME = {"kite": "zerodha"}


def last_price(sandbox: Sandbox, symbol: str) -> Decimal:
    """Rupees, at the simulated exchange."""
    return Decimal(sandbox.get(f"/prices?symbols={quote(symbol, safe='')}")["quotes"][0]["last_price"])


def order(text: str, **more: Any) -> dict[str, Any]:
    """`BUY 10 NSE:INFY CNC MARKET` or `SELL 5 NSE:INFY CNC LIMIT 1500.00` as the API takes it."""
    side, quantity, symbol, product, order_type, *price = text.split()
    exchange, _, name = symbol.partition(":")
    return {
        "exchange": exchange,
        "symbol": name,
        "side": side,
        "order_type": order_type,
        "quantity": int(quantity),
        "product": product,
        "validity": "DAY",
        "account": "auto",
        **({"price": price[0]} if price else {}),
        **more,
    }


async def eventually(
    look: Callable[[], Awaitable[Any]], fits: Callable[[Any], bool], seconds: float = 60
) -> Any:
    """What `look` sees once it fits; fails with the last sight when it never does."""
    seen: Any = None
    try:
        async with asyncio.timeout(seconds):
            while True:
                seen = await look()
                if fits(seen):
                    return seen
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise AssertionError(f"not within {seconds} s; last seen: {seen}") from None


@asynccontextmanager
async def a_trader(product: Product) -> AsyncIterator[Trader]:
    """A new user, whose accounts are disconnected in the end: nothing is read for those who have left."""
    async with httpx.AsyncClient(base_url=product.url, trust_env=False, timeout=60) as http:
        trader = Trader(http)
        await trader.sign_up()
        yield trader
        if product.running:
            for account in await trader.call("GET", "/v1/accounts"):
                await trader.call("DELETE", f"/v1/accounts/{account['id']}")
