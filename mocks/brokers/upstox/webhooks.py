"""What Upstox posts to an app: order updates to its postback address, approved tokens to its notifier address.

Unauthenticated and unsigned, each once: an address that does not answer is not tried again.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import orjson

from mocks.brokers.backoffice.accounts import User
from mocks.brokers.backoffice.orders import OrderUpdate
from mocks.brokers.upstox import wire
from mocks.brokers.upstox.desk import Desk

DEADLINE = aiohttp.ClientTimeout(total=5)


class Webhooks:
    def __init__(self, desk: Desk) -> None:
        self._desk, self._office = desk, desk.office
        self._running: set[asyncio.Task[None]] = set()
        self._watched: dict[str, User] = {}

    def watch(self, user_id: str) -> None:
        """Post this user's order updates to the app that placed the order, from now on."""
        user = self._office.directory.user(user_id)
        if self._watched.get(user_id) is not user:  # a reset forgets users and who listened to them
            self._watched[user_id] = user
            self._office.listen(user_id, self._hear)

    def _hear(self, update: OrderUpdate) -> None:
        app = self._office.directory.apps.get(update.order.request.app)
        if app is not None and app.postback_url:
            self.post(app.postback_url, wire.update_message(update.order, update.row, self._desk.names))

    def post(self, url: str, body: dict[str, Any]) -> None:
        """In the background; the body is fixed now."""
        task = asyncio.ensure_future(_post(url, orjson.dumps(body)))
        self._running.add(task)
        task.add_done_callback(self._running.discard)


async def _post(url: str, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    try:
        async with (
            aiohttp.ClientSession(timeout=DEADLINE) as client,
            client.post(url, data=body, headers=headers) as answer,
        ):
            await answer.read()
    except (aiohttp.ClientError, TimeoutError, OSError):
        return  # nobody there: Upstox publishes no second try
