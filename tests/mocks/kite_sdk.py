"""What the tests of the official Kite Connect SDK share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from kiteconnect import KiteConnect

from mocks.launch import Sandbox

IST = ZoneInfo("Asia/Kolkata")
ORDER: dict[str, Any] = {
    "variety": "regular",
    "exchange": "NSE",
    "tradingsymbol": "INFY",
    "transaction_type": "BUY",
    "quantity": 10,
    "product": "CNC",
    "order_type": "LIMIT",
    "price": 1450.0,
}


def new_user(sandbox: Sandbox, *, cash: str = "500000") -> dict[str, Any]:
    """A logged-in user with so many rupees and 52 INFY, two of them bought yesterday."""
    holdings = [{"symbol": "NSE:INFY", "quantity": 50, "average_price": "1400.55", "t1_quantity": 2}]
    session: dict[str, Any] = sandbox.post(
        "/sessions", {"broker": "kite", "cash": cash, "holdings": holdings, "name": "Asha Rao"}
    )
    return session


@contextmanager
def client_of(user: dict[str, Any]) -> Iterator[Any]:
    client = KiteConnect(user["api_key"], access_token=user["access_token"], root=user["base_url"])
    try:
        yield client
    finally:
        client.reqsession.close()


def order(**changes: Any) -> dict[str, Any]:
    """10 INFY far below the market."""
    return ORDER | changes
