"""Lines that are kept with their sums: only what a reading or a price touched is priced anew, the rest stands.

Pure, and of no kind of line: how parts are grouped and a line is priced is given.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Context, Decimal
from itertools import islice
from typing import Any, Generic, TypeVar, cast

from aggregation.portfolio import oldest_price
from domain.account import AccountId
from domain.instrument import InstrumentId
from domain.money import Money
from domain.portfolio import HoldingLine, PositionLine

EXACT = Context(prec=100)  # far more digits than any sum has, so that taking off again leaves what was before

Key = TypeVar("Key", bound=Hashable)
Part = TypeVar("Part")
Line = TypeVar("Line", HoldingLine, PositionLine)
Ages = Mapping[AccountId, datetime]


class Sum:
    """Rupees over parts that come and go; None while a part is not known."""

    __slots__ = ("_known", "_unknown")

    def __init__(self) -> None:
        self._known, self._unknown = Decimal(0), 0

    def add(self, part: Money | None) -> None:
        if part is None:
            self._unknown += 1
        else:
            self._known = EXACT.add(self._known, part.amount)

    def take_off(self, part: Money | None) -> None:
        """A part that was added before."""
        if part is None:
            self._unknown -= 1
        else:
            self._known = EXACT.subtract(self._known, part.amount)

    def with_(self, other: Sum) -> Money | None:
        """Of the parts of both."""
        if self._unknown or other._unknown:
            return None
        return Money(EXACT.add(self._known, other._known))


NOTHING = Sum()


class KeptLines(Generic[Key, Part, Line]):
    """`changed` is the version at which each line became what it is, `gone` at which those went that are no more."""

    def __init__(
        self,
        *,
        grouped: Callable[[Iterable[Part]], dict[Key, list[Part]]],
        priced: Callable[[Key, Sequence[Part]], Line],
        named: Callable[[Part], InstrumentId],
        place: Callable[[Line], tuple[object, ...]],
        summed: Iterable[str],
    ) -> None:
        self._grouped, self._named = grouped, named
        self._priced: Callable[[Key, Sequence[Part]], Line] = priced
        self._place: Callable[[Line], tuple[object, ...]] = place
        self.lines: dict[Key, Line] = {}
        self.changed: dict[Key, int] = {}
        self.gone: dict[Key, int] = {}
        self.sums = {name: Sum() for name in summed}
        self.priced_at: dict[Key, datetime] = {}  # the age of the price of each line that has something open
        self._parts: dict[AccountId, dict[Key, list[Part]]] = {}
        self._keys_of: dict[InstrumentId, dict[Key, None]] = {}
        self._due: dict[Key, None] = {}
        self._order: list[Key] | None = None

    @property
    def due(self) -> int:
        """How many lines are to be priced anew."""
        return len(self._due)

    def regroup(self, account: AccountId, parts: Iterable[Part], unmoved: Callable[[Line], bool]) -> None:
        """Take these for the account's. A line whose parts are the same as before is left when it is `unmoved`."""
        before, after = self._parts.pop(account, {}), self._grouped(parts)
        if after:
            self._parts[account] = after
        for key in {**before, **after}:
            line = self.lines.get(key)
            if line is None or before.get(key) != after.get(key) or not unmoved(line):
                self._due[key] = None
        for key, group in after.items():
            for part in group:
                self._keys_of.setdefault(self._named(part), {})[key] = None

    def touch(self, key: Key) -> None:
        """Something that the line is priced by is another now."""
        self._due[key] = None

    def touch_priced_by(self, name: InstrumentId) -> None:
        self._due |= self._keys_of.get(name, {})

    def settle(self, most: int | None, version: int) -> int:
        """Price what is due, `most` lines of it. Gives the version then: one more for every line that changed."""
        for key in list(islice(self._due, most)):
            del self._due[key]
            group = self._group(key)
            if self._put(key, self._priced(key, group) if group else None, version + 1):
                version += 1
        return version

    def ordered(self) -> list[Key]:
        """The keys of all lines by their place."""
        if self._order is None:
            self._order = sorted(self.lines, key=lambda key: self._place(self.lines[key]))
        return self._order

    def dated(self, ages: Ages) -> tuple[Line, ...]:
        """All lines in their place, each lot as old as the reading of its account."""
        return tuple(dated(self.lines[key], ages) for key in self.ordered())

    def _group(self, key: Key) -> list[Part]:
        held = (self._parts[account].get(key, ()) for account in sorted(self._parts))
        return self._grouped(part for parts in held for part in parts).get(key, [])

    def _put(self, key: Key, line: Line | None, version: int) -> bool:
        """Whether it is another line. One that was only read again stays the one it is."""
        before = self.lines.get(key)
        if before is line or (before is not None and line is not None and _same(before, line)):
            return False
        if before is None or line is None or self._place(before) != self._place(line):
            self._order = None
        if before is not None:
            for name, whole in self.sums.items():
                whole.take_off(cast(Money | None, getattr(before, name)))
        self.priced_at.pop(key, None)
        if line is None:
            del self.lines[key], self.changed[key]
            self.gone[key] = version
            return True
        for name, whole in self.sums.items():
            whole.add(cast(Money | None, getattr(line, name)))
        self.lines[key], self.changed[key] = line, version
        if (at := oldest_price((line,))) is not None:
            self.priced_at[key] = at
        self.gone.pop(key, None)
        return True


def dated(line: Line, ages: Ages) -> Line:
    """The line with each lot as old as the reading of its account."""
    if all(lot.as_of == ages[lot.account_id] for lot in line.lots):
        return line
    lots: Any = tuple(replace(lot, as_of=ages[lot.account_id]) for lot in line.lots)
    return replace(line, lots=lots)


def _same(before: Line, after: Line) -> bool:
    """Whether two differ in nothing but when their accounts were read."""
    if before.last != after.last or len(before.lots) != len(after.lots):
        return False
    if before == after:
        return True
    ages = {lot.account_id: lot.as_of for lot in after.lots}
    return ages.keys() == {lot.account_id for lot in before.lots} and dated(before, ages) == after
