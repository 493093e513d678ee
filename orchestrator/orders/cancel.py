"""Getting out of an order: every live child is asked, and one without an id yet is cancelled when it gets one."""

from __future__ import annotations

import asyncio

import sqlalchemy as sa
from sqlalchemy import Connection as SqlConnection

from adapters.registry import broker_name
from domain.account import UserId
from domain.errors import BrokerError, SessionExpired
from domain.order import ChildOrder, OrderEvent, OrderId, Source
from domain.report import facts_of
from orchestrator.errors import Problem, not_found
from orchestrator.orders import repository
from orchestrator.orders.learn import learn
from orchestrator.orders.repository import Changed
from orchestrator.orders.rows import StoredOrder
from orchestrator.orders.trading import Trading
from orchestrator.tables import order_children


async def cancel(trading: Trading, *, user_id: UserId, order_id: OrderId) -> StoredOrder:
    """Ask every live child to be cancelled. Raises Problem 404, or 409 when nothing is live any more."""
    now = trading.clock()

    def ask(conn: SqlConnection) -> StoredOrder:
        # Asked before it is read: an answer that is learnt at this moment waits for the row, or is seen here.
        repository.ask_cancel(conn, order_id, now)
        stored = repository.load(conn, user_id, order_id)
        if stored is None:
            raise not_found("order")
        story = trading.stories.get(order_id)
        if story is not None:
            story.cancel_asked = True  # without live parts it may be about to move to another broker
        elif not any(child.live_quantity or child.changing for child in stored.order.children):
            raise Problem(
                409,
                "order_not_live",
                f"the order is {stored.order.status.value.lower()}: there is nothing left to cancel",
                rule="only an order that can still trade can be cancelled",
            )
        repository.add_events(conn, order_id, [OrderEvent(now, "cancel_asked", "Cancel asked.")])
        return stored

    stored = await trading.db.write(ask, lock=f"orders:{user_id}")
    live = [child for child in stored.order.children if child.live_quantity and child.broker_order_id]
    await asyncio.gather(*(cancel_child(trading, child) for child in live))
    trading.announcer.changed(user_id, order_id)
    after = await trading.db.read(lambda conn: repository.load(conn, user_id, order_id))
    if after is None:
        raise not_found("order")
    return after


async def cancel_if_asked(trading: Trading, changed: Changed) -> None:
    """Cancel a child that has just got its id at the broker, if the user wanted out before that."""
    new = changed.after.broker_order_id is not None and changed.before.broker_order_id is None
    if new and changed.cancel_asked and changed.after.live_quantity:
        await cancel_child(trading, changed.after)


def was_asked(conn: SqlConnection, order_id: OrderId) -> bool:
    """Whether the user wants out of this order, whoever was told."""
    wanted = sa.select(order_children.c.id).where(
        order_children.c.order_id == order_id, order_children.c.cancel_asked_at.is_not(None)
    )
    return conn.execute(wanted.limit(1)).one_or_none() is not None


async def cancel_child(trading: Trading, child: ChildOrder) -> None:
    """Ask the broker once, then look what became of it. A refusal or a lost answer is written down, never repeated."""
    connection = trading.connections.get(child.account_id)
    if connection is None or connection.broker is None:
        await _note(trading, child, "The account is not connected: the cancel could not be sent.", None)
        return
    try:
        await connection.broker.cancel(child)
    except BrokerError as error:
        await _note(trading, child, f"{broker_name(child.broker)} did not confirm the cancel.", error.words)
        if isinstance(error, SessionExpired):
            await trading.connections.login_needed(child.account_id, error.words)
            return
    try:
        report = await connection.broker.order(child)
    except BrokerError:
        return  # the stream or the poll will tell
    if report is not None:
        await learn(trading, child.id, facts_of(report), source=Source.POLL, answered_at=trading.clock())


async def _note(trading: Trading, child: ChildOrder, text: str, words: str | None) -> None:
    event = OrderEvent(trading.clock(), "cancel_unconfirmed", text, child.id, words)
    await trading.db.write(lambda conn: repository.add_events(conn, child.order_id, [event]))
