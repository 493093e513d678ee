"""The desk's ear at the exchange: what the exchange says of our orders becomes stages, fills, margin and positions.

`late` and `cut` are how an order's answers go wrong on purpose (see `mishap.py`).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from mocks.brokers.backoffice.blotter import Blotter
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.orders import LIVE, Fill, Order, Stage
from mocks.brokers.backoffice.refusal import Code
from mocks.brokers.backoffice.steps import Steps, walk
from mocks.exchange.model import (
    Accepted,
    Cancel,
    Ended,
    Event,
    Modified,
    OrderState,
    OrderType,
    Rejected,
    Trade,
    Triggered,
)

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

EXCHANGE_CODES = {
    "tick": Code.TICK,
    "band": Code.BAND,
    "lot": Code.LOT,
    "freeze": Code.FREEZE,
    "closed": Code.CLOSED,
    "trigger_reached": Code.TRIGGER_REACHED,
}
# Why the exchange ended an order, in words; nothing to add when the client asked for it.
ENDINGS = {
    "": "",
    "ioc": "The unfilled part of an IOC order was cancelled",
    "ttl": "The order's time ran out",
    "close": "The market closed",
    "self_trade": "Cancelled by the exchange: it would have traded with an order of the same client",
    "market_rest": "Nothing left to trade with inside the limits",
    "range": "Cancelled by the exchange: outside the price range of the moment",
    "halt": "Cancelled by the exchange: trading was halted",
    "exchange": "The exchange cancelled the rest of the order",
}


@dataclass(slots=True)
class _Late:
    """Answers on their way to a broker that hears late, oldest first, each with the time it happened."""

    nanoseconds: int
    waiting: deque[tuple[Event, datetime]] = field(default_factory=deque)


class Answers:
    def __init__(self, exchange: Exchange, blotter: Blotter) -> None:
        self._exchange = exchange
        self._blotter = blotter
        self._late: dict[int, _Late] = {}
        self._cuts: dict[int, int] = {}  # shares of an order that the exchange was given, by its number
        blotter.endings.append(self._forget)

    # mishaps ----------------------------------------------------------------------------------------------

    def late(self, number: int, nanoseconds: int) -> None:
        """From its first fill on, what happens to the order is heard so much later."""
        self._late[number] = _Late(nanoseconds)

    def cut(self, order: Order, quantity: int, nanoseconds: int) -> None:
        """The order is `quantity` at the exchange; what is left of it a while later is cancelled."""
        self._cuts[order.exchange_number] = quantity
        walk(self._exchange, self._cut_short(order, nanoseconds))

    def is_cut(self, number: int) -> bool:
        """Has the exchange a part of the order only?"""
        return number in self._cuts

    def uncut(self, number: int) -> None:
        """The exchange took the whole quantity after all."""
        self._cuts.pop(number, None)

    def catch_up(self, number: int) -> None:
        """Hear now what is still on its way."""
        late = self._late.get(number)
        while late is not None and late.waiting:
            self._next_late(number, late)

    def _next_late(self, number: int, late: _Late) -> None:
        if late.waiting:
            event, at = late.waiting.popleft()
            self._apply(number, event, at)

    def _forget(self, order: Order) -> None:
        self._cuts.pop(order.exchange_number, None)
        self._late.pop(order.exchange_number, None)

    # hearing ----------------------------------------------------------------------------------------------

    def hear(self, event: Event) -> None:
        """Listener of the exchange; events of other members are not ours and are passed over."""
        ours = self._blotter.by_number
        if isinstance(event, Trade):
            if event.buy in ours:
                self._take(event.buy, event)
            if event.sell in ours:
                self._take(event.sell, event)
        elif event.order in ours:
            self._take(event.order, event)

    def _take(self, number: int, event: Event) -> None:
        at = self._blotter.now()
        late = self._late.get(number)
        if late is None or (not late.waiting and type(event) is not Trade):
            self._apply(number, event, at)
            return
        late.waiting.append((event, at))
        self._exchange.schedule(self._exchange.now + late.nanoseconds, lambda: self._next_late(number, late))

    def _apply(self, number: int, event: Event, at: datetime) -> None:
        order = self._blotter.by_number.get(number)
        if order is None:
            return
        if isinstance(event, Accepted) and order.resting is not None:
            return  # put back after a restart: nothing new for the client
        order.exchange_at = at
        match event:
            case Trade():
                self._filled(order, event, at)
            case Accepted():
                waiting = event.state is OrderState.TRIGGER_PENDING
                order.resting = Stage.TRIGGER_PENDING if waiting else Stage.OPEN
                self._blotter.mark(order, order.resting)
            case Rejected():
                self._refused(order, event)
            case Modified():
                self._modified(order, event)
            case Triggered():
                order.resting = Stage.OPEN
                self._blotter.mark(order, Stage.TRIGGERED)
                self._blotter.mark(order, Stage.OPEN)
                order.stage = order.in_flight or Stage.OPEN
            case Ended():
                asked = event.reason == "cancelled"  # by the client, or by us with a code of our own
                order.code = order.code if asked else event.reason
                words = ENDINGS.get(order.code, order.code)
                self._blotter.end(order, Stage.CANCELLED, words, by="exchange" if order.code else "client")

    def _refused(self, order: Order, event: Rejected) -> None:
        if event.command == "add":
            order.code = EXCHANGE_CODES.get(event.reason, Code.EXCHANGE).value
            self._blotter.end(order, Stage.REJECTED, f"The exchange rejected the order: {event.reason}")
            return
        refused = Stage.NOT_MODIFIED if event.command == "modify" else Stage.NOT_CANCELLED
        self.as_before(order, refused, event.reason)

    def as_before(self, order: Order, refused: Stage, reason: str) -> None:
        """A change or a cancel came to nothing: the order stands as it did."""
        order.in_flight = None
        self._blotter.mark(order, refused, message=reason)
        self._blotter.mark(order, order.resting or Stage.OPEN, message=reason)

    def _modified(self, order: Order, event: Modified) -> None:
        waiting = order.resting is Stage.TRIGGER_PENDING and order.type in (OrderType.SL, OrderType.SL_M)
        order.in_flight = None
        order.resting = Stage.TRIGGER_PENDING if waiting else Stage.OPEN
        order.quantity = event.quantity + order.exchange_base
        order.price, order.trigger = event.price, event.trigger
        self._blotter.mark(order, Stage.MODIFIED)
        self._blotter.mark(order, order.resting)

    def _filled(self, order: Order, trade: Trade, at: datetime) -> None:
        now = self._blotter.now()
        fill = Fill(
            trade_id=self._blotter.trade_id(now),
            exchange_trade=trade.trade,
            order_id=order.order_id,
            key=order.key,
            side=order.side,
            product=order.product,
            quantity=trade.quantity,
            price=trade.price,
            at=at,
        )
        order.fills.append(fill)
        ledger = self._blotter.ledgers[order.user_id]
        _release(ledger, order, trade.quantity)
        order.filled += trade.quantity
        order.filled_value += trade.quantity * trade.price
        ledger.book(order.key, order.product, order.side, trade.quantity, trade.price)
        if order.filled >= order.quantity:
            self._blotter.end(order, Stage.COMPLETE, fill=fill)
            return
        self._blotter.mark(order, Stage.PARTIAL, fill)
        order.stage = order.in_flight or Stage.OPEN

    def _cut_short(self, order: Order, nanoseconds: int) -> Steps:
        yield max(1, nanoseconds)  # never before the order is there
        part = self._cuts.get(order.exchange_number)
        if order.ended or part is None:
            return
        order.code = "exchange"
        if order.filled < part:
            self._exchange.submit(Cancel(order.key, order.exchange_number))
        else:
            self._blotter.end(order, Stage.CANCELLED, ENDINGS["exchange"], by="exchange")


def _release(ledger: Ledger, order: Order, quantity: int) -> None:
    """The filled part's margin passes from the order to the position; closing parts, which held none, first."""
    opening = order.pending - order.exit_quantity
    closed = min(order.exit_quantity, quantity)
    order.exit_quantity -= closed
    if opening > 0:
        ledger.hold(order, order.blocked - order.blocked * (quantity - closed) // opening)


def at_exchange(order: Order) -> bool:
    return order.resting in LIVE
