"""More at a broker than was asked: what has not filled is cancelled, once, and the order's timeline says so."""

from __future__ import annotations

from domain.account import UserId
from domain.order import ChildId, OrderEvent, OrderId
from domain.surplus import Held, to_cancel
from orchestrator.orders import finding, repository
from orchestrator.orders.cancel import cancel_child, was_asked
from orchestrator.orders.trading import Trading


async def cancel_surplus(trading: Trading, user_id: UserId, order_id: OrderId, asked: set[Held]) -> None:
    """Cancel what is too much of an order whose state at the brokers was just read. `asked` grows by what is asked."""
    stored = await trading.db.read(
        lambda conn: None if was_asked(conn, order_id) else finding.load(conn, user_id, order_id)
    )
    if stored is None:
        return  # all of an order that is to be cancelled is asked for as it is found
    children = {child.id: child for child in stored.order.children}
    for held in to_cancel(stored.order, asked):
        asked.add(held)
        child_id, number = held
        text = f"More is held there than was asked: its order {number}, of which nothing has filled, is cancelled."
        await _note(trading, user_id, order_id, child_id, text)
        await cancel_child(trading, children[child_id], (number,))


async def _note(trading: Trading, user_id: UserId, order_id: OrderId, child_id: ChildId, text: str) -> None:
    event = OrderEvent(trading.clock(), "surplus", text, child_id)
    await trading.db.write(lambda conn: repository.add_events(conn, user_id, order_id, [event]))
