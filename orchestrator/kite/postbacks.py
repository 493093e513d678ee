"""Postbacks: an order of a program's own that changed is told to its server in Kite's form, signed with its api_secret.

They go out as webhooks do (`orchestrator/webhooks`): at least once, each order in its order, with their guards and log.
What is told is the order as it is now; a state that was told last is not told again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from domain.order import OrderId
from orchestrator.ids import new_id
from orchestrator.kite import apps, tags
from orchestrator.kite.answers import encoded
from orchestrator.kite.apps import App
from orchestrator.kite.door import owner_of
from orchestrator.kite.listings import Listings
from orchestrator.kite.rows import order_row
from orchestrator.kite.updates import news_of, payload
from orchestrator.orders import finding
from orchestrator.orders.rows import StoredOrder
from orchestrator.vault import SealBroken, Vault
from orchestrator.webhooks import repository
from orchestrator.webhooks.events import UNREADABLE, Fact
from orchestrator.webhooks.repository import Message, Webhook, WebhookDeliveryState

TYPE = "kite.postback"
SEALED_SHUT = "not sent: the program's api_secret cannot be opened, make a new one"


class Postbacks:
    """The form that `webhooks.following` asks for webhooks of programs."""

    def __init__(self, listings: Listings, vault: Vault) -> None:
        self._listings, self._vault = listings, vault

    async def ready(self) -> None:
        await self._listings.ready()

    def put(self, conn: Connection, to: Webhook, facts: Sequence[Fact], now: datetime) -> None:
        """A message for each of these lines of orders' timelines that tells something new."""
        app = apps.find(conn, to.token_id or "")
        for fact in facts if app is not None else ():
            stored = finding.load(conn, to.user_id, OrderId(fact.subject))
            if app is not None and stored is not None and stored.order.token == app.token_id:
                try:
                    self._tell(conn, to, app, fact, stored, now)
                except UNREADABLE as error:  # one order that has no form of Kite's holds up nobody else's
                    repository.put(conn, to, replace(fact, unmade=f"it could not be told: {error!r}"), now)

    def _tell(
        self, conn: Connection, to: Webhook, app: App, fact: Fact, stored: StoredOrder, now: datetime
    ) -> None:
        tag = tags.of_orders(conn, to.user_id, [stored.order.id]).get(stored.order.id)
        row = order_row(stored, tag, owner=owner_of(to.user_id), token=self._listings.token)
        state = hashlib.sha256(encoded(news_of(row))).hexdigest()[:16]
        last = repository.last_source(conn, to.id, fact.subject)
        if last is not None and last.endswith(state):
            return
        try:
            body, shut = encoded(payload(row, apps.secret_of(self._vault, app))).decode(), ""
        except SealBroken:
            body, shut = "", SEALED_SHUT
        message = Message(
            id=new_id("msg"),
            webhook_id=to.id,
            user_id=to.user_id,
            source=f"{fact.source}:{state}",
            subject=fact.subject,
            type=TYPE,
            body=body,
            made_at=now,
            due_at=now,
            state=WebhookDeliveryState.DEAD if shut else WebhookDeliveryState.WAITING,
            answer=shut,
        )
        repository.add_message(conn, message)
