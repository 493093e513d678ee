"""What a person wants changed of an order, and the order as it is to be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.money import Price
from domain.order import Order, OrderIntent, OrderType
from routing.rules import PRICED, TRIGGERED


@dataclass(frozen=True, slots=True)
class NewTerms:
    """What is to change; None stays as it is. `quantity` is the order's new total in units, prices in rupees."""

    quantity: int | None = None
    order_type: OrderType | None = None
    price: Price | None = None
    trigger_price: Price | None = None
    disclosed_quantity: int | None = None

    @property
    def fit_for_iceberg(self) -> bool:
        """Its legs carry a price each, and what is to come of it cannot be told anything else."""
        others = (self.quantity, self.order_type, self.trigger_price, self.disclosed_quantity)
        return all(one is None for one in others)

    def applied(self, order: Order) -> OrderIntent:
        """The order as it is to be. A type that takes no price or trigger drops the old one."""
        intent, now = order.intent, order.leading
        kind = self.order_type or now.order_type_now
        price, trigger = self.price, self.trigger_price  # a zero is no price: it is refused, not left out
        if price is None and kind in PRICED:
            price = now.price_now
        if trigger is None and kind in TRIGGERED:
            trigger = now.trigger_price_now
        disclosed = self.disclosed_quantity
        return replace(
            intent,
            quantity=order.quantity_now if self.quantity is None else self.quantity,
            order_type=kind,
            price=price,
            trigger_price=trigger,
            disclosed_quantity=now.disclosed_quantity_now if disclosed is None else disclosed,
            account=None,
        )
