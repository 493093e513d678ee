"""Webhooks: a user's own servers, which are told what happens. For logins alone: a program names no addresses."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, cast
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Query
from sqlalchemy import Connection
from starlette.requests import HTTPConnection

from orchestrator.audit.actions import Action
from orchestrator.errors import Problem, not_found, problems
from orchestrator.identity.access import LoggedIn
from orchestrator.identity.doing import Acting
from orchestrator.identity.proof import Proven
from orchestrator.ids import new_id
from orchestrator.state import Config, Db, Now, Sealer
from orchestrator.vault import SealBroken
from orchestrator.webhooks import repository
from orchestrator.webhooks.delivering import LEASE, Deliverer, sealed, sealed_old, secret_of
from orchestrator.webhooks.events import TEST, body
from orchestrator.webhooks.following import begin_here
from orchestrator.webhooks.repository import Message, Webhook, WebhookDeliveryState
from orchestrator.webhooks.schemas import (
    WebhookChangeIn,
    WebhookDeliveriesOut,
    WebhookDeliveryOut,
    WebhookIn,
    WebhookMadeOut,
    WebhookOut,
    WebhooksOut,
)
from orchestrator.webhooks.signing import new_secret
from orchestrator.webhooks.way import allow

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

MOST = 10  # of one user
OVERLAP = timedelta(hours=24)  # in which the old secret signs, too


async def _deliverer(connection: HTTPConnection) -> Deliverer:
    return cast(Deliverer, connection.app.state.webhook_deliverer)


Delivering = Annotated[Deliverer, Depends(_deliverer)]


@router.get("", responses=problems(401, 403))
async def list_webhooks(login: LoggedIn, db: Db) -> WebhooksOut:
    """The newest first."""
    found = await db.read(lambda conn: repository.of_user(conn, login.user_id))
    return WebhooksOut(items=[WebhookOut.of(one) for one in found])


@router.post("", status_code=201, responses=problems(401, 403, 409, 422))
async def make_webhook(
    given: WebhookIn, login: Proven, db: Db, vault: Sealer, settings: Config, clock: Now, doer: Acting
) -> WebhookMadeOut:
    """An address of yours that is told what happens from now on. Its secret is shown this once."""
    await allow(given.url, inside=settings.proxies_inside)
    webhook_id, secret = new_id("whk"), new_secret()
    one = Webhook(
        id=webhook_id,
        user_id=login.user_id,
        name=given.name,
        url=given.url,
        events=tuple(given.events),
        secret=sealed(vault, webhook_id, secret),
        old_secret=None,
        old_until=None,
        enabled=True,
        off_why="",
        failing_since=None,
        made_at=clock(),
    )

    def work(conn: Connection) -> None:
        if len(repository.of_user(conn, login.user_id)) >= MOST:
            raise Problem(
                409, "too_many_webhooks", f"there are {MOST} webhooks already", fix="remove one first"
            )
        begin_here(conn, one.made_at)
        repository.add(conn, one)
        doer.did(conn, Action.WEBHOOK_MADE, one.id, name=one.name, host=_host(one))

    await db.write(work, lock="webhooks")
    return WebhookMadeOut.made(one, secret)


@router.get("/{webhook_id}", responses=problems(401, 403, 404))
async def get_webhook(webhook_id: str, login: LoggedIn, db: Db) -> WebhookOut:
    """One of yours, without its secret."""
    return WebhookOut.of(await db.read(lambda conn: _own(conn, webhook_id, login.user_id)))


@router.patch("/{webhook_id}", responses=problems(401, 403, 404, 422))
async def change_webhook(
    webhook_id: str,
    change: WebhookChangeIn,
    login: Proven,
    db: Db,
    settings: Config,
    clock: Now,
    doer: Acting,
) -> WebhookOut:
    """What is left out stays. Switched on again, it is told what happens from then on."""
    await db.read(lambda conn: _own(conn, webhook_id, login.user_id))
    if change.url is not None:
        await allow(change.url, inside=settings.proxies_inside)
    given: dict[str, Any] = change.model_dump(exclude_none=True)

    def work(conn: Connection) -> Webhook:
        old = _own(conn, webhook_id, login.user_id)
        new = replace(old, **{**given, "events": tuple(given.get("events", old.events))})
        if new.enabled and not old.enabled:
            begin_here(conn, clock())
            new = replace(new, off_why="", failing_since=None)
        if old.enabled and not new.enabled:
            repository.give_up(conn, old.id)
        repository.save(conn, new)
        doer.did(conn, Action.WEBHOOK_CHANGED, new.id, what=", ".join(sorted(given)), host=_host(new))
        return new

    return WebhookOut.of(await db.write(work, lock="webhooks"))


@router.delete("/{webhook_id}", status_code=204, responses=problems(401, 403, 404))
async def remove_webhook(webhook_id: str, login: LoggedIn, db: Db, doer: Acting) -> None:
    """With its log. What waits is not sent any more."""

    def work(conn: Connection) -> None:
        one = _own(conn, webhook_id, login.user_id)
        repository.remove(conn, one.id)
        doer.did(conn, Action.WEBHOOK_REMOVED, one.id, name=one.name)

    await db.write(work, lock="webhooks")


@router.post("/{webhook_id}/rotate", responses=problems(401, 403, 404))
async def rotate_webhook_secret(
    webhook_id: str, login: Proven, db: Db, vault: Sealer, clock: Now, doer: Acting
) -> WebhookMadeOut:
    """A new secret, shown this once. For a day messages are signed with both; another rotation ends the oldest."""
    secret = new_secret()

    def work(conn: Connection) -> Webhook:
        old = _own(conn, webhook_id, login.user_id)
        try:
            before = secret_of(vault, old.id, old.secret)
        except SealBroken:  # of a lost key: nothing was signed with it any more
            before = None
        new = replace(
            old,
            secret=sealed(vault, old.id, secret),
            old_secret=None if before is None else sealed_old(vault, old.id, before),
            old_until=None if before is None else clock() + OVERLAP,
        )
        repository.save(conn, new)
        doer.did(conn, Action.WEBHOOK_SECRET_RENEWED, new.id)
        return new

    return WebhookMadeOut.made(await db.write(work, lock="webhooks"), secret)


@router.post("/{webhook_id}/test", responses=problems(401, 403, 404))
async def test_webhook(
    webhook_id: str, login: LoggedIn, db: Db, clock: Now, deliverer: Delivering
) -> WebhookDeliveryOut:
    """Send a `webhook.test` now, once, and tell what came back. Also while it is switched off."""
    now, message_id = clock(), new_id("msg")

    def work(conn: Connection) -> Message:
        hook = _own(conn, webhook_id, login.user_id)
        one = Message(
            id=message_id,
            webhook_id=hook.id,
            user_id=hook.user_id,
            source=f"test:{message_id}",
            subject=message_id,
            type=TEST,
            body=body(TEST, now, {"webhook": hook.id, "name": hook.name}),
            made_at=now,
            due_at=now + LEASE,
            final=True,
            attempts=1,
        )
        repository.forget_old(conn, hook.id, now)
        repository.add_message(conn, one)
        return one

    return WebhookDeliveryOut.of(await deliverer.deliver(await db.write(work, lock="webhooks")))


@router.get("/{webhook_id}/deliveries", responses=problems(401, 403, 404))
async def list_webhook_deliveries(
    webhook_id: str,
    login: LoggedIn,
    db: Db,
    state: WebhookDeliveryState | None = None,
    cursor: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> WebhookDeliveriesOut:
    """Its messages of the last 30 days, newest first; `state=dead` are those that were given up."""

    def work(conn: Connection) -> list[Message]:
        hook = _own(conn, webhook_id, login.user_id)
        return repository.page(conn, hook.id, state=state, before=cursor, limit=limit + 1)

    found = await db.read(work)
    shown, more = found[:limit], len(found) > limit
    following = str(shown[-1].number) if more else None
    return WebhookDeliveriesOut(items=[WebhookDeliveryOut.of(one) for one in shown], next_cursor=following)


@router.post(
    "/{webhook_id}/deliveries/{message_id}/resend", status_code=202, responses=problems(401, 403, 404, 409)
)
async def resend_webhook_delivery(
    webhook_id: str, message_id: str, login: LoggedIn, db: Db, clock: Now
) -> WebhookDeliveryOut:
    """Send it again soon, under the same `webhook-id`, with all the tries of a new one."""

    def work(conn: Connection) -> Message | None:
        hook = _own(conn, webhook_id, login.user_id)
        one = repository.message(conn, hook.id, message_id)
        if one is None:
            raise not_found("message")
        if not hook.enabled:
            raise Problem(409, "webhook_off", "this webhook is switched off", fix="switch it on first")
        if one.state is not WebhookDeliveryState.WAITING:
            repository.send_again(conn, one.id, clock())
        return repository.message(conn, hook.id, message_id)

    one = await db.write(work, lock="webhooks")
    if one is None:
        raise not_found("message")
    return WebhookDeliveryOut.of(one)


def _host(one: Webhook) -> str:
    """What the audit log keeps of its address: the rest of it may be a secret."""
    return urlsplit(one.url).hostname or ""


def _own(conn: Connection, webhook_id: str, user_id: Any) -> Webhook:
    """Raises Problem 404 for another user's, too."""
    found = repository.find(conn, webhook_id, user_id)
    if found is None:
        raise not_found("webhook")
    return found
