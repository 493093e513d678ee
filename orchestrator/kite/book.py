"""The order book that a program sees: the day's orders, and those of before that still live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from domain.calendar import IST
from domain.order import OrderId
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller
from orchestrator.kite import tags
from orchestrator.kite.numbers import span_of
from orchestrator.orders import finding
from orchestrator.orders.permit import visible
from orchestrator.orders.rows import StoredOrder
from orchestrator.orders.sought import Sought
from orchestrator.orders.trading import Trading
from orchestrator.tables.orders import orders

MOST = 5000  # orders of a day that one user may place at a broker
UNKNOWN_ORDER = "Couldn't find that `order_id`."


@dataclass(frozen=True, slots=True)
class Book:
    """Oldest first, with the tags that programs gave them."""

    orders: list[StoredOrder]
    tags: Mapping[OrderId, str] = field(default_factory=dict)

    def tag(self, stored: StoredOrder) -> str | None:
        return self.tags.get(stored.order.id)


async def read(trading: Trading, caller: Caller) -> Book:
    """As much of it as the caller may see."""
    midnight = datetime.combine(trading.clock().astimezone(IST).date(), time(), IST)

    def work(conn: Connection) -> Book:
        today = finding.page(
            conn, caller.user_id, status="all", before=None, limit=MOST, sought=Sought(since=midnight)
        )
        waiting = finding.page(
            conn, caller.user_id, status="open", before=None, limit=MOST, sought=Sought(until=midnight)
        )
        found = [one for one in reversed([*today, *waiting]) if visible(caller, one.order)]
        return Book(found, tags.of_orders(conn, caller.user_id, [one.order.id for one in found]))

    return await trading.db.read(work)


async def one(trading: Trading, caller: Caller, number: str) -> Book:
    """The one order of this number, of any day. Raises Problem 404."""

    def work(conn: Connection) -> Book:
        span = span_of(number)
        ids = _in_span(conn, caller.user_id, *span) if span else []
        if len(ids) > 1:
            text = f"{number} names two orders that were made in the same moment"
            raise Problem(409, "order_ambiguous", text, fix="find them on the screen")
        stored = finding.load(conn, caller.user_id, ids[0]) if ids else None
        if stored is None or not visible(caller, stored.order):
            raise Problem(404, "not_found", UNKNOWN_ORDER, field="order_id")
        return Book([stored], tags.of_orders(conn, caller.user_id, ids))

    return await trading.db.read(work)


def _in_span(conn: Connection, user_id: UserId, first: OrderId, last: OrderId) -> list[OrderId]:
    """The user's orders whose ids lie there: one, unless two were made in the same moment."""
    mine = sa.select(orders.c.id).where(orders.c.user_id == user_id, orders.c.id.between(first, last))
    return [OrderId(row.id) for row in conn.execute(mine.limit(2))]
