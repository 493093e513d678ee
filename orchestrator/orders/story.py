"""What this process hears of an order while it is being sent, so that the answer need not be read back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from domain.order import ChildId, ChildOrder, Order, OrderEvent
from domain.routing import Charges, RoutingDecision
from orchestrator.orders.repository import NewChild
from orchestrator.orders.rows import StoredOrder


@dataclass(slots=True, eq=False)
class Story:
    """Grows by what was committed, in that order; it is never ahead of the database."""

    order: Order
    decision: RoutingDecision
    timeline: list[OrderEvent]
    child_charges: dict[ChildId, Charges]
    cancel_asked: bool = False

    @classmethod
    def of(
        cls,
        order: Order,
        decision: RoutingDecision,
        children: Iterable[NewChild],
        events: Iterable[OrderEvent],
    ) -> Story:
        return cls(order, decision, list(events), {new.child.id: new.charges for new in children})

    def heard(self, child: ChildOrder, events: Iterable[OrderEvent]) -> None:
        """A child is now so."""
        children = tuple(child if one.id == child.id else one for one in self.order.children)
        self.order = replace(self.order, children=children)
        self.timeline += events

    def moved(self, children: Iterable[NewChild], events: Iterable[OrderEvent]) -> None:
        """More children carry the order."""
        new = list(children)
        self.order = replace(self.order, children=(*self.order.children, *(one.child for one in new)))
        self.child_charges |= {one.child.id: one.charges for one in new}
        self.timeline += events

    def stored(self) -> StoredOrder:
        return StoredOrder(self.order, self.decision, tuple(self.timeline), dict(self.child_charges))
