"""What a broker holds of an order beyond what was asked, and which of it can go without leaving less (ADR 0013)."""

from __future__ import annotations

from collections.abc import Iterable, Set

from domain.child import ChildId, ChildOrder
from domain.order import Order

Held = tuple[ChildId, str]  # one order at a broker: the child it was made for, and the broker's id


def to_cancel(order: Order, asked: Set[Held]) -> list[Held]:
    """Live orders at brokers that are too many and of which nothing has filled: first what a change passed by, then the
    newest.

    `asked` names those of which the cancel was asked before: each counts as gone, so that what remains, even if every
    cancel succeeds, is never less than what is asked of the child, or of the whole order, at the terms last asked.
    """
    gone, found = set(asked), list[Held]()
    for child in order.children:
        if not may_be_too_much(child):
            continue
        for number in _as_they_may_go(child):
            held = (child.id, number)
            if held in gone or child.filled_of(number):
                continue
            without = gone | {held}
            if _enough([child], child.quantity_now, without) or _enough(
                order.children, order.quantity_now, without
            ):
                gone = without
                found.append(held)
    return found


def may_be_too_much(child: ChildOrder) -> bool:
    """Whether its broker made more than one order of it, or one of a request that had been refused."""
    twice = len(child.broker_order_ids) > 1 or child.end_of("") is not None
    return twice and bool(child.live_order_ids)


def _as_they_may_go(child: ChildOrder) -> list[str]:
    newest_first = tuple(reversed(child.live_order_ids))
    return sorted(newest_first, key=lambda number: _as_asked(child, number))


def _as_asked(child: ChildOrder, number: str) -> bool:
    """Whether this one has the terms last asked: a change that is in force at one of two is not at the other."""
    return child.modified is None or child.modified.broker_order_id in ("", number)


def _unsure(child: ChildOrder) -> bool:
    """Whether it is not known which of the broker's orders has which terms."""
    change, several = child.changing, len(child.broker_order_ids) > 1
    if several and (child.iceberg_legs > 1 or (child.modified and not child.modified.broker_order_id)):
        return True
    return change is not None and not change.replace


def _enough(children: Iterable[ChildOrder], wanted: int, gone: Set[Held]) -> bool:
    """Whether this much remains for sure, at the terms asked. Where it is not sure which has them, nothing is."""
    remains = 0
    for child in children:
        if _unsure(child):
            return False
        stay = [one for one in child.live_order_ids if (child.id, one) not in gone and _as_asked(child, one)]
        remains += child.filled_quantity + sum(child.most_of(one) - child.filled_of(one) for one in stay)
    return remains >= wanted
