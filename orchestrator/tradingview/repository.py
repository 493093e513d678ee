"""Hooks and their deliveries in the database: plain SQL over one connection."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.tables.hooks import hook_deliveries, hooks

HOOK, DELIVERY = hooks.c, hook_deliveries.c
KEPT = timedelta(days=90)  # that deliveries are shown; no alert is good for nearly as long


class Outcome(StrEnum):
    """What became of an alert."""

    RECEIVED = "received"  # written down, about to be placed
    PLACED = "placed"  # the order tells the rest
    REJECTED = "rejected"  # an order was made, and its broker said no
    REFUSED = "refused"  # by ourselves; nothing was sent
    WAITS = "waits"  # for its user's approval
    DRY_RUN = "dry_run"  # the token only tries things
    EXPIRED = "expired"  # it could not be placed in time


FAILED = (Outcome.REJECTED, Outcome.REFUSED, Outcome.EXPIRED)


@dataclass(frozen=True, slots=True)
class Hook:
    """`secret` is sealed, `rules` JSON."""

    id: str
    user_id: UserId
    token_id: str
    name: str
    secret: str
    rules: str
    only_tradingview: bool
    max_age: int
    paused: bool
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert. `code` and `words` say why, "" where there is nothing to say."""

    id: str
    hook_id: str
    user_id: UserId
    fingerprint: str
    received_at: datetime
    address: str
    alert: str
    outcome: Outcome
    code: str = ""
    words: str = ""
    order_id: str | None = None
    done_at: datetime | None = None


def find(conn: Connection, hook_id: str, user_id: UserId | None = None) -> Hook | None:
    """Of this user, where one is named."""
    query = sa.select(hooks).where(HOOK.id == hook_id)
    row = conn.execute(query if user_id is None else query.where(HOOK.user_id == user_id)).one_or_none()
    return None if row is None else _hook(row)


def of_user(conn: Connection, user_id: UserId) -> list[Hook]:
    """The newest first."""
    rows = conn.execute(sa.select(hooks).where(HOOK.user_id == user_id).order_by(HOOK.id.desc()))
    return [_hook(row) for row in rows]


def add(conn: Connection, hook: Hook) -> None:
    conn.execute(sa.insert(hooks).values(_values(hook)))


def save(conn: Connection, hook: Hook) -> None:
    conn.execute(sa.update(hooks).where(HOOK.id == hook.id).values(_values(hook)))


def remove(conn: Connection, hook_id: str) -> None:
    conn.execute(sa.delete(hooks).where(HOOK.id == hook_id))


def take(conn: Connection, one: Delivery) -> Delivery | None:
    """Keep it; or the one of the same hook that it repeats. Run under a lock of the hook."""
    same = (DELIVERY.hook_id == one.hook_id, DELIVERY.fingerprint == one.fingerprint)
    row = conn.execute(sa.select(hook_deliveries).where(*same)).one_or_none()
    if row is not None:
        return _delivery(row)
    old = (DELIVERY.hook_id == one.hook_id, DELIVERY.received_at < one.received_at - KEPT)
    conn.execute(sa.delete(hook_deliveries).where(*old))
    conn.execute(sa.insert(hook_deliveries).values(_values(one)))
    return None


def end(conn: Connection, one: Delivery) -> bool:
    """Write down what became of it. False when that was written before: what was first stays, unless it knew of no
    order and now there is one."""
    open_yet = DELIVERY.outcome == Outcome.RECEIVED
    if one.order_id is not None:
        open_yet = sa.or_(open_yet, DELIVERY.order_id.is_(None))
    update = sa.update(hook_deliveries).where(DELIVERY.id == one.id, open_yet).values(_values(one))
    return conn.execute(update).rowcount == 1


def failed_so(conn: Connection, one: Delivery, since: datetime) -> bool:
    """Whether another alert of the same hook has failed since then for the same reason."""
    same = (DELIVERY.hook_id == one.hook_id, DELIVERY.code == one.code, DELIVERY.id != one.id)
    query = sa.select(DELIVERY.id).where(*same, DELIVERY.outcome.in_(FAILED), DELIVERY.done_at >= since)
    return conn.execute(query.limit(1)).one_or_none() is not None


def waiting(conn: Connection, before: datetime, limit: int) -> list[Delivery]:
    """Those received before this moment of which nothing became yet; the oldest first."""
    query = (
        sa.select(hook_deliveries)
        .where(DELIVERY.outcome == Outcome.RECEIVED, DELIVERY.received_at < before)
        .order_by(DELIVERY.id)
        .limit(limit)
    )
    return [_delivery(row) for row in conn.execute(query)]


def page(conn: Connection, hook_id: str, *, before: str | None, limit: int) -> list[Delivery]:
    """The newest first."""
    query = sa.select(hook_deliveries).where(DELIVERY.hook_id == hook_id)
    if before is not None:
        query = query.where(DELIVERY.id < before)
    rows = conn.execute(query.order_by(DELIVERY.id.desc()).limit(limit))
    return [_delivery(row) for row in rows]


def _values(one: Hook | Delivery) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _hook(row: sa.Row[Any]) -> Hook:
    return Hook(**{field.name: getattr(row, field.name) for field in fields(Hook)})


def _delivery(row: sa.Row[Any]) -> Delivery:
    values = {field.name: getattr(row, field.name) for field in fields(Delivery)}
    return Delivery(**values | {"outcome": Outcome(row.outcome)})
