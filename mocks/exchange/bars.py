"""What really traded, minute by minute: open, high, low, close and volume of every minute that had a print.

Cheap on purpose: a print costs one look-up, a finished minute six integers.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from typing import NamedTuple

from mocks.exchange.model import Event, Trade

MINUTE_NS = 60_000_000_000
IST_MINUTES = 330
DAY_MINUTES = 1440
WIDTH = 6  # minute since the epoch in India, open, high, low, close, volume


class Bar(NamedTuple):
    """`minute` counts from midnight in India; prices in paise, volume in shares."""

    minute: int
    open: int
    high: int
    low: int
    close: int
    volume: int


class Bars:
    """Minute bars of the day that runs and of the one before, by key."""

    def __init__(self) -> None:
        self._now: dict[str, list[int]] = {}
        self._done: dict[str, array[int]] = {}

    def take(self, events: Iterable[Event]) -> None:
        """Count the trades among `events`."""
        for event in events:
            if type(event) is Trade:
                self.print(event.key, event.time, event.price, event.quantity)

    def print(self, key: str, time: int, price: int, quantity: int) -> None:
        """One price at a time (ns); indices bring no quantity."""
        minute = time // MINUTE_NS
        bar = self._now.get(key)
        if bar is None:
            self._now[key] = [minute, price, price, price, price, quantity]
        elif bar[0] == minute:
            if price > bar[2]:
                bar[2] = price
            elif price < bar[3]:
                bar[3] = price
            bar[4] = price
            bar[5] += quantity
        else:
            self._done.setdefault(key, array("q")).extend(bar)
            bar[:] = (minute, price, price, price, price, quantity)

    def of(self, key: str, day: int) -> list[Bar]:
        """The bars of one day, numbered from 1 January 1970; oldest first."""
        done, now = self._done.get(key), self._now.get(key)
        rows = [tuple(done[i : i + WIDTH]) for i in range(0, len(done), WIDTH)] if done else []
        if now is not None:
            rows.append(tuple(now))
        first = day * DAY_MINUTES
        found = []
        for minute, open_, high, low, close, volume in rows:
            since = minute + IST_MINUTES - first
            if 0 <= since < DAY_MINUTES:
                found.append(Bar(since, open_, high, low, close, volume))
        return found

    def last(self, key: str, day: int) -> Bar | None:
        """The newest minute of that day with a print."""
        now = self._now.get(key)
        since = now[0] + IST_MINUTES - day * DAY_MINUTES if now is not None else -1
        if now is None or not 0 <= since < DAY_MINUTES:
            return None
        return Bar(since, *now[1:])

    def traded(self) -> list[str]:
        """Everything that has traded in the days kept."""
        return list(self._now)

    def forget_before(self, day: int) -> None:
        """Drop the minutes of the days before `day`: a long run must not grow."""
        first = day * DAY_MINUTES - IST_MINUTES
        for key, done in list(self._done.items()):
            at = 0
            while at < len(done) and done[at] < first:
                at += WIDTH
            del done[:at]
            if not done:
                del self._done[key]
        for key, bar in list(self._now.items()):
            if bar[0] < first:
                del self._now[key]


def whole(bars: list[Bar]) -> Bar:
    """One bar of many: the first open, the extremes, the last close, all the volume. Needs at least one."""
    return Bar(
        bars[0].minute,
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.volume for bar in bars),
    )
