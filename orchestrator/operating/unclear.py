"""What an operator sees of one unclear order, and telling its owner of it: how it went, never what it is of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.order import ChildId, Source
from orchestrator.audit.actions import Action
from orchestrator.audit.record import Actor, audited
from orchestrator.errors import Problem, not_found
from orchestrator.identity import repository as people
from orchestrator.identity.repository import User
from orchestrator.orders.rows import LiveChild
from orchestrator.schemas import in_ist
from orchestrator.tables.market import notices
from orchestrator.tables.orders import order_events

NOTICE = "order_unclear"
AGAIN = timedelta(hours=1)  # until the owner may be told once more

# What a broker or the line said of a request without an answer; all other words may tell what the order is of.
TOLD = frozenset({"unknown", "not_sent"})


@dataclass(frozen=True, slots=True)
class Hop:
    """A step of the order's way. `words`: of a broker or the line that gave no clear answer."""

    at: datetime
    kind: str
    source: Source | None
    latency_ms: int | None
    words: str | None


def hops(conn: Connection, child_id: ChildId) -> list[Hop]:
    """Of one part of an order, oldest first."""
    row = order_events.c
    query = sa.select(row.at, row.kind, row.source, row.latency_ms, row.words).where(row.child_id == child_id)
    return [
        Hop(
            one.at,
            one.kind,
            Source(one.source) if one.source else None,
            one.latency_ms,
            one.words if one.kind in TOLD else None,
        )
        for one in conn.execute(query.order_by(row.at, row.seq))
    ]


def told_at(conn: Connection, live: LiveChild) -> datetime | None:
    """When its owner was last told of it by an operator."""
    row = notices.c
    query = sa.select(sa.func.max(row.at)).where(
        row.user_id == live.user_id, row.kind == NOTICE, row.subject == live.child.id
    )
    found: datetime | None = conn.execute(query).scalar_one()
    return found


def tell(
    conn: Connection,
    live: LiveChild,
    *,
    label: str,
    by: Actor,
    now: datetime,
    letter: Callable[[User], None],
) -> None:
    """A notice on the owner's screens, and a `letter` in the same transaction. Raises Problem 409 `told_lately`."""
    last = told_at(conn, live)
    if last is not None and now - last < AGAIN:
        rule = f"once in {AGAIN // timedelta(minutes=1)} minutes"
        raise Problem(409, "told_lately", f"its owner was told at {in_ist(last)}", rule=rule)
    owner = people.by_id(conn, live.user_id)
    if owner is None:
        raise not_found("user")
    text = (
        f"An order at {label} has had no clear answer since {in_ist(live.created_at)}. It is looked for and never sent "
        "again: look into the broker's own app, and place nothing anew before it is found or shown to be absent."
    )
    people.add_notice(conn, live.user_id, NOTICE, live.child.id, text, now)
    letter(owner)
    audited(
        conn,
        user_id=live.user_id,
        actor=by,
        action=Action.ORDER_OWNER_TOLD,
        at=now,
        subject=live.child.id,
    )
