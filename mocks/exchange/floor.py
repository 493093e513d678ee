"""What the parts of one exchange have in common: listings, books, indices, the tape, the market's own traders."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from mocks.exchange.actions import Action
from mocks.exchange.book import Book
from mocks.exchange.calendar import Calendar
from mocks.exchange.flow import Flow
from mocks.exchange.indices import IndexLevel
from mocks.exchange.model import Instrument, Kind, Rules
from mocks.exchange.sessions import Group, group_of
from mocks.exchange.tape import Tape

# The listings of a day, given the last closes in paise by key and the trading days.
Listing = Callable[[date, Mapping[str, int], Calendar], Sequence[Instrument]]


@dataclass
class Floor:
    """Everything is replaced in place when the day changes: whoever holds the floor sees the new day."""

    seed: int
    calendar: Calendar
    rules: Rules
    instruments: dict[str, Instrument]
    books: dict[str, Book]
    indices: dict[str, IndexLevel]
    tape: Tape
    flow: Flow
    day: date
    listing: Listing | None = None
    note: Callable[..., None] | None = None  # writes what chance decided into the journal
    actions: list[Action] = field(default_factory=list)  # of companies, announced and past
    members: dict[Group, list[str]] = field(default_factory=dict)  # keys of books, in the order of listing

    def regroup(self) -> None:
        """Sort the books into groups as of `day`."""
        self.members = {group: [] for group in Group}
        for key, book in self.books.items():
            self.members[group_of(book.instrument, self.day)].append(key)

    def group(self, key: str) -> Group:
        """Raises KeyError for an unknown key."""
        return group_of(self.instruments[key], self.day)

    def books_of(self, group: Group) -> list[Book]:
        return [self.books[key] for key in self.members[group]]

    def decided(self, what: str, **facts: object) -> None:
        if self.note is not None:
            self.note(what, **facts)


def books_of(
    instruments: Mapping[str, Instrument], tape: Tape, rules: Rules, last_prices: Mapping[str, int]
) -> dict[str, Book]:
    """A book for everything but the indices, at the price where an earlier run left it if that can trade today."""
    books = {}
    for key, listing in instruments.items():
        if listing.kind is not Kind.INDEX:
            last = last_prices.get(key, 0)
            if not _can_trade_at(listing, last):
                last = listing.prev_close
            books[key] = Book(listing, tape, rules=rules, last_price=last, prev_close=listing.prev_close)
    return books


def _can_trade_at(listing: Instrument, price: int) -> bool:
    if price <= 0 or price % listing.tick:
        return False
    return listing.band is None or listing.band[0] <= price <= listing.band[1]


def is_contract(instrument: Instrument) -> bool:
    return instrument.kind in (Kind.FUTURE, Kind.CALL, Kind.PUT)


def volume_average(turnover: int, volume: int, tick: int) -> int:
    """Volume-weighted average on the nearest tick, paise; 0 without volume."""
    return (turnover * 2 + volume * tick) // (2 * volume * tick) * tick if volume else 0
