"""What a broker holds of an order beyond what was asked, and which of it can go without leaving less (ADR 0013)."""

from __future__ import annotations

from collections.abc import Iterable, Set

from domain.child import ChildId, ChildOrder
from domain.order import Order

Held = tuple[ChildId, str]  # one order at a broker: the child it was made for, and the broker's id


def to_cancel(order: Order, asked: Set[Held]) -> list[Held]:
    """Live orders at brokers that are too many and of which nothing has filled; the newest first.

    `asked` names those of which the cancel was asked before: each counts as gone, so that what remains, even if every
    cancel succeeds, is never less than what was asked of the child, or of the whole order.
    """
    gone, found = set(asked), list[Held]()
    for child in order.children:
        if not may_be_too_much(child):
            continue
        for number in reversed(child.live_order_ids):
            held = (child.id, number)
            if held in gone or child.filled_of(number):
                continue
            without = gone | {held}
            if _enough([child], child.quantity, without) or _enough(
                order.children, order.quantity_now, without
            ):
                gone = without
                found.append(held)
    return found


def may_be_too_much(child: ChildOrder) -> bool:
    """Whether its broker made more than one order of it, or one of a request that had been refused."""
    twice = len(child.broker_order_ids) > 1 or child.end_of("") is not None
    return twice and bool(child.live_order_ids)


def _enough(children: Iterable[ChildOrder], wanted: int, gone: Set[Held]) -> bool:
    """Whether this much remains for sure. Where the terms of each order at the broker are not sure, nothing is."""
    remains = 0
    for child in children:
        if child.asked is not None and not child.asked.replace:
            return False
        if child.iceberg_legs > 1 and len(child.broker_order_ids) > 1:
            return False
        alive = [number for number in child.live_order_ids if (child.id, number) not in gone]
        remains += child.filled_quantity + sum(child.quantity - child.filled_of(number) for number in alive)
    return remains >= wanted
