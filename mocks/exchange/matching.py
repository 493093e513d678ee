"""Active orders against the resting side: the inner loop of the exchange, and what a print sets off.

R1 price then time at the passive price, R3 one displayed tranche at a time, R5 stops released by every print,
R6 what a market order may take and where its rest goes, R7 self-trade prevention.
"""

from __future__ import annotations

from collections import deque

from mocks.exchange.levels import BookSide, Level, Order
from mocks.exchange.model import (
    DepthLevel,
    Ended,
    Instrument,
    OrderState,
    OrderType,
    Phase,
    Rules,
    Side,
    Trade,
    Triggered,
    Validity,
)
from mocks.exchange.stops import StopBook
from mocks.exchange.tape import Tape, new_event

NO_LIMIT = 1 << 62
# Bound once: looking a member up in its enum costs as much as a call.
BUY, SELL, LIMIT, MARKET, IOC = Side.BUY, Side.SELL, OrderType.LIMIT, OrderType.MARKET, Validity.IOC
OPEN, COMPLETE, TRIGGER_PENDING = OrderState.OPEN, OrderState.COMPLETE, OrderState.TRIGGER_PENDING
CONTINUOUS = Phase.CONTINUOUS


class Matching:
    """State and matching of one book. `last_price` and `prev_close` are paise, 0 when there is none."""

    def __init__(
        self, instrument: Instrument, tape: Tape, rules: Rules, last_price: int, prev_close: int
    ) -> None:
        self.instrument = instrument
        self.phase: Phase = CONTINUOUS
        self.key = instrument.key
        self.tape = tape
        self.rules = rules
        self.bids = BookSide(1)
        self.asks = BookSide(-1)
        self.stops = StopBook()
        self.orders: dict[int, Order] = {}  # live
        self.finished: set[int] = set()  # the clients', so that no number is used twice (R9)
        self.market_orders: list[Order] = []  # collected for a call auction, oldest first
        self.released: deque[Order] = deque()  # stops that a print set free and that wait for their turn
        self.last_price = last_price
        self.prev_close = prev_close
        self.operating_range: tuple[int, int] | None = None  # paise; limit price protection of contracts
        self._stp = rules.stp
        self.start_day()

    def start_day(self) -> None:
        """Forget the day's statistics; prices and orders stay."""
        self.last_quantity = self.last_time = self.volume = self.turnover = 0
        self.open_price = self.high = self.low = 0

    def is_live(self, order: Order) -> bool:
        return order.state is OPEN or order.state is TRIGGER_PENDING

    def is_reached(self, buy: bool, trigger: int) -> bool:
        """Has the last price already reached the trigger? Equal counts as reached."""
        if not self.last_price:
            return False
        return self.last_price >= trigger if buy else self.last_price <= trigger

    def activate(self, order: Order) -> None:
        """Trade what can be traded now, then rest, or end what may not rest."""
        market = order.type is MARKET
        limit = self.market_limit(order) if market else order.price
        keys = self.asks.keys if order.buy else self.bids.keys
        if keys and (-keys[-1] <= limit if order.buy else keys[-1] >= limit):
            self.match(order, limit)
            if order.state is not OPEN:
                return
        if order.validity is IOC:
            self.end(order, OrderState.CANCELLED, "ioc")
            return
        if market and not self._price_the_rest(order, limit):
            return
        disclosed = order.disclosed
        order.shown = disclosed if 0 < disclosed < order.open else order.open
        (self.bids if order.buy else self.asks).insert(order)

    def price_limits(self) -> tuple[int, int]:
        """The lowest and highest price that a limit order may ask for: the band and the operating range."""
        low, high = self.instrument.band or (0, NO_LIMIT)
        if self.operating_range is not None:
            low, high = max(low, self.operating_range[0]), min(high, self.operating_range[1])
        return low, high

    def is_out_of_range(self, price: int) -> bool:
        limits = self.operating_range
        return limits is not None and not limits[0] <= price <= limits[1]

    def market_limit(self, order: Order) -> int:
        """The worst price a market order may trade at: its protection and the prices allowed now (R6)."""
        low, high = self.price_limits()
        limit = high if order.buy else low
        reference = self.last_price or self.prev_close
        if order.protection is None or not reference:
            return limit
        basis_points = round(order.protection * 100)
        tick = self.instrument.tick
        if order.buy:
            return min(limit, reference * (10_000 + basis_points) // 10_000 // tick * tick)
        floor = -(-reference * (10_000 - basis_points) // 10_000)  # rounded up: never worse than promised
        return max(limit, -(-floor // tick) * tick)

    def _price_the_rest(self, order: Order, limit: int) -> bool:
        """R6: the rest of a market order goes to its protection or the last price; False: it ended."""
        price = 0
        if self.rules.market_residual == "ltp":
            reference = self.last_price or self.prev_close
            price = limit if order.protection is not None and reference else reference
        if not price:
            self.end(order, OrderState.CANCELLED, "market_rest")
            return False
        low, high = self.price_limits()
        order.price = min(max(price, low), high)
        order.type = LIMIT
        return True

    def match(self, order: Order, limit: int) -> None:
        buy = order.buy
        side = self.asks if buy else self.bids
        keys, levels = side.keys, side.levels
        prevent = self._stp if order.client else "none"
        while keys:
            price = -keys[-1] if buy else keys[-1]
            if price > limit if buy else price < limit:
                return
            level = levels[price]
            passive = level.head
            assert passive is not None
            if prevent != "none" and passive.client == order.client:
                if prevent == "cancel_active":
                    self.end(order, OrderState.CANCELLED, "self_trade")
                    return
                self.end(passive, OrderState.CANCELLED, "self_trade")
                continue
            quantity = order.open if order.open < passive.shown else passive.shown
            order.open -= quantity
            order.filled += quantity
            self._fill_passive(side, level, passive, quantity)
            self._print(order, passive, price, quantity)
            if not order.open:
                order.state = COMPLETE
                self.forget(order)
                return

    def _fill_passive(self, side: BookSide, level: Level, passive: Order, quantity: int) -> None:
        passive.filled += quantity
        passive.open -= quantity
        passive.shown -= quantity
        level.total -= quantity
        level.displayed -= quantity
        if passive.shown:
            return
        if not passive.open:
            level.unlink(passive)
            passive.level = None
            passive.state = COMPLETE
            level.count -= 1
            if not level.count:
                side.drop(level.price)
            self.forget(passive)
            return
        passive.shown = min(passive.disclosed, passive.open)  # R3: the next tranche
        level.displayed += passive.shown
        if self.rules.dq_replenish == "lose":
            self.tape.stamp += 1
            passive.stamp = self.tape.stamp
            level.unlink(passive)
            level.link(passive)

    def _print(self, active: Order, passive: Order, price: int, quantity: int) -> None:
        buy = active.buy
        tape = self.tape
        tape.seq = active.activity = passive.activity = tape.seq + 1
        tape.trade += 1
        buyer, seller = (active.number, passive.number) if buy else (passive.number, active.number)
        side = BUY if buy else SELL
        tape.out.append(
            new_event(Trade, (tape.seq, tape.now, self.key, tape.trade, buyer, seller, quantity, price, side))
        )
        self.record_print(price, quantity)

    def record_print(self, price: int, quantity: int) -> None:
        """The day's statistics and the stops that this print releases."""
        self.last_price = price
        self.last_quantity = quantity
        self.last_time = self.tape.now
        self.volume += quantity
        self.turnover += quantity * price
        if not self.open_price:
            self.open_price = self.high = self.low = price
        elif price > self.high:
            self.high = price
        elif price < self.low:
            self.low = price
        self.check_stops(price)

    def check_stops(self, price: int) -> None:
        if price >= self.stops.buy_trigger or price <= self.stops.sell_trigger:
            self.released.extend(self.stops.fired_by(price))

    def set_last_price(self, price: int) -> None:
        """A print elsewhere: moves the last price and may release stops, but is no trade of this book."""
        self.last_price = price
        self.check_stops(price)
        self.release_stops()

    def release_stops(self) -> None:
        """Turn released stops into active orders with a new time stamp, in the order of their prints (R5).

        Outside continuous trading they wait.
        """
        tape = self.tape
        while self.released and self.phase is CONTINUOUS:
            order = self.released.popleft()
            if order.state is not TRIGGER_PENDING:
                continue
            tape.stamp += 1
            order.stamp = tape.stamp
            order.state = OPEN
            order.type = LIMIT if order.type is OrderType.SL else MARKET
            tape.seq = order.activity = tape.seq + 1
            tape.out.append(Triggered(tape.seq, tape.now, self.key, order.number))
            if order.type is LIMIT and self.is_out_of_range(order.price):
                self.end(order, OrderState.CANCELLED, "range")
            else:
                self.activate(order)

    def forget_stop(self, order: Order) -> None:
        """Take out a stop that waits for its trigger, or, released while trading stood still, for its turn."""
        if order in self.released:
            self.released.remove(order)
        else:
            self.stops.remove(order)

    def end(self, order: Order, state: OrderState, reason: str) -> None:
        """Take an order out of wherever it is and announce its end; what was open is cancelled quantity."""
        if order.level is not None:
            (self.bids if order.buy else self.asks).remove(order)
        elif order.state is TRIGGER_PENDING:
            self.forget_stop(order)
        elif order in self.market_orders:
            self.market_orders.remove(order)
        order.open = order.shown = 0
        order.state = state
        number = order.number
        del self.orders[number]
        if not order.quiet:
            self.finished.add(number)
            tape = self.tape
            tape.seq += 1
            tape.out.append(new_event(Ended, (tape.seq, tape.now, self.key, number, state, reason)))

    def forget(self, order: Order) -> None:
        """A finished order leaves: the flow's for good (its numbers only grow), a client's but for its number.

        Keeping the orders would cost a third of the speed: the garbage collector looks at them again and again.
        """
        number = order.number
        del self.orders[number]
        if not order.quiet:
            self.finished.add(number)

    def depth(self, limit: int) -> tuple[tuple[DepthLevel, ...], tuple[DepthLevel, ...]]:
        """Displayed quantity per level, best first: (bids, asks)."""
        return _depth(self.bids, limit), _depth(self.asks, limit)


def _depth(side: BookSide, limit: int) -> tuple[DepthLevel, ...]:
    return tuple(DepthLevel(level.price, level.displayed, level.count) for level in side.best_levels(limit))
