"""The windows a scorecard looks back over, and the spans of time that measurements are kept in for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Span:
    """Measurements are added up over `length` from whole multiples of it (UTC). When they are older than `kept`, they
    go into the next longer span; after the longest they are forgotten."""

    length: timedelta
    kept: timedelta

    @property
    def seconds(self) -> int:
        return int(self.length.total_seconds())

    def start(self, at: datetime) -> datetime:
        """The beginning of the span that `at` lies in."""
        return datetime.fromtimestamp(at.timestamp() // self.seconds * self.seconds, UTC)


TEN_MINUTES = Span(timedelta(minutes=10), timedelta(hours=2))
HOUR = Span(timedelta(hours=1), timedelta(days=2))
DAY = Span(timedelta(days=1), timedelta(days=32))
SPANS = (TEN_MINUTES, HOUR, DAY)


class Window(StrEnum):
    """How far back. A window begins with a whole span: an hour may reach ten minutes further back, and so on."""

    HOUR = "1h"
    DAY = "1d"
    WEEK = "7d"
    MONTH = "30d"

    @property
    def length(self) -> timedelta:
        return LENGTHS[self][0]

    @property
    def span(self) -> Span:
        return LENGTHS[self][1]

    def since(self, now: datetime) -> datetime:
        """Whatever span it is in, what began since then is in the window."""
        return self.span.start(now - self.length)


LENGTHS: dict[Window, tuple[timedelta, Span]] = {
    Window.HOUR: (timedelta(hours=1), TEN_MINUTES),
    Window.DAY: (timedelta(days=1), HOUR),
    Window.WEEK: (timedelta(days=7), DAY),
    Window.MONTH: (timedelta(days=30), DAY),
}
