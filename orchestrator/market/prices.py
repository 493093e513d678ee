"""The newest price of everything anyone looks at. Reading is from memory; an old price keeps its own time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

from domain.calendar import IST
from domain.instrument import InstrumentId
from domain.market import Depth, Quote, Tick
from domain.money import PAISA, Price
from domain.portfolio import LastPrice

NEVER = datetime.min.replace(tzinfo=UTC)
SKEW = timedelta(seconds=5)  # how far the clocks of two sources may differ
NIGHT = timedelta(hours=3)  # between two prices of different days
Heard = Callable[[InstrumentId], None]


@dataclass(slots=True)
class Day:
    """The day's figures as of `at`; None is what was not told."""

    at: datetime
    open: Price | None
    high: Price | None
    low: Price | None
    average_price: Price | None
    volume: int | None
    open_interest: int | None


class Follower(Protocol):
    def changed(self, seen: Seen) -> None: ...


@dataclass(slots=True, eq=False)
class Seen:
    """The newest of one instrument, one object for as long as the process lives. `price` is None until one is told.

    `sequence` grows with every change, over all instruments and over restarts. `written` holds the price as it goes to
    browsers and programs, each form of it made once; None where it has to be made anew.
    """

    name: InstrumentId
    price: Price | None = None
    at: datetime = NEVER
    prev_close: Price | None = None
    source: str | None = None
    day: Day | None = None
    depth: Depth | None = None
    depth_at: datetime | None = None
    sequence: int = 0
    written: Any = None
    followers: set[Follower] = field(default_factory=set)

    def last(self) -> LastPrice | None:
        return (
            LastPrice(self.price, self.at, self.prev_close, self.source) if self.price is not None else None
        )


def change(price: Price, prev_close: Price | None) -> tuple[Price | None, str | None]:
    """Rupees and percent (two decimals) since the previous close; None when that is not known."""
    if prev_close is None:
        return None, None
    moved = price - prev_close
    if not prev_close:
        return moved, None
    percent = (moved.amount * Decimal(100) / prev_close.amount).quantize(PAISA, ROUND_HALF_UP)
    return moved, format(percent or abs(percent), "f")  # a small loss is 0.00, not -0.00


class Prices:
    """Latest value per instrument, and who is to be told when it changes."""

    def __init__(self) -> None:
        self._seen: dict[InstrumentId, Seen] = {}
        self._heard: list[Heard] = []
        # Starts at the clock, so that numbers also grow over a restart; a millisecond has room for a thousand.
        self._sequence = time.time_ns() // 1_000_000 * 1000

    def on_change(self, heard: Heard) -> None:
        """Call `heard` after every new price."""
        self._heard.append(heard)

    def seen(self, name: InstrumentId) -> Seen:
        """The place of this instrument's price, to be followed."""
        known = self._seen.get(name)
        if known is None:
            known = self._seen[name] = Seen(name)
        return known

    def take_tick(self, tick: Tick, source: str | None = None) -> None:
        seen = self.seen(tick.instrument)
        if self._take(seen, tick.last_price, tick.at, tick.prev_close, source or tick.source):
            if tick.open is not None:
                seen.day = _day(tick)
            elif tick.volume is not None or seen.day is not None:
                _widen(seen, tick)
            if tick.depth is not None:
                seen.depth, seen.depth_at = tick.depth, tick.at
            self._tell(seen)

    def take_quote(self, quote: Quote, source: str | None) -> None:
        seen = self.seen(quote.instrument)
        if self._take(seen, quote.last_price, quote.at, quote.prev_close, source):
            seen.day = _day(quote)
            seen.depth, seen.depth_at = quote.depth, quote.at
            self._tell(seen)

    def _take(
        self, seen: Seen, price: Price, at: datetime, prev_close: Price | None, source: str | None
    ) -> bool:
        """Whether it is news."""
        if seen.price is None:
            seen.prev_close = prev_close
        elif source != seen.source and at < seen.at - SKEW:
            # A slower source: its price is older, but it may know the close that ours does not say.
            if seen.prev_close is None and prev_close is not None:
                seen.prev_close = prev_close
                self._tell(seen)
            return False
        else:
            if at - seen.at > NIGHT and at.astimezone(IST).date() != seen.at.astimezone(IST).date():
                seen.prev_close = seen.day = seen.depth = seen.depth_at = None  # they were of that day
            if prev_close is not None:
                seen.prev_close = prev_close
        seen.price, seen.at, seen.source = price, at, source or seen.source
        return True

    def _tell(self, seen: Seen) -> None:
        self._sequence += 1
        seen.sequence = self._sequence
        seen.written = None
        for heard in self._heard:
            heard(seen.name)
        for follower in seen.followers:
            follower.changed(seen)

    def last(self, name: InstrumentId) -> LastPrice | None:
        """None when no price was ever seen."""
        seen = self._seen.get(name)
        return seen.last() if seen else None

    def source(self, name: InstrumentId) -> str | None:
        seen = self._seen.get(name)
        return seen.source if seen else None

    def of(self, names: Iterable[InstrumentId]) -> dict[InstrumentId, LastPrice]:
        """Those that are known."""
        found = ((name, self.last(name)) for name in names)
        return {name: last for name, last in found if last is not None}


def _day(told: Tick | Quote) -> Day:
    return Day(
        at=told.at,
        open=told.open,
        high=told.high,
        low=told.low,
        average_price=told.average_price,
        volume=told.volume,
        open_interest=told.open_interest,
    )


def _widen(seen: Seen, tick: Tick) -> None:
    """A tick that does not tell the day: a price outside the range known widens it, volume and interest are news."""
    day, price = seen.day, tick.last_price
    if day is None:
        seen.day = Day(tick.at, None, None, None, None, tick.volume, tick.open_interest)
        return
    if day.high is not None and price.amount > day.high.amount:
        day.high = price
    if day.low is not None and price.amount < day.low.amount:
        day.low = price
    if tick.volume is not None:
        day.volume, day.at = tick.volume, tick.at
    if tick.open_interest is not None:
        day.open_interest = tick.open_interest
