"""Watchlists on the wire."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from orchestrator.market.schemas import StockOut
from orchestrator.schemas import In, Out, Time
from orchestrator.watchlists.repository import Watchlist

MOST_LISTS = 50
MOST_SYMBOLS = 250

Name = Annotated[str, Field(min_length=1, max_length=60)]
Symbols = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=64)]],
    Field(max_length=MOST_SYMBOLS, description="EXCHANGE:SYMBOL, in your order; twice counts once."),
]
Version = Annotated[int, Field(ge=1, strict=True, description="The version that you changed.")]


class WatchlistIn(In):
    name: Name
    symbols: Symbols = Field(default_factory=list)


class WatchlistPatch(In):
    """What is left out stays. `symbols` are all of them, in their new order; `place` is among your lists, from 0."""

    version: Version
    name: Name | None = None
    symbols: Symbols | None = None
    place: Annotated[int, Field(ge=0, lt=MOST_LISTS, strict=True)] | None = None


class SymbolsIn(In):
    symbols: Annotated[Symbols, Field(min_length=1)]


class WatchlistOut(Out):
    """`room`: how many more instruments it takes."""

    id: str
    name: str
    place: int
    version: int
    symbols: list[str]
    room: int
    changed_at: Time

    @classmethod
    def of(cls, one: Watchlist) -> WatchlistOut:
        return cls(
            id=one.id,
            name=one.name,
            place=one.place,
            version=one.version,
            symbols=[str(name) for name in one.symbols],
            room=MOST_SYMBOLS - len(one.symbols),
            changed_at=one.changed_at,
        )


class WatchlistsOut(Out):
    """In your order. `most_lists` and `most_symbols` are the limits."""

    items: list[WatchlistOut]
    most_lists: int = MOST_LISTS
    most_symbols: int = MOST_SYMBOLS


class WatchlistDetail(WatchlistOut):
    """`items` in the order of the list, with their newest prices; `unlisted` is what no broker lists any more."""

    items: list[StockOut]
    unlisted: list[str]
