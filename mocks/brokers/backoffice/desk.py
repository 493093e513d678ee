"""The order desk: takes an order through its stages, holds its margin, and turns exchange events into history.

Every stage is a `Row` in the order's history and an `OrderUpdate` to the user's listeners, in that order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from mocks.brokers.backoffice.checks import DELIVERY, Terms, check_product, check_terms, check_trigger, terms
from mocks.brokers.backoffice.ledger import Ledger
from mocks.brokers.backoffice.margins import automatic_protection, need, protected_price
from mocks.brokers.backoffice.orders import (
    LIVE,
    Change,
    Fill,
    Order,
    OrderRequest,
    OrderUpdate,
    Product,
    Stage,
)
from mocks.brokers.backoffice.profile import Profile
from mocks.brokers.backoffice.refusal import Code, Refusal
from mocks.exchange.model import (
    Accepted,
    Add,
    Cancel,
    Ended,
    Event,
    Instrument,
    Modified,
    Modify,
    OrderState,
    OrderType,
    Rejected,
    Side,
    Trade,
    Triggered,
)

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

MARKET_TYPES = frozenset({OrderType.MARKET, OrderType.SL_M})
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
    def __init__(
        self,
        exchange: Exchange,
        profile: Profile,
        now: Callable[[], datetime],
        ledgers: dict[str, Ledger],
    ) -> None:
        self._exchange = exchange
        self._profile = profile
        self._now = now
        self._ledgers = ledgers
        self._by_number: dict[int, Order] = {}
        self.listeners: dict[str, list[Callable[[OrderUpdate], None]]] = {}
        self.order_count = 0
        self.trade_count = 0
        exchange.listen(self.hear)

    # requests ---------------------------------------------------------------------------------------------

    def place(self, ledger: Ledger, request: OrderRequest) -> Order:
        try:
            blocked, closing = self._admit(ledger, request)
        except Refusal as no:
            if no.code not in self._profile.rejects_in_book:
                raise
            return self._reject(self._receive(ledger, request), no)
        order = self._receive(ledger, request)
        order.blocked, order.exit_quantity = blocked, closing
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
        self._reblock(ledger, order, asked, protection)
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
        self._exchange.submit(command)
        return order

    def cancel(self, ledger: Ledger, order_id: str) -> Order:
        order = self._open(ledger, order_id)
        before = order.stage
        self._mark(order, Stage.CANCEL_SENT)
        order.stage = before
        self._exchange.submit(Cancel(order.key, order.exchange_number))
        return order

    def convert(
        self,
        ledger: Ledger,
        key: str,
        side: Side,
        quantity: int,
        old: Product,
        new: Product,
        *,
        overnight: bool,
    ) -> None:
        instrument = self._instrument(key)
        check_product(instrument, new)
        position = ledger.positions.get((key, old))
        has = 0 if position is None else position.overnight_quantity if overnight else position.day_quantity
        if position is None or quantity <= 0 or quantity > (has if side is Side.BUY else -has):
            raise Refusal(Code.NO_POSITION, "There is no such position to convert", has=has)
        price = round(position.average)
        if side is Side.SELL and new in DELIVERY and quantity > ledger.sellable(instrument):
            raise Refusal(
                Code.INSUFFICIENT_HOLDINGS,
                "Not enough shares",
                needs=quantity,
                has=ledger.sellable(instrument),
            )
        extra = (
            need(instrument, new, side, quantity, price).total
            - need(instrument, old, side, quantity, price).total
        )
        self._afford(ledger, extra)
        if overnight:
            position.overnight_quantity -= quantity if side is Side.BUY else -quantity
        elif side is Side.BUY:
            position.day_buy_quantity -= quantity
            position.day_buy_value -= quantity * price
        else:
            position.day_sell_quantity -= quantity
            position.day_sell_value -= quantity * price
        ledger.book(key, new, side, quantity, price)

    # admission --------------------------------------------------------------------------------------------

    def _instrument(self, key: str) -> Instrument:
        found = self._exchange.instruments.get(key)
        if found is None:
            raise Refusal(Code.UNKNOWN_INSTRUMENT, f"Unknown instrument {key}", key=key)
        return found

    def _admit(self, ledger: Ledger, request: OrderRequest) -> tuple[int, int]:
        """(margin to block, shares that close a position) of a new order, or a Refusal."""
        instrument = self._instrument(request.key)
        check_product(instrument, request.product)
        asked = terms(request)
        check_terms(instrument, asked)
        if asked.trigger:
            check_trigger(asked, self._exchange.quote(request.key).last_price)
        if request.side is Side.SELL and request.product in DELIVERY:
            self._owns(ledger, instrument, request.quantity)
            return 0, 0
        closing = ledger.closing(request.key, request.product, request.side, request.quantity)
        price = self._reckoned_price(instrument, asked, request.protection)
        blocked = need(instrument, request.product, request.side, request.quantity - closing, price).total
        self._afford(ledger, blocked)
        return blocked, closing

    def _owns(self, ledger: Ledger, instrument: Instrument, quantity: int) -> None:
        has = ledger.sellable(instrument)
        if quantity > has:
            raise Refusal(
                Code.INSUFFICIENT_HOLDINGS,
                f"Insufficient holdings: {max(0, has)} of {quantity} shares can be sold",
                needs=quantity,
                has=max(0, has),
            )
        if not ledger.user.ddpi:
            needs, authorised = ledger.unauthorised(instrument, quantity)
            if needs > authorised:
                raise Refusal(
                    Code.NEEDS_AUTHORISATION,
                    f"{needs - authorised} quantity needs authorisation at depository",
                    needs=needs,
                    has=authorised,
                )

    def _afford(self, ledger: Ledger, amount: int) -> None:
        if amount <= 0:
            return
        has = ledger.funds().available
        if amount > has:
            raise Refusal(
                Code.INSUFFICIENT_FUNDS,
                f"Insufficient funds: needs Rs {amount / 100:.2f}, available Rs {has / 100:.2f}",
                needs=amount,
                has=has,
            )

    def _reckoned_price(self, instrument: Instrument, asked: Terms, protection: float | None) -> int:
        if asked.type not in MARKET_TYPES:
            return asked.price
        base = (
            asked.trigger if asked.type is OrderType.SL_M else self._exchange.quote(instrument.key).last_price
        )
        return protected_price(instrument, asked.side, base, protection)

    def _reblock(self, ledger: Ledger, order: Order, asked: Terms, protection: float | None) -> None:
        """Hold the margin of the order as it will be; a Refusal leaves the old block."""
        instrument = self._exchange.instruments[order.key]
        if order.side is Side.SELL and order.product in DELIVERY:
            if asked.quantity > order.quantity:
                self._owns(ledger, instrument, asked.quantity - order.quantity)
            return
        price = self._reckoned_price(instrument, asked, protection)
        open_part = asked.quantity - order.filled
        order_exit = min(order.exit_quantity, open_part)
        blocked = need(instrument, order.product, order.side, open_part - order_exit, price).total
        self._afford(ledger, blocked - order.blocked)
        order.blocked, order.exit_quantity = blocked, order_exit

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
        return Add(
            key=order.key,
            order=number,
            side=order.side,
            type=order.type,
            quantity=quantity,
            price=order.price,
            trigger=order.trigger,
            disclosed=min(order.disclosed, quantity),
            validity=order.validity,
            ttl_minutes=order.request.ttl_minutes,
            protection_pct=protection if order.type in MARKET_TYPES else None,
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
        order.blocked = order.exit_quantity = 0
        if stage is Stage.CANCELLED:
            order.cancelled = order.quantity - order.filled
        self._ledgers[order.user_id].live.pop(order.order_id, None)
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
        if order.stage in LIVE:
            return  # put back after a restart
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
        share = order.blocked * trade.quantity // order.pending if order.pending else 0
        order.blocked -= share
        order.exit_quantity = max(0, order.exit_quantity - trade.quantity)
        order.filled += trade.quantity
        order.filled_value += trade.quantity * trade.price
        ledger = self._ledgers[order.user_id]
        ledger.book(order.key, order.product, order.side, trade.quantity, trade.price)
        if order.filled >= order.quantity:
            self._end(order, Stage.COMPLETE, fill=fill)
        else:
            self._mark(order, Stage.PARTIAL, fill)
            order.stage = Stage.OPEN


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
