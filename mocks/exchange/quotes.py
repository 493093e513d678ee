"""The market of one instrument at one moment, as everybody may see it."""

from __future__ import annotations

from datetime import date

from mocks.exchange.auction import Uncrossing
from mocks.exchange.book import Book
from mocks.exchange.closing import Closing
from mocks.exchange.floor import Floor
from mocks.exchange.history import History
from mocks.exchange.model import DepthLevel, Phase, Quote
from mocks.exchange.pulse import Pulse
from mocks.exchange.rollover import Night

DEPTH = 5
NOTHING = Uncrossing(0, 0)
IN_AUCTION = (Phase.PREOPEN, Phase.LIMIT_ONLY, Phase.MATCHING)


class QuoteBoard:
    """Looking changes nothing. The range of a past year is looked up once a day, when somebody asks."""

    def __init__(self, floor: Floor, closing: Closing, pulse: Pulse, night: Night, history: History) -> None:
        self._floor = floor
        self._closing = closing
        self._pulse = pulse
        self._night = night
        self._history = history
        self._years: dict[str, tuple[date, tuple[int, int]]] = {}

    def quote(self, key: str, levels: int = DEPTH) -> Quote:
        """Raises KeyError for an unknown key. Indices have no depth and no bands (0)."""
        floor = self._floor
        index = floor.indices.get(key)
        if index is not None:
            return index.quote(floor.tape.trade, floor.tape.now)
        book = floor.books[key]
        return _book_quote(
            book,
            levels=levels,
            offered=floor.flow.offer(key),
            interest=floor.flow.open_interest(key),
            interest_before=self._night.interest.get(key, 0),
            reference=self._closing.reference(book) if book.phase in IN_AUCTION else 0,
            indicative=self._pulse.indicative.get(key),
        )

    def year_range(self, key: str) -> tuple[int, int]:
        """(lowest, highest) of the last 52 weeks, today included, paise. Apart from the quote, because the first
        look at an instrument's year makes its whole past. Raises KeyError for an unknown key."""
        now = self.quote(key)
        found = self._years.get(key)
        if found is None or found[0] != self._floor.day:
            found = self._years[key] = (self._floor.day, self._history.year_range(key))
        seen = [price for price in (*found[1], now.low, now.high, now.last_price) if price]
        return (min(seen), max(seen)) if seen else (0, 0)


def _book_quote(
    book: Book, *, levels: int, interest: int, interest_before: int, reference: int, indicative: Uncrossing | None,
    offered: tuple[tuple[DepthLevel, ...], tuple[DepthLevel, ...]] | None = None,
) -> Quote:  # fmt: skip
    """`reference` is 0 outside auctions.

    `offered` is what makers would quote who have not come to the book yet: (bids, asks).
    """
    bids, asks = book.depth(levels)
    buy, sell = book.bids.quantity(), book.asks.quantity()
    if offered is not None:
        buy, sell = (sum(level.quantity for level in side) for side in offered)
        bids, asks = offered[0][:levels], offered[1][:levels]
    low, high = book.instrument.band or (0, 0)
    found = indicative or NOTHING
    return Quote(
        key=book.key, time=book.tape.now, last_price=book.last_price, last_quantity=book.last_quantity,
        last_time=book.last_time, average_price=book.turnover // book.volume if book.volume else 0,
        volume=book.volume, buy_quantity=buy, sell_quantity=sell,
        open=book.open_price, high=book.high, low=book.low, prev_close=book.prev_close, open_interest=interest,
        lower_band=low, upper_band=high, bids=bids, asks=asks,
        indicative_price=found.price, indicative_quantity=found.volume,
        reference_price=reference, oi_day_high=max(interest, interest_before),
        oi_day_low=min(interest, interest_before) if interest_before else interest,
        prev_open_interest=interest_before,
    )  # fmt: skip
