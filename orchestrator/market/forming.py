"""Minute candles as they form from ticks, in memory. What a tick says of a trade decides, not when it is heard.

A feed tells the day's volume so far: a minute's is the difference, and a tick after which no more was traded makes no
candle. Ticks may come late, twice and out of order; the same ticks give the same candles in whatever batches they come.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from domain.instrument import Exchange, InstrumentId
from domain.market import Candle, Tick
from domain.money import Price
from orchestrator.market.intervals import MINUTE, Grid, Slot
from orchestrator.state import Clock

KEPT = 30  # minutes of one instrument; older ones are in the database
LATE = timedelta(minutes=2)  # a price older than this is a reminder of the past: it forms nothing
UNSTORED = 300  # minutes of one instrument at most, when nobody stores them
MOST_SLOTS = 64
GRACE = timedelta(seconds=5)  # after the end of a minute, until it counts as over


@dataclass(slots=True)
class Minute:
    """One that forms. `before` and `total`: the day's volume until it began and at its end; None: not known."""

    start: datetime
    open: Price
    high: Price
    low: Price
    close: Price
    opened_at: datetime
    closed_at: datetime
    before: int | None
    total: int | None
    open_interest: int | None
    changes: int = 1
    kept: int = 0  # as of which change it is stored

    def take(self, tick: Tick) -> None:
        price, at = tick.last_price, tick.at
        # By their amounts: comparing prices themselves takes most of the time of a tick.
        if price.amount > self.high.amount:
            self.high = price
        elif price.amount < self.low.amount:
            self.low = price
        if at < self.opened_at:
            self.open, self.opened_at = price, at
        if at >= self.closed_at:
            self.close, self.closed_at = price, at
            if tick.open_interest is not None:
                self.open_interest = tick.open_interest
        if tick.volume is not None:
            self.total = max(self.total or 0, tick.volume)
        self.changes += 1

    def candle(self, reached: int | None) -> Candle:
        """`reached`: the day's volume as far as the minutes before it heard of it."""
        floor = None if self.before is None else max(self.before, reached or 0)
        volume = max(0, self.total - floor) if self.total is not None and floor is not None else None
        return Candle(self.start, self.open, self.high, self.low, self.close, volume, self.open_interest)

    def go_on_from(self, begun: Candle) -> None:
        """What was traded between the two is not known, and so is no volume."""
        self.open, self.opened_at = begun.open, self.start
        self.high, self.low = max(self.high, begun.high), min(self.low, begun.low)
        self.before = None


@dataclass(slots=True)
class Line:
    """One instrument: the newest that was heard of it, and its last minutes, oldest first."""

    price: Price
    at: datetime
    day: date
    volume: int | None
    cut: bool = True  # what is heard next does not follow what was heard last
    minutes: list[Minute] = field(default_factory=list)

    def candles(self) -> Iterator[tuple[Minute, Candle]]:
        """Volumes are differences of totals, so that what is heard late counts in its own minute and in no other."""
        reached: int | None = None
        day = None
        for one in self.minutes:
            if one.start.date() != day:
                reached, day = None, one.start.date()
            yield one, one.candle(reached)
            reached = one.total if reached is None else max(reached, one.total or 0)

    def candle(self, start: datetime) -> tuple[Minute, Candle] | None:
        """The one of this minute, without making the others; None when it is not held any more."""
        place = bisect_left(self.minutes, start, key=lambda one: one.start)
        if place == len(self.minutes) or (one := self.minutes[place]).start != start:
            return None
        day = start.date()
        before = (earlier for earlier in self.minutes[:place] if earlier.total is not None)
        reached = max((earlier.total or 0 for earlier in before if earlier.start.date() == day), default=None)
        return one, one.candle(reached)


Formed = tuple[InstrumentId, Minute, Candle]


class CandleBook:
    """The newest minutes of every instrument that is streamed here, in memory.

    `stored`: whether somebody here stores them now; where another process does, none is held for long.
    """

    def __init__(self, grid: Grid, clock: Clock, *, stored: Callable[[], bool] = lambda: True) -> None:
        self._grid, self._clock = grid, clock
        self._lines: dict[InstrumentId, Line] = {}
        self._slots: dict[tuple[Exchange, int], Slot] = {}
        # By their beginnings, so that looking for what is over does not look at what forms.
        self._unstored: dict[datetime, dict[InstrumentId, None]] = {}
        self._stored = stored
        self._begun: dict[InstrumentId, Candle] = {}  # minutes that a run before this one began

    def take(self, tick: Tick) -> None:
        """A tick of any source, in any order."""
        name = tick.instrument
        slot = self._slot(name.exchange, tick.at)
        line = self._lines.get(name)
        if line is None:
            line = self._lines[name] = Line(tick.last_price, tick.at, slot.day, tick.volume)
        if line.cut:  # the first tells what was traded before, not when
            line.price, line.at, line.day, line.volume = tick.last_price, tick.at, slot.day, tick.volume
            line.cut = False
            return
        if not slot.open or self._clock() - tick.at > LATE:
            return
        if tick.at < line.at:
            self._late(line, tick, slot)
            return
        if slot.calling and not tick.volume:
            return  # the price that the auction may come to
        before = _before(line, tick, slot)
        if _traded(line, tick, before):
            self._add(line, tick, slot, before)
        line.price, line.at, line.day = tick.last_price, tick.at, slot.day
        line.volume = tick.volume if tick.volume is not None else before

    def interrupt(self, names: Iterable[InstrumentId]) -> None:
        """Nothing is streamed of these for a while: what is traded meanwhile belongs to no minute."""
        for name in names:
            line = self._lines.get(name)
            if line is not None:
                line.cut = True

    def formed(self, name: InstrumentId) -> list[Candle]:
        """What formed here of late, oldest first; the last one may still be forming."""
        line = self._lines.get(name)
        return [candle for _, candle in line.candles()] if line else []

    def resume(self, name: InstrumentId, begun: Candle) -> None:
        """A minute that another run of the process left unfinished: what still forms of it here goes on from it."""
        self._begun[name] = begun

    def over(self, most: int) -> list[Formed]:
        """So many minutes that are over and are not stored as they are now, the oldest first."""
        return self._waiting(self._clock() - GRACE - MINUTE, most)

    def left_to_another(self) -> None:
        """Who stored them here did so until now: what was not stored yet is another process's to store."""
        self._unstored.clear()

    def unstored(self, most: int) -> list[Formed]:
        """As `over`, with those that still form."""
        return self._waiting(None, most)

    def store(self, name: InstrumentId, minute: Minute, changes: int) -> None:
        """It is stored as it was after so many changes."""
        minute.kept = changes
        names = self._unstored.get(minute.start, {})
        if minute.changes == changes:
            names.pop(name, None)
        if not names:
            self._unstored.pop(minute.start, None)

    # --- how -----------------------------------------------------------------------------------------------------

    def _waiting(self, latest: datetime | None, most: int) -> list[Formed]:
        found: list[Formed] = []
        for start in sorted(self._unstored):
            if len(found) >= most or (latest is not None and start > latest):
                break
            gone, names = [], self._unstored[start]
            for name in names:
                if len(found) >= most:
                    break
                made = self._lines[name].candle(start)
                if made is None:  # more minutes than are held
                    gone.append(name)
                else:
                    found.append((name, *made))
            for name in gone:
                del names[name]
            if not names:
                del self._unstored[start]
        return found

    def _mark(self, name: InstrumentId, start: datetime) -> None:
        if self._stored():
            names = self._unstored.get(start)
            if names is None:
                names = self._unstored[start] = {}
            names[name] = None

    def _slot(self, exchange: Exchange, at: datetime) -> Slot:
        key = (exchange, int(at.timestamp()) // 60)  # sessions begin and end at whole minutes
        slot = self._slots.get(key)
        if slot is None:
            if len(self._slots) >= MOST_SLOTS:
                self._slots.clear()
            slot = self._slots[key] = self._grid.slot(exchange, at)
        return slot

    def _add(self, line: Line, tick: Tick, slot: Slot, before: int | None) -> None:
        minutes = line.minutes
        self._mark(tick.instrument, slot.start)
        if minutes and minutes[-1].start == slot.start:
            minutes[-1].take(tick)
            return
        minutes.append(_begun(tick, slot, before))
        begun = self._begun.pop(tick.instrument, None) if self._begun else None
        if begun is not None and begun.time == slot.start:
            minutes[-1].go_on_from(begun)
        while len(minutes) > KEPT and minutes[0].kept == minutes[0].changes:
            del minutes[0]
        del minutes[: -(UNSTORED if self._stored() else KEPT)]

    def _late(self, line: Line, tick: Tick, slot: Slot) -> None:
        """A price of a moment before the newest one: a part of its own minute, and of no other."""
        minutes = line.minutes
        place = bisect_left(minutes, slot.start, key=lambda one: one.start)
        if place == len(minutes):
            return
        if minutes[place].start == slot.start:
            minutes[place].take(tick)
        else:
            earlier = minutes[place - 1] if place else None
            same_day = earlier is not None and earlier.start.date() == slot.day
            before = earlier.total if earlier is not None and same_day else minutes[place].before
            if before is None or tick.volume is None or tick.volume <= before:
                return
            minutes.insert(place, _begun(tick, slot, before))
        self._mark(tick.instrument, slot.start)
        for later in minutes[place + 1 : place + 2]:
            later.changes += 1  # its volume is less by what was traded before it
            self._mark(tick.instrument, later.start)


def _before(line: Line, tick: Tick, slot: Slot) -> int | None:
    """The day's volume before this tick, as far as it was heard. Of a new day nothing was traded when it begins."""
    if line.day == slot.day:
        return line.volume
    return 0 if slot.first else None


def _traded(line: Line, tick: Tick, before: int | None) -> bool:
    if tick.volume and before is not None:
        return tick.volume > before
    # An index, a feed that tells prices alone, or nothing to compare the volume with: only a new price is news.
    return tick.last_price.amount != line.price.amount


def _begun(tick: Tick, slot: Slot, before: int | None) -> Minute:
    price, at = tick.last_price, tick.at
    return Minute(
        slot.start, price, price, price, price, at, at, before, tick.volume or None, tick.open_interest
    )
