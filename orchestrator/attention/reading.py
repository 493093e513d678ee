"""What is stored of one user that may need a person: orders nobody is sure of, the kill switch, blind alerts."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import Connection as SqlConnection

from domain.account import UserId
from domain.words import Status
from orchestrator.accounts.connections import Connections
from orchestrator.alerts import repository as alerts
from orchestrator.attention.matters import Known, Placed
from orchestrator.killswitch import repository as switches
from orchestrator.market.hub import Hub
from orchestrator.market.intervals import midnight_of
from orchestrator.orders import waiting
from orchestrator.orders.rows import child_of
from orchestrator.storage.db import Database
from orchestrator.tables.orders import order_children
from orchestrator.webhooks import repository as webhooks

ROW = order_children.c
MOST_APPROVALS = 20


async def read(
    db: Database, connections: Connections, hub: Hub, user: UserId, *, day: date, now: datetime
) -> Known:
    """`day`: the trading day; what was answered before it and has ended is past."""
    today = midnight_of(day)
    mine = connections.of_user(user)
    labels = {one.account.id: one.account.label for one in mine}

    def look(conn: SqlConnection) -> Known:
        children = [
            Placed(row.order_id, labels.get(row.account_id, row.broker), child_of(row), row.created_at)
            for row in _unsure(conn, user, today)
        ]
        blind = [one for one in alerts.active_of(conn, user) if hub.last(one.instrument) is None]
        asked = waiting.page(conn, user, token=None, waiting_at=now, limit=MOST_APPROVALS)
        switch, off = switches.engaged(conn, user), webhooks.switched_off(conn, user)
        return Known(mine, children, switch, blind, asked, off)

    return await db.read(look)


def _unsure(conn: SqlConnection, user: UserId, today: datetime) -> list[sa.Row[tuple[object, ...]]]:
    """Each part of the question by an index of its own: what is live, and what was answered today."""
    too_much = ROW.filled_quantity + ROW.live_quantity > ROW.quantity
    live = sa.select(order_children).where(
        ROW.user_id == user, ROW.live.is_(True), sa.or_(ROW.status == Status.UNKNOWN.value, too_much)
    )
    ended = sa.select(order_children).where(
        ROW.user_id == user, ROW.answered_at >= today, ROW.live.is_(False), too_much
    )
    return [*conn.execute(live), *conn.execute(ended)]
