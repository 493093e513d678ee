"""What an operator sees over all users: how accounts do, which orders are unclear, what was done by whom.

Never what somebody holds, trades or pays, nor the details of an entry of the audit log: those are its user's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import AccountState
from domain.order import Status
from orchestrator.audit.actions import Action
from orchestrator.orders import finding
from orchestrator.tables.accounts import accounts
from orchestrator.tables.audit import audit_log
from orchestrator.tables.orders import order_children

ACCOUNT, LOG = accounts.c, audit_log.c


@dataclass(frozen=True, slots=True)
class KeptAccount:
    """An account as the database has it. `last_error`: the broker's words about its login or its readings."""

    id: str
    user_id: str
    broker: str
    state: str
    session_expires_at: datetime | None
    connected_at: datetime | None
    last_error: str | None


def accounts_of_all(
    conn: Connection, *, state: AccountState | None, after: str | None, limit: int
) -> list[KeptAccount]:
    """By id; those that were disconnected for good only where they are asked for."""
    columns = [ACCOUNT[field.name] for field in fields(KeptAccount)]
    query = sa.select(*columns).order_by(ACCOUNT.id).limit(limit)
    if state is not None:
        query = query.where(ACCOUNT.state == state.value)
    else:
        query = query.where(ACCOUNT.state != AccountState.DISCONNECTED.value)
    if after is not None:
        query = query.where(ACCOUNT.id > after)
    return [KeptAccount(**row) for row in conn.execute(query).mappings()]


@dataclass(frozen=True, slots=True)
class Unclear:
    """A part of an order without a clear answer."""

    child_id: str
    order_id: str
    user_id: str
    account_id: str
    broker: str
    status: Status
    since: datetime
    tag: str


def unclear_orders(conn: Connection) -> list[Unclear]:
    """The oldest first."""
    found = finding.unclear_children(conn)
    ids = [live.child.id for live in found]
    owners: dict[str, str] = {}
    for start in range(0, len(ids), 500):
        query = sa.select(order_children.c.id, order_children.c.user_id).where(
            order_children.c.id.in_(ids[start : start + 500])
        )
        owners |= {row.id: row.user_id for row in conn.execute(query)}
    every = [
        Unclear(
            live.child.id,
            live.child.order_id,
            owners[live.child.id],
            live.child.account_id,
            live.child.broker.value,
            live.child.status,
            live.created_at,
            live.child.tag,
        )
        for live in found
    ]
    return sorted(every, key=lambda one: one.since)


def entries(
    conn: Connection,
    *,
    user_id: str | None,
    actions: Sequence[Action],
    subject: str | None,
    since: datetime | None,
    until: datetime | None,
    before: int | None,
    limit: int,
) -> Sequence[Any]:
    """Rows of the audit log without their details, the newest first, older than the one whose id is `before`."""
    columns = (
        LOG.id, LOG.at, LOG.user_id, LOG.action, LOG.actor_kind, LOG.actor, LOG.subject, LOG.position,
    )  # fmt: skip
    wanted = []
    wanted += [LOG.user_id == user_id] if user_id else []
    wanted += [LOG.action.in_([action.value for action in actions])] if actions else []
    wanted += [LOG.subject == subject] if subject else []
    wanted += [LOG.at >= since] if since else []
    wanted += [LOG.at < until] if until else []
    wanted += [LOG.id < before] if before is not None else []
    query = sa.select(*columns).where(*wanted).order_by(LOG.id.desc()).limit(limit)
    return conn.execute(query).all()
