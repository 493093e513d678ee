"""A user of the Mock broker over real HTTP, as the sandbox's tests need one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from mocks.launch import Sandbox


class Client:
    def __init__(self, sandbox: Sandbox, session: dict[str, Any], http: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session
        self.http = http
        self.user_id: str = session["user_id"]

    async def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON."""
        async with self.http.request(method, self.session["base_url"] + path, json=body) as answer:
            return answer.status, await answer.json(content_type=None) if answer.status != 204 else None

    async def text(self, method: str, path: str) -> tuple[int, str]:
        async with self.http.request(method, self.session["base_url"] + path) as answer:
            return answer.status, await answer.text()

    async def doubtful(self, method: str, path: str, body: Any) -> None:
        """Send and take any end: an answer, an error page, a cut connection."""
        try:
            async with self.http.request(method, self.session["base_url"] + path, json=body) as answer:
                await answer.read()
                assert answer.status >= 400
        except aiohttp.ClientError:
            pass

    async def seconds(self, method: str, path: str) -> float:
        began = asyncio.get_running_loop().time()
        await self.call(method, path)
        return asyncio.get_running_loop().time() - began

    def fault(self, name: str, call: str | None = None, **more: Any) -> dict[str, Any]:
        """A fault of this user alone."""
        rule = {"broker": "mock", "fault": name, "call": call, "account": self.user_id, **more}
        made: dict[str, Any] = self.sandbox.post("/faults", rule)
        return made

    def truth(self) -> dict[str, Any]:
        found: dict[str, Any] = self.sandbox.get(f"/users/mock/{self.user_id}")
        return found


async def until(true: Callable[[], bool]) -> None:
    """Wait for something that comes by itself; a minute is never."""
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.05)


@asynccontextmanager
async def user(sandbox: Sandbox, **more: Any) -> AsyncIterator[Client]:
    """A fresh, logged-in user with Rs 1,00,000 and, unless told otherwise, 10 INFY."""
    holdings = [{"symbol": "NSE:INFY", "quantity": 10, "average_price": "1400.50"}]
    session = sandbox.post("/sessions", {"broker": "mock", "holdings": holdings, **more})
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    async with aiohttp.ClientSession(headers=headers) as http:
        http._retry_connection = False
        yield Client(sandbox, session, http)
