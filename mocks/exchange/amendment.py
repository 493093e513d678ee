"""Modifying an order (R2): the terms it would have, and what the change does to its place in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mocks.exchange.levels import Order
from mocks.exchange.model import Modify, OrderState, OrderType, Phase, Validity

if TYPE_CHECKING:
    from mocks.exchange.book import Book

STOPS = (OrderType.SL, OrderType.SL_M)
UNPRICED = (OrderType.MARKET, OrderType.SL_M)


class Amendment:
    """What the command leaves out keeps its value; `quantity` is the new total (R2)."""

    __slots__ = ("disclosed", "price", "quantity", "trigger", "trigger_given", "type", "validity")

    def __init__(self, order: Order, command: Modify) -> None:
        self.quantity = order.quantity if command.quantity is None else command.quantity
        self.price = order.price if command.price is None else command.price
        if not command.price and order.asked in UNPRICED:
            self.price = order.price  # a market order that rests keeps the price that the exchange gave it
        self.trigger = order.trigger if command.trigger is None else command.trigger
        self.disclosed = order.disclosed if command.disclosed is None else command.disclosed
        # Brokers send every field with every change: the name it came under asks for nothing, nor does a
        # trigger that stays as it is.
        self.type = order.type if command.type in (None, order.asked) else command.type
        self.validity = order.validity if command.validity is None else command.validity
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
        if self.type is not order.type:
            order.type = order.asked = self.type
        if self.validity is not Validity.TTL:
            order.deadline = 0
        order.validity = self.validity


def amend(book: Book, order: Order, wanted: Amendment) -> None:
    """Carry out a change that has been found allowed."""
    is_stop = order.state is OrderState.TRIGGER_PENDING or wanted.type in STOPS
    if wanted.quantity == order.filled:
        book.take_out(order)
        order.quantity, order.open, order.shown, order.state = order.filled, 0, 0, OrderState.COMPLETE
        book.announce_modified(order)
        book.forget(order)
    elif wanted.equals(order):
        book.announce_modified(order)
    elif is_stop or wanted.price != order.price or wanted.type is not order.type:
        _enter_again(book, order, wanted)
    else:
        _change_in_place(book, order, wanted)


def _enter_again(book: Book, order: Order, wanted: Amendment) -> None:
    """A new price, a new type or any change of a stop: the order is as young as if it had just come."""
    book.take_out(order)
    _make_young(book, order)
    wanted.apply(order)
    order.shown = 0
    book.announce_modified(order)
    book.enter(order)


def _change_in_place(book: Book, order: Order, wanted: Amendment) -> None:
    """Less quantity keeps the place; more quantity, or more of it shown, goes to the back of the level."""
    remaining = wanted.quantity - order.filled
    target = min(wanted.disclosed, remaining) if wanted.disclosed else remaining
    more = wanted.quantity > order.quantity
    showing = wanted.disclosed != order.disclosed and target > order.shown
    if order.disclosed and 0 < wanted.disclosed < order.disclosed:
        showing = False  # a part-used tranche is not topped up by asking for a smaller one
    shown = target if more or showing else min(order.shown, target)
    if more or showing:
        book.take_out(order)
        _make_young(book, order)
        wanted.apply(order)
        order.shown = shown
        if order.price:
            (book.bids if order.buy else book.asks).insert(order)
        else:
            book.market_orders.append(order)
    else:
        level = order.level
        if level is not None:
            level.total -= order.open - remaining
            level.displayed -= order.shown - shown
        wanted.apply(order)
        order.shown = shown
    book.announce_modified(order)
    if order.validity is Validity.IOC and book.phase is Phase.CONTINUOUS:
        book.end(order, OrderState.CANCELLED, "ioc")


def _make_young(book: Book, order: Order) -> None:
    book.tape.stamp += 1
    order.stamp = book.tape.stamp
