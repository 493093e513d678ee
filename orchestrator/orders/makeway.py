"""Cancels the user's own orders that stand in the way of a new one, and waits until they are proven dead."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from sqlalchemy import Connection as SqlConnection

from domain.account import UserId
from domain.order import OrderEvent, OrderId
from orchestrator.errors import Problem
from orchestrator.orders import finding, repository
from orchestrator.orders.cancel import cancel
from orchestrator.orders.trading import Trading

LOOK_EVERY = 0.05  # seconds
LOOKS = 100  # from the cancel to its proof; the order is refused after that


async def make_way(trading: Trading, user_id: UserId, orders: Sequence[OrderId]) -> bool:
    """Whether none of these can trade any more. What cannot be proven dead in time still stands in the way."""

    def note(conn: SqlConnection) -> None:
        for order_id in orders:
            text = "Cancelled to make way for an own order on the other side, as you have set."
            event = OrderEvent(trading.clock(), "made_way", text)
            repository.add_events(conn, user_id, order_id, [event])

    await trading.db.write(note)
    await asyncio.gather(*(_cancelled(trading, user_id, order_id) for order_id in orders))
    for _ in range(LOOKS):
        if await _dead(trading, user_id, orders):
            return True
        await asyncio.sleep(LOOK_EVERY)
    return False


async def _cancelled(trading: Trading, user_id: UserId, order_id: OrderId) -> None:
    with contextlib.suppress(Problem):  # it ended by itself meanwhile
        await cancel(trading, user_id=user_id, order_id=order_id)


async def _dead(trading: Trading, user_id: UserId, orders: Sequence[OrderId]) -> bool:
    def work(conn: SqlConnection) -> bool:
        stored = [finding.load(conn, user_id, order_id) for order_id in orders]
        return not any(child.live_quantity for one in stored if one for child in one.order.children)

    return await trading.db.read(work)
