"""Decisions as they were kept with their orders, and the inputs they were made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy import Connection

from domain.account import UserId
from domain.calendar import IST
from domain.order import OrderId
from domain.routing import RoutingDecision
from orchestrator.orders import codec
from orchestrator.tables.orders import moved_decisions, orders
from routing.fingerprint import Inputs

_INPUTS = TypeAdapter(Inputs)
BATCH = 200


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision on an order, or on a part of it that went elsewhere. `inputs`: their canonical text; None where
    none was kept."""

    order_id: OrderId
    user_id: UserId
    at: datetime
    decision: RoutingDecision
    inputs: str | None


def read(text: str) -> Inputs:
    """Inputs from their canonical text. Raises ValueError for what is none."""
    return _INPUTS.validate_json(text)


def load(conn: Connection, order_id: str) -> list[Kept]:
    """The order's decision, then those on parts that went elsewhere, in their order; empty without such an order."""
    row = conn.execute(_columns().where(orders.c.id == order_id)).one_or_none()
    if row is None:
        return []
    first = _kept(row)
    query = sa.select(moved_decisions).where(moved_decisions.c.order_id == order_id)
    moves = conn.execute(query.order_by(moved_decisions.c.slice))
    return [
        first,
        *(
            Kept(
                first.order_id,
                first.user_id,
                move.at,
                codec.load_decision(move.decision),
                move.decision_inputs,
            )
            for move in moves
        ),
    ]


def between(conn: Connection, first: date, last: date, user_id: str | None = None) -> Iterator[Kept]:
    """Decisions of the IST days from `first` to `last`, both included, oldest first; of one user, or of all."""
    start = datetime.combine(first, time(), IST)
    end = datetime.combine(last + timedelta(days=1), time(), IST)
    query = _columns().where(orders.c.created_at >= start, orders.c.created_at < end).order_by(orders.c.id)
    if user_id is not None:
        query = query.where(orders.c.user_id == user_id)
    for row in conn.execution_options(yield_per=BATCH).execute(query):
        yield _kept(row)


def _columns() -> sa.Select[tuple[object, ...]]:
    wanted = (orders.c.id, orders.c.user_id, orders.c.created_at, orders.c.decision, orders.c.decision_inputs)
    return sa.select(*wanted)


def _kept(row: sa.Row[tuple[object, ...]]) -> Kept:
    return Kept(
        OrderId(row.id),
        UserId(row.user_id),
        row.created_at,
        codec.load_decision(row.decision),
        row.decision_inputs,
    )
