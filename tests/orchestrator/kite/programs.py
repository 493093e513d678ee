"""Programs written for Kite: the official SDK, unmodified but for its root, with a personal token of a trader's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from kiteconnect import KiteConnect

from tests.stories.product import Product, Trader


@dataclass(frozen=True)
class Owner:
    """A user with accounts, whatever event loop asks. `accounts` are ids, in the order they were connected."""

    url: str
    authorization: str
    accounts: Sequence[str]

    @asynccontextmanager
    async def trader(self) -> AsyncIterator[Trader]:
        headers = {"authorization": self.authorization}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, trust_env=False, timeout=20) as http:
            yield Trader(http)

    async def call(self, method: str, path: str, **request: Any) -> Any:
        async with self.trader() as trader:
            return await trader.call(method, path, **request)

    async def leave(self) -> None:
        for account in self.accounts:
            await self.call("DELETE", f"/v1/accounts/{account}")


async def open_owner(product: Product, users: Sequence[Mapping[str, Any]]) -> Owner:
    """A new user who has connected these users of the sandbox."""
    async with httpx.AsyncClient(base_url=product.url, trust_env=False, timeout=20) as http:
        trader = Trader(http)
        await trader.sign_up()
        accounts = [await trader.connect(user) for user in users]
        await trader.settled()
        return Owner(product.url, http.headers["authorization"], accounts)


@dataclass(frozen=True)
class Program:
    """`api_key` and `access_token` as the SDK takes them; `kite` is its client."""

    api_key: str
    access_token: str
    kite: Any

    async def call(self, name: str, *args: Any, **more: Any) -> Any:
        """A method of the SDK, which waits for its answer, beside the event loop."""
        method: Callable[..., Any] = getattr(self.kite, name)
        return await asyncio.to_thread(method, *args, **more)

    async def order(self, order_id: str) -> dict[str, Any]:
        """Its row of the book."""
        (found,) = [one for one in await self.call("orders") if one["order_id"] == order_id]
        return dict(found)


async def a_program(product: Product, owner: Owner, *, scopes: str = "read trade", **policy: Any) -> Program:
    """With a token of its own: of these scopes, with this policy."""
    asked = {"name": "kite", "scopes": scopes.split(), "policy": policy, "days": 30}
    made = await owner.call("POST", "/v1/users/me/tokens", json=asked)
    token, api_key = made["token"], f"tm_{made['id']}"
    return Program(api_key, token, KiteConnect(api_key, access_token=token, root=product.url))
