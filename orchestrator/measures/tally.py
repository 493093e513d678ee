"""What was measured of one kind of call over a time: how the calls ended, why, and how long they took."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import orjson
from ddsketch.ddsketch import BaseDDSketch
from ddsketch.mapping import LogarithmicMapping
from ddsketch.pb.proto import DDSketchProto
from ddsketch.store import DenseStore

from domain.health import CallEnd, Measured

ACCURACY = 0.01  # of every percentile, relative
CAUSES = 20  # kept apart; the rest are counted together
OTHER = "other"
CAUSE_LENGTH = 120
BARRED = frozenset({CallEnd.BARRED, CallEnd.SESSION})  # for no fault of the order
REFUSED = BARRED | {CallEnd.REJECTED}
FAILED = frozenset({CallEnd.UNAVAILABLE, CallEnd.UNKNOWN})


_MAPPING = LogarithmicMapping(ACCURACY)


def _sketch() -> BaseDDSketch:
    return BaseDDSketch(_MAPPING, DenseStore(), DenseStore(), 0.0)


@dataclass(slots=True)
class Tally:
    """Tallies of different times, processes and accounts can be added up without losing accuracy.

    Times are of calls that were answered, well or with a no; `causes` counts the refusals by (end, cause).
    """

    ends: Counter[CallEnd] = field(default_factory=Counter)
    causes: Counter[tuple[CallEnd, str]] = field(default_factory=Counter)
    times: BaseDDSketch = field(default_factory=_sketch)

    def add(self, one: Measured) -> None:
        self.ends[one.end] += 1
        if one.end is not CallEnd.OK:
            self._because(one.end, one.cause[:CAUSE_LENGTH], 1)
        if one.end not in FAILED:
            self.times.add(one.seconds)

    def merge(self, other: Tally) -> None:
        self.ends.update(other.ends)
        for (end, cause), count in other.causes.items():
            self._because(end, cause, count)
        if other.times.count:
            self.times.merge(other.times)

    def _because(self, end: CallEnd, cause: str, count: int) -> None:
        known = (end, cause) in self.causes or len(self.causes) < CAUSES
        self.causes[(end, cause if known else OTHER)] += count

    @property
    def calls(self) -> int:
        return self.ends.total()

    def share(self, ends: frozenset[CallEnd]) -> float | None:
        """The part of all calls, 0 to 1, that ended so; None when there were none."""
        calls = self.calls
        return sum(self.ends[end] for end in ends) / calls if calls else None

    def milliseconds(self, quantile: float) -> float | None:
        """At `quantile` (0 to 1) of the answered calls, within one per cent; None when there were none."""
        seconds = self.times.get_quantile_value(quantile)
        return None if seconds is None else float(seconds) * 1000

    # --- as it is stored -------------------------------------------------------------------------------------------

    def packed(self) -> str:
        """The times: how often none at all, then each bin that holds any and how many. The library's own form has every
        bin between the shortest and the longest, and takes twenty times as long to read."""
        message = DDSketchProto.to_proto(self.times)
        first, counts = (
            message.positiveValues.contiguousBinIndexOffset,
            message.positiveValues.contiguousBinCounts,
        )
        bins = [(first + place, int(count)) for place, count in enumerate(counts) if count]
        return orjson.dumps([int(message.zeroCount), *bins]).decode()

    @classmethod
    def unpacked(cls, ends: Counter[CallEnd], causes: Counter[tuple[CallEnd, str]], packed: str) -> Tally:
        zeros, *bins = orjson.loads(packed)
        store = DenseStore()
        for key, count in bins:
            store.add(key, count)
        return cls(ends, causes, BaseDDSketch(_MAPPING, store, DenseStore(), zeros))
