"""Evenings of accounts, and money that came and went: plain SQL over one connection."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from domain.account import AccountId, BrokerId, UserId
from domain.money import Money
from orchestrator.performance import by_day
from orchestrator.tables.portfolio import account_days, cash_flows

DAY, FLOW = account_days.c, cash_flows.c
MAKERS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class FlowSource(StrEnum):
    ENTERED = "entered"  # by the user
    BROKER = "broker"  # moved through us at a broker that lets programs do so
    INFERRED = "inferred"  # from what an evening is worth beyond the one before and the day's profit


class FlowState(StrEnum):
    OPEN = "open"  # inferred: counts, and waits for the user's word
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"  # inferred, and none by the user's word: does not count


@dataclass(frozen=True, slots=True)
class Evening:
    """One account at the end of one trading day, in rupees: `value` is shares + cash + what positions add to it."""

    account_id: AccountId
    day: date
    broker: BrokerId
    shares: Money
    cash: Money
    open: Money
    day_pnl: Money | None
    read_at: datetime

    @property
    def value(self) -> Money:
        return self.shares + self.cash + self.open


@dataclass(frozen=True, slots=True)
class Flow:
    """Rupees into an account (below zero: out of it) on an IST day."""

    id: str
    account_id: AccountId
    day: date
    amount: Money
    source: FlowSource
    state: FlowState
    note: str
    changed_at: datetime


def keep_evening(conn: Connection, user_id: UserId, one: Evening) -> None:
    """The newest reading of an evening stands."""
    row = {
        "account_id": one.account_id,
        "day": one.day.isoformat(),
        "user_id": user_id,
        "broker": one.broker,
        "shares": one.shares.amount,
        "cash": one.cash.amount,
        "open": one.open.amount,
        "day_pnl": one.day_pnl.amount if one.day_pnl is not None else None,
        "read_at": one.read_at,
    }
    made: Any = MAKERS[conn.dialect.name](account_days)
    better = {name: made.excluded[name] for name in row if name not in ("account_id", "day")}
    newer = account_days.c.read_at <= made.excluded.read_at
    conn.execute(
        made.on_conflict_do_update(index_elements=["account_id", "day"], set_=better, where=newer), row
    )


def evenings(
    conn: Connection,
    user_id: UserId,
    *,
    accounts: Collection[AccountId] = (),
    first: date | None = None,
    last: date | None = None,
) -> list[Evening]:
    """By day, then by account; both ends included."""
    query = by_day.of_user(account_days, user_id, accounts=accounts, first=first, last=last)
    return [_evening(row) for row in conn.execute(query)]


def evening_before(conn: Connection, account_id: AccountId, day: date) -> Evening | None:
    query = sa.select(account_days).where(DAY.account_id == account_id, DAY.day < day.isoformat())
    row = conn.execute(query.order_by(DAY.day.desc()).limit(1)).first()
    return _evening(row) if row is not None else None


def read_on(conn: Connection, day: date) -> dict[AccountId, datetime]:
    """When each account's evening of that day was read last."""
    query = sa.select(DAY.account_id, DAY.read_at).where(DAY.day == day.isoformat())
    return {AccountId(row.account_id): row.read_at for row in conn.execute(query)}


def flows(
    conn: Connection,
    user_id: UserId,
    *,
    accounts: Collection[AccountId] = (),
    first: date | None = None,
    last: date | None = None,
) -> list[Flow]:
    """By day; both ends included. Dismissed ones too."""
    query = sa.select(cash_flows).where(FLOW.user_id == user_id)
    if accounts:
        query = query.where(FLOW.account_id.in_(accounts))
    if first is not None:
        query = query.where(FLOW.day >= first.isoformat())
    if last is not None:
        query = query.where(FLOW.day <= last.isoformat())
    return [_flow(row) for row in conn.execute(query.order_by(FLOW.day, FLOW.id))]


def flow(conn: Connection, user_id: UserId, flow_id: str) -> Flow | None:
    row = conn.execute(sa.select(cash_flows).where(FLOW.user_id == user_id, FLOW.id == flow_id)).first()
    return _flow(row) if row is not None else None


def add_flow(conn: Connection, user_id: UserId, one: Flow) -> None:
    conn.execute(sa.insert(cash_flows), {"id": one.id, "user_id": user_id, **_values(one)})


def save_flow(conn: Connection, one: Flow) -> None:
    conn.execute(sa.update(cash_flows).where(FLOW.id == one.id).values(_values(one)))


def remove_flow(conn: Connection, flow_id: str) -> None:
    conn.execute(sa.delete(cash_flows).where(FLOW.id == flow_id))


def _values(one: Flow) -> dict[str, Any]:
    return {
        "account_id": one.account_id,
        "day": one.day.isoformat(),
        "amount": one.amount.amount,
        "source": one.source,
        "state": one.state,
        "note": one.note,
        "changed_at": one.changed_at,
    }


def _evening(row: Any) -> Evening:
    return Evening(
        account_id=AccountId(row.account_id),
        day=date.fromisoformat(row.day),
        broker=BrokerId(row.broker),
        shares=Money(row.shares),
        cash=Money(row.cash),
        open=Money(row.open),
        day_pnl=None if row.day_pnl is None else Money(row.day_pnl),
        read_at=row.read_at,
    )


def _flow(row: Any) -> Flow:
    return Flow(
        id=row.id,
        account_id=AccountId(row.account_id),
        day=date.fromisoformat(row.day),
        amount=Money(row.amount),
        source=FlowSource(row.source),
        state=FlowState(row.state),
        note=row.note,
        changed_at=row.changed_at,
    )
