"""Changes of children in the database: recorded before they are asked for, found again until they are known."""

from __future__ import annotations

from decimal import ROUND_UP, Decimal

from sqlalchemy import Connection

from domain.money import ZERO, Money, Price
from domain.order import ChangeAsked, ChildId, ChildOrder, OrderId, apply
from orchestrator.orders.repository import state_columns
from orchestrator.orders.rows import LiveChild, child_of, live_child
from orchestrator.orders.statements import ADD_QUANTITY, ASK_CHANGE, CHANGING, CHILD_BY_ID


def ask_change(
    conn: Connection,
    child: ChildOrder,
    fact: ChangeAsked,
    *,
    margin: Money,
    live: int,
    price: Price | None = None,
) -> ChildOrder:
    """Record that new terms will be asked for: `live` units that hold `margin` rupees and count `price` each.

    Until the answer is known no snapshot can know what the child holds, so all of it counts beside them.
    """
    row = CHILD_BY_ID.rows(conn, {"child": child.id})[0]
    after = apply(child_of(row), fact)
    # Kept as rupees of the whole child as it was sent, the basis of what its outstanding part holds.
    basis = Decimal(child.quantity) / live
    required = max(Money(row.margin_required), Money(margin.amount * basis))
    values = state_columns(after, required)
    asked = {name: values[name] for name in ("facts", "status", "live", "live_quantity", "margin_held")}
    counted = 0 if price is None else int((price.amount * 100 * child.quantity).to_integral_value(ROUND_UP))
    asked["value"] = max(row.value, counted)
    asked |= {"margin_required": required.amount, "changing_since": fact.at, "answered_at": None}
    ASK_CHANGE.run(conn, {"child": child.id, **asked})
    return after


def margin_of_rest(conn: Connection, child: ChildOrder) -> Money:
    """Rupees that the live units of a child are thought to hold."""
    rows = CHILD_BY_ID.rows(conn, {"child": child.id})
    return Money(rows[0].margin_required * child.live_quantity / child.quantity) if rows else ZERO


def changing_children(conn: Connection) -> list[LiveChild]:
    """Children of all users of which a change is not known to be in force or not; the oldest change first."""
    return [live_child(row) for row in CHANGING.rows(conn, {})]


def child_by_id(conn: Connection, child_id: ChildId) -> LiveChild | None:
    rows = CHILD_BY_ID.rows(conn, {"child": child_id})
    return live_child(rows[0]) if rows else None


def add_quantity(conn: Connection, order_id: OrderId, more: int) -> None:
    """The order is now for so many units more (or fewer) than what was first asked."""
    ADD_QUANTITY.run(conn, {"parent": order_id, "more": more})
