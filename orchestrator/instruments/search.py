"""Search by words: "nifty 24500 ce", "reliance fut nov", "infy". Answers in a few milliseconds over every contract.

Every word must begin some word of the instrument. Exact names come first, then names that begin so, then the rest:
shares, indices, futures, options, the nearest expiry first.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any

from domain.instrument import Exchange, Instrument, Kind
from orchestrator.instruments.table import Table

BREAKS = re.compile(r"[^a-z0-9&.]+")
PLAIN = re.compile(r"[A-Z0-9&.]+")  # a symbol that is one word
KIND_ORDER = (Kind.EQUITY, Kind.INDEX, Kind.FUTURE, Kind.CALL, Kind.PUT)
KIND_WORDS = {
    Kind.EQUITY: ("eq", "share"),
    Kind.INDEX: ("index", "idx"),
    Kind.FUTURE: ("fut", "future"),
    Kind.CALL: ("ce", "call"),
    Kind.PUT: ("pe", "put"),
}
FAR = date.max
FIRST = (Exchange.NSE, Exchange.NFO)
Numbers = Iterable[int]


class Segment(StrEnum):
    """The parts of the market as people know them; each exchange names its own."""

    EQUITY = "equity"
    INDEX = "index"
    DERIVATIVES = "derivatives"  # on shares and their indices
    CURRENCY = "currency"
    COMMODITY = "commodity"


def segment_of(exchange: Exchange, kind: Kind) -> Segment:
    match exchange:
        case Exchange.NSE | Exchange.BSE:
            return Segment.INDEX if kind is Kind.INDEX else Segment.EQUITY
        case Exchange.NFO | Exchange.BFO:
            return Segment.DERIVATIVES
        case Exchange.CDS | Exchange.BCD:
            return Segment.CURRENCY
        case Exchange.MCX:
            return Segment.COMMODITY


class Search:
    """An index over one table. Numbers inside stand for instruments in their order of importance.

    What contracts share (underlying, day, strike, kind) is indexed by value, so that a word leads to few long lists;
    symbols are found in their alphabetical order. Only shares have words of their own.

    A set of instruments is a mask: one byte for each, 1 where it belongs. A hundred thousand of them are cut against
    each other in microseconds, where Python's own sets would take a tenth of a second.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        self._rows = array("l", _by_importance(table))
        self._symbols = [table.symbols[row].lower() for row in self._rows]
        self._by_symbol = array("l", sorted(range(len(self._rows)), key=self._symbols.__getitem__))
        self._by_word: dict[str, list[array[int]]] = {}
        for words, numbers in _postings(table, self._rows):
            for word in words:
                self._by_word.setdefault(word, []).append(numbers)
        self._words = sorted(self._by_word)
        self._of_column: dict[Exchange | Segment, bytes] = {}
        self._contracts = bytes(table.is_contract(row) for row in self._rows)

    def find(
        self,
        query: str,
        *,
        exchange: Exchange | None = None,
        segment: Segment | None = None,
        offset: int = 0,
        limit: int = 20,
    ) -> tuple[list[Instrument], int]:
        """A page of matches, best first, and how many there are. An empty query matches everything."""
        wanted = query.lower().split()
        found = self._cut(wanted, self._begun_by)
        if wanted and not any(found):
            pieces = [piece for word in wanted for piece in BREAKS.split(word) if piece]
            found = self._cut(pieces, self._begun_by) if pieces else found
        for one in (exchange, segment):
            if one is not None:
                found = _both(found, self._all_of(one))
        best = self._best_first(found, wanted)
        page = list(islice(best, offset, offset + limit))
        return [self._table.at(self._rows[number]) for number in page], found.count(1)

    def _best_first(self, found: bytes, wanted: list[str]) -> Iterator[int]:
        """Those of that very name, those whose words are the very words, and the rest. Of the second, contracts whose
        symbol does not begin with the first word come last: "nifty 24500 ce" is meant of NIFTY, not of FINNIFTY, whose
        index is called NIFTY FIN SERVICE."""
        named = sorted(number for number in self._of_symbol(" ".join(wanted)) if found[number])
        exact = _both(found, self._cut(wanted, self._is_word))
        begun = self._mask(self._of_symbol(wanted[0], begun=True)) if wanted else exact
        distant = _less(_both(exact, self._contracts), begun)
        yield from named
        yield from (number for number in _members(_less(exact, distant)) if number not in named)
        yield from (number for number in _members(distant) if number not in named)
        yield from (number for number in _members(found) if not exact[number] and number not in named)

    def _cut(self, words: Iterable[str], lookup: Callable[[str], Numbers]) -> bytes:
        whole = b"\x01" * len(self._rows)
        for word in words:
            whole = _both(whole, self._mask(lookup(word)))
        return whole

    def _mask(self, numbers: Numbers) -> bytes:
        mask = bytearray(len(self._rows))
        for number in numbers:
            mask[number] = 1
        return bytes(mask)

    def _all_of(self, wanted: Exchange | Segment) -> bytes:
        """Everything on that exchange or in that segment. Not by its word, which a name may have as well."""
        mask = self._of_column.get(wanted)
        if mask is None:
            of = ((self._table.exchanges[row], self._table.kinds[row]) for row in self._rows)
            mask = bytes(wanted in (exchange, segment_of(exchange, kind)) for exchange, kind in of)
            self._of_column[wanted] = mask
        return mask

    # --- words ---------------------------------------------------------------------------------------------------

    def _begun_by(self, start: str) -> Iterator[int]:
        """Instruments with a word that begins so: a word of the index, a symbol, or `nse:symbol`."""
        for position in range(bisect_left(self._words, start), len(self._words)):
            if not self._words[position].startswith(start):
                break
            yield from self._of_word(self._words[position])
        yield from self._of_symbol(start, begun=True)
        exchange, colon, symbol = start.partition(":")
        if colon:
            yield from self._on(exchange, self._of_symbol(symbol, begun=True))

    def _is_word(self, word: str) -> Iterator[int]:
        """Instruments with this very word."""
        yield from self._of_word(word)
        yield from self._of_symbol(word)
        exchange, colon, symbol = word.partition(":")
        if colon:
            yield from self._on(exchange, self._of_symbol(symbol))

    def _of_word(self, word: str) -> Iterator[int]:
        for numbers in self._by_word.get(word, ()):
            yield from numbers

    def _of_symbol(self, text: str, *, begun: bool = False) -> Iterator[int]:
        """Instruments of this symbol, or of one that begins so; alphabetically."""
        symbols, order = self._symbols, self._by_symbol
        for position in range(bisect_left(order, text, key=symbols.__getitem__), len(order)):
            symbol = symbols[order[position]]
            if not (symbol.startswith(text) if begun else symbol == text):
                return
            yield order[position]

    def _on(self, exchange: str, numbers: Numbers) -> Iterator[int]:
        exchanges, rows = self._table.exchanges, self._rows
        return (number for number in numbers if exchanges[rows[number]].lower() == exchange)


def _both(one: bytes, other: bytes) -> bytes:
    together = int.from_bytes(one, "little") & int.from_bytes(other, "little")
    return together.to_bytes(len(one), "little")


def _less(one: bytes, other: bytes) -> bytes:
    left = int.from_bytes(one, "little") & ~int.from_bytes(other, "little")
    return left.to_bytes(len(one), "little")


def _members(mask: bytes) -> Iterator[int]:
    number = mask.find(1)
    while number >= 0:
        yield number
        number = mask.find(1, number + 1)


def _by_importance(table: Table) -> list[int]:
    """The table's rows in the order in which equally good matches are shown."""
    groups: dict[tuple[int, date, bool], list[int]] = defaultdict(list)
    of = zip(table.kinds, table.expiries, table.exchanges, strict=True)
    for row, (kind, expiry, exchange) in enumerate(of):
        groups[KIND_ORDER.index(kind), expiry or FAR, exchange not in FIRST].append(row)
    rows: list[int] = []
    for group in sorted(groups):
        # The second sort keeps the order of the first among equal symbols.
        by_exchange = sorted(groups[group], key=table.exchanges.__getitem__)
        rows += sorted(by_exchange, key=table.symbols.__getitem__)
    return rows


def _postings(table: Table, rows: Iterable[int]) -> Iterator[tuple[Iterable[str], array[int]]]:
    """Words, and the instruments that have them, for every value of every column, and for what is no contract."""
    exchanges, kinds, underlyings, expiries, strikes = (_lists() for _ in range(5))
    own: dict[str, array[int]] = _lists()
    for number, row in enumerate(rows):
        exchanges[table.exchanges[row]].append(number)
        kinds[table.kinds[row]].append(number)
        underlyings[table.underlyings[row]].append(number)
        expiries[table.expiries[row]].append(number)
        strikes[table.strikes[row]].append(number)
        if table.is_contract(row) and PLAIN.fullmatch(table.symbols[row]) and table.isins[row] is None:
            continue
        for word in _own_words(table, row):
            own[word].append(number)
    yield from (((exchange.lower(),), numbers) for exchange, numbers in exchanges.items())
    yield from ((KIND_WORDS[kind], numbers) for kind, numbers in kinds.items())
    yield from ((_pieces(name), numbers) for name, numbers in underlyings.items() if name)
    yield from ((_days(day), numbers) for day, numbers in expiries.items() if day)
    yield from (
        ((f"{at.amount.normalize():f}",), numbers) for at, numbers in strikes.items() if at is not None
    )
    yield from (((word,), numbers) for word, numbers in own.items())


def _lists() -> defaultdict[Any, array[int]]:
    return defaultdict(lambda: array("l"))


def _own_words(table: Table, row: int) -> set[str]:
    """The words of one instrument that its columns do not give. The title of a contract is made of its columns."""
    texts = [table.symbols[row]]
    if not table.is_contract(row):
        texts.append(table.names[row])
    words = {word for text in texts for word in _pieces(text)}
    isin = table.isins[row]
    return words | {isin.lower()} if isin is not None else words


def _pieces(text: str) -> set[str]:
    return set(filter(None, BREAKS.split(text.lower())))


def _days(day: date) -> set[str]:
    """As people write it, and as the title of a contract has it."""
    return set(f"{day:%d%b %d %b %Y}".lower().split())
