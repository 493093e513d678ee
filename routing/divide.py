"""The cheapest way to divide lots over several accounts: exact, with a lower bound that no division can beat.

An account's cost never falls with its lots, and is concave between the sizes where it bends up (a brokerage floor ends,
a new freeze slice begins). Between two accounts that both stop strictly inside such a stretch, moving lots one way or
the other never costs more; so some cheapest division has at most one account, the *free* one, that is not at the end
of a stretch. For each free account the ends of all others are combined, and three things keep the combinations few:
of two that place equally many lots the cheaper stays; one that places fewer lots and costs more is dropped (the other
can always give back lots, and saves by it); and one that cannot beat a known division, by the bound, is dropped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import product
from math import prod
from typing import Any

FEW = 32  # combinations of ends that are tried one by one
SHIFT = 24  # binary digits that a cost per lot keeps behind the point


@dataclass(frozen=True)
class Source:
    """An account as a place to put lots: at most `capacity` of them.

    `cost(lots)` is in any integer unit, the same for all sources. It never falls, and climbs faster than just before
    only at `bends`.
    """

    capacity: int
    cost: Callable[[int], int]
    bends: tuple[int, ...] = ()

    @cached_property
    def stops(self) -> tuple[int, ...]:
        """The ends of its concave stretches above 0."""
        inner = {bend for bend in self.bends if 0 < bend < self.capacity}
        return tuple(sorted({self.capacity} | inner)) if self.capacity > 0 else ()

    def without(self) -> Source:
        return replace(self, capacity=0)


@dataclass(frozen=True, slots=True)
class Division:
    """Lots per source, in the order of the sources, and what they cost together."""

    lots: tuple[int, ...]
    cost: int

    @property
    def used(self) -> frozenset[int]:
        return frozenset(index for index, lots in enumerate(self.lots) if lots)


def cheapest(sources: Sequence[Source], lots: int) -> Division | None:
    """The cheapest division of `lots` (at least one); None when the sources cannot take them all.

    Ties go to fewer accounts and then to earlier sources, so put the preferred ones first.
    """
    if sum(source.capacity for source in sources) < lots:
        return None
    search = _Search(sources, lots)
    parts = [0] * len(sources)
    for index, part in search.best():
        parts[index] = part
    return Division(tuple(parts), sum(sources[i].cost(part) for i, part in enumerate(parts) if part))


def bound(sources: Sequence[Source], lots: int) -> int:
    """What every division of `lots` costs at least: each account at its lowest cost per lot, the cheapest filled first.

    Simple enough to be checked by hand. The sources can take the lots.
    """
    rates = [_rate(source, lots) for source in sources if source.capacity]
    return _Floor(rates, lots).at(lots) >> SHIFT


def pooled(sources: Sequence[Source], most: int) -> Source:
    """Several sources that may take at most `most` lots together, as one: between sums of their stops the cheapest
    division of them is the least of concave functions, hence concave itself."""
    sums = {0}
    for source in sources:
        sums |= {known + stop for known in sums for stop in source.stops if known + stop <= most}
    capacity = min(most, sum(source.capacity for source in sources))

    @cache
    def cost(lots: int) -> int:
        division = cheapest(sources, lots)
        assert division is not None  # never asked beyond its capacity
        return division.cost

    return Source(capacity, cost, tuple(sums))


# --- the search --------------------------------------------------------------------------------------------------

Rate = tuple[int, int]  # least cost of a lot, shifted, and how many lots there are
Chosen = tuple[Any, int, int] | None  # the choices before, a source and its lots
State = tuple[int, int, Chosen]  # lots placed, their cost, and how


class _Curve:
    """A source within one search: its cost with the tie-breakers below it, at most the lots that are asked."""

    def __init__(self, source: Source, index: int, lots: int, scale: int, tie: int) -> None:
        self.index, self.capacity = index, min(source.capacity, lots)
        self._cost, self._scale, self._tie = source.cost, scale, tie
        self._weight = (lots + 1) ** index
        self._known: dict[int, int] = {0: 0}
        inner = [stop for stop in source.stops if stop < self.capacity]
        self.stops = (
            tuple((stop, self.cost(stop)) for stop in (*inner, self.capacity)) if self.capacity else ()
        )
        self._ends = [0, *(stop for stop, _ in self.stops)]
        self._costs = [0, *(cost for _, cost in self.stops)]
        self.rate: Rate = (
            min(((cost << SHIFT) // stop for stop, cost in self.stops), default=0),
            self.capacity,
        )

    def cost(self, lots: int) -> int:
        known = self._known.get(lots)
        if known is None:
            # Equal cost goes to fewer accounts, then to fewer lots at the last one, then at the one before it...
            known = self._known[lots] = self._cost(lots) * self._scale + self._tie + self._weight * lots
        return known

    def chord(self, lots: int) -> int:
        """At most `cost(lots)`, without asking for it: the straight line under its concave stretch, rounded down."""
        known = self._known.get(lots)
        if known is not None:
            return known
        at = bisect_right(self._ends, lots)
        left, right = self._ends[at - 1], self._ends[at]
        low, high = self._costs[at - 1], self._costs[at]
        return low + (high - low) * (lots - left) // (right - left)


class _Floor:
    """The least that any number of lots costs over some sources, shifted: a convex line of few pieces."""

    __slots__ = ("_at", "_costs", "_rates", "room")

    def __init__(self, rates: Iterable[Rate], most: int) -> None:
        self._at, self._costs, self._rates = [0], [0], []
        for rate, capacity in sorted(rates):
            self._at.append(self._at[-1] + min(capacity, most))
            self._costs.append(self._costs[-1] + rate * min(capacity, most))
            self._rates.append(rate)
        self.room = self._at[-1]

    def at(self, lots: int) -> int:
        """`lots` is at most `room`."""
        piece = min(bisect_right(self._at, lots), len(self._rates)) - 1
        return self._costs[piece] + self._rates[piece] * (lots - self._at[piece]) if piece >= 0 else 0


def _rate(source: Source, lots: int) -> Rate:
    most = min(source.capacity, lots)
    ends = [stop for stop in source.stops if stop < most] + [most]
    return (min((source.cost(stop) << SHIFT) // stop for stop in ends), most)


class _Search:
    """One question. `best` holds the cheapest complete division found so far."""

    def __init__(self, sources: Sequence[Source], lots: int) -> None:
        tie = (lots + 1) ** len(sources)
        scale = tie * (len(sources) + 1)
        usable = [(index, source) for index, source in enumerate(sources) if source.capacity > 0]
        self._curves = [_Curve(source, index, lots, scale, tie) for index, source in usable]
        self._curves.sort(key=lambda curve: curve.rate)
        self._lots = lots
        self._least = -1  # cost of the best so far
        self._best: Chosen = None

    def best(self) -> list[tuple[int, int]]:
        """Source and lots of the cheapest division."""
        self._guess()
        combinations = prod(len(curve.stops) + 1 for curve in self._curves)
        if combinations <= FEW:
            self._try_all()
        else:
            self._explore(0, len(self._curves), [(0, 0, None)])
        chosen, parts = self._best, []
        while chosen is not None:
            chosen, index, part = chosen
            parts.append((index, part))
        return parts

    def _guess(self) -> None:
        """A first division to beat: the cheapest per lot first; and each account alone."""
        left, cost = self._lots, 0
        chosen: Chosen = None
        for curve in self._curves:
            part = min(left, curve.capacity)
            if part:
                left, cost, chosen = left - part, cost + curve.cost(part), (chosen, curve.index, part)
            if curve.capacity == self._lots:
                self._offer(curve.cost(self._lots), (None, curve.index, self._lots))
        self._offer(cost, chosen)

    def _try_all(self) -> None:
        """Where there are few combinations of ends, trying each is faster than dropping some."""
        lots = self._lots
        for free in self._curves:
            others = [curve for curve in self._curves if curve is not free]
            for ends in product(*([(0, 0), *curve.stops] for curve in others)):
                left, cost = lots, 0
                for stop, more in ends:
                    left, cost = left - stop, cost + more
                if not 0 <= left <= free.capacity or cost + free.chord(left) >= self._least:
                    continue
                chosen: Chosen = (None, free.index, left) if left else None
                for curve, (stop, _) in zip(others, ends, strict=True):
                    if stop:
                        chosen = (chosen, curve.index, stop)
                self._offer(cost + free.cost(left), chosen)

    def _offer(self, cost: int, chosen: Chosen) -> None:
        if self._least < 0 or cost < self._least:
            self._least, self._best = cost, chosen

    def _explore(self, first: int, last: int, states: list[State]) -> None:
        """`states` place all accounts but `first` to `last`; one of these will be the free one."""
        if last - first == 1:
            self._finish(self._curves[first], states)
            return
        states = self._worthwhile(
            states, _Floor((curve.rate for curve in self._curves[first:last]), self._lots)
        )
        if not states:
            return
        middle = (first + last) // 2
        self._explore(first, middle, self._extended(states, middle, last))
        self._explore(middle, last, self._extended(states, first, middle))

    def _finish(self, curve: _Curve, states: list[State]) -> None:
        """The free account takes what is left."""
        for placed, cost, chosen in states:
            left = self._lots - placed
            if left > curve.capacity or cost + curve.chord(left) >= self._least:
                continue
            self._offer(cost + curve.cost(left), (chosen, curve.index, left) if left else chosen)

    def _worthwhile(self, states: list[State], floor: _Floor) -> list[State]:
        """Those that the accounts to come can complete, and that may still beat the best."""
        lots, least, room, at = self._lots, self._least, floor.room, floor.at
        return [
            state
            for state in states
            if lots - state[0] <= room and state[1] + (at(lots - state[0]) >> SHIFT) < least
        ]

    def _extended(self, states: list[State], first: int, last: int) -> list[State]:
        """Every state with every end of a stretch of these accounts, the dominated ones left out."""
        for curve in self._curves[first:last]:
            by_lots: dict[int, State] = {state[0]: state for state in states}
            for placed, cost, chosen in states:
                for stop, more in curve.stops:
                    total, price = placed + stop, cost + more
                    if total > self._lots:
                        break
                    known = by_lots.get(total)
                    if price < self._least and (known is None or price < known[1]):
                        by_lots[total] = (total, price, (chosen, curve.index, stop))
            states = _undominated(by_lots)
        return states


def _undominated(by_lots: dict[int, State]) -> list[State]:
    """Without those that cost no less than one that places more."""
    kept: list[State] = []
    for placed in sorted(by_lots, reverse=True):
        state = by_lots[placed]
        if not kept or state[1] < kept[-1][1]:
            kept.append(state)
    return kept
