"""The cheapest way to divide a quantity over several accounts, exactly, without trying every division.

An account's cost is concave between the sizes where it bends up (a brokerage floor ends, a new freeze slice begins).
Between two accounts that both stop strictly inside such a stretch, moving units one way or the other never costs more,
so some cheapest division has at most one account that is not at the end of a stretch. Those are enumerated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Source:
    """An account as a place to put lots: at most `capacity` of them, `cost(lots)` rupees, which bends up at `bends`."""

    capacity: int
    cost: Callable[[int], Decimal]
    bends: tuple[int, ...] = ()

    @property
    def stops(self) -> tuple[int, ...]:
        """The ends of its concave stretches."""
        inner = {bend for bend in self.bends if 0 < bend < self.capacity}
        return tuple(sorted({0, self.capacity} | inner))


@dataclass(frozen=True, slots=True)
class Division:
    """Lots per source, in the order of the sources, and what they cost together in rupees."""

    lots: tuple[int, ...]
    cost: Decimal

    @property
    def used(self) -> frozenset[int]:
        return frozenset(index for index, lots in enumerate(self.lots) if lots)

    @property
    def rank(self) -> tuple[Decimal, int, tuple[int, ...]]:
        """Cheapest first, then fewest accounts, then most at the earliest sources."""
        return (self.cost, len(self.used), tuple(-lots for lots in self.lots))


def divisions(sources: Sequence[Source], lots: int) -> list[Division]:
    """The cheapest division for every set of accounts that can carry `lots`, best first; empty when none can.

    Ties go to fewer accounts and then to earlier sources, so put the preferred ones first.
    """
    costs = [lru_cache(maxsize=None)(source.cost) for source in sources]
    best: dict[frozenset[int], Division] = {}
    for free in range(len(sources)):
        for chosen in _around(sources, free, lots):
            division = Division(
                chosen, sum((costs[i](part) for i, part in enumerate(chosen) if part), Decimal(0))
            )
            known = best.get(division.used)
            if known is None or division.rank < known.rank:
                best[division.used] = division
    return sorted(best.values(), key=lambda division: division.rank)


def _around(sources: Sequence[Source], free: int, lots: int) -> Iterator[tuple[int, ...]]:
    """Every division in which all accounts but `free` are at a stop and `free` carries the rest."""
    others = [index for index in range(len(sources)) if index != free]
    room = [0] * (len(others) + 1)  # what the others from here on could still take
    for position in range(len(others) - 1, -1, -1):
        room[position] = room[position + 1] + sources[others[position]].capacity
    parts = [0] * len(sources)

    def place(position: int, left: int) -> Iterator[tuple[int, ...]]:
        if left > room[position] + sources[free].capacity:
            return
        if position == len(others):
            parts[free] = left
            yield tuple(parts)
            return
        index = others[position]
        for stop in sources[index].stops:
            if stop > left:
                break
            parts[index] = stop
            yield from place(position + 1, left - stop)
        parts[index] = 0

    yield from place(0, lots)


def iceberg_parts(quantity: int, legs: int, lot: int) -> tuple[int, ...]:
    """A quantity in so many legs of whole lots, as even as can be, the odd lots in the first ones."""
    each, odd = divmod(quantity // lot, legs)
    return tuple((each + (leg < odd)) * lot for leg in range(legs))


def freeze_slices(quantity: int, largest: int | None) -> tuple[int, ...]:
    """A quantity as orders of at most `largest` units, the full ones first."""
    if not largest or quantity <= largest:
        return (quantity,)
    full, rest = divmod(quantity, largest)
    return (largest,) * full + ((rest,) if rest else ())
