"""What a modification asks for, spelled out: the terms an order would have after it."""

from __future__ import annotations

from mocks.exchange.levels import Order
from mocks.exchange.model import Modify, OrderType, Validity


class Amendment:
    """What the command leaves out keeps its value; `quantity` is the new total (R2)."""

    __slots__ = ("disclosed", "price", "quantity", "trigger", "trigger_given", "type", "validity")

    def __init__(self, order: Order, command: Modify) -> None:
        self.quantity = order.quantity if command.quantity is None else command.quantity
        self.price = order.price if command.price is None else command.price
        self.trigger = order.trigger if command.trigger is None else command.trigger
        self.disclosed = order.disclosed if command.disclosed is None else command.disclosed
        self.type = order.type if command.type is None else command.type
        self.validity = order.validity if command.validity is None else command.validity
        # Brokers send every field with every change: a trigger that stays as it is asks for nothing.
        self.trigger_given = command.trigger is not None and command.trigger not in (0, order.trigger)
        if self.type is OrderType.MARKET or self.type is OrderType.SL_M:
            self.price = 0

    def equals(self, order: Order) -> bool:
        return (
            self.quantity == order.quantity
            and self.price == order.price
            and self.trigger == order.trigger
            and self.disclosed == order.disclosed
            and self.type is order.type
            and self.validity is order.validity
        )

    def apply(self, order: Order) -> None:
        order.quantity = self.quantity
        order.open = self.quantity - order.filled
        order.price = self.price
        order.trigger = self.trigger
        order.disclosed = self.disclosed
        order.type = self.type
        if self.validity is not Validity.TTL:
            order.deadline = 0
        order.validity = self.validity
