"""Day bars of the past, walked backwards from the last close by seeded returns: ten years and more of every name.

A date keeps its return whatever day the exchange starts on. Both listings of a share had the same past, an index
is the weighted sum of its members' closes, and contracts stood at their model price around their underlying.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from mocks.exchange.calendar import Calendar
from mocks.exchange.catalogue import Share, shares
from mocks.exchange.chance import shock, stream
from mocks.exchange.indices import members
from mocks.exchange.liquidity import usual_interest, usual_volume
from mocks.exchange.model import Instrument, Kind
from mocks.exchange.pricing import future_value, option_value, volatility

DRIFT = 0.00035  # a day
MARKET_DEVIATION = 0.0075  # of a day's return common to all shares
OWN_DEVIATION = 0.0115
LARGEST = 0.095  # no day moves further: inside every band
LISTED_DAYS = 90  # how long a contract lived before its expiry when nothing says more
VIX = "INDIA VIX"


class DayBar(NamedTuple):
    """One trading day: prices in paise, volume in shares, open interest in units at the close."""

    day: date
    open: int
    high: int
    low: int
    close: int
    volume: int
    open_interest: int


class _Walk(NamedTuple):
    """A path before rounding, a value per trading day."""

    open: array[float]
    high: array[float]
    low: array[float]
    close: array[float]


class Past:
    """`today` is the day in force: the past ends on the trading day before it, at the previous close.

    A past of few years is the end of one of many: everything is drawn backwards.
    """

    def __init__(
        self, seed: int, instruments: Mapping[str, Instrument], calendar: Calendar, today: date, years: int
    ) -> None:
        self._seed = seed
        self._calendar = calendar
        self._closes = {key: one.prev_close for key, one in instruments.items()}
        self.days = self._trading_days(today, years)
        self._years = list(Counter(day.year for day in self.days).items())
        self._market = self._draws("market")
        self._shares: dict[str, _Walk] = {}
        self._bars: dict[str, list[DayBar]] = {}

    def bars(self, instrument: Instrument) -> list[DayBar]:
        """All days, oldest first; contracts from their listing on. Empty for what was listed after the start."""
        found = self._bars.get(instrument.key)
        if found is None:
            close = self._closes.get(instrument.key)
            found = [] if close is None else self._made(instrument, close)
            self._bars[instrument.key] = found
        return found

    def extremes(self, instrument: Instrument, since: date) -> tuple[int, int]:
        """Lowest and highest price from `since` on, paise: those of the bars. (0, 0) without a past."""
        close = self._closes.get(instrument.key)
        if close is None or not self.days:
            return 0, 0
        if instrument.kind is not Kind.EQUITY:
            recent = [bar for bar in self.bars(instrument) if bar.day >= since]
            return min((bar.low for bar in recent), default=0), max((bar.high for bar in recent), default=0)
        first = bisect_left(self.days, since)
        walk, tick = self._share(instrument, close), instrument.tick
        low = max(round(min(walk.low[first:]) / tick), 1) * tick
        return low, max(round(max(walk.high[first:]) / tick) * tick, low)

    def _made(self, instrument: Instrument, close: int) -> list[DayBar]:
        luck = stream(self._seed, instrument.key, "days")
        if instrument.expiry:
            return self._contract(instrument, close, luck)
        walk = self._index(instrument) if instrument.kind is Kind.INDEX else self._share(instrument, close)
        return self._rounded(instrument, walk, close, luck)

    # --- values -------------------------------------------------------------------------------------------

    def _trading_days(self, today: date, years: int) -> list[date]:
        day = date(today.year - years, 1, 1)
        found = []
        while day < today:
            if self._calendar.is_trading_day(day):
                found.append(day)
            day += timedelta(days=1)
        return found

    def _draws(self, name: str) -> list[tuple[float, ...]]:
        """Five draws for every trading day of a name, from a stream per year: a date keeps its own."""
        found: list[tuple[float, ...]] = []
        for year, count in self._years:
            draw = stream(self._seed, name, f"days of {year}").random
            found += [
                (2.0 * (draw() + draw() + draw() - 1.5), draw(), draw(), draw(), draw()) for _ in range(count)
            ]
        return found

    def _share(self, instrument: Instrument, close: int) -> _Walk:
        """Both listings of an ISIN share one path."""
        name = instrument.isin or instrument.key
        found = self._shares.get(name)
        if found is None:
            found = self._shares[name] = self._walk(name, close)
        return found

    def _company(self, share: Share) -> _Walk:
        found = self._shares.get(share.isin)
        if found is None:
            found = self._shares[share.isin] = self._walk(share.isin, share.prev_close)
        return found

    def _walk(self, name: str, last_close: int) -> _Walk:
        count = len(self.days)
        walk = _flat(count)
        value = float(last_close)
        draws = self._draws(name)
        for at in range(count - 1, -1, -1):
            own, gap, up, down, wild = draws[at]
            if wild < 0.01:
                own *= 2.2
            move = DRIFT + MARKET_DEVIATION * self._market[at][0] + OWN_DEVIATION * own
            move = min(max(move, -LARGEST), LARGEST)
            before = value / (1.0 + move)
            walk.open[at] = before * (1.0 + move * (gap - 0.2) * 0.6)
            walk.high[at] = max(walk.open[at], value) * (1.0 + 0.012 * up * up)
            walk.low[at] = min(walk.open[at], value) * (1.0 - 0.012 * down * down)
            walk.close[at] = value
            value = before
        return walk

    def _index(self, instrument: Instrument) -> _Walk:
        if instrument.symbol == VIX:
            return self._fear(instrument)
        parts = members(instrument.symbol)
        if not parts:
            return self._walk(instrument.key, instrument.prev_close)
        whole = sum(share.market_cap for share in parts)
        count = len(self.days)
        walk = _flat(count)
        for share in parts:
            weight = instrument.prev_close * share.market_cap / whole / share.prev_close
            own = self._company(share)
            for at in range(count):
                walk.open[at] += own.open[at] * weight
                walk.close[at] += own.close[at] * weight
        for at, (_, _, up, down, _) in enumerate(self._market):
            # Members do not peak together: an index travels less beyond its open and close than they do.
            walk.high[at] = max(walk.open[at], walk.close[at]) * (1.0 + 0.006 * up * up)
            walk.low[at] = min(walk.open[at], walk.close[at]) * (1.0 - 0.006 * down * down)
        return walk

    def _fear(self, instrument: Instrument) -> _Walk:
        """The volatility index: falls when the market rises, and is drawn back to where it is now."""
        count = len(self.days)
        walk = _flat(count)
        home = value = float(instrument.prev_close)
        luck = stream(self._seed, instrument.key, "fear")
        for at in range(count - 1, -1, -1):
            move = min(max(-0.03 * self._market[at][0] + 0.02 * shock(luck), -0.25), 0.25)
            before = value / (1.0 + move) + (home - value) * 0.05
            walk.open[at] = before
            walk.high[at] = max(before, value) * (1.0 + 0.03 * luck.random())
            walk.low[at] = min(before, value) * (1.0 - 0.03 * luck.random())
            walk.close[at] = value
            value = before
        return walk

    # --- bars ---------------------------------------------------------------------------------------------

    def _rounded(self, instrument: Instrument, walk: _Walk, close: int, luck: Random) -> list[DayBar]:
        base = usual_volume(instrument)
        found = []
        for at in range(len(self.days) - 1, -1, -1):
            open_, last = walk.open[at], walk.close[at]
            busy = (0.6 + 0.8 * luck.random()) * (1.0 + 12.0 * abs(last / open_ - 1.0))
            found.append(
                _bar(instrument, self.days[at], open_, walk.high[at], walk.low[at], last, int(base * busy), 0)
            )
        found.reverse()
        _end_at(found, close)
        return found

    def _contract(self, instrument: Instrument, close: int, luck: Random) -> list[DayBar]:
        """From the listing day on, at the model's price of the underlying's open, high, low and close."""
        expiry = date.fromisoformat(instrument.expiry)
        listed = (
            date.fromisoformat(instrument.listed)
            if instrument.listed
            else expiry - timedelta(days=LISTED_DAYS)
        )
        walk = self._underlying(instrument)
        first = next((at for at, day in enumerate(self.days) if day >= listed), len(self.days))
        span = max((expiry - listed).days, 1)
        base, interest = usual_volume(instrument), usual_interest(instrument)
        now = max(((self.days[-1] - listed).days + 1) / span, 0.02) if self.days else 1.0
        found = []
        for at in range(first, len(self.days)):
            day = self.days[at]
            left = float((expiry - day).days)
            prices = sorted(_value(instrument, spot, left) for spot in (walk.high[at], walk.low[at]))
            age = ((day - listed).days + 1) / span
            volume = int(base * (0.25 + age / now) * (0.5 + 0.6 * luck.random()))
            open_interest = int(interest * min(age / now, 1.0) * (0.9 + 0.1 * luck.random()))
            found.append(
                _bar(
                    instrument, day, _value(instrument, walk.open[at], left), prices[1], prices[0],
                    _value(instrument, walk.close[at], left), volume, open_interest // instrument.lot * instrument.lot,
                )
            )  # fmt: skip
        _end_at(found, close)
        if found:
            found[-1] = found[-1]._replace(open_interest=interest)
        return found

    def _underlying(self, instrument: Instrument) -> _Walk:
        symbol = instrument.underlying.partition(":")[2]
        share = next((one for one in shares() if one.symbol == symbol), None)
        if share is not None:
            return self._company(share)
        found = self._shares.get(instrument.underlying)
        if found is None:
            found = self._shares[instrument.underlying] = self._index_of(instrument.underlying)
        return found

    def _index_of(self, key: str) -> _Walk:
        exchange, _, symbol = key.partition(":")
        listing = Instrument(
            key=key, exchange=exchange, symbol=symbol, name=symbol, kind=Kind.INDEX, token=0, isin="", lot=1,
            tick=1, freeze=0, prev_close=self._closes.get(key, 100_000), band=None,
        )  # fmt: skip
        return self._index(listing)


def _flat(count: int) -> _Walk:
    zeros = bytes(8 * count)
    return _Walk(array("d", zeros), array("d", zeros), array("d", zeros), array("d", zeros))


def _value(instrument: Instrument, spot: float, days: float) -> float:
    if instrument.kind is Kind.FUTURE:
        return future_value(spot, days)
    sigma = volatility(instrument.underlying, spot, instrument.strike, days)
    return option_value(spot, instrument.strike, days, sigma, call=instrument.kind is Kind.CALL)


def _bar(
    instrument: Instrument, day: date, open_: float, high: float, low: float, close: float, volume: int,
    open_interest: int,
) -> DayBar:  # fmt: skip
    """Rounded to the tick, at least a tick, with the extremes around open and close."""
    tick, lot = instrument.tick, instrument.lot
    first, top, bottom, last = (max(round(price / tick), 1) * tick for price in (open_, high, low, close))
    volume = volume // lot * lot
    return DayBar(day, first, max(first, top, last), min(first, bottom, last), last, volume, open_interest)


def _end_at(bars: list[DayBar], close: int) -> None:
    """The last day closes exactly where today's statistics say it did."""
    if not bars:
        return
    last = bars[-1]
    bars[-1] = last._replace(close=close, high=max(last.high, close), low=min(last.low, close))
