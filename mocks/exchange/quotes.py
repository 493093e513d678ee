"""The market of one instrument at one moment, as everybody may see it."""

from __future__ import annotations

from mocks.exchange.auction import Uncrossing
from mocks.exchange.book import Book
from mocks.exchange.model import DepthLevel, Quote

DEPTH = 5
NOTHING = Uncrossing(0, 0)


def book_quote(
    book: Book, *, interest: int, interest_before: int, year: tuple[int, int], reference: int,
    indicative: Uncrossing | None,
    offered: tuple[tuple[DepthLevel, ...], tuple[DepthLevel, ...]] | None = None,
) -> Quote:  # fmt: skip
    """`year` is (low, high) of the 52 weeks before today, paise; `reference` 0 outside auctions.

    `offered` is what makers would quote who have not come to the book yet: (bids, asks).
    """
    bids, asks = book.depth(DEPTH)
    buy, sell = book.bids.quantity(), book.asks.quantity()
    if offered is not None:
        buy, sell = (sum(level.quantity for level in side) for side in offered)
        bids, asks = offered[0][:DEPTH], offered[1][:DEPTH]
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
        prev_open_interest=interest_before, year_high=max(year[1], book.high),
        year_low=min(year[0], book.low) if year[0] and book.low else year[0] or book.low,
    )  # fmt: skip
