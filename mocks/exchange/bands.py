"""Prices that are allowed: bands that slide under shares with contracts, operating ranges of the contracts.

Sources: NSE/FAOP/64995 (sliding bands since 18 November 2024: 5 % more after trades at 9.90 % and a cool-off,
the other end follows, stranded orders are cancelled); limit price protection around a 30-second average. The
real rule also counts trades, clients and brokers before it slides: here one look a second at the price decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from mocks.exchange.book import Book
from mocks.exchange.calendar import MINUTE_NS, SECOND_NS
from mocks.exchange.floor import Floor, is_contract
from mocks.exchange.levels import Order
from mocks.exchange.model import Instrument, Kind, OrderState, Phase
from mocks.exchange.ticks import percent_band

DYNAMIC_PERCENT = 10
SLIDE_PERCENT = 5
NEAR_EDGE = 99  # percent of the way to an edge that counts as there: 9.90 of 10
COOL_OFF_NS = (15 * MINUTE_NS, 15 * MINUTE_NS, 30 * MINUTE_NS)  # the third and later slides wait longer
RANGE_SECONDS = 30
FUTURE_RANGE_PERCENT = 3
OPTION_RANGE_PERCENT = 40
CHEAP_OPTION = 50_00  # paise: up to here the range is a sum, not a percentage
CHEAP_OPTION_RANGE = 20_00


@dataclass(slots=True)
class _Slide:
    """How far one share's band has moved today, and since when its price has stood at an edge."""

    count: int = 0
    edge: int = 0  # +1 upper, -1 lower, 0 away from both
    until: int = 0  # when the cool-off ends (ns)


class Bands:
    """Watches the books of a floor once a second; state of one day."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._slides: dict[str, _Slide] = {}
        self._marks: dict[str, tuple[int, int]] = {}  # turnover and volume when the last range was set
        self._next_range = 0
        self.start_day()

    def start_day(self) -> None:
        books = self._floor.books.values()
        self._slides = {book.key: _Slide() for book in books if book.instrument.derivatives}
        self._marks = {}
        self._next_range = 0

    def look(self, now: int) -> None:
        """The once-a-second look: slide what has stood at its edge, renew the operating ranges."""
        for key, slide in self._slides.items():
            self._watch(self._floor.books[key], slide, now)
        if now >= self._next_range:
            self._next_range = (now // (RANGE_SECONDS * SECOND_NS) + 1) * RANGE_SECONDS * SECOND_NS
            self.renew_ranges(book for book in self._floor.books.values() if is_contract(book.instrument))

    def renew_ranges(self, books: Iterable[Book]) -> None:
        """Around the average since the last renewal, else the last price."""
        for book in books:
            turnover, volume = self._marks.get(book.key, (book.turnover, book.volume))
            traded = book.volume - volume
            average = (
                (book.turnover - turnover) // traded if traded > 0 else book.last_price or book.prev_close
            )
            self._marks[book.key] = (book.turnover, book.volume)
            found = operating_range(book.instrument, average)
            if found != book.operating_range:
                book.set_operating_range(found)

    def narrow_futures(self, shares: Sequence[Book]) -> None:
        """The shares' closing auction begins: ranges of their futures are set anew, what is outside is cancelled.

        NSE/FAOP/74467, in force since 3 August 2026.
        """
        keys = {share.key for share in shares}
        for book in self._floor.books.values():
            if book.instrument.kind is Kind.FUTURE and book.instrument.underlying in keys:
                self.renew_ranges([book])
                book.end_where(partial(_is_outside, book), OrderState.CANCELLED, "range")

    def centre_range(self, book: Book, price: int) -> None:
        """The market was put at `price` from outside: what was traded before tells nothing."""
        if is_contract(book.instrument):
            self._marks[book.key] = (book.turnover, book.volume)
            book.set_operating_range(operating_range(book.instrument, price))

    def _watch(self, book: Book, slide: _Slide, now: int) -> None:
        band = book.instrument.band
        if band is None or book.phase is not Phase.CONTINUOUS:
            return
        last = book.last_price
        low, high = band
        middle = (low + high) // 2
        edge = 0
        if (last - middle) * 100 >= (high - middle) * NEAR_EDGE:
            edge = 1
        elif (middle - last) * 100 >= (middle - low) * NEAR_EDGE:
            edge = -1
        if edge != slide.edge:
            slide.edge = edge
            slide.until = now + COOL_OFF_NS[min(slide.count, len(COOL_OFF_NS) - 1)]
        elif edge and now >= slide.until:
            self._slide(book, slide, edge, band)

    def _slide(self, book: Book, slide: _Slide, edge: int, band: tuple[int, int]) -> None:
        slide.count += 1
        slide.edge = slide.until = 0
        tick = book.instrument.tick
        step = book.prev_close * SLIDE_PERCENT // (100 * tick) * tick * edge
        low, high = max(band[0] + step, tick), band[1] + step
        self._floor.decided("band", key=book.key, low=low, high=high)
        book.set_band(low, high)


def _is_outside(book: Book, order: Order) -> bool:
    return order.price > 0 and order.state is OrderState.OPEN and book.is_out_of_range(order.price)


def operating_range(listing: Instrument, average: int) -> tuple[int, int]:
    """What a limit order may ask for around a 30-second average: futures 3 %, options 40 % or Rs 20 (paise)."""
    if listing.kind is Kind.FUTURE:
        return percent_band(average, FUTURE_RANGE_PERCENT, listing.tick)
    if average > CHEAP_OPTION:
        return percent_band(average, OPTION_RANGE_PERCENT, listing.tick)
    high = (average + CHEAP_OPTION_RANGE) // listing.tick * listing.tick
    return max(average - CHEAP_OPTION_RANGE, listing.tick), high
