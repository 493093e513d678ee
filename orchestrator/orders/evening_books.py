"""After the close, what we know of the day's fills is held against every broker's own book.

Nothing is set right behind anybody's back: what a book proves beyond what we knew is learnt as it always is, with its
line in the order's story; what we hold and a book does not show stays as it is, and its user is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection as SqlConnection

from adapters.rows import unread
from domain.account import AccountId
from domain.calendar import IST
from domain.child import ChildOrder
from domain.errors import BrokerError, SessionExpired
from domain.order import Source
from domain.report import OrderReport, facts_of
from orchestrator.accounts.connections import Connection
from orchestrator.identity.repository import add_notice
from orchestrator.orders.book import Book
from orchestrator.orders.learn import learn
from orchestrator.orders.reconcile import read_trades
from orchestrator.orders.rows import child_of
from orchestrator.orders.trading import Trading
from orchestrator.tables.orders import order_children

log = structlog.get_logger(__name__)

NOTICE = "books_differ"


@dataclass(slots=True)
class Compared:
    """How many accounts were looked at; fills learnt late; what still differs; accounts without a whole book."""

    accounts: int = 0
    learnt: int = 0
    differing: int = 0
    unread: list[AccountId] = field(default_factory=list)

    @property
    def words(self) -> str:
        """Numbers alone: what somebody traded is theirs."""
        parts = [f"{self.accounts} accounts compared", f"{self.learnt} orders had fills that we learnt now"]
        parts += [f"{self.differing} orders differ"] if self.differing else []
        parts += [f"{len(self.unread)} books were not read"] if self.unread else []
        return "; ".join(parts)


async def compare_books(trading: Trading) -> Compared:
    """Every account that somebody is logged in at, one after the other."""
    done, now = Compared(), trading.clock()
    midnight = datetime.combine(now.astimezone(IST).date(), time(), IST)
    for connection in [one for one in trading.connections.all() if one.ready]:
        await _compare(trading, connection, midnight, done)
    return done


async def _compare(trading: Trading, connection: Connection, since: datetime, done: Compared) -> None:
    account, broker = connection.account.id, connection.broker
    if broker is None:
        return
    try:
        reports = await broker.orders()
    except BrokerError as error:
        if isinstance(error, SessionExpired):
            await trading.connections.login_needed(account, error.words)
        done.unread.append(account)
        return
    whole = not unread(reports) and all(report.readable for report in reports)
    if not whole:
        done.unread.append(account)
    done.accounts += 1
    ours = await trading.db.read(lambda conn: _answered(conn, account, since))
    rows = await Book(account).sorted(trading, reports, ours)
    latest = {child.id: child for child in ours}
    for child, report in rows.ours:
        latest[child.id] = await _learnt(trading, connection, latest.get(child.id, child), report, done)
    differing = [child for child in latest.values() if _differs(child, reports, since, whole=whole)]
    if differing:
        done.differing += len(differing)
        await _tell(trading, connection, differing)


async def _learnt(
    trading: Trading, connection: Connection, child: ChildOrder, report: OrderReport, done: Compared
) -> ChildOrder:
    """The child, with what the report proves."""
    if not report.readable or report.filled_quantity <= child.filled_of(report.broker_order_id):
        return child
    changed = await learn(
        trading, child.id, facts_of(report), source=Source.RECONCILE, answered_at=trading.clock()
    )
    await read_trades(trading, connection, changed.after)
    done.learnt += 1
    log.warning("orders.fill_learnt_late", account=connection.account.id, child=child.id)
    return changed.after


def _answered(conn: SqlConnection, account: AccountId, since: datetime) -> list[ChildOrder]:
    mine = (order_children.c.account_id == account, order_children.c.answered_at >= since)
    return [child_of(row) for row in conn.execute(sa.select(order_children).where(*mine))]


def _differs(child: ChildOrder, reports: Sequence[OrderReport], since: datetime, *, whole: bool) -> bool:
    """Whether we hold other fills than the book shows: also of an order that it lacks, if it is a whole book of the
    order's day."""
    whole = whole and child.accepted_at is not None and child.accepted_at >= since
    shown = {report.broker_order_id: report for report in reports if report.readable}
    for number in child.broker_order_ids:
        report, filled = shown.get(number), child.filled_of(number)
        if report is None:
            if whole and filled:
                return True
        elif filled != report.filled_quantity:
            return True
    return False


async def _tell(trading: Trading, connection: Connection, children: Sequence[ChildOrder]) -> None:
    """The user: the order's own page shows what we hold, the broker's page what it does."""
    account, now = connection.account, trading.clock()
    names = ", ".join(sorted({str(child.instrument) for child in children}))
    words = (
        f"{connection.terms.name} shows other fills than we know of for {len(children)} of today's orders "
        f"({names}). Nothing was changed: compare them with the broker's own book."
    )
    log.error("orders.books_differ", account=account.id, children=[child.id for child in children])
    subject = children[0].order_id
    await trading.db.write(lambda conn: add_notice(conn, account.user_id, NOTICE, subject, words, now))
