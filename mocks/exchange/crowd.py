"""Everybody else in a call auction: seeded limit orders on both sides that cross enough to make a price.

Makers quote continuous markets only; without a crowd an auction would have no opinion but the clients'.
"""

from __future__ import annotations

from collections.abc import Sequence

from mocks.exchange.book import Book
from mocks.exchange.chance import shock, stream
from mocks.exchange.flow import Flow
from mocks.exchange.levels import Order
from mocks.exchange.model import Add, OrderState, OrderType, Side
from mocks.exchange.tape import Tape

ORDERS_EACH_SIDE = 4
WIDTH = 0.0025  # how far opinions differ, as a part of the price
VALUE = 40_000_000  # paise of one order in a share
LOTS = 6  # of one order in a contract
CROWD = "~crowd"


class Crowd:
    """Order numbers come from a stream of their own. One auction of a book at a time."""

    def __init__(self, seed: int, tape: Tape, flow: Flow, first_number: int) -> None:
        self._seed = seed
        self._tape = tape
        self._flow = flow
        self._number = first_number
        self._standing: dict[str, list[Order]] = {}

    def gather(self, books: Sequence[Book], occasion: str) -> None:
        """Collect in each book; `occasion` names the auction, once for every day."""
        if not self._flow.enabled:
            return
        for book in books:
            self._standing[book.key] = self._speak(book, occasion)

    def leave(self, books: Sequence[Book]) -> None:
        """What an auction left of the crowd's orders goes home."""
        for book in books:
            for order in self._standing.pop(book.key, ()):
                if order.level is not None:
                    book.end(order, OrderState.CANCELLED, "auction_over")

    def _speak(self, book: Book, occasion: str) -> list[Order]:
        luck = stream(self._seed, book.key, occasion)
        listing = book.instrument
        tick = listing.tick
        middle = self._flow.value(book.key)
        size = max(VALUE // max(round(middle), 1), 1) if listing.lot == 1 else LOTS * listing.lot
        low, high = book.price_limits()
        standing = []
        for _ in range(ORDERS_EACH_SIDE):
            for side in (Side.BUY, Side.SELL):
                price = round(middle * (1.0 + WIDTH * shock(luck)) / tick) * tick
                price = min(max(price, -(-max(low, 1) // tick) * tick), high // tick * tick)
                lots = max(round(size * (0.5 + luck.random())) // listing.lot, 1) * listing.lot
                self._number += 1
                command = Add(
                    book.key, self._number, side, OrderType.LIMIT, min(lots, listing.freeze or lots), price,
                    client=CROWD if side is Side.BUY else CROWD + "s",
                )  # fmt: skip
                order = book.add(command, quiet=True)
                if order is not None:
                    standing.append(order)
        return standing
