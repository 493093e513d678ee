"""Candles of any listing: a seeded past that ends at the previous close, and today as it really traded.

Every interval is made of the minutes, every day of its own minutes, weeks and months of the days. One history
serves all brokers. A past day keeps the hours of its date and has no candle on a holiday.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta, timezone
from typing import NamedTuple

from mocks.exchange.bars import Bar, Bars, whole
from mocks.exchange.calendar import Calendar
from mocks.exchange.chance import stream
from mocks.exchange.intraday import minutes as minutes_of
from mocks.exchange.model import Event, Instrument, Kind, Phase
from mocks.exchange.past import DayBar, Past
from mocks.exchange.sessions import group_of

IST = timezone(timedelta(hours=5, minutes=30), "IST")
RECENT_YEARS, ALL_YEARS = 1, 11  # full calendar years before the day in force
OPENS = 9 * 60 + 15  # intervals are counted from here
EPOCH = date(1970, 1, 1)
KEPT_DAYS = 400  # of minutes, in memory
CLOSING_MATCH = "closing_matching"


class Candle(NamedTuple):
    """Prices in paise on the tick, volume in shares; `start` is aware, in India. `open_interest` in units."""

    start: datetime
    open: int
    high: int
    low: int
    close: int
    volume: int
    open_interest: int


class Rebased(NamedTuple):
    """From the day `on`, `base` paise are what `close` was the evening before."""

    on: date
    base: int
    close: int


class History:
    """`instruments` is the exchange's own mapping, which follows the days; `day` is the day in force."""

    def __init__(
        self, seed: int, instruments: Mapping[str, Instrument], calendar: Calendar, day: date
    ) -> None:
        self._seed = seed
        self._instruments = instruments
        self._calendar = calendar
        self._started = self._day = day
        self._recent: Past | None = None
        self._all: Past | None = None
        self._bars = Bars()
        self._lived: dict[str, list[DayBar]] = {}  # days that this exchange has seen
        self._minutes: dict[tuple[str, date], list[Bar]] = {}
        self._rebased: dict[str, list[Rebased]] = {}
        # The past stands on the closes of the first day, whatever happens to the listings later.
        self._origin = dict(instruments)

    # --- what the exchange tells --------------------------------------------------------------------------

    def take(self, events: Iterable[Event]) -> None:
        """Count the trades among `events`: they are today's candles."""
        self._bars.take(events)

    def take_level(self, key: str, time_ns: int, level: int) -> None:
        """An index published its level."""
        self._bars.print(key, time_ns, level, 0)

    def roll(
        self, opened: date, interest: Mapping[str, int] | None = None, closes: Mapping[str, int] | None = None
    ) -> None:
        """The day in force ended and `opened` begins.

        `interest` is the open interest at the close by key, `closes` what the day closed at (paise), which need
        not be the last trade's price.
        """
        number = (self._day - EPOCH).days
        for key in self._bars.traded():
            bars = self._bars.of(key, number)
            if bars:
                _, first, high, low, last, volume = whole(bars)
                close = (closes or {}).get(key, last)
                held = (interest or {}).get(key, 0)
                day = DayBar(self._day, first, max(high, close), min(low, close), close, volume, held)
                self._lived.setdefault(key, []).append(day)
        self._bars.forget_before(number)
        self._day = opened

    def rebase(self, key: str, base: int, close: int) -> None:
        """A share split, or gave a bonus, in this night: candles of the days before are told as if it had before."""
        self._rebased.setdefault(key, []).append(Rebased(self._day, base, close))
        self._minutes = {name: bars for name, bars in self._minutes.items() if name[0] != key}

    # --- what brokers ask ---------------------------------------------------------------------------------

    def candles(
        self, key: str, minutes: int | None, start: datetime, end: datetime, *, today_interest: int = 0
    ) -> list[Candle]:
        """Candles that begin in [start, end], oldest first; `minutes` None means whole days.

        Both times are aware. Raises KeyError for an unknown key, ValueError for an interval of no minutes.
        """
        instrument = self._instruments[key]
        first, last = start.astimezone(IST), end.astimezone(IST)
        if minutes is None:
            found = self._day_candles(instrument, first.date(), last.date(), today_interest)
        elif minutes <= 0:
            raise ValueError("an interval has at least a minute")
        else:
            found = []
            for day in self._days(instrument, first.date(), last.date()):
                found += self._inside(instrument, day, minutes, today_interest)
        return [candle for candle in found if first <= candle.start <= last]

    def last_minute(self, key: str) -> Candle | None:
        """Today's newest minute with a trade, without a look at the others: streams ask for it all the time."""
        bar = self._bars.last(key, (self._day - EPOCH).days)
        return None if bar is None else _candle(_at(self._day, 0), bar.minute, [bar], 0)

    def traded_today(self, key: str) -> bool:
        return bool(self._bars.of(key, (self._day - EPOCH).days))

    def year_range(self, key: str) -> tuple[int, int]:
        """Lowest and highest price of the last 52 weeks before today, paise; (0, 0) without a past."""
        since = self._day - timedelta(days=364)
        if key in self._rebased:
            recent = [bar for bar in self._past_days(self._instruments[key], since) if bar.day >= since]
            return min((bar.low for bar in recent), default=0), max((bar.high for bar in recent), default=0)
        if self._recent is None:
            self._recent = self._past(RECENT_YEARS)
        low, high = self._recent.extremes(self._instruments[key], since)
        for bar in self._lived.get(key, ()):
            if bar.day >= since:
                low, high = min(low or bar.low, bar.low), max(high, bar.high)
        return low, high

    # --- days ---------------------------------------------------------------------------------------------

    def _past_days(self, instrument: Instrument, since: date) -> list[DayBar]:
        """Everything before today that is needed to look back to `since`, and more."""
        if since.year >= self._started.year - RECENT_YEARS:
            if self._recent is None:
                self._recent = self._past(RECENT_YEARS)
            past = self._recent
        else:
            if self._all is None:
                self._all = self._past(ALL_YEARS)
            past = self._all
        found = past.bars(instrument) + self._lived.get(instrument.key, [])
        for rebased in self._rebased.get(instrument.key, ()):
            found = [_as_since(bar, rebased, instrument.tick) for bar in found]
        return found

    def _past(self, years: int) -> Past:
        return Past(self._seed, self._origin, self._calendar, self._started, years)

    def _day_candles(self, instrument: Instrument, first: date, last: date, interest: int) -> list[Candle]:
        found = [
            Candle(_at(bar.day, 0), bar.open, bar.high, bar.low, bar.close, bar.volume, bar.open_interest)
            for bar in self._past_days(instrument, first)
            if first <= bar.day <= last
        ]
        if first <= self._day <= last:
            bars = self._bars.of(instrument.key, (self._day - EPOCH).days)
            if bars:
                found.append(Candle(_at(self._day, 0), *whole(bars)[1:], interest))
        return found

    def _days(self, instrument: Instrument, first: date, last: date) -> Iterator[DayBar]:
        for bar in self._past_days(instrument, first):
            if first <= bar.day <= last:
                yield bar
        if first <= self._day <= last:
            yield DayBar(self._day, 0, 0, 0, 0, 0, 0)

    # --- minutes ------------------------------------------------------------------------------------------

    def _inside(self, instrument: Instrument, day: DayBar, minutes: int, today_interest: int) -> list[Candle]:
        """One day's candles of so many minutes, counted from the opening."""
        bars = self._minute_bars(instrument, day)
        if not bars:
            return []
        held = today_interest if day.day == self._day else day.open_interest
        midnight = _at(day.day, 0)
        found: list[Candle] = []
        group: list[Bar] = []
        slot = None
        for bar in bars:
            this = (bar.minute - OPENS) // minutes
            if group and this != slot:
                found.append(_candle(midnight, slot_start(group[0].minute, minutes), group, held))
                group = []
            slot = this
            group.append(bar)
        found.append(_candle(midnight, slot_start(group[0].minute, minutes), group, held))
        return found

    def _minute_bars(self, instrument: Instrument, day: DayBar) -> list[Bar]:
        rebased = any(one.on > day.day for one in self._rebased.get(instrument.key, ()))
        if day.day >= self._started and not rebased:
            real = self._bars.of(instrument.key, (day.day - EPOCH).days)
            if real or day.day == self._day:
                return real
        name = (instrument.key, day.day)
        found = self._minutes.get(name)
        if found is None:
            if len(self._minutes) >= KEPT_DAYS:
                self._minutes.clear()
            found = self._minutes[name] = self._made(instrument, day)
        return found

    def _made(self, instrument: Instrument, day: DayBar) -> list[Bar]:
        times = self._trading_minutes(instrument, day.day)
        luck = stream(self._seed, instrument.key, f"minutes of {day.day}")
        bar = Bar(0, day.open, day.high, day.low, day.close, day.volume)
        return minutes_of(bar, times, instrument.tick, instrument.lot, luck)

    def _trading_minutes(self, instrument: Instrument, day: date) -> list[int]:
        """The minutes in which prices were made, by the hours of that date; a closing auction is one minute."""
        found: list[int] = []
        for session in self._calendar.sessions_on(day, group_of(instrument, day)):
            if session.phase is Phase.CONTINUOUS:
                found.extend(range(session.start, session.end))
            elif session.name == CLOSING_MATCH and instrument.kind is Kind.EQUITY:
                found.append(session.start)
        return found or list(range(OPENS, OPENS + 375))


def _as_since(bar: DayBar, rebased: Rebased, tick: int) -> DayBar:
    """A day before a split as charts show it afterwards: lower prices, on the tick, and more shares."""
    if bar.day >= rebased.on:
        return bar
    first, high, low, last = (
        max(round(price * rebased.base / (rebased.close * tick)), 1) * tick
        for price in (bar.open, bar.high, bar.low, bar.close)
    )
    return bar._replace(
        open=first, high=high, low=low, close=last, volume=bar.volume * rebased.close // rebased.base
    )


def slot_start(minute: int, minutes: int) -> int:
    """The minute of the day at which the interval that holds `minute` begins."""
    return max(OPENS + (minute - OPENS) // minutes * minutes, 0)


def by_week(days: Sequence[Candle]) -> list[Candle]:
    """Day candles in weeks that begin on Monday."""
    return _grouped(days, lambda start: start.date() - timedelta(days=start.weekday()))


def by_month(days: Sequence[Candle]) -> list[Candle]:
    """Day candles in calendar months, each beginning on the first."""
    return _grouped(days, lambda start: start.date().replace(day=1))


def _grouped(days: Sequence[Candle], begins: Callable[[datetime], date]) -> list[Candle]:
    groups: dict[date, list[Candle]] = {}
    for candle in days:
        groups.setdefault(begins(candle.start), []).append(candle)
    return [
        Candle(
            _at(day, 0),
            group[0].open,
            max(one.high for one in group),
            min(one.low for one in group),
            group[-1].close,
            sum(one.volume for one in group),
            group[-1].open_interest,
        )
        for day, group in groups.items()
    ]


def _candle(midnight: datetime, minute: int, bars: list[Bar], open_interest: int) -> Candle:
    if len(bars) == 1:
        return Candle(midnight + timedelta(minutes=minute), *bars[0][1:], open_interest)
    return Candle(midnight + timedelta(minutes=minute), *whole(bars)[1:], open_interest)


def _at(day: date, minute: int) -> datetime:
    return datetime.combine(day, time(0), IST) + timedelta(minutes=minute)
