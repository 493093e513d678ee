"""The user's limits in the database, and what of them today's orders use."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import BrokerId, UserId
from domain.calendar import IST
from domain.instrument import Exchange, InstrumentId
from domain.limits import Usage, UserLimits
from domain.money import ZERO, Money
from orchestrator.guards.schemas import LimitsIn
from orchestrator.tables.identity import user_limits
from orchestrator.tables.orders import order_children

CHILD = order_children.c
_UNITS, _EACH = CHILD.filled_quantity + CHILD.live_quantity, CHILD.value // CHILD.quantity
# Paise of what is filled or may still be: floor(value * units / quantity), without a product that leaves 64 bits. From
# 1,000 crore rupees on the plain one would, which PostgreSQL refuses and SQLite rounds.
COUNTED = _EACH * _UNITS + (CHILD.value - _EACH * CHILD.quantity) * _UNITS // CHILD.quantity


@lru_cache(maxsize=1024)
def parsed(text: str) -> UserLimits:
    """Limits as they are kept."""
    return LimitsIn.model_validate_json(text).limits()


def load(conn: Connection, user_id: UserId) -> UserLimits:
    query = sa.select(user_limits.c.limits).where(user_limits.c.user_id == user_id)
    text = conn.execute(query).scalar_one_or_none()
    return parsed(text) if text is not None else UserLimits()


def save(conn: Connection, user_id: UserId, limits: LimitsIn, now: datetime) -> None:
    """All of them at once: the last one to save wins."""
    conn.execute(sa.delete(user_limits).where(user_limits.c.user_id == user_id))
    row = {"user_id": user_id, "limits": limits.model_dump_json(), "changed_at": now}
    conn.execute(sa.insert(user_limits), row)


def day_began(now: datetime) -> datetime:
    """Midnight of the IST day of an aware moment."""
    return datetime.combine(now.astimezone(IST).date(), time(), IST)


def usage(conn: Connection, user_id: UserId, now: datetime) -> Usage:
    """What the orders recorded today (IST) use: rupees of what is filled or may still be, at the price they were sent.

    Orders count whatever became of them.
    """
    began = day_began(now)
    # By the index over answers: whatever was recorded today was answered today, or not yet.
    today = sa.and_(
        CHILD.user_id == user_id,
        sa.or_(CHILD.answered_at.is_(None), CHILD.answered_at >= began),
        CHILD.created_at >= began,
    )
    place = (CHILD.exchange, CHILD.symbol, CHILD.broker)
    rows = conn.execute(sa.select(*place, sa.func.sum(COUNTED).label("paise")).where(today).group_by(*place))
    symbols: dict[InstrumentId, Money] = defaultdict(lambda: ZERO)
    brokers: dict[BrokerId, Money] = defaultdict(lambda: ZERO)
    for row in rows:
        worth = Money.paise(int(row.paise))
        symbols[InstrumentId(Exchange(row.exchange), row.symbol)] += worth
        brokers[BrokerId(row.broker)] += worth
    orders = conn.execute(sa.select(sa.func.count(sa.distinct(CHILD.order_id))).where(today)).scalar_one()
    return Usage(orders, Money.sum(brokers.values()), dict(symbols), dict(brokers))
