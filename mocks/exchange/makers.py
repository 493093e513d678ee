"""The crowd of one book: makers who stand on both sides of what they believe, and takers who trade with them.

The book itself remembers the makers' orders: they are its quiet ones. Prices are rounded to ticks before anybody
sees them, and nothing here makes command objects: ten thousand crowds share one core.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import cast

from mocks.exchange.book import Book
from mocks.exchange.calendar import india_ns
from mocks.exchange.chance import stream
from mocks.exchange.levels import BookSide, Order
from mocks.exchange.liquidity import half_spread, level_size
from mocks.exchange.model import Add, DepthLevel, OrderState, OrderType, Validity

LEVELS = 6
WEIGHTS = (7, 10, 13, 14, 16, 18)  # tenths of the usual size at each level, from the best price on
COUNTS = (1, 2, 1, 3, 2, 1)  # orders that make up a level at first
CROWDED = 6  # orders at a price that no more are added to
STEP = 0.00025  # distance of the levels below the best, as a part of the price
EXPIRES = 15 * 60 + 30  # minutes of the day, India

Ladder = tuple[list[int], list[int]]  # wanted prices, best first: bids, asks


class Ticket:
    """What an order is made from, used again and again: a frozen command costs more than the order itself."""

    __slots__ = (
        "client", "disclosed", "order", "price", "protection_pct", "quantity", "trigger", "type", "validity",
    )  # fmt: skip

    def __init__(self, validity: Validity) -> None:
        self.order = self.quantity = self.price = self.trigger = self.disclosed = 0
        self.type = OrderType.LIMIT
        self.validity = validity
        self.protection_pct: float | None = None
        self.client = ""


RESTING, TAKING = Ticket(Validity.DAY), Ticket(Validity.IOC)


class Maker:
    """Who quotes one book, and what it believes the instrument is worth (`value`, paise)."""

    __slots__ = (
        "anchor", "awake", "base", "book", "calm", "excitement", "expiry", "freeze", "goal", "goal_time", "half",
        "held", "interval", "ladder", "leader", "lean", "locked", "luck", "market_seen", "numbers", "offset",
        "opened", "place", "pressure", "sizes", "step", "thin", "time", "value", "wide",
    )  # fmt: skip

    def __init__(
        self, book: Book, place: int, seed: int, start: int, numbers: Iterator[int], interval: float
    ) -> None:
        listing = book.instrument
        self.book = book
        self.place = place  # breaks ties of the schedule
        self.luck = stream(seed, listing.key, "crowd")
        self.numbers = numbers  # of orders, shared by all crowds
        self.value = self.anchor = float(book.last_price or listing.prev_close)
        self.offset = 0.0  # what clients and the control API put between a contract and its model
        self.leader: Maker | None = None
        self.expiry = india_ns(date.fromisoformat(listing.expiry), EXPIRES) if listing.expiry else 0
        self.interval = interval  # seconds from turn to turn at the usual pace; 0: only when woken
        self.excitement = 0.0  # trades excite trades (Hawkes): it jumps with each and fades
        self.lean = True  # the side the last taker bought (True) or sold
        self.held = 0.0  # what the makers hold too much (+) or too little of, in levels
        self.pressure = 0  # net quantity that clients took since the last turn
        self.awake = self.opened = False
        self.market_seen = 0.0
        self.time = start
        self.ladder: Ladder = ([], [])
        # Scenarios: where the value goes and by when, how wild it is, how wide and thin the book, its locked limit.
        self.goal = 0.0
        self.goal_time = 0
        self.calm = self.wide = self.thin = 1.0
        self.locked = 0
        self.follow_listing()

    def follow_listing(self) -> None:
        """Take over tick, lot and size from the book's listing, which may be another day's."""
        listing = self.book.instrument
        self.half = half_spread(listing)
        self.step = max(int(listing.prev_close * STEP) // listing.tick, 1) * listing.tick
        self.base = level_size(listing)
        self.freeze = listing.freeze // listing.lot * listing.lot or 1 << 62
        self.resize(self.thin)

    # --- the ladder ---------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Stand the whole ladder that `offer` showed."""
        self.awake = True
        self.ladder = self._wanted()
        for buy, prices in ((True, self.ladder[0]), (False, self.ladder[1])):
            for at, price in enumerate(prices):
                self._fill(buy, price, at, exact=True)

    def sleep(self) -> None:
        """Leave the book with whatever still stands there."""
        for buy, prices in ((True, self.ladder[0]), (False, self.ladder[1])):
            for price in prices:
                self._clear(buy, price)
        self.awake = False
        self.ladder = ([], [])

    def quote(self) -> None:
        """Stand around the value, when it has left the middle of what is quoted or the best price is gone."""
        bids, asks = self.ladder
        middle = self.value + self._skew()
        half = self.half * self.wide
        if bids and asks and not self.locked and bids[0] + 0.4 * half <= middle <= asks[0] - 0.4 * half:
            self._renew_best(True, bids[0])
            self._renew_best(False, asks[0])
            return
        self.move()

    def move(self) -> None:
        """Bring the ladder to the value. What is elsewhere goes first, so that it never meets itself."""
        wanted = self._wanted()
        before, self.ladder = self.ladder, wanted
        for buy in (True, False):
            here = wanted[0 if buy else 1]
            for price in before[0 if buy else 1]:
                if price not in here:
                    self._clear(buy, price)
        for buy in (True, False):
            there = before[0 if buy else 1]
            for at, price in enumerate(wanted[0 if buy else 1]):
                if price not in there:
                    self._fill(buy, price, at)
        for buy, prices in ((True, wanted[0]), (False, wanted[1])):
            if prices:
                self._renew_best(buy, prices[0])

    def restock(self, *, whole: bool) -> None:
        """Renew the levels of which half is gone; with `whole`, those of which anything is, to the full size."""
        for buy, prices in ((True, self.ladder[0]), (False, self.ladder[1])):
            side = self.book.bids if buy else self.book.asks
            for at, price in enumerate(prices):
                stands = _quiet_quantity(side, price)
                if whole and stands != self.sizes[at]:
                    self._clear(buy, price)
                    self._fill(buy, price, at, exact=True)
                elif stands * 2 < self.sizes[at]:
                    self._fill(buy, price, at)

    def stir(self) -> None:
        """One maker comes to some level, or the oldest one there leaves: the more stand, the likelier."""
        draw = self.luck.getrandbits(8)
        buy = bool(draw & 1)
        prices = self.ladder[0 if buy else 1]
        if not prices:
            return
        at = (draw >> 1) % len(prices)
        side = self.book.bids if buy else self.book.asks
        level = side.levels.get(prices[at])
        count = level.count if level is not None else 0
        if (draw >> 4) % CROWDED >= count:
            self._rest(buy, prices[at], self._part(at, 2 + (draw & 3)))
        elif level is not None and count > 1:
            order = level.head
            while order is not None and not order.quiet:
                order = order.next
            if order is not None:
                self.book.end(order, OrderState.CANCELLED, "cancelled")

    def offer(self) -> tuple[tuple[DepthLevel, ...], tuple[DepthLevel, ...]]:
        """The depth a sleeping crowd would show: (bids, asks), best first."""
        bids, asks = self._wanted()
        return tuple(self._shown(at, price) for at, price in enumerate(bids)), tuple(
            self._shown(at, price) for at, price in enumerate(asks)
        )

    # --- trading ------------------------------------------------------------------------------------------

    def take(self, *, largest: int = 4) -> bool:
        """A small order against the best price of one side, often the side of the last one; False: nobody there."""
        draw = self.luck.random
        if draw() < 0.45:
            self.lean = draw() < 0.5
        buy = self.lean
        side = self.book.asks if buy else self.book.bids
        if not side.keys:
            return False
        price = side.keys[-1] * side.sign
        lot = self.book.instrument.lot
        lots = max(int(self.base * self.thin) // lot // largest, 1)
        quantity = (1 + int(draw() * lots)) * lot
        self._hit(buy, price, min(quantity, self.freeze))
        self.held += (-quantity if buy else quantity) / self.base
        return True

    def print_at(self, price: int) -> None:
        """One lot changes hands at `price`, which must lie inside the spread."""
        lot = self.book.instrument.lot
        resting = self._rest(False, price, lot)
        if resting is not None and resting.level is not None:
            self._hit(True, price, lot)
            if resting.level is not None:
                self.book.end(resting, OrderState.CANCELLED, "cancelled")

    # --- inside -------------------------------------------------------------------------------------------

    def _skew(self) -> float:
        """Makers who hold too much ask and bid a little less; the feeling fades."""
        self.held *= 0.9
        return -min(max(self.held, -2.0), 2.0) * 0.2 * self.half

    def _wanted(self) -> Ladder:
        """Wanted prices. Below the best, levels stand on a fixed grid: most of them stay when the value moves."""
        tick, step = self.book.instrument.tick, self.step
        low, high = self.book.price_limits()
        half = self.half * self.wide
        middle = self.value + self._skew()
        bid = int((middle - half) // tick) * tick
        ask = -int(-(middle + half) // tick) * tick
        if self.locked > 0:
            bid, ask = high // tick * tick, high + tick
        elif self.locked < 0:
            bid, ask = low - tick, -(-low // tick) * tick
        below = (bid - 1) // step * step
        above = (ask // step + 1) * step
        bids = [bid, *range(below, below - (LEVELS - 1) * step, -step)]
        asks = [ask, *range(above, above + (LEVELS - 1) * step, step)]
        if bids[-1] < max(low, tick):
            bids = [price for price in bids if price >= max(low, tick)]
        if asks[-1] > high:
            asks = [price for price in asks if price <= high]
        return bids, asks

    def resize(self, thin: float) -> None:
        """Quote this part of the usual sizes from now on."""
        self.thin = thin
        lot = self.book.instrument.lot
        base = max(int(self.base * thin), lot)
        self.sizes = tuple(
            min(max(base * weight // 10 // lot, count) * lot, self.freeze)
            for weight, count in zip(WEIGHTS, COUNTS, strict=True)
        )

    def _part(self, at: int, parts: int) -> int:
        lot = self.book.instrument.lot
        return max(self.sizes[at] // parts // lot, 1) * lot

    def _shown(self, at: int, price: int) -> DepthLevel:
        return DepthLevel(price, self.sizes[at], COUNTS[at])

    def _fill(self, buy: bool, price: int, at: int, *, exact: bool = False) -> None:
        """Put a level's orders down: its usual number of them at first, later one to three of varying size."""
        lot = self.book.instrument.lot
        lots = self.sizes[at] // lot
        if exact:
            count = min(COUNTS[at], lots)
        else:
            draw = self.luck.getrandbits(8)
            count = 2 if draw & 3 == 0 else 1
            lots = max(lots * (20 + (draw >> 2)) >> 5, count)
        left = lots
        for turn in range(count, 0, -1):
            part = left // turn
            left -= part
            self._rest(buy, price, part * lot)

    def _renew_best(self, buy: bool, price: int) -> None:
        level = (self.book.bids if buy else self.book.asks).levels.get(price)
        if level is None or level.total * 2 < self.sizes[0]:
            self._fill(buy, price, 0)

    def _clear(self, buy: bool, price: int) -> None:
        book = self.book
        level = (book.bids if buy else book.asks).levels.get(price)
        order = level.head if level is not None else None
        while order is not None:
            following = order.next
            if order.quiet:
                book.end(order, OrderState.CANCELLED, "cancelled")
            order = following

    def _rest(self, buy: bool, price: int, quantity: int) -> Order | None:
        book = self.book
        order = self._order(RESTING, buy, price, quantity)
        keys = book.asks.keys if buy else book.bids.keys
        if keys and (-keys[-1] <= price if buy else keys[-1] >= price):
            book.activate(order)  # a client stands in the way: trade with him first
            if book.released:
                book.release_stops()
            return order
        order.shown = quantity
        (book.bids if buy else book.asks).insert(order)
        return order

    def _hit(self, buy: bool, price: int, quantity: int) -> None:
        book = self.book
        book.activate(self._order(TAKING, buy, price, quantity))
        if book.released:
            book.release_stops()

    def _order(self, ticket: Ticket, buy: bool, price: int, quantity: int) -> Order:
        book = self.book
        ticket.order = number = next(self.numbers)
        ticket.price = price
        ticket.quantity = quantity
        order = Order(cast(Add, ticket), buy, True)
        tape = book.tape
        tape.stamp = order.stamp = tape.stamp + 1
        book.orders[number] = order
        return order


def _quiet_quantity(side: BookSide, price: int) -> int:
    level = side.levels.get(price)
    return sum(order.open for order in level.orders() if order.quiet) if level is not None else 0
