"""One instrument's order book: commands in, events onto the tape, by the rules of the exchange.

R1 price-time priority, a trade prints at the passive price. R2 modify: a new price or more quantity loses the
place. R3/R4 disclosed quantity. R5 stops. R6 market orders. R7 self-trade prevention. R8 call auction. R9 a
refused command changes nothing, numbers are unique for ever. `matching.py` trades, `auction.py` uncrosses,
`checks.py` refuses. A book never looks at a clock: the exchange moves `Tape.now`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mocks.exchange.amendment import STOPS, UNPRICED, Amendment, amend
from mocks.exchange.auction import Uncrossing, indicative, uncross
from mocks.exchange.checks import refuse_add, refuse_cancel, refuse_modify
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
from mocks.exchange.tape import Tape, new_event

MINUTE_NS = 60_000_000_000
# Bound once: looking a member up in its enum costs as much as a call.
BUY, LIMIT, MARKET, TTL = Side.BUY, OrderType.LIMIT, OrderType.MARKET, Validity.TTL
CONTINUOUS, OPEN, TRIGGER_PENDING = Phase.CONTINUOUS, OrderState.OPEN, OrderState.TRIGGER_PENDING


class Book(Matching):
    """The numbers of clients' orders stay known for ever (R9)."""

    def __init__(
        self, instrument: Instrument, tape: Tape, *, rules: Rules, last_price: int = 0, prev_close: int = 0
    ) -> None:
        super().__init__(instrument, tape, rules, last_price, prev_close)
        self.closing_price = 0  # paise; what POST_CLOSE trades at
        self._plain = self._plain_limits()

    # --- commands -----------------------------------------------------------------------------------------

    def add(self, command: Add, *, quiet: bool = False) -> Order | None:
        """Accept or refuse; returns the order as the book knows it, None when refused."""
        buy = command.side is BUY
        number, price, quantity = command.order, command.price, command.quantity
        low, high, tick, lot, freeze = self._plain
        # A limit order with nothing special and nothing wrong: nearly all of them, so they pass quickly.
        if not (
            low <= price <= high
            and 0 < quantity <= freeze
            and command.type is LIMIT
            and not (price % tick or quantity % lot or command.disclosed)
            and command.validity is not TTL
            and self.phase is CONTINUOUS
            and number not in self.orders
            and number not in self.finished
            and command.protection_pct is None
        ):
            reason = refuse_add(self, command, buy)
            if reason:
                if not quiet:
                    self._reject(number, "add", reason)
                return None
        order = Order(command, buy, quiet)
        tape = self.tape
        tape.stamp = order.stamp = tape.stamp + 1
        self.orders[number] = order
        if command.validity is TTL:
            order.deadline = tape.now + command.ttl_minutes * MINUTE_NS
        if command.type is not LIMIT:
            if command.type in UNPRICED:
                order.price = 0  # whatever came with it
            if command.type in STOPS:
                order.trigger = command.trigger
                self._accept_stop(order)
                return order
        if not quiet:
            tape.seq = order.activity = tape.seq + 1
            tape.out.append(new_event(Accepted, (tape.seq, tape.now, self.key, number, OPEN)))
        if self.phase is CONTINUOUS:
            self.activate(order)
            if self.released:
                self.release_stops()
        else:
            self._join(order)
        return order

    def modify(self, command: Modify) -> None:
        order = self.orders.get(command.order)
        if order is None:
            return self._reject(command.order, "modify", self._absence(command.order))
        wanted = Amendment(order, command)
        reason = refuse_modify(self, order, command, wanted)
        if reason:
            return self._reject(command.order, "modify", reason)
        amend(self, order, wanted)
        if self.released:
            self.release_stops()
        return None

    def cancel(self, command: Cancel) -> None:
        order = self.orders.get(command.order)
        if order is None:
            return self._reject(command.order, "cancel", self._absence(command.order))
        if self.phase is not CONTINUOUS:
            reason = refuse_cancel(self, order)
            if reason:
                return self._reject(command.order, "cancel", reason)
        self.end(order, OrderState.CANCELLED, "cancelled")
        return None

    def expire(self, number: int) -> None:
        """The order's own time is over (TTL). A finished order is left alone."""
        order = self.orders.get(number)
        if order is not None and 0 < order.deadline <= self.tape.now:
            self.end(order, OrderState.EXPIRED, "ttl")

    def end_all(self, state: OrderState, reason: str) -> None:
        """End every live order in the order of their time stamps: at the close, and when a halt purges."""
        self.end_where(lambda order: True, state, reason)

    def end_where(self, predicate: Callable[[Order], bool], state: OrderState, reason: str) -> None:
        """End the live orders that `predicate` picks, oldest stamp first."""
        for order in self.live_orders():
            if predicate(order):
                self.end(order, state, reason)

    # --- phases -------------------------------------------------------------------------------------------

    def enter_phase(self, phase: Phase, price: int = 0) -> Uncrossing | None:
        """Go on with another phase; the result is an auction's when entering it ran one.

        `price` (paise) is the auction's reference for CONTINUOUS (0: the previous close) and the closing price
        for POST_CLOSE (0: the last price). Continuous trading never starts on a crossed book: what an earlier
        phase collected is matched by an auction first. The close ends every order; POST_CLOSE those of the day.
        """
        match phase:
            case Phase.CONTINUOUS:
                if self._holds_collected():
                    return self.auction(price)
                self._trade_continuously()
            case Phase.HALTED:
                self.halt()
            case Phase.CLOSED:
                self.close()
            case Phase.POST_CLOSE:
                self.end_all(OrderState.EXPIRED, "close")
                self.closing_price = price or self.last_price or self.prev_close
                self.phase = phase
            case Phase.PREOPEN | Phase.LIMIT_ONLY | Phase.MATCHING:
                self.phase = phase
        return None

    def halt(self) -> None:
        """Stop trading; the rules say whether everything that rests or waits is cancelled."""
        self.phase = Phase.HALTED
        if self.rules.halt_purges:
            self.end_all(OrderState.CANCELLED, "halt")

    def close(self) -> None:
        """The end of the day: no order lives longer."""
        self.end_all(OrderState.EXPIRED, "close")
        self.phase = Phase.CLOSED

    def auction(self, reference: int = 0) -> Uncrossing:
        """Run the call auction (R8) and go on with continuous trading.

        `reference` (paise) breaks ties and prices what has no price; 0 means the previous close.
        """
        found = uncross(self, reference or self.prev_close)
        self._trade_continuously()
        return found

    def indicative(self, reference: int = 0) -> Uncrossing:
        """What `auction` would give now."""
        return indicative(self, reference or self.prev_close)

    def _holds_collected(self) -> bool:
        bid, ask = self.bids.best(), self.asks.best()
        return bool(self.market_orders) or (0 < ask <= bid)

    def _trade_continuously(self) -> None:
        self.phase = CONTINUOUS
        self.release_stops()

    # --- prices that are allowed --------------------------------------------------------------------------

    def relist(self, instrument: Instrument) -> None:
        """Go on under another day's listing of the same thing: its band, tick, lot, freeze quantity."""
        self.instrument = instrument
        self._plain = self._plain_limits()

    def set_band(self, low: int, high: int) -> None:
        """The day's lowest and highest price, paise. Orders that the new band strands are cancelled.

        Stranded is a limit or a trigger that could not be entered any more (SEBI, sliding bands, Nov 2024).
        """
        self.relist(replace(self.instrument, band=(low, high)))
        self.end_where(lambda order: self._is_stranded(order, low, high), OrderState.CANCELLED, "band")

    def set_operating_range(self, limits: tuple[int, int] | None) -> None:
        """Limit price protection of contracts: the prices in paise that a limit order may ask for now.

        Resting orders stay. A stop is looked at when it is released: outside the range it is cancelled.
        """
        self.operating_range = limits
        self._plain = self._plain_limits()

    def _is_stranded(self, order: Order, low: int, high: int) -> bool:
        if order.price and not low <= order.price <= high:
            return True
        return order.state is TRIGGER_PENDING and not low <= order.trigger <= high

    def _plain_limits(self) -> tuple[int, int, int, int, int]:
        low, high = self.price_limits()
        listing = self.instrument
        return max(low, 1), high, listing.tick, listing.lot, listing.freeze or NO_LIMIT

    # --- what is there ------------------------------------------------------------------------------------

    def live_orders(self) -> list[Order]:
        """Resting, collected and waiting orders, oldest stamp first."""
        found = self.stops.orders() + list(self.released) + list(self.market_orders)
        for side in (self.bids, self.asks):
            for level in side.levels.values():
                found.extend(level.orders())
        return sorted(found, key=lambda order: order.stamp)

    def open_orders(self) -> list[OpenOrder]:
        """The clients' live orders; the background flow's are left out."""
        return [self.describe(order) for order in self.live_orders() if not order.quiet]

    def find(self, number: int) -> OpenOrder | None:
        """A client's live order. What became of a finished one its last event told."""
        order = self.orders.get(number)
        return None if order is None or order.quiet else self.describe(order)

    def describe(self, order: Order) -> OpenOrder:
        return OpenOrder(
            order=order.number, key=self.key, side=Side.BUY if order.buy else Side.SELL, type=order.type,
            quantity=order.quantity, filled=order.filled, shown=order.shown, price=order.price,
            trigger=order.trigger, state=order.state, client=order.client, activity=order.activity,
        )  # fmt: skip

    # --- what a command does ------------------------------------------------------------------------------

    def _absence(self, number: int) -> str:
        return "not_open" if number in self.finished else "unknown_order"

    def _reject(self, number: int, command: str, reason: str) -> None:
        tape = self.tape
        tape.seq += 1
        tape.out.append(Rejected(tape.seq, tape.now, self.key, number, command, reason))

    def _accept_stop(self, order: Order) -> None:
        order.state = TRIGGER_PENDING
        tape = self.tape
        tape.seq = order.activity = tape.seq + 1
        tape.out.append(Accepted(tape.seq, tape.now, self.key, order.number, TRIGGER_PENDING))
        self._wait_or_fire(order)

    def _wait_or_fire(self, order: Order) -> None:
        if self.is_reached(order.buy, order.trigger):  # only with sl_on_entry="trigger"
            self.released.append(order)
            self.release_stops()
        else:
            self.stops.insert(order)

    def _join(self, order: Order) -> None:
        """Enter an active order in a phase other than continuous trading."""
        if self.phase is Phase.POST_CLOSE:
            order.type, order.price = LIMIT, self.closing_price
            self.activate(order)
        else:
            self._collect(order)

    def _collect(self, order: Order) -> None:
        """An auction phase: queue without matching; R7 there ends the incoming order instead."""
        if self.rules.stp != "none" and order.client and self._meets_itself(order):
            self.end(order, OrderState.CANCELLED, "self_trade")
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
        tape.seq = order.activity = tape.seq + 1
        tape.out.append(
            Modified(tape.seq, tape.now, self.key, order.number, order.quantity, order.price, order.trigger)
        )

    def take_out(self, order: Order) -> None:
        """Remove a live order from wherever it rests or waits; what becomes of it is the caller's to say."""
        if order.level is not None:
            (self.bids if order.buy else self.asks).remove(order)
        elif order.state is TRIGGER_PENDING:
            self.forget_stop(order)
        else:
            self.market_orders.remove(order)

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
            self._join(order)
