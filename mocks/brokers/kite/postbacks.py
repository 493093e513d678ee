"""Kite's postbacks: updates of an app's orders, posted to the app's registered URL, on this machine only."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import httpx
import orjson

from mocks.brokers.backoffice.accounts import LOOPBACK, Session
from mocks.brokers.backoffice.office import BackOffice
from mocks.brokers.backoffice.orders import OrderUpdate
from mocks.brokers.kite.rows import POSTED, update_payload
from mocks.brokers.kite.tokens import Tokens

TIMEOUT_SECONDS = 5.0


class Postbacks:
    """Each update is posted once, in no promised order: whether Kite repeats a failed one is not documented."""

    def __init__(self, office: BackOffice, tokens: Tokens) -> None:
        self._office, self._tokens = office, tokens
        self._sending: set[asyncio.Task[None]] = set()

    def follow(self, session: Session) -> None:
        """From now on this user's updates are posted, when the app of the order has a URL."""
        if not self._office.directory.app(session.api_key).postback_url:
            return
        if self._heard not in self._office.desk.blotter.listeners.get(session.user_id, ()):
            self._office.listen(session.user_id, self._heard)

    def _heard(self, update: OrderUpdate) -> None:
        order, stage = update.order, update.row.stage
        app = self._office.directory.apps.get(order.request.app)
        if stage not in POSTED or app is None or urlsplit(app.postback_url).hostname not in LOOPBACK:
            return
        payload = update_payload(order, stage, self._tokens.by_key[order.key], app.api_secret)
        task = asyncio.get_running_loop().create_task(_post(app.postback_url, orjson.dumps(payload)))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)


async def _post(url: str, body: bytes) -> None:
    """The listener's answer, or that there is none, changes nothing."""
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=TIMEOUT_SECONDS) as client:
            await client.post(url, content=body, headers={"content-type": "application/json"})
    except httpx.HTTPError:
        return
