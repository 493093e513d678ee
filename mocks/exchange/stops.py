"""Stop orders that wait for their trigger (R5), in the order in which one print would release them."""

from __future__ import annotations

from bisect import bisect_left, insort

from mocks.exchange.levels import Order

NEVER = 1 << 62


class StopBook:
    """Buys: lowest trigger first; sells: highest first; then age. The next to fire is last in its list."""

    __slots__ = ("buy_trigger", "buys", "sell_trigger", "sells")

    def __init__(self) -> None:
        self.buys: list[tuple[int, int, Order]] = []
        self.sells: list[tuple[int, int, Order]] = []
        self.buy_trigger = NEVER  # a print at or above it releases a buy stop
        self.sell_trigger = 0  # a print at or below it releases a sell stop

    def insert(self, order: Order) -> None:
        if order.buy:
            insort(self.buys, (-order.trigger, -order.stamp, order))
        else:
            insort(self.sells, (order.trigger, -order.stamp, order))
        self._refresh()

    def remove(self, order: Order) -> None:
        waiting = self.buys if order.buy else self.sells
        key = (-order.trigger if order.buy else order.trigger, -order.stamp)
        del waiting[bisect_left(waiting, key, key=lambda entry: entry[:2])]
        self._refresh()

    def fired_by(self, price: int) -> list[Order]:
        """Take out every stop that a print at `price` releases, buys first, in release order."""
        fired = []
        while self.buys and -self.buys[-1][0] <= price:
            fired.append(self.buys.pop()[2])
        while self.sells and self.sells[-1][0] >= price:
            fired.append(self.sells.pop()[2])
        self._refresh()
        return fired

    def orders(self) -> list[Order]:
        return [entry[2] for entry in reversed(self.buys)] + [entry[2] for entry in reversed(self.sells)]

    def _refresh(self) -> None:
        self.buy_trigger = -self.buys[-1][0] if self.buys else NEVER
        self.sell_trigger = self.sells[-1][0] if self.sells else 0
