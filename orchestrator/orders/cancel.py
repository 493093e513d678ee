"""Getting out of an order: all that lives of it at brokers is asked, and what has no id yet when it gets one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import Connection as SqlConnection

from adapters.registry import broker_name
from domain.account import UserId
from domain.errors import BrokerError, BrokerRejected, BrokerUnavailable, SessionExpired
from domain.order import ChildOrder, OrderEvent, OrderId
from orchestrator.errors import Problem, not_found
from orchestrator.identity.caller import Caller
from orchestrator.orders import entries, finding, repository
from orchestrator.orders.permit import outside_policy, visible, without_effect
from orchestrator.orders.reading import read_order
from orchestrator.orders.repository import Changed
from orchestrator.orders.rows import StoredOrder
from orchestrator.orders.trading import Trading
from orchestrator.tables.orders import order_children


async def cancel(
    trading: Trading, *, user_id: UserId, order_id: OrderId, caller: Caller | None = None
) -> StoredOrder:
    """Ask every live child to be cancelled. Raises Problem 404, 409 when nothing is live any more, or 403 for a token
    that only tries things."""
    if refused := without_effect(caller):
        raise outside_policy(refused)
    now = trading.clock()

    def ask(conn: SqlConnection) -> StoredOrder:
        # Asked before it is read: an answer that is learnt at this moment waits for the row, or is seen here.
        repository.ask_cancel(conn, order_id, now)
        stored = finding.load(conn, user_id, order_id)
        if stored is None or not visible(caller, stored.order):
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
        repository.add_events(conn, user_id, order_id, [OrderEvent(now, "cancel_asked", "Cancel asked.")])
        entries.cancelled(conn, user_id, order_id, caller, now)
        return stored

    stored = await trading.db.write(ask, lock=f"orders:{user_id}")
    await asyncio.gather(*(cancel_child(trading, child) for child in stored.order.children))
    trading.announcer.changed(user_id, order_id)
    after = await trading.db.read(lambda conn: finding.load(conn, user_id, order_id))
    if after is None:
        raise not_found("order")
    return after


async def cancel_if_asked(trading: Trading, changed: Changed) -> None:
    """Cancel what has just got an id at the broker, if the user wanted out before that."""
    if changed.cancel_asked:
        new = [
            number for number in changed.after.live_order_ids if number not in changed.before.broker_order_ids
        ]
        await cancel_child(trading, changed.after, new)


def was_asked(conn: SqlConnection, order_id: OrderId) -> bool:
    """Whether the user wants out of this order, whoever was told."""
    wanted = sa.select(order_children.c.id).where(
        order_children.c.order_id == order_id, order_children.c.cancel_asked_at.is_not(None)
    )
    return conn.execute(wanted.limit(1)).one_or_none() is not None


async def cancel_child(trading: Trading, child: ChildOrder, numbers: Sequence[str] | None = None) -> None:
    """Ask the broker once for each of its live orders of the child, or for those that are named."""
    wanted = child.live_order_ids if numbers is None else numbers
    await asyncio.gather(*(_cancel_one(trading, child.at(number)) for number in wanted))


async def _cancel_one(trading: Trading, child: ChildOrder) -> None:
    """Ask, then look what became of it. A refusal or a lost answer is written down, never repeated.

    `child` is as one of the broker's orders alone.
    """
    connection = trading.connections.get(child.account_id)
    # Kept: a session that ends meanwhile leaves the connection without one.
    broker = connection.broker if connection else None
    if broker is None:
        await _note(trading, child, "The account is not connected: the cancel could not be sent.", None)
        return
    try:
        await broker.cancel(child)
    except BrokerError as error:
        await _note(trading, child, _failed(child, error), error.words)
        if isinstance(error, SessionExpired):
            await trading.connections.login_needed(child.account_id, error.words)
            return
    await read_order(trading, broker, child)


def _failed(child: ChildOrder, error: BrokerError) -> str:
    broker = broker_name(child.broker)
    match error:
        case BrokerRejected():
            return f"{broker} refused the cancel. Its order is read to see what became of it."
        case BrokerUnavailable() | SessionExpired():
            return f"The cancel did not reach {broker}."
        case _:
            return f"{broker} did not confirm the cancel."


async def _note(trading: Trading, child: ChildOrder, text: str, words: str | None) -> None:
    event = OrderEvent(trading.clock(), "cancel_unconfirmed", text, child.id, words)

    def work(conn: SqlConnection) -> None:
        user_id = finding.owner(conn, child.order_id)
        repository.add_events(conn, user_id, child.order_id, [event])

    await trading.db.write(work)
