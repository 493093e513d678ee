"""Resting orders of one side of a book: a price level is a linked queue, the best price is always last.

Cancelling is O(1) and a level's totals are exact at every moment: depth is read far more often than traded.
"""

from __future__ import annotations

from bisect import bisect_left, insort

from mocks.exchange.model import Add, OrderState

OPEN = OrderState.OPEN


class Order:
    """A mutable order of the book. `open` is what may still trade; `shown` is the displayed part of it."""

    __slots__ = (
        "activity", "asked", "buy", "client", "deadline", "disclosed", "filled", "level", "next", "number", "open",
        "previous", "price", "protection", "quantity", "quiet", "shown", "stamp", "state", "trigger", "type",
        "validity",
    )  # fmt: skip

    def __init__(self, command: Add, buy: bool, quiet: bool) -> None:
        self.number = command.order
        self.buy = buy
        self.type = self.asked = command.type  # `asked` is the client's word: a fired stop is a LIMIT here
        self.quantity = self.open = command.quantity
        self.filled = self.shown = self.stamp = self.deadline = self.activity = 0
        self.price = command.price
        self.trigger = 0
        self.disclosed = command.disclosed
        self.validity = command.validity
        self.protection = command.protection_pct
        self.client = command.client
        self.quiet = quiet  # the background flow's: its own life makes no events, its trades do
        self.state = OPEN
        self.level: Level | None = None
        self.previous: Order | None = None
        self.next: Order | None = None


class Level:
    """All orders at one price, oldest first. `total` counts hidden quantity, `displayed` does not."""

    __slots__ = ("count", "displayed", "head", "price", "tail", "total")

    def __init__(self, price: int) -> None:
        self.price = price
        self.total = 0
        self.displayed = 0
        self.count = 0
        self.head: Order | None = None
        self.tail: Order | None = None

    def orders(self) -> list[Order]:
        found = []
        order = self.head
        while order is not None:
            found.append(order)
            order = order.next
        return found

    def link(self, order: Order) -> None:
        """Queue by time stamp: almost always the tail, earlier only for market orders leaving an auction."""
        after = self.tail
        while after is not None and after.stamp > order.stamp:
            after = after.previous
        order.previous = after
        if after is None:
            order.next = self.head
            self.head = order
        else:
            order.next = after.next
            after.next = order
        if order.next is None:
            self.tail = order
        else:
            order.next.previous = order

    def unlink(self, order: Order) -> None:
        before, after = order.previous, order.next
        if before is None:
            self.head = after
        else:
            before.next = after
        if after is None:
            self.tail = before
        else:
            after.previous = before
        order.previous = order.next = None


class BookSide:
    """Levels by price. `keys` ascend so that the best is last: +price for bids, -price for asks."""

    __slots__ = ("keys", "levels", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.levels: dict[int, Level] = {}
        self.keys: list[int] = []

    def insert(self, order: Order) -> None:
        price = order.price
        level = self.levels.get(price)
        if level is None:
            level = self.levels[price] = Level(price)
            insort(self.keys, price * self.sign)
        order.level = level
        tail = level.tail
        if tail is not None and tail.stamp < order.stamp:  # nearly always: the youngest goes last
            tail.next = order
            order.previous = tail
            level.tail = order
        else:
            level.link(order)
        level.count += 1
        level.total += order.open
        level.displayed += order.shown

    def remove(self, order: Order) -> None:
        level = order.level
        assert level is not None
        order.level = None
        if level.count == 1:
            self.drop(level.price)
            return
        level.count -= 1
        level.total -= order.open
        level.displayed -= order.shown
        level.unlink(order)

    def drop(self, price: int) -> None:
        """Forget an empty level."""
        del self.levels[price]
        key = price * self.sign
        if self.keys[-1] == key:
            self.keys.pop()
        else:
            del self.keys[bisect_left(self.keys, key)]

    def best(self) -> int:
        """Best price in paise, 0 when the side is empty."""
        return self.keys[-1] * self.sign if self.keys else 0

    def quantity(self) -> int:
        """Everything that waits on this side, hidden quantity included."""
        return sum(level.total for level in self.levels.values())

    def best_levels(self, limit: int = 0) -> list[Level]:
        """Best first; all of them when `limit` is 0."""
        keys = self.keys[-limit:] if limit else self.keys
        return [self.levels[key * self.sign] for key in reversed(keys)]
