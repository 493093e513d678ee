"""Search by words: "nifty 24500 ce", "reliance fut nov", "infy". Answers in a few milliseconds over every contract.

Every word must begin some word of the instrument. Exact names come first, then names that begin so, then the rest:
shares, indices, futures, options, the nearest expiry first.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import islice

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
    """An index over one directory. Numbers inside stand for instruments in their order of importance.

    A set of instruments is a mask: one byte for each, 1 where it belongs. A hundred thousand of them are cut against
    each other in microseconds, where Python's own sets would take a tenth of a second.
    """

    def __init__(self, instruments: Iterable[Instrument]) -> None:
        self._all = sorted(instruments, key=_importance)
        self._by_word: dict[str, list[int]] = {}
        self._by_symbol: dict[str, list[int]] = {}
        for number, instrument in enumerate(self._all):
            self._by_symbol.setdefault(instrument.id.symbol.lower(), []).append(number)
            for word in set(_words(instrument)):
                self._by_word.setdefault(word, []).append(number)
        self._words = sorted(self._by_word)

    def find(
        self, query: str, *, exchange: Exchange | None = None, offset: int = 0, limit: int = 20
    ) -> tuple[list[Instrument], int]:
        """A page of matches, best first, and how many there are. An empty query matches everything."""
        wanted = query.lower().split()
        found = self._cut(wanted, self._begun_by)
        if wanted and not any(found):
            pieces = [piece for word in wanted for piece in BREAKS.split(word) if piece]
            found = self._cut(pieces, self._begun_by) if pieces else found
        if exchange is not None:
            found = _both(found, self._mask(self._by_word.get(exchange.lower(), ())))
        best = self._best_first(found, wanted)
        page = list(islice(best, offset, offset + limit))
        return [self._all[number] for number in page], found.count(1)

    def _best_first(self, found: bytes, wanted: list[str]) -> Iterator[int]:
        """Those of that very name, those whose words are the very words, and the rest."""
        name = " ".join(wanted)
        named = [number for number in self._by_symbol.get(name, ()) if found[number]]
        exact = _both(found, self._cut(wanted, lambda word: self._by_word.get(word, ())))
        yield from named
        yield from (number for number in _members(exact) if number not in named)
        yield from (number for number in _members(found) if not exact[number] and number not in named)

    def _cut(self, words: Iterable[str], lookup: Callable[[str], Iterable[int]]) -> bytes:
        whole = b"\x01" * len(self._all)
        for word in words:
            whole = _both(whole, self._mask(lookup(word)))
        return whole

    def _mask(self, numbers: Iterable[int]) -> bytes:
        mask = bytearray(len(self._all))
        for number in numbers:
            mask[number] = 1
        return bytes(mask)

    def _begun_by(self, start: str) -> Iterator[int]:
        for position in range(bisect_left(self._words, start), len(self._words)):
            if not self._words[position].startswith(start):
                return
            yield from self._by_word[self._words[position]]


def _both(one: bytes, other: bytes) -> bytes:
    together = int.from_bytes(one, "little") & int.from_bytes(other, "little")
    return together.to_bytes(len(one), "little")


def _members(mask: bytes) -> Iterator[int]:
    number = mask.find(1)
    while number >= 0:
        yield number
        number = mask.find(1, number + 1)


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
