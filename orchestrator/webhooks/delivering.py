"""Sends what waits: at least once, of one order in its order, and nobody's slow server keeps another's message waiting.

A message is taken for a minute, sent, and what came of it is written down. Whoever dies between the two leaves it to be
sent again, under the same id.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from orchestrator.identity.repository import add_notice
from orchestrator.state import Clock
from orchestrator.storage.db import Database
from orchestrator.vault import SealBroken, Vault
from orchestrator.webhooks import repository, signing
from orchestrator.webhooks.following import made_again
from orchestrator.webhooks.repository import Message, Webhook, WebhookDeliveryState
from orchestrator.webhooks.way import Answer, Sender

log = structlog.get_logger(__name__)

LOOK = 0.5  # seconds between two looks
LEASE = timedelta(minutes=1)  # many times as long as one try takes
EACH = 3  # messages under way to one webhook
TOGETHER = 300  # and to all of them
MINUTES = (0.1, 0.5, 2, 10, 30, 60, 120, 240, 480, 480)  # between two tries: a day in all
GIVEN_UP = timedelta(days=3)  # of failures only, after which a webhook is switched off
GONE = 410  # how a server says that it wants no more
OFF = "webhook_off"  # the kind of the notice


class Deliverer:
    """Owned by one event loop. Several processes may have one."""

    def __init__(self, db: Database, vault: Vault, clock: Clock, sender: Sender) -> None:
        self._db, self._vault, self._clock, self._sender = db, vault, clock, sender
        self._under_way: dict[asyncio.Task[Message], str] = {}
        self._ended = asyncio.Event()

    async def run(self) -> None:
        while True:
            self._ended.clear()
            if not await self.begin():
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK):
                        await self._ended.wait()

    async def begin(self) -> int:
        """Begin to send what is due; how many messages that are."""
        now, busy = self._clock(), sorted(set(self._under_way.values()))
        room = TOGETHER - len(self._under_way)
        if room <= 0 or not await self._db.read(lambda conn: repository.anything_due(conn, now)):
            return 0

        def take(conn: Connection) -> list[Message]:
            return repository.due(conn, now, LEASE, busy=busy, each=EACH, limit=room)

        taken = await self._db.write(take, lock="webhooks")
        for one in taken:
            task = asyncio.create_task(self.deliver(one), name=f"webhook {one.webhook_id}")
            self._under_way[task] = one.webhook_id
            task.add_done_callback(self._done)
        return len(taken)

    async def settled(self) -> None:
        """When nothing is under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)

    async def close(self) -> None:
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._sender.close()

    async def deliver(self, one: Message) -> Message:
        """Try once, now, a message that was taken; what became of it."""
        hook = await self._db.read(lambda conn: _open(conn, one.webhook_id))
        if hook is None:
            return one
        if not one.body and hook.token_id is None:
            again = await self._db.read(lambda conn: made_again(conn, one.source))
            one = replace(one, body=again)
        answer, tried_at = await self._sent(hook, one), self._clock()
        told = replace(
            _after(one, answer, tried_at),
            tried_at=tried_at,
            status=answer.status,
            ms=answer.ms,
            answer=answer.words,
        )
        await self._db.write(lambda conn: _record(conn, told, answer, tried_at), lock="webhooks")
        return told

    async def _sent(self, hook: Webhook, one: Message) -> Answer:
        if not one.body:
            return Answer(None, 0, one.answer)  # it could not be made, and why
        now, content = self._clock(), one.body.encode()
        try:
            secrets = [secret_of(self._vault, hook.id, hook.secret)]
            if hook.old_secret is not None and hook.old_until is not None and now < hook.old_until:
                secrets.append(old_secret_of(self._vault, hook.id, hook.old_secret))
        except SealBroken:
            return Answer(None, 0, "not sent: its secret cannot be opened, make a new one")
        return await self._sender.post(hook.url, signing.headers(secrets, one.id, now, content), content)

    def _done(self, task: asyncio.Task[Message]) -> None:
        """One that failed by us is taken again when its lease is over."""
        del self._under_way[task]
        self._ended.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("webhook_delivery_failed", exc_info=error)


def sealed(vault: Vault, webhook_id: str, secret: str) -> str:
    return vault.seal(secret, table="webhooks", column="secret", row=webhook_id)


def secret_of(vault: Vault, webhook_id: str, kept: str) -> str:
    """Raises SealBroken."""
    return vault.open(kept, table="webhooks", column="secret", row=webhook_id)


def sealed_old(vault: Vault, webhook_id: str, secret: str) -> str:
    return vault.seal(secret, table="webhooks", column="old_secret", row=webhook_id)


def old_secret_of(vault: Vault, webhook_id: str, kept: str) -> str:
    """Raises SealBroken."""
    return vault.open(kept, table="webhooks", column="old_secret", row=webhook_id)


def _open(conn: Connection, webhook_id: str) -> Webhook | None:
    """None when it was removed, or its user was shut out, since the message was taken."""
    hook = repository.find(conn, webhook_id)
    return hook if hook is not None and repository.may_send(conn, hook) else None


def _after(one: Message, answer: Answer, now: datetime) -> Message:
    """Delivered, given up, or tried again later."""
    if answer.good:
        return replace(one, state=WebhookDeliveryState.DELIVERED)
    if one.final or not one.body or one.attempts > len(MINUTES):
        return replace(one, state=WebhookDeliveryState.DEAD)
    pause = timedelta(minutes=MINUTES[one.attempts - 1] * random.uniform(0.8, 1.2))
    return replace(one, due_at=now + pause)


def _record(conn: Connection, told: Message, answer: Answer, now: datetime) -> None:
    hook = repository.find(conn, told.webhook_id)
    if hook is None or not repository.save_message(conn, told) or told.final or not told.body:
        return
    if answer.good:
        if hook.failing_since is not None:
            repository.save(conn, replace(hook, failing_since=None))
        return
    since = hook.failing_since or now
    if not hook.enabled or (answer.status != GONE and now - since < GIVEN_UP):
        if hook.failing_since is None:
            repository.save(conn, replace(hook, failing_since=since))
        return
    why = (
        "its server said that it is gone"
        if answer.status == GONE
        else f"nothing was delivered for {GIVEN_UP.days} days"
    )
    repository.save(conn, replace(hook, enabled=False, off_why=why, failing_since=since))
    repository.give_up(conn, hook.id)
    words = f"The webhook {hook.name} was switched off: {why}. What it missed can be sent again from its log."
    add_notice(conn, hook.user_id, OFF, hook.id, words, now)
