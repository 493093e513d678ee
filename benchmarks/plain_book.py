"""A bare price-time book on sortedcontainers: limit orders and cancels, no checks, no events, no other rules.

What the exchange's speed is compared with: roughly what a limit order book costs before it has a rule book.
"""

from __future__ import annotations

from sortedcontainers import SortedDict


class PlainBook:
    """Each side is a SortedDict of price to an insertion-ordered dict of order number to open quantity."""

    def __init__(self) -> None:
        self.bids = SortedDict()
        self.asks = SortedDict()
        self.where: dict[int, tuple[bool, int]] = {}
        self.trades = 0

    def add(self, number: int, buy: bool, quantity: int, price: int) -> list[tuple[int, int, int, int]]:
        """Trade what crosses, rest the remainder; returns (active, passive, quantity, price) of each trade."""
        opposite = self.asks if buy else self.bids
        trades = []
        while quantity and opposite:
            best = opposite.peekitem(0 if buy else -1)[0]
            if best > price if buy else best < price:
                break
            level = opposite[best]
            passive, open_ = next(iter(level.items()))
            traded = min(quantity, open_)
            quantity -= traded
            trades.append((number, passive, traded, best))
            if traded == open_:
                del level[passive], self.where[passive]
                if not level:
                    del opposite[best]
            else:
                level[passive] = open_ - traded
        if quantity:
            side = self.bids if buy else self.asks
            level = side.get(price)
            if level is None:
                level = side[price] = {}
            level[number] = quantity
            self.where[number] = (buy, price)
        return trades

    def cancel(self, number: int) -> bool:
        """False when the order is not in the book."""
        place = self.where.pop(number, None)
        if place is None:
            return False
        buy, price = place
        side = self.bids if buy else self.asks
        level = side[price]
        del level[number]
        if not level:
            del side[price]
        return True
