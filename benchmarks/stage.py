"""A stage for benchmarks: sandbox, product and one rich trader, all on 127.0.0.1."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mocks.launch import Sandbox
from tests.stories.product import Product, Trader, a_trader, eventually
from tests.traders import sandbox_settings


@dataclass(frozen=True)
class Stage:
    sandbox: Sandbox
    product: Product
    trader: Trader


@asynccontextmanager
async def stage(**settings: str) -> AsyncIterator[Stage]:
    with Sandbox.start(flow=False) as sandbox, tempfile.TemporaryDirectory() as folder:
        product = Product(Path(folder), {**sandbox_settings(sandbox.urls), **settings})
        await product.start()
        try:
            async with a_trader(product) as trader:
                yield Stage(sandbox, product, trader)
        finally:
            await product.stop()


async def connect(
    on: Stage, broker: str, *, cash: str, holdings: dict[str, int] | None = None
) -> dict[str, Any]:
    """A sandbox user whose account is connected and read."""
    rows = [{"symbol": symbol, "quantity": quantity} for symbol, quantity in (holdings or {}).items()]
    user = {**on.sandbox.post("/users", {"broker": broker, "cash": cash, "holdings": rows}), "broker": broker}
    account = await on.trader.connect(user)
    await eventually(
        on.trader.portfolio, lambda view: account in {funds["account"] for funds in view["funds"]}
    )
    return {**user, "account": account}
