"""A Kite server on a free port with one user, over real HTTP and websockets, as its tests need one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import httpx
from websockets.asyncio.client import connect

from mocks.brokers.backoffice import snapshot
from mocks.brokers.backoffice.accounts import App, Session, User
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.faults import FaultPlan
from mocks.brokers.kite.server import PROFILE, app
from mocks.brokers.listener import Listener
from mocks.exchange.calendar import india_ns
from mocks.exchange.catalogue import instruments
from mocks.exchange.venue import Exchange

DAY = date(2026, 11, 20)
INFY, NIFTY = 408065, 256265
SECOND_NS = 1_000_000_000
SHARES = frozenset({"INFY", "TCS", "HDFCBANK", "RELIANCE", "NIFTY 50"})
LIMIT = {
    "exchange": "NSE",
    "tradingsymbol": "INFY",
    "transaction_type": "BUY",
    "quantity": "10",
    "product": "CNC",
    "order_type": "LIMIT",
    "price": "1450",
}


@dataclass
class Server:
    office: BackOffice
    exchange: Exchange
    url: str
    session: Session
    client: httpx.AsyncClient

    def headers(self, session: Session | None = None) -> dict[str, str]:
        chosen = session or self.session
        return {"Authorization": f"token {chosen.api_key}:{chosen.access_token}"}

    def socket(self, session: Session | None = None, path: str = "", more: str = "") -> Any:
        chosen = session or self.session
        query = f"api_key={chosen.api_key}&access_token={chosen.access_token}{more}"
        return connect(f"{self.url.replace('http', 'ws')}{path}?{query}", proxy=None)

    async def call(
        self, method: str, path: str, form: dict[str, str] | None = None, **more: Any
    ) -> httpx.Response:
        """`more`: json, params, headers, content, as httpx takes them."""
        headers = self.headers() | more.pop("headers", {})
        return await self.client.request(method, path, data=form, headers=headers, **more)

    async def data(self, method: str, path: str, form: dict[str, str] | None = None, **more: Any) -> Any:
        """`data` of an answer that must be a success."""
        answer = await self.call(method, path, form, **more)
        body = answer.json()
        assert (answer.status_code, body["status"]) == (200, "success"), body
        return body["data"]

    async def error(
        self, method: str, path: str, form: dict[str, str] | None = None, **more: Any
    ) -> tuple[int, str, str]:
        """Status, error_type and message of a refusal."""
        answer = await self.call(method, path, form, **more)
        body = answer.json()
        assert (body["status"], body["data"]) == ("error", None), body
        return answer.status_code, body["error_type"], body["message"]

    def switch(self, **changes: Any) -> None:
        self.office.switches = replace(self.office.switches, **changes)

    def print(self, key: str, price: int) -> None:
        """One trade of the market at `price` paise, and a second for what follows from it."""
        self.exchange.set_price(key, price)
        self.pass_time(1)

    def pass_time(self, seconds: float) -> None:
        self.exchange.advance(self.exchange.now + int(seconds * SECOND_NS))

    async def placed(self, **changes: str) -> str:
        """The id of a regular order: ten INFY to buy at 1450 unless told otherwise."""
        found = await self.data("POST", "/orders/regular", LIMIT | changes)
        return str(found["order_id"])

    async def row(self, order_id: str) -> dict[str, Any]:
        """An order's row in the book."""
        book = await self.data("GET", "/orders")
        (found,) = [row for row in book if row["order_id"] == order_id]
        return dict(found)


def user(user_id: str, *, ddpi: bool = True, cash: int = 50_000_000) -> User:
    return User(
        user_id,
        "Asha Rao",
        "a@example.com",
        "9000000000",
        "ABCDE1234F",
        "sandbox",
        "123456",
        "",
        cash,
        ddpi=ddpi,
    )


@asynccontextmanager
async def serving(
    kept: dict[str, Any] | None = None, *, whole: bool = False, **more: Any
) -> AsyncIterator[Server]:
    """A market that stands still at ten in the morning unless a test moves it: some shares and the contracts of one
    index, or the `whole` of it. `kept` is the snapshot of an earlier office, `more` is for the exchange."""
    listed = [one for one in instruments(DAY) if whole or one.name == "NIFTY" or one.symbol in SHARES]
    exchange = Exchange(listed, seed=1, start_ns=india_ns(DAY, 600), flow=False, **more)
    exchange.advance(exchange.now + SECOND_NS)
    office = BackOffice(exchange, PROFILE)
    if kept is not None:
        snapshot.load(office, kept)
    else:
        office.add_app(App("key", "secret"))
        office.add_app(App("personal", "secret", data=False))
        office.add_user(user("KT1"))
    listener = Listener(0)
    await listener.start(app(office, exchange, FaultPlan(), base_url=listener.url))
    session = office.directory.open_session("KT1", "key")
    try:
        async with httpx.AsyncClient(base_url=listener.url, trust_env=False) as client:
            yield Server(office, exchange, listener.url, session, client)
    finally:
        await listener.stop()
