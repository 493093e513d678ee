"""What the product tells Prometheus, taken before and after: what happened in between."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from prometheus_client.parser import text_string_to_metric_families

PREFIX = "trademaster_"


@dataclass(frozen=True)
class Histogram:
    """How many took at most so many seconds, over all processes and labels."""

    buckets: Mapping[float, float]

    @property
    def count(self) -> float:
        return max(self.buckets.values(), default=0.0)

    def at(self, percentile: float) -> float | None:
        """Seconds, evenly spread inside a bucket; infinite beyond the last one, None when nothing was counted."""
        if not self.count:
            return None
        wanted = self.count * percentile / 100
        low, below = 0.0, 0.0
        for most in sorted(self.buckets):
            upto = self.buckets[most]
            if upto >= wanted:
                inside = upto - below
                return low + (most - low) * (wanted - below) / inside if inside else most
            low, below = most, upto
        return None

    def less(self, before: Histogram) -> Histogram:
        return Histogram(
            {most: count - before.buckets.get(most, 0.0) for most, count in self.buckets.items()}
        )


def histogram(texts: Iterable[str], name: str) -> Histogram:
    """Of all processes together."""
    buckets: defaultdict[float, float] = defaultdict(float)
    for text in texts:
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == f"{PREFIX}{name}_bucket":
                    buckets[float(sample.labels["le"])] += sample.value
    return Histogram(dict(buckets))


def counted(texts: Iterable[str], name: str, **labels: str) -> float:
    """A counter's sum over all processes, of the series that have these labels."""
    return sum(
        sample.value
        for text in texts
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == f"{PREFIX}{name}_total" and labels.items() <= sample.labels.items()
    )
