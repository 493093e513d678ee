"""The night between two trading days: everything settles, contracts end and begin, bases, bands and ticks move."""

from __future__ import annotations

from datetime import date

from mocks.exchange.actions import base_prices, ex_values
from mocks.exchange.bands import Bands
from mocks.exchange.book import Book
from mocks.exchange.closing import Closing
from mocks.exchange.expiry import Settlement, next_listings
from mocks.exchange.floor import Floor, is_contract
from mocks.exchange.history import History
from mocks.exchange.model import Instrument, Kind
from mocks.exchange.pulse import Pulse


class Night:
    """What of the old day is still asked for in the new one: open interest at its end."""

    def __init__(
        self,
        floor: Floor,
        closing: Closing,
        settlement: Settlement,
        bands: Bands,
        pulse: Pulse,
        history: History,
    ) -> None:
        self.interest: dict[str, int] = {}
        self._floor = floor
        self._closing = closing
        self._settlement = settlement
        self._bands = bands
        self._pulse = pulse
        self._history = history

    def pass_to(self, opened: date) -> None:
        """`opened` is the day in force from here on. All orders have ended before."""
        floor = self._floor
        closes = self._settlement.closes()
        closes.update(floor.flow.idle_closes(closes))
        self.interest = {
            key: floor.flow.open_interest(key)
            for key, book in floor.books.items()
            if is_contract(book.instrument)
        }
        bases = base_prices(floor, opened, closes)
        rebased = ex_values(floor, opened, closes)
        listings = next_listings(floor, opened, closes | bases)
        for key in self._settlement.expire(opened):
            del floor.books[key]
        self._history.roll(opened, self.interest, closes)
        for key, base in bases.items():
            self._history.rebase(key, base, closes[key])
            for index in floor.indices.values():
                index.rebase(key, base, closes[key])
        floor.flow.rebase(rebased)
        floor.instruments.clear()
        floor.instruments.update(listings)
        for listing in listings.values():
            self._open(listing)
        floor.day = opened
        floor.regroup()
        floor.flow.relist(floor.books, self.interest)
        self._closing.start_day()
        self._bands.start_day()
        self._pulse.start_day()

    def _open(self, listing: Instrument) -> None:
        """Shares and contracts open where they closed, an index on its constituents."""
        floor = self._floor
        if listing.kind is Kind.INDEX:
            floor.indices[listing.key].start_day(listing)
            return
        book = floor.books.get(listing.key)
        close = listing.prev_close
        if book is None:
            book = Book(listing, floor.tape, rules=floor.rules, last_price=close, prev_close=close)
            book.close()
            floor.books[listing.key] = book
            return
        book.relist(listing)
        book.set_operating_range(None)
        book.prev_close = book.last_price = close
        book.start_day()
