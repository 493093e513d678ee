"""Webhooks that take the postbacks of a program that was written for Kite: one for a program, set with it. Who sends
them, how often and what became of each is as with any other."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from orchestrator.ids import new_id
from orchestrator.tokens.repository import Token
from orchestrator.vault import Vault
from orchestrator.webhooks import repository
from orchestrator.webhooks.delivering import sealed
from orchestrator.webhooks.events import WebhookEvent
from orchestrator.webhooks.following import begin_here
from orchestrator.webhooks.repository import Webhook
from orchestrator.webhooks.signing import new_secret

EVENTS = (WebhookEvent.ORDER_UPDATED, WebhookEvent.ORDER_FILLED)
LONGEST_NAME = 60


def url_of(conn: Connection, token_id: str) -> str | None:
    one = repository.of_app(conn, token_id)
    return None if one is None else one.url


def point(conn: Connection, vault: Vault, token: Token, url: str | None, now: datetime) -> None:
    """From now on its postbacks go there; None: nowhere. Run under the lock of webhooks."""
    known = repository.of_app(conn, token.id)
    if url is None:
        drop(conn, token.id)
    elif known is None:
        one = _made(vault, token, url, now)
        begin_here(conn, now)
        repository.add(conn, one)
    elif known.url != url:
        repository.save(conn, replace(known, url=url))


def drop(conn: Connection, token_id: str) -> None:
    known = repository.of_app(conn, token_id)
    if known is not None:
        repository.remove(conn, known.id)


def _made(vault: Vault, token: Token, url: str, now: datetime) -> Webhook:
    webhook_id = new_id("whk")
    return Webhook(
        id=webhook_id,
        user_id=token.user_id,
        name=f"Postbacks: {token.name}"[:LONGEST_NAME],
        url=url,
        events=EVENTS,
        secret=sealed(vault, webhook_id, new_secret()),
        old_secret=None,
        old_until=None,
        enabled=True,
        off_why="",
        failing_since=None,
        made_at=now,
        token_id=token.id,
    )
