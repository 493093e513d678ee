"""How bad a run is: what becomes of each request, update and order, drawn from the seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from mocks.brokers.backoffice.mishap import Kind, Mishap


class Fate(StrEnum):
    """What becomes of one request."""

    FINE = "fine"
    REFUSED = "refused"  # the connection is refused: it never left
    RESET_BEFORE = "reset_before"  # it left, the broker never sees it, the connection breaks
    SILENT_BEFORE = "silent_before"  # the same, and nothing is heard ever
    RESET_AFTER = "reset_after"  # the broker does it, the answer breaks off
    SILENT_AFTER = "silent_after"  # the broker does it, nothing is heard ever
    PAGE_BEFORE = "page_before"  # a gateway's error page, the broker never sees it
    PAGE_AFTER = "page_after"  # a gateway's error page, the broker does it
    GARBAGE = "garbage"  # the broker does it, the answer cannot be read
    LATE_ARRIVAL = "late_arrival"  # it reaches the broker long after we gave up
    LATE_ANSWER = "late_answer"  # the answer comes long after we gave up


T = TypeVar("T", bound=str)
BAD = tuple(fate for fate in Fate if fate is not Fate.FINE)
PLACING = (
    Kind.LATE_ACCEPT,
    Kind.STUCK,
    Kind.LATE_REJECT,
    Kind.PARTIAL_THEN_CANCEL,
    Kind.LATE_FILL,
    Kind.DUPLICATE_ORDER,
)
CANCELLING = (Kind.CANCEL_LOST_RACE,)
CHANGING = (Kind.CHANGE_LOST,)


@dataclass
class Weather:
    """Rates are 0 to 1. `calm` switches everything off: what is left then must come right by itself."""

    dice: random.Random
    bad: float  # requests that go wrong
    mishaps: float  # orders that go wrong inside the broker
    bad_updates: float  # updates of a stream that are lost, doubled or late
    streams_end: float  # updates after which a stream breaks
    outages: float  # a second
    logouts: float  # a second
    fates: tuple[Fate, ...] = BAD
    only: Kind | None = None  # nothing else goes wrong inside a broker
    calm: bool = False
    seen: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, dice: random.Random) -> Weather:
        """From fair to foul; some runs have one kind of trouble only, which finds what a mixture hides."""
        level = dice.choice((0.0, 0.05, 0.15, 0.3, 0.5))
        fates = BAD if dice.random() < 0.7 else (dice.choice(BAD),)
        return cls(
            dice,
            bad=level,
            mishaps=dice.choice((0.0, 0.1, 0.4)),
            bad_updates=dice.choice((0.0, 0.1, 0.5)),
            streams_end=dice.choice((0.0, 0.02, 0.1)),
            outages=dice.choice((0.0, 0.0, 0.02, 0.05)),
            logouts=dice.choice((0.0, 0.0, 0.02)),
            fates=fates,
            only=None if dice.random() < 0.8 else dice.choice(PLACING),
        )

    @classmethod
    def fair(cls, dice: random.Random) -> Weather:
        """Nothing goes wrong."""
        return cls(dice, bad=0, mishaps=0, bad_updates=0, streams_end=0, outages=0, logouts=0)

    def fate(self) -> Fate:
        if self.calm or self.dice.random() >= self.bad:
            return Fate.FINE
        return self._count(self.dice.choice(self.fates))

    def mishap(self, method: str, *, order: bool) -> Mishap | None:
        """Of an order that is placed (POST), changed (PUT) or cancelled (DELETE)."""
        kinds = {"POST": PLACING, "PUT": CHANGING, "DELETE": CANCELLING}.get(method, ())
        possible = [kind for kind in kinds if self.only in (None, kind)]
        if self.calm or not order or not possible or self.dice.random() >= self.mishaps:
            return None
        kind = self.dice.choice(possible)
        self._count(kind)
        return Mishap(kind, self.dice.choice((0.2, 1.0, 4.0, 12.0)))

    def copies(self) -> int:
        """How often one update arrives."""
        if self.calm or self.dice.random() >= self.bad_updates:
            return 1
        return self.dice.choice((0, 1, 2, 3))

    def update_delay(self) -> float:
        if self.calm or self.dice.random() >= self.bad_updates:
            return self.dice.uniform(0.001, 0.05)
        return self.dice.choice((0.5, 3.0, 20.0)) * self.dice.random()

    def stream_ends(self) -> bool:
        return not self.calm and self.dice.random() < self.streams_end

    def delay(self) -> float:
        return self.dice.uniform(0.001, 0.06)

    def long_delay(self) -> float:
        return self.dice.uniform(3.0, 25.0)

    def _count(self, what: T) -> T:
        self.seen[what] = self.seen.get(what, 0) + 1
        return what
