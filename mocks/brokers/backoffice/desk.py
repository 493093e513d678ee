"""The order desk: takes an order through its stages, holds its margin, and turns exchange events into history.

Every stage is a `Row` in the order's history and an `OrderUpdate` to the user's listeners, in that order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from mocks.brokers.backoffice.checks import Terms, check_terms
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.margins import automatic_protection
from mocks.brokers.backoffice.orders import (
    LIVE,
    Change,
    Fill,
    Order,
    OrderRequest,
    OrderUpdate,
    Stage,
)
from mocks.brokers.backoffice.profile import Profile
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.brokers.backoffice.risk import MARKET_TYPES, Risk
from mocks.exchange.model import (
    Accepted,
    Add,
    Cancel,
    Ended,
    Event,
    Modified,
    Modify,
    OrderState,
    OrderType,
    Rejected,
    Trade,
    Triggered,
)

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

ACTIVE = {OrderType.SL: OrderType.LIMIT, OrderType.SL_M: OrderType.MARKET}
MODIFICATION_LIMIT = 25
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
    "cancelled": "",
    "ioc": "The unfilled part of an IOC order was cancelled",
    "ttl": "The order's time ran out",
    "close": "The market closed",
    "self_trade": "Cancelled by the exchange: it would have traded with an order of the same client",
    "market_rest": "Nothing left to trade with inside the limits",
}


class Desk:
    """Takes the requests of every user of one broker; `hear` is its ear at the exchange."""

    def __init__(
        self,
        exchange: Exchange,
        profile: Profile,
        now: Callable[[], datetime],
        ledgers: dict[str, Ledger],
        risk: Risk,
    ) -> None:
        self._exchange = exchange
        self._profile = profile
        self._now = now
        self._ledgers = ledgers
        self._risk = risk
        self._by_number: dict[int, Order] = {}
        self.listeners: dict[str, list[Callable[[OrderUpdate], None]]] = {}
        self.order_count = 0
        self.trade_count = 0
        exchange.listen(self.hear)

    # requests ---------------------------------------------------------------------------------------------

    def place(self, ledger: Ledger, request: OrderRequest) -> Order:
        try:
            blocked, closing = self._risk.admit(ledger, request)
        except Refusal as no:
            if no.code not in self._profile.rejects_in_book:
                raise
            return self._reject(self._receive(ledger, request), no)
        order = self._receive(ledger, request)
        ledger.hold(order, blocked)
        order.exit_quantity = closing
        self._mark(order, Stage.VALIDATING)
        self._send(order, request.quantity)
        return order

    def find(self, ledger: Ledger, order_id: str) -> Order:
        found = ledger.orders.get(order_id)
        if found is None:
            raise Refusal(Code.UNKNOWN_ORDER, f"Unknown order {order_id}", order_id=order_id)
        return found

    def modify(self, ledger: Ledger, order_id: str, change: Change) -> Order:
        order = self._open(ledger, order_id)
        if order.modifications >= MODIFICATION_LIMIT:
            raise Refusal(
                Code.TOO_MANY_CHANGES,
                "Maximum allowed order modifications exceeded",
                limit=MODIFICATION_LIMIT,
            )
        asked = _after(order, change)
        instrument = self._exchange.instruments[order.key]
        check_terms(instrument, asked)
        if asked.quantity <= order.filled:
            raise Refusal(
                Code.BELOW_FILLED,
                f"Quantity must be above the {order.filled} already filled",
                filled=order.filled,
            )
        protection = order.protection if change.protection is None else change.protection
        held = order.type, order.validity, order.disclosed, order.protection, order.exit_quantity
        blocked = order.blocked
        self._risk.readmit(ledger, order, asked, protection)
        before = order.stage
        order.modifications += 1
        order.protection = protection
        self._mark(order, Stage.MODIFY_VALIDATING)
        self._mark(order, Stage.MODIFY_SENT)
        order.stage = before
        order.type, order.validity, order.disclosed = asked.type, asked.validity, asked.disclosed
        command = Modify(
            key=order.key,
            order=order.exchange_number,
            quantity=None if change.quantity is None else asked.quantity - order.exchange_base,
            price=change.price,
            trigger=change.trigger,
            disclosed=change.disclosed,
            type=change.type,
            validity=change.validity,
        )
        events = self._exchange.submit(command)
        if any(isinstance(one, Rejected) and one.order == order.exchange_number for one in events):
            order.type, order.validity, order.disclosed, order.protection, order.exit_quantity = held
            ledger.hold(order, blocked)
        return order

    def cancel(self, ledger: Ledger, order_id: str) -> Order:
        order = self._open(ledger, order_id)
        before = order.stage
        self._mark(order, Stage.CANCEL_SENT)
        order.stage = before
        self._exchange.submit(Cancel(order.key, order.exchange_number))
        return order

    def _open(self, ledger: Ledger, order_id: str) -> Order:
        order = self.find(ledger, order_id)
        if order.stage not in LIVE:
            raise Refusal(
                Code.NOT_OPEN, f"The order is {order.stage} and cannot be changed", stage=order.stage.value
            )
        return order

    # stages -----------------------------------------------------------------------------------------------

    def _receive(self, ledger: Ledger, request: OrderRequest) -> Order:
        now = self._now()
        self.order_count += 1
        order = Order(
            order_id=self._profile.order_id(self.order_count, now),
            user_id=ledger.user.user_id,
            request=request,
            received_at=now,
            quantity=request.quantity,
            price=request.price,
            trigger=request.trigger,
            disclosed=request.disclosed,
            type=request.type,
            validity=request.validity,
            protection=request.protection,
        )
        ledger.add(order)
        self._mark(order, Stage.RECEIVED)
        return order

    def _send(self, order: Order, quantity: int) -> None:
        number = self._exchange.next_order_number()
        order.exchange_number = number
        order.exchange_base = order.filled
        if not order.exchange_order_id:
            order.exchange_order_id = str(number)
        self._by_number[number] = order
        if order.stage not in LIVE:
            self._mark(order, Stage.SENT)
        self._exchange.submit(self._command(order, number, quantity))

    def resend(self, order: Order) -> None:
        """Put an order of an earlier run back into the (new) exchange's book."""
        self._send(order, order.pending)

    def _command(self, order: Order, number: int, quantity: int) -> Add:
        protection = order.protection
        if protection is not None and protection < 0:
            last_price = self._exchange.quote(order.key).last_price
            protection = automatic_protection(last_price, self._exchange.instruments[order.key].kind)
        # An order put back after a restart may be a stop that was triggered before.
        kind = ACTIVE.get(order.type, order.type) if order.stage is Stage.OPEN else order.type
        return Add(
            key=order.key,
            order=number,
            side=order.side,
            type=kind,
            quantity=quantity,
            price=order.price,
            trigger=order.trigger if kind is order.type else 0,
            disclosed=min(order.disclosed, quantity),
            validity=order.validity,
            ttl_minutes=order.request.ttl_minutes,
            protection_pct=protection if kind in MARKET_TYPES else None,
            client=self._ledgers[order.user_id].user.pan,
        )

    def _mark(self, order: Order, stage: Stage, fill: Fill | None = None, message: str = "") -> None:
        order.stage = stage
        order.message = message
        order.updated_at = self._now()
        row = order.row()
        order.history.append(row)
        listeners = self.listeners.get(order.user_id)
        if listeners:
            update = OrderUpdate(order, row, fill)
            for callback in tuple(listeners):
                callback(update)

    def _reject(self, order: Order, no: Refusal) -> Order:
        order.code = no.code.value
        self._mark(order, Stage.VALIDATING)
        self._end(order, Stage.REJECTED, no.message)
        return order

    def _end(self, order: Order, stage: Stage, message: str = "", fill: Fill | None = None) -> None:
        self._ledgers[order.user_id].end(order)
        if stage is Stage.CANCELLED:
            order.cancelled = order.quantity - order.filled
        self._by_number.pop(order.exchange_number, None)
        self._mark(order, stage, fill, message)

    # the exchange's answers -------------------------------------------------------------------------------

    def hear(self, event: Event) -> None:
        """Listener of the exchange; events of other members are not ours and are passed over."""
        if isinstance(event, Trade):
            for number in (event.buy, event.sell):
                traded = self._by_number.get(number)
                if traded is not None:
                    self._filled(traded, event)
            return
        order = self._by_number.get(event.order)
        if order is None:
            return
        if isinstance(event, Accepted) and order.stage in LIVE:
            return  # put back after a restart: nothing new for the client
        order.exchange_at = self._now()
        match event:
            case Accepted():
                self._accepted(order, event)
            case Rejected():
                self._refused(order, event)
            case Modified():
                self._modified(order, event)
            case Triggered():
                self._mark(order, Stage.TRIGGERED)
                self._mark(order, Stage.OPEN)
            case Ended():
                order.code = "" if event.reason == "cancelled" else event.reason
                self._end(order, Stage.CANCELLED, ENDINGS.get(event.reason, event.reason))

    def _accepted(self, order: Order, event: Accepted) -> None:
        waiting = event.state is OrderState.TRIGGER_PENDING
        self._mark(order, Stage.TRIGGER_PENDING if waiting else Stage.OPEN)

    def _refused(self, order: Order, event: Rejected) -> None:
        if event.command == "add":
            order.code = EXCHANGE_CODES.get(event.reason, Code.EXCHANGE).value
            self._end(order, Stage.REJECTED, f"The exchange rejected the order: {event.reason}")
            return
        before = order.stage
        if event.command == "modify":
            self._mark(order, Stage.NOT_MODIFIED, message=event.reason)
        self._mark(order, before, message=event.reason)

    def _modified(self, order: Order, event: Modified) -> None:
        waiting = order.stage is Stage.TRIGGER_PENDING and order.type in (OrderType.SL, OrderType.SL_M)
        order.quantity = event.quantity + order.exchange_base
        order.price, order.trigger = event.price, event.trigger
        self._mark(order, Stage.MODIFIED)
        self._mark(order, Stage.TRIGGER_PENDING if waiting else Stage.OPEN)

    def _filled(self, order: Order, trade: Trade) -> None:
        now = self._now()
        self.trade_count += 1
        fill = Fill(
            trade_id=self._profile.trade_id(self.trade_count, now),
            exchange_trade=trade.trade,
            order_id=order.order_id,
            key=order.key,
            side=order.side,
            product=order.product,
            quantity=trade.quantity,
            price=trade.price,
            at=now,
        )
        order.fills.append(fill)
        order.exchange_at = now
        ledger = self._ledgers[order.user_id]
        self._release(ledger, order, trade.quantity)
        order.filled += trade.quantity
        order.filled_value += trade.quantity * trade.price
        ledger.book(order.key, order.product, order.side, trade.quantity, trade.price)
        if order.filled >= order.quantity:
            self._end(order, Stage.COMPLETE, fill=fill)
        else:
            self._mark(order, Stage.PARTIAL, fill)
            order.stage = Stage.OPEN

    def _release(self, ledger: Ledger, order: Order, quantity: int) -> None:
        """The filled part's margin passes from the order to the position; closing parts, which held none, first."""
        opening = order.pending - order.exit_quantity
        closed = min(order.exit_quantity, quantity)
        order.exit_quantity -= closed
        if opening > 0:
            ledger.hold(order, order.blocked - order.blocked * (quantity - closed) // opening)


def _after(order: Order, change: Change) -> Terms:
    """The order as it would be after `change`."""
    asked = Terms(
        order.side, order.type, order.quantity, order.price, order.trigger, order.disclosed, order.validity
    )
    fields = {
        name: value
        for name in ("type", "quantity", "price", "trigger", "disclosed", "validity")
        if (value := getattr(change, name)) is not None
    }
    return replace(asked, **fields)
