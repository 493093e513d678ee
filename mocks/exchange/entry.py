"""What the exchange refuses in contracts before the book is asked; a market that never closes is lenient.

NSE takes no SL-M in options, and no market order in a contract that has not traded today: there would be no last
price to measure it by (NSE/FAOP/73928).
"""

from __future__ import annotations

from mocks.exchange.book import Book
from mocks.exchange.model import Cancel, Command, OrderType

UNPRICED = (OrderType.MARKET, OrderType.SL_M)


def contract_refusal(book: Book, command: Command) -> str:
    """A short stable code, or "". Shares pass."""
    listing = book.instrument
    if not listing.expiry or isinstance(command, Cancel) or command.type not in UNPRICED:
        return ""
    if command.type is OrderType.SL_M:
        return "stop_market" if listing.strike else ""
    return "" if book.last_time else "no_last_price"
