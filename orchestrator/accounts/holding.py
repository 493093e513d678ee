"""Holding breakers open and closing them, for whoever asks over HTTP: written, written down, and told to the others."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection as SqlConnection

from domain.account import AccountId, BrokerId, UserId
from orchestrator.accounts import held_breakers
from orchestrator.accounts.breaker_schemas import HoldOpenIn
from orchestrator.accounts.connections import Connections
from orchestrator.accounts.held_breakers import HeldBreaker, Holder
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.schemas import in_ist
from orchestrator.storage.db import Database


async def open_breaker(
    connections: Connections,
    db: Database,
    body: HoldOpenIn,
    *,
    broker: BrokerId,
    account: tuple[AccountId, UserId] | None,
    by: Holder,
    actor: Actor,
    now: datetime,
) -> None:
    """Of one account with its owner, or of all at the broker. Raises Problem 422."""
    account_id, owner = account or (None, None)
    held = HeldBreaker(broker, account_id, by, body.reason, now, body.ends(now))

    def work(conn: SqlConnection) -> None:
        keep(conn, held, owner=owner, actor=actor)

    await db.write(work, lock=held_breakers.LOCK)
    await connections.held.opened(held)


async def close_breaker(
    connections: Connections,
    db: Database,
    *,
    broker: BrokerId,
    account: tuple[AccountId, UserId] | None,
    by: Holder,
    actor: Actor,
    now: datetime,
) -> None:
    """What `by` holds open there is let go; the next calls are trials, held before or not."""
    account_id, owner = account or (None, None)

    def work(conn: SqlConnection) -> None:
        held_breakers.release(conn, broker, account_id, by)
        let_go(conn, broker, account_id, owner=owner, actor=actor, now=now)

    await db.write(work, lock=held_breakers.LOCK)
    await connections.held.closed(broker, account_id)


def keep(conn: SqlConnection, held: HeldBreaker, *, owner: UserId | None, actor: Actor) -> None:
    """Hold it open, and write that down."""
    held_breakers.hold(conn, held)
    until = in_ist(held.until) if held.until else ""
    audited(
        conn,
        user_id=owner,
        actor=actor,
        action=Action.BREAKER_OPENED,
        at=held.since,
        subject=held.account_id or held.broker.value,
        detail={"reason": held.reason, "until": until},
    )


def let_go(
    conn: SqlConnection,
    broker: BrokerId,
    account_id: AccountId | None,
    *,
    owner: UserId | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Write down that it was closed."""
    subject = account_id or broker.value
    audited(conn, user_id=owner, actor=actor, action=Action.BREAKER_CLOSED, at=now, subject=subject)
