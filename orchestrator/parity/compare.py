"""Two readings of one account, and every field in which they differ. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from domain.money import Money, Price, plain

NOTHING = "-"
PLACES = Decimal(
    "0.0001"
)  # SDKs read prices as floats: what is finer than a hundredth of a paisa is not theirs

Row = tuple[str, str]  # what kind of thing, and which one: ("orders", "251121000000001")
Fields = Mapping[str, str]
Reading = Mapping[Row, Fields]  # a row without fields may be there or not


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    kind: str
    name: str
    field: str
    ours: str
    sdk: str

    @property
    def place(self) -> tuple[str, str, str]:
        return (self.kind, self.name, self.field)


def shown(value: object) -> str:
    """A value as both sides write it: nothing as `-`, numbers plainly and to four decimals."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Money | Price):
        value = value.amount
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, Decimal):
        return plain(value.quantize(PLACES).normalize() + 0, 0)
    return str(value)


def row(**fields: object) -> dict[str, str]:
    """The fields of one row, written as `shown` writes them."""
    return {name: shown(value) for name, value in fields.items()}


def differences(before: Reading, ours: Reading, after: Reading) -> list[Difference]:
    """What of ours the SDK contradicts. It is read before and after us: what moves must be one of both, or between.

    Only fields that the SDK gives count; rows that came or went between its readings are nobody's mistake.
    """
    found: list[Difference] = []
    for place in sorted({*before, *ours, *after}):
        first, mine, last = before.get(place), ours.get(place), after.get(place)
        if first is None and last is None:
            found.append(Difference(*place, "", "there", "missing"))
        elif first and last and mine is None:
            found.append(Difference(*place, "", "missing", "there"))
        elif first and last and mine is not None:
            found += _fields(place, first, mine, last)
    return found


def standing(passes: Iterable[list[Difference]]) -> list[Difference]:
    """Of several comparisons, the differences (as last seen) that none was without."""
    every = list(passes)
    places = [{one.place for one in found} for found in every]
    return [one for one in every[-1] if all(one.place in there for there in places)]


def _fields(place: Row, first: Fields, mine: Fields, last: Fields) -> list[Difference]:
    return [
        Difference(*place, name, mine.get(name, NOTHING), value)
        for name, value in last.items()
        if not _between(first.get(name, value), mine.get(name, NOTHING), value)
    ]


def _between(first: str, mine: str, last: str) -> bool:
    if mine in (first, last):
        return True
    try:
        low, high = sorted((Decimal(first), Decimal(last)))
        return low < Decimal(mine) < high
    except InvalidOperation:  # words
        return False
