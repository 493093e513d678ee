"""Orders placed past us, in a broker's own app or by another program: read at the broker, and cancelled there."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from adapters.guard import Guarded
from adapters.rows import unread
from domain.errors import BrokerError, SessionExpired
from domain.order import ChildOrder
from domain.report import OrderReport, as_child
from orchestrator.accounts.connections import Connection
from orchestrator.errors import Problem, not_found
from orchestrator.identity.caller import Caller
from orchestrator.orders import entries
from orchestrator.orders.book import Book
from orchestrator.orders.trading import Trading


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One account's orders of the day that are not ours, newest first. `lacking`: why some or all are missing."""

    connection: Connection
    reports: tuple[OrderReport, ...]
    lacking: str | None = None


async def listed(trading: Trading, caller: Caller) -> list[Elsewhere]:
    """Of every account that the caller sees, as its broker's book shows now."""
    mine = [one for one in trading.connections.of_user(caller.user_id) if caller.sees(one.account.id)]
    return list(await asyncio.gather(*(_read(trading, one) for one in mine)))


async def cancel(trading: Trading, connection: Connection, number: str, caller: Caller) -> OrderReport:
    """Ask once; the order as it is afterwards, which tells whether it ended.

    Raises Problem 404 when the book does not show it or it is ours, 409 when it ended or cannot be cancelled from
    here, 502 when the broker refuses, 503 when nothing can be read.
    """
    broker = connection.broker
    read = await _read(trading, connection)
    report = next((one for one in read.reports if one.broker_order_id == number), None)
    if broker is None or (report is None and read.lacking is not None):
        raise Problem(503, "broker_unavailable", read.lacking or "the account needs a login")
    if report is None:
        raise not_found("order")
    if not report.status.may_trade:
        rule = "only an order that can still trade can be cancelled"
        raise Problem(409, "order_not_live", f"the order is {report.words}", rule=rule)
    child = as_child(report, connection.account.id, connection.account.broker)
    if child is None:
        text = f"order {number} cannot be read whole"
        raise Problem(409, "order_unreadable", text, fix=f"cancel it in {connection.terms.name}'s app")
    account, now = connection.account.id, trading.clock()
    await trading.db.write(lambda conn: entries.cancelled_elsewhere(conn, caller, account, number, now))
    try:
        await broker.cancel(child)
    except BrokerError as error:
        await _logged_out(trading, connection, error)
        raise Problem(502, "cancel_unconfirmed", f"{connection.terms.name}: {error.words}") from error
    return await _afterwards(broker, child) or report


async def _read(trading: Trading, connection: Connection) -> Elsewhere:
    if connection.broker is None:
        return Elsewhere(connection, (), "it needs a login")
    try:
        reports = await connection.broker.orders()
    except BrokerError as error:
        await _logged_out(trading, connection, error)
        return Elsewhere(connection, (), error.words)
    rows = await Book(connection.account.id).sorted(trading, reports, ())
    others = sorted(rows.others, key=lambda report: report.at, reverse=True)
    return Elsewhere(connection, tuple(others), next(iter(unread(reports)), None))


async def _afterwards(broker: Guarded, child: ChildOrder) -> OrderReport | None:
    """None when it cannot be told: the cancel was taken, and what came of it shows later."""
    try:
        return await broker.order(child)
    except BrokerError:
        return None


async def _logged_out(trading: Trading, connection: Connection, error: BrokerError) -> None:
    if isinstance(error, SessionExpired):
        await trading.connections.login_needed(connection.account.id, error.words)
