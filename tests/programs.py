"""Personal tokens for programs that use the running product, made as a person makes them."""

from __future__ import annotations

from typing import Any

from tests.stories.product import Trader


async def make_token(trader: Trader, scopes: str = "read trade", **policy: Any) -> str:
    """The text of a new one; its id is between the underscores."""
    body = {"name": "a program", "scopes": scopes.split(), "policy": policy}
    made = await trader.call("POST", "/v1/users/me/tokens", json=body)
    return str(made["token"])
