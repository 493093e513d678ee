"""Orders in the database, as they are found: plain SQL over one connection, inside `Database.read` or `write`."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import AccountId, UserId
from domain.instrument import InstrumentId
from domain.order import (
    ChildOrder,
    OrderId,
    Side,
)
from orchestrator.orders.rows import (
    LiveChild,
    StoredOrder,
    child_of,
    event_of,
    live_child,
    stored_order,
)
from orchestrator.orders.sought import Sought
from orchestrator.orders.statements import (
    CHILDREN_OF,
    CHILDREN_OF_ONE,
    ENDED_IN,
    EVENTS_OF,
    EVENTS_OF_ONE,
    FIND_CHILD,
    KEY_USED,
    LIVE_AT,
    LIVE_IN,
    LIVE_ON,
    ORDER_OF_USER,
    RECENTLY_ABSENT,
    UNCLEAR,
    UNEXPLAINED_FILLS,
    UNFINISHED_CANCELS,
)
from orchestrator.storage.prepared import Prepared, Question
from orchestrator.tables.orders import orders


@dataclass(frozen=True, slots=True)
class Found:
    """The rows that an order is made of."""

    order: sa.Row[Any]
    children: tuple[sa.Row[Any], ...]
    events: tuple[sa.Row[Any], ...]

    @property
    def state(self) -> Hashable:
        """Equal while the order is as it was: its decision and the lines of its timeline are never written over."""
        lines = tuple(event.seq for event in self.events)
        return self.order.quantity, self.order.done, tuple(map(tuple, self.children)), lines

    def stored(self) -> StoredOrder:
        return stored_order(self.order, self.children, [event_of(event) for event in self.events])


def replayed(conn: Connection, user_id: UserId, key: str) -> tuple[OrderId, str] | None:
    """The order that this key already made, and the fingerprint of its request."""
    statement, params = question_of_key(user_id, key)
    row = statement.first(conn, params)
    return (OrderId(row.order_id), row.fingerprint) if row else None


def question_of_key(user_id: UserId, key: str) -> Question:
    """What `replayed` asks."""
    return KEY_USED, {"user": user_id, "wanted": key}


def load(conn: Connection, user_id: UserId, order_id: OrderId) -> StoredOrder | None:
    rows = ORDER_OF_USER.rows(conn, {"order": order_id, "user": user_id})
    return _assemble(conn, rows)[0] if rows else None


def owner(conn: Connection, order_id: OrderId) -> UserId:
    """Whose order it is."""
    return UserId(conn.execute(sa.select(orders.c.user_id).where(orders.c.id == order_id)).scalar_one())


def load_many(conn: Connection, ids: Sequence[OrderId]) -> list[StoredOrder]:
    """Those of any user, oldest first."""
    return _assemble(
        conn, conn.execute(sa.select(orders).where(orders.c.id.in_(ids)).order_by(orders.c.id)).all()
    )


def page(
    conn: Connection,
    user_id: UserId,
    *,
    status: str,
    before: OrderId | None,
    limit: int,
    sought: Sought | None = None,
) -> list[StoredOrder]:
    """Newest first. `status` is open | done | all; ids grow with time, so `before` is the cursor."""
    found = page_rows(conn, user_id, status=status, before=before, limit=limit, sought=sought)
    return [one.stored() for one in found]


def page_rows(
    conn: Connection,
    user_id: UserId,
    *,
    status: str,
    before: OrderId | None,
    limit: int,
    sought: Sought | None = None,
) -> list[Found]:
    """The rows of `page`."""
    query = sa.select(orders).where(orders.c.user_id == user_id)
    if status != "all":
        query = query.where(orders.c.done == (status == "done"))
    if before:
        query = query.where(orders.c.id < before)
    if sought is not None:
        query = sought.narrowed(query)
    return _found(conn, conn.execute(query.order_by(orders.c.id.desc()).limit(limit)).all())


def live_children(conn: Connection, account_id: AccountId) -> list[ChildOrder]:
    """Every child at one account that may still trade or whose end is not known; oldest first."""
    return [child_of(row) for row in LIVE_AT.rows(conn, {"account": account_id})]


def live_in(
    conn: Connection, user_id: UserId, instrument: InstrumentId, side: Side | None = None
) -> list[ChildOrder]:
    """Every child of the user's in one order book, or on one side of it, that may still trade; at all accounts,
    oldest first."""
    statement, book = question_of_book(user_id, instrument, side)
    return [child_of(row) for row in statement.rows(conn, book)]


def question_of_book(user_id: UserId, instrument: InstrumentId, side: Side | None) -> Question:
    """What `live_in` asks."""
    book = {"user": user_id, "symbol": instrument.symbol, "exchange": instrument.exchange}
    return (LIVE_IN, book) if side is None else (LIVE_ON, {**book, "one": side})


def ended_in(
    conn: Connection, user_id: UserId, instrument: InstrumentId, since: datetime
) -> list[ChildOrder]:
    """Children in one order book that traded and have ended; answered since then."""
    book = {"user": user_id, "symbol": instrument.symbol, "exchange": instrument.exchange, "since": since}
    return [child_of(row) for row in ENDED_IN.rows(conn, book)]


def unfinished_cancels(conn: Connection, account_id: AccountId, *, before: datetime) -> list[ChildOrder]:
    """Live children at one account whose cancel was asked before a moment, and that the broker has numbered."""
    rows = UNFINISHED_CANCELS.rows(conn, {"account": account_id, "before": before})
    return [child_of(row) for row in rows]


def unclear_children(conn: Connection) -> list[LiveChild]:
    """Children of all users whose request has no clear answer yet; oldest first."""
    found = [live_child(row) for row in UNCLEAR.rows(conn, {})]
    return sorted(found, key=lambda live: live.child.id)


def unexplained_fills(conn: Connection, account_id: AccountId) -> list[ChildOrder]:
    """Ended children whose trades do not yet explain the filled quantity."""
    rows = UNEXPLAINED_FILLS.rows(conn, {"account": account_id})
    return [child for child in map(child_of, rows) if child.unexplained_order_ids]


def recently_absent(conn: Connection, account_id: AccountId, since: datetime) -> list[ChildOrder]:
    """Children recorded since then that were looked for and not there: a broker may still come out with one."""
    rows = RECENTLY_ABSENT.rows(conn, {"account": account_id, "since": since})
    return [child for child in map(child_of, rows) if child.absent is not None]


def find_child(
    conn: Connection, account_id: AccountId, *, broker_order_id: str, tag: str | None
) -> tuple[ChildOrder, UserId] | None:
    """The child that a broker's report speaks of: by our tag, else by the broker's id (the newest)."""
    row = FIND_CHILD.first(conn, {"account": account_id, "number": broker_order_id, "mark": tag or ""})
    return (child_of(row), UserId(row.user_id)) if row else None


def _assemble(conn: Connection, rows: Sequence[sa.Row[Any]]) -> list[StoredOrder]:
    return [one.stored() for one in _found(conn, rows)]


def _found(conn: Connection, rows: Sequence[sa.Row[Any]]) -> list[Found]:
    ids = [row.id for row in rows]
    children: dict[str, list[sa.Row[Any]]] = {order_id: [] for order_id in ids}
    for child in _of_parents(conn, CHILDREN_OF, CHILDREN_OF_ONE, ids):
        children[child.order_id].append(child)
    events: dict[str, list[sa.Row[Any]]] = {order_id: [] for order_id in ids}
    for event in _of_parents(conn, EVENTS_OF, EVENTS_OF_ONE, ids):
        events[event.order_id].append(event)
    return [Found(row, tuple(children[row.id]), tuple(events[row.id])) for row in rows]


def _of_parents(
    conn: Connection, statement: sa.Select[Any], prepared: Prepared, ids: Sequence[str]
) -> Sequence[Any]:
    if len(ids) == 1:
        return prepared.rows(conn, {"parent": ids[0]})
    return conn.execute(statement, {"parents": ids}).all()
