"""Short ways to connect accounts of the hand-made brokers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlparse

import httpx

KEYS = {"api_key": "key", "api_secret": "the app's secret"}


async def begin(client: httpx.AsyncClient, broker: str = "zerodha", **more: Any) -> tuple[str, str]:
    """Account id and the state that goes to the broker's page."""
    answer = await client.post("/v1/accounts", json={"broker": broker, "credentials": KEYS, **more})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    return body["account"]["id"], state_of(body["login_url"])


def state_of(url: str) -> str:
    return parse_qs(urlparse(url).query)["state"][0]


async def come_back(
    client: httpx.AsyncClient, state: str, code: str = "good", broker: str = "zerodha"
) -> str:
    """Follow the broker's redirect; where we are sent then."""
    answer = await client.get(f"/v1/accounts/callback/{broker}", params={"state": state, "code": code})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def connect(client: httpx.AsyncClient, broker: str = "zerodha") -> str:
    """A connected account's id."""
    _, state = await begin(client, broker)
    location = await come_back(client, state, broker=broker)
    assert location.startswith("/brokers?connected="), location
    return location.removeprefix("/brokers?connected=")


async def until(true: Callable[[], bool]) -> None:
    """Wait until something has become so; the test's own time limit ends a vain wait."""
    while not true():
        await asyncio.sleep(0.005)
