"""Search by words: "nifty 24500 ce", "reliance fut nov", "infy". Answers in a few milliseconds over every contract.

Every word must begin some word of the instrument. Exact names come first, then names that begin so, then the rest:
shares, indices, futures, options, the nearest expiry first.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from domain.instrument import Exchange, Instrument, Kind

BREAKS = re.compile(r"[^a-z0-9&.]+")
KIND_ORDER = (Kind.EQUITY, Kind.INDEX, Kind.FUTURE, Kind.CALL, Kind.PUT)
KIND_WORDS = {
    Kind.EQUITY: ("eq", "share"),
    Kind.INDEX: ("index", "idx"),
    Kind.FUTURE: ("fut", "future"),
    Kind.CALL: ("ce", "call"),
    Kind.PUT: ("pe", "put"),
}
FAR = date.max


class Search:
    """An index over one directory. Numbers inside stand for instruments in their order of importance."""

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._all = sorted(instruments, key=_importance)
        self._by_word: dict[str, list[int]] = {}
        for number, instrument in enumerate(self._all):
            for word in set(_words(instrument)):
                self._by_word.setdefault(word, []).append(number)
        self._words = sorted(self._by_word)

    def find(
        self, query: str, *, exchange: Exchange | None = None, offset: int = 0, limit: int = 20
    ) -> tuple[list[Instrument], int]:
        """A page of matches, best first, and how many there are. An empty query matches everything."""
        wanted = query.lower().split()
        numbers = self._ranked(wanted) if wanted else range(len(self._all))
        if exchange is not None:
            numbers = [number for number in numbers if self._all[number].id.exchange is exchange]
        return [self._all[number] for number in numbers[offset : offset + limit]], len(numbers)

    def _ranked(self, wanted: list[str]) -> list[int]:
        begun = self._matching(wanted, self._beginning_with)
        if not begun:
            pieces = [piece for word in wanted for piece in BREAKS.split(word) if piece]
            return self._matching(pieces, self._beginning_with) if pieces and pieces != wanted else []
        exact = set(self._matching(wanted, self._exactly))
        name = " ".join(wanted)
        named = [number for number in begun if self._all[number].id.symbol.lower() == name]
        first = set(named)
        return [
            *named,
            *(number for number in begun if number in exact and number not in first),
            *(number for number in begun if number not in exact and number not in first),
        ]

    def _matching(self, words: list[str], lookup: Callable[[str], set[int]]) -> list[int]:
        sets = sorted((lookup(word) for word in words), key=len)
        return sorted(set.intersection(*sets)) if sets else []

    def _exactly(self, word: str) -> set[int]:
        return set(self._by_word.get(word, ()))

    def _beginning_with(self, start: str) -> set[int]:
        found: set[int] = set()
        for word in self._from(start):
            found.update(self._by_word[word])
        return found

    def _from(self, start: str) -> Iterator[str]:
        for position in range(bisect_left(self._words, start), len(self._words)):
            if not self._words[position].startswith(start):
                return
            yield self._words[position]


def _importance(instrument: Instrument) -> tuple[int, date, bool, str, str]:
    name = instrument.id
    return (
        KIND_ORDER.index(instrument.kind),
        instrument.expiry or FAR,
        name.exchange not in (Exchange.NSE, Exchange.NFO),
        name.symbol,
        name.exchange,
    )


def _words(instrument: Instrument) -> Iterator[str]:
    symbol = instrument.id.symbol.lower()
    yield symbol
    yield f"{instrument.id.exchange}:{symbol}".lower()
    yield instrument.id.exchange.lower()
    yield from KIND_WORDS[instrument.kind]
    for text in (symbol, instrument.name.lower(), (instrument.underlying or "").lower()):
        yield from filter(None, BREAKS.split(text))
    if instrument.expiry is not None:
        yield from f"{instrument.expiry:%d%b %b %Y}".lower().split()
    if instrument.strike is not None:
        yield f"{instrument.strike.amount.normalize():f}"
    if instrument.isin is not None:
        yield instrument.isin.lower()
