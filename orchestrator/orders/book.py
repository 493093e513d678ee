"""An account's whole book at its broker, sorted: what is of one of our children, ended ones too, and what is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import islice

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import AccountId
from domain.order import ChildOrder
from domain.report import OrderReport
from orchestrator.orders.rows import child_of
from orchestrator.orders.trading import Trading
from orchestrator.tables.orders import order_children

AT_ONCE = 200  # reports looked up by one statement
ONE_DAY = timedelta(days=1)


@dataclass(slots=True)
class Rows:
    ours: list[tuple[ChildOrder, OrderReport]] = field(default_factory=list)
    others: list[OrderReport] = field(default_factory=list)


class Book:
    """One account's. What it showed before and was learnt is not looked up again: most of a long book is that."""

    def __init__(self, account: AccountId) -> None:
        self._account = account
        self._told: dict[str, OrderReport] = {}
        self._strangers: set[str] = set()

    async def sorted(
        self, trading: Trading, reports: Sequence[OrderReport], live: Sequence[ChildOrder]
    ) -> Rows:
        """Every report of a live child, what is new of the others, and every report of an order that is not ours."""
        by_number = {number: child for child in live for number in child.broker_order_ids}
        by_tag = {child.tag: child for child in live}
        rows, unknown = Rows(), list[OrderReport]()
        for report in reports:
            number = report.broker_order_id
            child = by_tag.get(report.tag or "") or by_number.get(number)
            if child is not None:
                rows.ours.append((child, report))
            elif not _same(self._told.get(number), report):
                unknown.append(report)
            elif number in self._strangers:
                rows.others.append(report)
        waiting = iter(unknown)
        while chunk := list(islice(waiting, AT_ONCE)):
            await self._look_up(trading, chunk, rows)
        self._strangers = {report.broker_order_id for report in rows.others}
        return rows

    def learnt(self, reports: Sequence[OrderReport]) -> None:
        """All that `sorted` found in these reports is in the database now."""
        self._told = {report.broker_order_id: report for report in reports}

    async def _look_up(self, trading: Trading, reports: Sequence[OrderReport], rows: Rows) -> None:
        unknown: list[OrderReport] = []
        for report in reports:
            number, tag = report.broker_order_id, report.tag
            child = trading.known.find(self._account, broker_order_id=number, tag=tag)
            if child is not None and is_of(child, tag, report.at):
                rows.ours.append((child, report))
            else:
                unknown.append(report)
        if not unknown:
            return
        numbers = [report.broker_order_id for report in unknown]
        tags = [report.tag for report in unknown if report.tag]
        stored = await trading.db.read(lambda conn: _stored(conn, self._account, numbers, tags))
        for report in unknown:
            child = _named(stored, report)
            if child is None:
                rows.others.append(report)
            else:
                trading.known.remember(child)
                rows.ours.append((child, report))


def _same(before: OrderReport | None, report: OrderReport) -> bool:
    """Whether nothing is new. Where a row has no time of its own, its report has that of the reading."""
    return before is not None and (before == report or replace(before, at=report.at) == report)


def _stored(
    conn: Connection, account: AccountId, numbers: Sequence[str], tags: Sequence[str]
) -> list[ChildOrder]:
    """The account's children that have one of these tags, or one of these ids as their first; newest first."""
    columns = order_children.c
    here = columns.account_id == account
    # The account on both sides of the OR: only so does SQLite use both indexes.
    named = (here & columns.broker_order_id.in_(numbers)) | (here & columns.tag.in_(tags))
    rows = conn.execute(sa.select(order_children).where(named).order_by(columns.id.desc()))
    return [child_of(row) for row in rows]


def is_of(child: ChildOrder, tag: str | None, at: datetime) -> bool:
    """Whether a child that has this tag, or this id at its broker, is what a report from then speaks of.

    A tag is ours and used once. An id may come again on another day, for an order that has nothing to do with ours.
    """
    if child.tag == tag or child.live_quantity or child.accepted_at is None:
        return True
    return abs(at - child.accepted_at) < ONE_DAY


def _named(children: Sequence[ChildOrder], report: OrderReport) -> ChildOrder | None:
    """By our tag, else by the broker's id."""
    tagged = (child for child in children if child.tag == report.tag)
    numbered = (
        child
        for child in children
        if report.broker_order_id in child.broker_order_ids and is_of(child, report.tag, report.at)
    )
    return next(tagged, None) or next(numbered, None)
