"""The kill switch in the database: what was asked for, and how far it has come at each account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import AccountId, UserId
from domain.limits import KillDepth, Switch
from domain.order import OrderEvent, OrderId
from orchestrator.orders import repository as orders
from orchestrator.storage.prepared import Prepared
from orchestrator.tables.identity import kill_steps, kill_switches
from orchestrator.tables.orders import order_children

SWITCH, STEP, CHILD = kill_switches.c, kill_steps.c, order_children.c
DEPTHS = tuple(KillDepth)


@dataclass(frozen=True, slots=True)
class Step:
    """What was last seen at one account. None: not seen yet. `cancelled_at` and `flat_at`: proven by a reading."""

    account_id: AccountId
    number: int
    tried_at: datetime
    open_orders: int | None
    open_positions: int | None
    cancelled_at: datetime | None
    flat_at: datetime | None
    words: str


AT_WORK = Prepared(
    sa.select(kill_switches).where(SWITCH.released_at.is_(None), SWITCH.depth != KillDepth.NO_NEW_RISK.value)
)


def engaged(conn: Connection, user_id: UserId) -> Switch | None:
    row = conn.execute(
        sa.select(kill_switches).where(SWITCH.user_id == user_id, SWITCH.released_at.is_(None))
    ).one_or_none()
    return _switch(row) if row else None


def at_work(conn: Connection) -> dict[UserId, Switch]:
    """Every switch that has orders to cancel or positions to close."""
    return {UserId(row.user_id): _switch(row) for row in AT_WORK.rows(conn, {})}


def _switch(row: Any) -> Switch:
    return Switch(KillDepth(row.depth), row.number, row.since, row.words)


def engage(conn: Connection, user_id: UserId, depth: KillDepth, words: str, now: datetime) -> Switch:
    """Switch it on, or deeper. A shallower asking changes no depth: only a release makes it less."""
    before = conn.execute(sa.select(kill_switches).where(SWITCH.user_id == user_id)).one_or_none()
    since, number = now, 1
    if before is not None:
        number = before.number + 1
        if before.released_at is None:
            depth, since = max(KillDepth(before.depth), depth, key=DEPTHS.index), before.since
        conn.execute(sa.delete(kill_switches).where(SWITCH.user_id == user_id))
    row = {
        "user_id": user_id,
        "number": number,
        "depth": depth,
        "since": since,
        "words": words,
        "released_at": None,
    }
    conn.execute(sa.insert(kill_switches), row)
    if depth.cancels:
        _ask_cancels(conn, user_id, now)
    return Switch(depth, number, since, words)


def _ask_cancels(conn: Connection, user_id: UserId, now: datetime) -> None:
    """From now on every live child of the user's is to be cancelled, whoever hears of it first; and whatever shows up
    alive of one that had ended today, because its broker made it twice."""
    mine = sa.and_(CHILD.user_id == user_id, CHILD.cancel_asked_at.is_(None))
    ids = sorted(set(conn.execute(sa.select(CHILD.order_id).where(mine, CHILD.live)).scalars()))
    wanted = sa.or_(CHILD.live, CHILD.answered_at >= now - timedelta(days=1))
    conn.execute(sa.update(order_children).where(mine, wanted).values(cancel_asked_at=now))
    for order_id in ids:
        event = OrderEvent(now, "cancel_asked", "Cancel asked by the kill switch.")
        orders.add_events(conn, user_id, OrderId(order_id), [event])


def release(conn: Connection, user_id: UserId, number: int, now: datetime) -> bool:
    """Switch off the switch that was asked for as `number`; False when it is another one, or none."""
    off = (
        sa.update(kill_switches)
        .where(SWITCH.user_id == user_id, SWITCH.number == number, SWITCH.released_at.is_(None))
        .values(released_at=now)
    )
    return bool(conn.execute(off).rowcount)


def steps(conn: Connection, user_id: UserId, number: int) -> dict[AccountId, Step]:
    query = sa.select(kill_steps).where(STEP.user_id == user_id, STEP.number == number)
    return {AccountId(row.account_id): _step(row) for row in conn.execute(query)}


def _step(row: sa.Row[tuple[object, ...]]) -> Step:
    return Step(
        AccountId(row.account_id),
        row.number,
        row.tried_at,
        row.open_orders,
        row.open_positions,
        row.cancelled_at,
        row.flat_at,
        row.words,
    )


def keep(conn: Connection, user_id: UserId, step: Step) -> None:
    """What was seen at one account replaces what was seen before."""
    conn.execute(sa.delete(kill_steps).where(STEP.user_id == user_id, STEP.account_id == step.account_id))
    conn.execute(
        sa.insert(kill_steps),
        {
            "user_id": user_id,
            "account_id": step.account_id,
            "number": step.number,
            "tried_at": step.tried_at,
            "open_orders": step.open_orders,
            "open_positions": step.open_positions,
            "cancelled_at": step.cancelled_at,
            "flat_at": step.flat_at,
            "words": step.words,
        },
    )
