"""What an instrument closed at, and the reference price of its closing auction.

A close is the volume-weighted average of the last half hour (shares without a closing auction, contracts), the
auction's price where there is one, else the last price. Sources: NSE/CMTR/74466 and NSE/FAOP/74467.
"""

from __future__ import annotations

from collections.abc import Sequence

from mocks.exchange.book import Book
from mocks.exchange.floor import volume_average
from mocks.exchange.matching import Matching

AUCTION_BAND_PERCENT = 3


class Closing:
    """Paise by key. The windows open at a session's mark and end with the session."""

    def __init__(self) -> None:
        self._marks: dict[str, tuple[int, int]] = {}  # turnover and volume when the window opened
        self.references: dict[str, int] = {}  # of the auction that is on
        self.closes: dict[str, int] = {}  # of the day in force, as far as it closed

    def start_day(self) -> None:
        self._marks.clear()
        self.references.clear()
        self.closes.clear()

    def open_window(self, books: Sequence[Book]) -> None:
        for book in books:
            self._marks[book.key] = (book.turnover, book.volume)

    def fix(self, book: Book) -> int:
        """Close a book that has no auction by its window's average, else its last price."""
        price = self._average(book) or book.last_price
        self.closes[book.key] = price
        return price

    def fix_reference(self, book: Book) -> int:
        """The closing auction's reference: the window's average, else the last price, else the old close."""
        price = self._average(book) or book.last_price or book.prev_close
        self.references[book.key] = price
        return price

    def fix_auction(self, book: Book, price: int) -> int:
        """Close a book at its auction's price; without one (0) at the reference."""
        close = price or self.references.get(book.key, 0) or book.last_price or book.prev_close
        self.closes[book.key] = close
        self.references.pop(book.key, None)
        return close

    def reference(self, book: Book) -> int:
        """What breaks the ties of the book's next auction: at the close its own price, else where it stood."""
        return self.references.get(book.key, 0) or book.last_price or book.prev_close

    def price(self, book: Matching) -> int:
        """What the book closed at today, or would close at if it never traded again."""
        return self.closes.get(book.key, 0) or book.last_price or book.prev_close

    def _average(self, book: Book) -> int:
        turnover, volume = self._marks.pop(book.key, (book.turnover, book.volume))
        return volume_average(book.turnover - turnover, book.volume - volume, book.instrument.tick)


def auction_band(reference: int, tick: int, day: tuple[int, int] | None) -> tuple[int, int]:
    """Three percent around the reference on the tick, inside the day's own band."""
    low = -(-reference * (100 - AUCTION_BAND_PERCENT) // (100 * tick)) * tick
    high = reference * (100 + AUCTION_BAND_PERCENT) // (100 * tick) * tick
    if day is not None:
        low, high = max(low, day[0]), min(high, day[1])
    return low, high
