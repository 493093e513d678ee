"""One broker's master in columns: what a hundred thousand rows repeat (ticks, strikes, expiries) is kept once.

Objects for every row would take ten times the room and the time; nobody ever looks at most of them.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple

import orjson

from adapters.broker import Listing
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price


@dataclass(frozen=True, slots=True)
class Coded:
    """A column by its different values; `codes` says which of them each row has."""

    values: list[Any]
    codes: list[int]

    @classmethod
    def of(cls, rows: Iterable[Any]) -> Coded:
        known: dict[Any, int] = {}
        codes = [known.setdefault(value, len(known)) for value in rows]
        return cls(list(known), codes)

    def at(self, row: int) -> Any:
        return self.values[self.codes[row]]

    def __iter__(self) -> Iterator[Any]:
        values = self.values
        return iter([values[code] for code in self.codes])


class Facts(NamedTuple):
    """What a master says of its instruments beside their names, in the order of `Instrument`'s own fields."""

    exchange: Coded
    name: Coded
    kind: Coded
    lot: Coded
    tick: Coded
    isin: Coded
    freeze: Coded
    expiry: Coded
    strike: Coded
    underlying: Coded
    sector: Coded
    group: Coded


@dataclass(frozen=True, slots=True)
class Columns:
    """The rows of a master. Keys that are the same text as another column are the same list."""

    facts: Facts
    intraday: Coded  # the part of the value that an intraday order blocks, or None
    symbols: list[str]
    order_keys: list[str]
    feed_keys: list[str]

    def __len__(self) -> int:
        return len(self.symbols)

    @classmethod
    def of(cls, listings: Sequence[Listing]) -> Columns:
        instruments = [one.instrument for one in listings]
        rest = [Coded.of([getattr(one, name) for one in instruments]) for name in Facts._fields[1:]]
        exchanges = Coded.of([one.id.exchange for one in instruments])
        names = [
            [one.id.symbol for one in instruments],
            [one.order_key for one in listings],
            [one.feed_key for one in listings],
        ]
        intraday = Coded.of([one.intraday for one in listings])
        return cls(Facts(exchanges, *rest), intraday, *_shared(names))

    def listings(self) -> list[Listing]:
        """Row by row, as the adapter gave them."""
        rows = zip(*self.facts, self.symbols, self.order_keys, self.feed_keys, self.intraday, strict=True)
        return [
            Listing(Instrument(InstrumentId(exchange, symbol), *facts), order_key, feed_key, intraday)
            for exchange, *facts, symbol, order_key, feed_key, intraday in rows
        ]

    def pack(self) -> bytes:
        names = [self.symbols, self.order_keys, self.feed_keys]
        again = [False, *(second is first for first, second in pairwise(names))]
        plain = [None if same else column for same, column in zip(again, names, strict=True)]
        facts = [
            [[WRITE.get(name, _as_it_is)(value) for value in column.values], column.codes]
            for name, column in zip(Facts._fields, self.facts, strict=True)
        ]
        intraday = [[_text(part) for part in self.intraday.values], self.intraday.codes]
        return zlib.compress(orjson.dumps([facts, plain, intraday]), level=1)

    @classmethod
    def unpack(cls, packed: bytes) -> Columns:
        facts, plain, (parts, codes) = orjson.loads(zlib.decompress(packed))
        columns = [
            Coded([READ.get(name, _as_it_is)(value) for value in values], codes)
            for name, (values, codes) in zip(Facts._fields, facts, strict=True)
        ]
        names: list[list[str]] = []
        for column in plain:
            names.append(names[-1] if column is None else column)
        intraday = Coded([None if part is None else Decimal(part) for part in parts], codes)
        return cls(Facts(*columns), intraday, *names)


def _shared(columns: Sequence[list[str]]) -> list[list[str]]:
    """Each column, or the one before it where they are equal."""
    shared: list[list[str]] = []
    for column in columns:
        shared.append(shared[-1] if shared and column == shared[-1] else column)
    return shared


def _as_it_is(value: Any) -> Any:
    return value


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _if_any(read: Callable[[str], Any]) -> Callable[[str | None], Any]:
    return lambda text: None if text is None else read(text)


WRITE: dict[str, Callable[[Any], Any]] = {
    "tick": lambda price: str(price.amount),
    "strike": lambda price: None if price is None else str(price.amount),
    "expiry": _text,
}
READ: dict[str, Callable[[Any], Any]] = {
    "exchange": Exchange,
    "kind": Kind,
    "tick": Price.of,
    "strike": _if_any(Price.of),
    "expiry": _if_any(date.fromisoformat),
}
