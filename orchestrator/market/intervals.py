"""Where candles begin and end: minutes of the exchanges' sessions, and what is gathered of them. Pure.

Intraday candles are counted from the opening, as exchanges and brokers do; days, weeks (from Monday) and months begin
at midnight. All times are IST.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from domain.calendar import IST, Calendar, Phase
from domain.instrument import Exchange

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
_ENDS = {Exchange.CDS: time(17), Exchange.BCD: time(17), Exchange.MCX: time(23, 30)}
_SHARES_OPEN, _OTHERS_OPEN = timedelta(hours=9, minutes=15), timedelta(hours=9)


class Interval(StrEnum):
    """How long a candle lasts."""

    M1 = "1m"
    M3 = "3m"
    M5 = "5m"
    M10 = "10m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    D1 = "1d"
    W1 = "1w"
    MO1 = "1mo"

    @property
    def span(self) -> timedelta:
        """How long it lasts, a month at its longest."""
        return _SPANS[self]

    @property
    def intraday(self) -> bool:
        return self.span < DAY

    @property
    def base(self) -> Interval:
        """What brokers are asked for to make it of. Not hours: not every broker counts them from the opening."""
        return _BASES[self]


_SPANS = {
    Interval.M1: MINUTE,
    Interval.M3: 3 * MINUTE,
    Interval.M5: 5 * MINUTE,
    Interval.M10: 10 * MINUTE,
    Interval.M15: 15 * MINUTE,
    Interval.M30: 30 * MINUTE,
    Interval.H1: 60 * MINUTE,
    Interval.D1: DAY,
    Interval.W1: 7 * DAY,
    Interval.MO1: 31 * DAY,
}
_BASES = {
    Interval.M1: Interval.M1,
    Interval.M3: Interval.M1,
    Interval.M5: Interval.M5,
    Interval.M10: Interval.M5,
    Interval.M15: Interval.M15,
    Interval.M30: Interval.M15,
    Interval.H1: Interval.M15,
    Interval.D1: Interval.D1,
    Interval.W1: Interval.D1,
    Interval.MO1: Interval.D1,
}


@dataclass(frozen=True, slots=True)
class Slot:
    """A minute (IST) and what can happen in it. `open`: trades, those of auctions and of the post-close session too.
    `calling`: orders are collected for the opening, so that prices are what may come. `first`: the session's first."""

    start: datetime
    day: date
    open: bool
    calling: bool
    first: bool


class Grid:
    """The candles that moments belong to, by the sessions of a calendar."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar

    def slot(self, exchange: Exchange, at: datetime) -> Slot:
        """The minute that a moment (aware) falls in."""
        # A share may close by auction or not: what either lets trade can be a trade.
        phases = {self._calendar.phase(exchange, at, closing_auction=auction) for auction in (True, False)}
        start = self.start(exchange, at, Interval.M1)
        return Slot(
            start,
            start.date(),
            open=phases != {Phase.CLOSED},
            calling=Phase.PRE_OPEN in phases,
            first=start == self.opening(exchange, start.date()),
        )

    def start(self, exchange: Exchange, at: datetime, interval: Interval) -> datetime:
        """The beginning (IST) of the candle that a moment (aware) falls in.

        What the pre-open auction trades belongs to the first candle of the session: its price is the day's open.
        """
        local = at.astimezone(IST)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        match interval:
            case Interval.D1:
                return midnight
            case Interval.W1:
                return midnight - timedelta(days=local.weekday())
            case Interval.MO1:
                return midnight.replace(day=1)
            case _:
                opening = midnight + self._opening(exchange, local.date())
                if local < opening and self._calendar.phase(exchange, at) is Phase.PRE_OPEN:
                    return opening
                span = interval.span
                return opening + (local - opening) // span * span

    def end(self, start: datetime, interval: Interval) -> datetime:
        """When the candle that begins at `start` is over by the clock."""
        if interval is Interval.MO1:
            return (start + interval.span).replace(day=1)
        return start + interval.span

    def forming(self, exchange: Exchange, start: datetime, interval: Interval, now: datetime) -> bool:
        """Whether the candle that begins at `start` may still change at `now` (aware)."""
        if not start <= now < self.end(start, interval):
            return False
        if interval is not Interval.D1 or self._calendar.always_open:
            return True
        return now.astimezone(IST) < self._session_end(exchange, start.astimezone(IST).date())

    def trading_day(self, exchange: Exchange, day: date) -> bool:
        """Whether the exchange opens on that day at all."""
        return self._calendar.trades(day, exchange)

    def opening(self, exchange: Exchange, day: date) -> datetime:
        """When candles of that day begin."""
        if self._calendar.always_open:
            return midnight_of(day)
        return midnight_of(day) + self._opening(exchange, day)

    def _opening(self, exchange: Exchange, day: date) -> timedelta:
        """After midnight: what an exchange announced for the day, else the usual."""
        special = self._calendar.special.get((exchange, day))
        if special is not None and special.opens is not None:
            return timedelta(hours=special.opens.hour, minutes=special.opens.minute)
        late = exchange in (Exchange.NSE, Exchange.BSE, Exchange.NFO, Exchange.BFO)
        return _SHARES_OPEN if late else _OTHERS_OPEN

    def _session_end(self, exchange: Exchange, day: date) -> datetime:
        """When nothing trades any more on that day."""
        special = self._calendar.special.get((exchange, day))
        usual = _ENDS.get(exchange, time(16))
        return datetime.combine(day, usual if special is None else special.ends or usual, IST)


def midnight_of(day: date) -> datetime:
    """The beginning of a day in India."""
    return datetime.combine(day, time(), IST)
