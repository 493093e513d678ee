"""What brokers charged for the fills of children: plain SQL over one connection."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from domain.account import AccountId, UserId
from domain.money import Money
from domain.order import ChildId, ChildOrder
from orchestrator.orders.rows import child_of
from orchestrator.tables.orders import charged_children, order_children

CHILD, CHARGED = order_children.c, charged_children.c
MOST_USERS = 500  # in one question


@dataclass(frozen=True, slots=True)
class Charged:
    """Rupees for `filled_quantity` units. `at_fills`: our reckoning, None when our tables do not know. `charged`: the
    broker's, None when it does not tell, for which `words` say why."""

    child_id: ChildId
    asked_at: datetime
    filled_quantity: int
    at_fills: Money | None
    charged: Money | None
    words: str | None = None


def waiting(conn: sa.Connection, users: Sequence[UserId], since: datetime) -> list[tuple[UserId, ChildOrder]]:
    """Children of these users that traded and have ended, answered since then, whose broker was not asked yet."""
    found: list[tuple[UserId, ChildOrder]] = []
    for start in range(0, len(users), MOST_USERS):
        some = users[start : start + MOST_USERS]
        rows = conn.execute(_unasked().where(CHILD.user_id.in_(some), CHILD.answered_at >= since))
        found += [(UserId(row.user_id), child_of(row)) for row in rows]
    return found


def unasked_of(conn: sa.Connection, children: Collection[ChildId]) -> list[tuple[UserId, ChildOrder]]:
    """Those of these children that traded and have ended, and whose broker was not asked yet."""
    rows = conn.execute(_unasked().where(CHILD.id.in_(children)))
    return [(UserId(row.user_id), child_of(row)) for row in rows]


def traded(
    conn: sa.Connection, user: UserId, account: AccountId, since: datetime, until: datetime
) -> list[ChildOrder]:
    """Children at one account that traded, answered between two moments; oldest first."""
    rows = conn.execute(
        sa.select(order_children)
        .where(
            CHILD.user_id == user,
            CHILD.account_id == account,
            CHILD.answered_at >= since,
            CHILD.answered_at < until,
            CHILD.filled_quantity > 0,
        )
        .order_by(CHILD.id)
    )
    return [child_of(row) for row in rows]


def _unasked() -> sa.Select[tuple[object, ...]]:
    """A fill that came to light after the question asks it again."""
    return (
        sa.select(order_children)
        .outerjoin(charged_children, CHARGED.child_id == CHILD.id)
        .where(
            ~CHILD.live,
            CHILD.filled_quantity > 0,
            sa.or_(CHARGED.child_id.is_(None), CHARGED.filled_quantity != CHILD.filled_quantity),
        )
        .order_by(CHILD.id)
    )


def save(conn: sa.Connection, found: Sequence[Charged]) -> None:
    """The newest answer stays."""
    conn.execute(sa.delete(charged_children).where(CHARGED.child_id.in_([one.child_id for one in found])))
    rows = [
        {
            "child_id": one.child_id,
            "asked_at": one.asked_at,
            "filled_quantity": one.filled_quantity,
            "at_fills": one.at_fills.amount if one.at_fills is not None else None,
            "charged": one.charged.amount if one.charged is not None else None,
            "words": one.words,
        }
        for one in found
    ]
    if rows:
        conn.execute(sa.insert(charged_children), rows)


def of_children(conn: sa.Connection, children: Collection[ChildId]) -> dict[ChildId, Charged]:
    rows = conn.execute(sa.select(charged_children).where(CHARGED.child_id.in_(children)))
    return {ChildId(row.child_id): _charged(row) for row in rows}


def _charged(row: sa.Row[tuple[object, ...]]) -> Charged:
    return Charged(
        ChildId(row.child_id),
        row.asked_at,
        row.filled_quantity,
        None if row.at_fills is None else Money(row.at_fills),
        None if row.charged is None else Money(row.charged),
        row.words,
    )
