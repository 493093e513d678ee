"""One instrument's order book: commands in, events onto the tape, by the rules of the exchange.

R1 price-time priority, a trade prints at the passive price. R2 modify: a new price or more quantity loses the
place. R3/R4 disclosed quantity. R5 stops. R6 market orders. R7 self-trade prevention. R8 call auction. R9 a
refused command changes nothing, numbers are unique for ever. `matching.py` trades, `auction.py` uncrosses,
`checks.py` refuses. A book never looks at a clock: the exchange moves `Tape.now`.
"""

from __future__ import annotations

from mocks.exchange.amendment import STOPS, Amendment, amend
from mocks.exchange.auction import Uncrossing, uncross
from mocks.exchange.checks import refusal
from mocks.exchange.levels import Order
from mocks.exchange.matching import NO_LIMIT, Matching
from mocks.exchange.model import (
    Accepted,
    Add,
    Cancel,
    Instrument,
    Modified,
    Modify,
    OpenOrder,
    OrderState,
    OrderType,
    Phase,
    Rejected,
    Rules,
    Side,
    Validity,
)
from mocks.exchange.tape import Tape

MINUTE_NS = 60_000_000_000
# Bound once: looking a member up in its enum costs as much as a call.
BUY, LIMIT, MARKET, TTL = Side.BUY, OrderType.LIMIT, OrderType.MARKET, Validity.TTL
CONTINUOUS, OPEN, TRIGGER_PENDING = Phase.CONTINUOUS, OrderState.OPEN, OrderState.TRIGGER_PENDING


class Book(Matching):
    """Clients' orders, live and finished, stay known by number for ever (R9)."""

    def __init__(
        self, instrument: Instrument, tape: Tape, *, rules: Rules, last_price: int = 0, prev_close: int = 0
    ) -> None:
        super().__init__(instrument, tape, rules, last_price, prev_close)
        self.phase = CONTINUOUS
        low, high = instrument.band or (1, NO_LIMIT)
        self._plain = (low, high, instrument.tick, instrument.lot, instrument.freeze or NO_LIMIT)

    # --- commands -----------------------------------------------------------------------------------------

    def add(self, command: Add, *, quiet: bool = False) -> Order | None:
        """Accept or refuse; returns the order as the book knows it, None when refused."""
        buy = command.side is BUY
        reason = self._refuse_add(command, buy)
        if reason:
            if not quiet:
                self._reject(command.order, "add", reason)
            return None
        order = Order(command, buy, quiet)
        tape = self.tape
        tape.stamp += 1
        order.stamp = tape.stamp
        self.orders[command.order] = order
        if command.validity is TTL:
            order.deadline = tape.now + command.ttl_minutes * MINUTE_NS
        type_ = command.type
        if type_ is not LIMIT and type_ is not MARKET:
            self._accept_stop(order)
            return order
        if not quiet:
            tape.seq += 1
            tape.out.append(Accepted(tape.seq, tape.now, self.key, command.order, OPEN))
        if self.phase is CONTINUOUS:
            self.activate(order)
            if self.released:
                self.release_stops()
        else:
            self._collect(order)
        return order

    def modify(self, command: Modify) -> None:
        order = self.orders.get(command.order)
        if order is None:
            return self._reject(command.order, "modify", "unknown_order")
        wanted = Amendment(order, command)
        reason = self._refuse_modify(order, wanted)
        if reason:
            return self._reject(command.order, "modify", reason)
        amend(self, order, wanted)
        if self.released:
            self.release_stops()
        return None

    def cancel(self, command: Cancel) -> None:
        order = self.orders.get(command.order)
        if order is None:
            return self._reject(command.order, "cancel", "unknown_order")
        if order.state is not OPEN and order.state is not TRIGGER_PENDING:
            return self._reject(command.order, "cancel", "not_open")
        if self.phase is Phase.CLOSED:
            return self._reject(command.order, "cancel", "closed")
        self.end(order, OrderState.CANCELLED, "cancelled")
        return None

    def expire(self, number: int) -> None:
        """The order's own time is over (TTL). A finished order is left alone."""
        order = self.orders.get(number)
        if order is not None and order.deadline and self.is_live(order) and order.deadline <= self.tape.now:
            self.end(order, OrderState.EXPIRED, "ttl")

    def end_all(self, state: OrderState, reason: str) -> None:
        """End every live order in the order of their time stamps: at the close, and when a halt purges."""
        for order in self.live_orders():
            self.end(order, state, reason)

    # --- phases -------------------------------------------------------------------------------------------

    def halt(self) -> None:
        """Stop trading; the rules say whether everything that rests or waits is cancelled."""
        self.phase = Phase.HALTED
        if self.rules.halt_purges:
            self.end_all(OrderState.CANCELLED, "halt")

    def close(self) -> None:
        """The end of the day: no order lives longer."""
        self.end_all(OrderState.EXPIRED, "close")
        self.phase = Phase.CLOSED

    def auction(self) -> Uncrossing:
        """Run the call auction (R8) and go on with continuous trading."""
        found = uncross(self)
        self.phase = Phase.CONTINUOUS
        self.release_stops()
        return found

    # --- what is there ------------------------------------------------------------------------------------

    def live_orders(self) -> list[Order]:
        """Resting, collected and waiting orders, oldest stamp first."""
        found = self.stops.orders() + list(self.market_orders)
        for side in (self.bids, self.asks):
            for level in side.levels.values():
                found.extend(level.orders())
        return sorted(found, key=lambda order: order.stamp)

    def open_orders(self) -> list[OpenOrder]:
        """The clients' live orders; the background flow's are left out."""
        return [self.describe(order) for order in self.live_orders() if not order.quiet]

    def describe(self, order: Order) -> OpenOrder:
        return OpenOrder(
            order=order.number, key=self.key, side=Side.BUY if order.buy else Side.SELL, type=order.type,
            quantity=order.quantity, filled=order.filled, shown=order.shown, price=order.price,
            trigger=order.trigger, state=order.state, client=order.client,
        )  # fmt: skip

    # --- refusals -----------------------------------------------------------------------------------------

    def _refuse_add(self, command: Add, buy: bool) -> str:
        if self.phase is not CONTINUOUS:
            reason = self._refuse_in_phase(command.type, command.validity, command.disclosed)
            if reason:
                return reason
        if command.order in self.orders:
            return "duplicate_order"
        if self._is_plain(command):
            return ""
        reason = refusal(
            self.instrument, buy, command.type, command.validity, command.quantity,
            command.price, command.trigger, command.disclosed,
        )  # fmt: skip
        if reason:
            return reason
        if command.validity is Validity.TTL and command.ttl_minutes <= 0:
            return "ttl"
        protection = command.protection_pct
        if protection is not None and not 0 < protection <= 100:
            return "protection"
        if (
            command.type in STOPS
            and self.rules.sl_on_entry == "reject"
            and self.is_reached(buy, command.trigger)
        ):
            return "trigger_reached"
        return ""

    def _is_plain(self, command: Add) -> bool:
        """A limit order with nothing special and nothing wrong: nearly all of them, so they pass quickly."""
        if command.type is not LIMIT or command.disclosed or command.validity is TTL:
            return False
        low, high, tick, lot, freeze = self._plain
        price, quantity = command.price, command.quantity
        if not low <= price <= high or price % tick or not 0 < quantity <= freeze or quantity % lot:
            return False
        return command.protection_pct is None

    def _refuse_in_phase(self, type_: OrderType, validity: Validity, disclosed: int) -> str:
        if self.phase is Phase.CLOSED:
            return "closed"
        if self.phase is Phase.HALTED:
            return "halted"
        if self.phase is Phase.PREOPEN and (type_ in STOPS or validity is Validity.IOC or disclosed):
            return "phase"  # an auction takes no stops, no IOC and no disclosed quantity (R4)
        return ""

    def _refuse_modify(self, order: Order, wanted: Amendment) -> str:
        if not self.is_live(order):
            return "not_open"
        if self.phase is not Phase.CONTINUOUS:
            reason = self._refuse_in_phase(wanted.type, wanted.validity, wanted.disclosed)
            if reason:
                return reason
        if wanted.trigger_given and wanted.type not in STOPS:
            return "not_a_stop"
        if wanted.quantity < order.filled:
            return "below_filled"
        reason = refusal(
            self.instrument, order.buy, wanted.type, wanted.validity, wanted.quantity,
            wanted.price, wanted.trigger, wanted.disclosed,
        )  # fmt: skip
        if reason:
            return reason
        if wanted.validity is Validity.TTL and not order.deadline:
            return "ttl"
        if (
            wanted.type in STOPS
            and self.rules.sl_on_entry == "reject"
            and self.is_reached(order.buy, wanted.trigger)
        ):
            return "trigger_reached"
        return ""

    def _reject(self, number: int, command: str, reason: str) -> None:
        tape = self.tape
        tape.seq += 1
        tape.out.append(Rejected(tape.seq, tape.now, self.key, number, command, reason))

    # --- what an accepted command does --------------------------------------------------------------------

    def _accept_stop(self, order: Order) -> None:
        order.state = OrderState.TRIGGER_PENDING
        tape = self.tape
        tape.seq += 1
        tape.out.append(Accepted(tape.seq, tape.now, self.key, order.number, OrderState.TRIGGER_PENDING))
        self._wait_or_fire(order)

    def _wait_or_fire(self, order: Order) -> None:
        if self.is_reached(order.buy, order.trigger):  # only with sl_on_entry="trigger"
            self.released.append(order)
            self.release_stops()
        else:
            self.stops.insert(order)

    def _collect(self, order: Order) -> None:
        """An auction phase: queue without matching; R7 there ends the incoming order instead."""
        if self.rules.stp != "none" and order.client and self._meets_itself(order):
            order.state = OrderState.CANCELLED
            self.announce_end(order, "self_trade")
        elif order.type is OrderType.MARKET:
            order.shown = order.open
            self.market_orders.append(order)
        else:
            order.shown = order.open
            (self.bids if order.buy else self.asks).insert(order)

    def _meets_itself(self, order: Order) -> bool:
        for other in self.live_orders():
            if other.client != order.client or other.buy is order.buy or other.state is not OrderState.OPEN:
                continue
            if not order.price or not other.price:
                return True
            if order.price >= other.price if order.buy else order.price <= other.price:
                return True
        return False

    def announce_modified(self, order: Order) -> None:
        tape = self.tape
        tape.seq += 1
        tape.out.append(
            Modified(tape.seq, tape.now, self.key, order.number, order.quantity, order.price, order.trigger)
        )

    def take_out(self, order: Order) -> None:
        """Remove a live order from wherever it rests or waits; what becomes of it is the caller's to say."""
        if order.state is TRIGGER_PENDING:
            self.stops.remove(order)
        elif order.level is None:
            self.market_orders.remove(order)
        else:
            (self.bids if order.buy else self.asks).remove(order)

    def enter(self, order: Order) -> None:
        """Bring a changed order in again, by its type and the phase, as if it had just come."""
        if order.type in STOPS:
            order.state = TRIGGER_PENDING
            self._wait_or_fire(order)
            return
        order.state = OPEN
        if self.phase is CONTINUOUS:
            self.activate(order)
        else:
            self._collect(order)
