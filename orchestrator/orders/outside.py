"""Orders placed elsewhere that rest at the user's brokers: kept as the last reading showed them, and never touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from domain.account import AccountId, UserId
from domain.instrument import InstrumentId
from domain.limits import Resting
from domain.money import Price
from domain.order import OrderType, Side
from domain.report import OrderReport, ReportStatus
from orchestrator.storage.prepared import Prepared, Question
from orchestrator.tables.orders import order_children, outside_orders
from routing.selftrade import STOPS

ROW = outside_orders.c
CHILD = order_children.c
# An update of our own order may come before the answer that names it: what turned out to be ours is not outside.
OURS = sa.exists().where(CHILD.account_id == ROW.account_id, CHILD.broker_order_id == ROW.broker_order_id)
OUTSIDE_IN = Prepared(
    sa.select(outside_orders).where(
        ~OURS,
        ROW.user_id == bindparam("user"),
        ROW.symbol == bindparam("symbol"),
        ROW.exchange == bindparam("exchange"),
        ROW.seen_at >= bindparam("since"),
    )
)


def rests(report: OrderReport) -> bool:
    """Whether the order may still trade, as far as its row can be read."""
    named = report.instrument is not None and report.side is not None and report.order_type is not None
    return named and report.status.may_trade and report.quantity > report.filled_quantity


def keep_book(
    conn: Connection, user_id: UserId, account: AccountId, reports: Iterable[OrderReport], now: datetime
) -> None:
    """What the whole book shows replaces all that was known of the account."""
    conn.execute(sa.delete(outside_orders).where(ROW.account_id == account))
    rows = [_row(user_id, account, report, now) for report in reports if rests(report)]
    if rows:
        conn.execute(sa.insert(outside_orders), rows)


def keep_some(
    conn: Connection, user_id: UserId, account: AccountId, reports: Iterable[OrderReport], now: datetime
) -> None:
    """What a part of the book shows, beside what was known."""
    for report in reports:
        keep_one(conn, user_id, account, report, now)


def keep_one(
    conn: Connection, user_id: UserId, account: AccountId, report: OrderReport, now: datetime
) -> None:
    """One update of a stream."""
    number = report.broker_order_id
    conn.execute(sa.delete(outside_orders).where(ROW.account_id == account, ROW.broker_order_id == number))
    if rests(report):
        conn.execute(sa.insert(outside_orders), _row(user_id, account, report, now))


def resting_in(
    conn: Connection,
    user_id: UserId,
    instrument: InstrumentId,
    *,
    labels: Mapping[AccountId, str],
    since: datetime,
) -> list[Resting]:
    """Orders in one book that were seen since then at the accounts that `labels` names. A day's orders die with it."""
    statement, book = question(user_id, instrument, since)
    rows = statement.rows(conn, book)
    return [_resting(row, instrument, labels) for row in rows if AccountId(row.account_id) in labels]


def question(user_id: UserId, instrument: InstrumentId, since: datetime) -> Question:
    """What `resting_in` asks."""
    book = {"user": user_id, "symbol": instrument.symbol, "exchange": instrument.exchange, "since": since}
    return OUTSIDE_IN, book


def _row(user_id: UserId, account: AccountId, report: OrderReport, now: datetime) -> dict[str, Any]:
    instrument = report.instrument
    assert instrument is not None
    return {
        "account_id": account,
        "broker_order_id": report.broker_order_id,
        "user_id": user_id,
        "exchange": instrument.exchange,
        "symbol": instrument.symbol,
        "side": report.side,
        "quantity": report.quantity - report.filled_quantity,
        "order_type": report.order_type,
        "price": report.price.amount if report.price else None,
        "trigger_price": report.trigger_price.amount if report.trigger_price else None,
        "waiting": report.order_type in STOPS and report.status is ReportStatus.TRIGGER_PENDING,
        "seen_at": now,
    }


def _resting(row: Any, instrument: InstrumentId, labels: Mapping[AccountId, str]) -> Resting:
    order_type = OrderType(row.order_type)
    priced = order_type in (OrderType.LIMIT, OrderType.SL) and row.price
    return Resting(
        account_id=AccountId(row.account_id),
        label=labels[AccountId(row.account_id)],
        order_id=row.broker_order_id,
        ours=False,
        instrument=instrument,
        side=Side(row.side),
        quantity=row.quantity,
        order_type=order_type,
        price=Price(row.price) if priced else None,
        trigger_price=Price(row.trigger_price) if row.trigger_price else None,
        waiting=row.waiting,
    )
