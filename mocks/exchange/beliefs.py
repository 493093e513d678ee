"""What things are worth from moment to moment, seeded: a market factor, the fear index, moods of the day, models.

A share's value is the market factor plus its own walk, drawn back to an anchor; contracts follow their underlying
by the pricing model. Variances follow the time of day: a U over the session, calm at other hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from mocks.exchange.calendar import SECOND_NS, india_minute
from mocks.exchange.chance import shock, stream
from mocks.exchange.indices import IndexLevel
from mocks.exchange.intraday import liveliness
from mocks.exchange.model import Instrument, Kind
from mocks.exchange.pricing import future_value, option_value, volatility
from mocks.exchange.tape import Tape

SHARE_VOLATILITY = 1.0e-4  # of a share's own walk, per square root of a second (about 24 % a year)
MARKET_VOLATILITY = 5.0e-5  # of the factor common to all
PULL = 1.0 / 20_000.0  # per second, towards the anchor: a day's wandering stays believable
JUMPS_S = 14_400.0  # seconds between the jumps of one share, on average
JUMP_SIZE = 0.004
OPEN_MINUTE, SESSION_MINUTES = 9 * 60 + 15, 375
DAY_NS = 86_400 * SECOND_NS
SPOT_NS = SECOND_NS // 2  # how long a spot price is good enough for a model
MINUTE_NS = 60 * SECOND_NS
VIX = "NSE:INDIA VIX"


class Beliefs:
    """Shared by all crowds of one exchange. Time comes from the tape; nothing here reads a clock."""

    def __init__(self, indices: Mapping[str, IndexLevel], tape: Tape, seed: int) -> None:
        self.factor = 0.0  # sum of the market's returns so far
        self._indices = indices
        self._tape = tape
        self._market = stream(seed, "market", "factor")
        self._vix = stream(seed, VIX, "walk")
        self._fear = float(indices[VIX].level) if VIX in indices else 0.0
        self._factor_time = tape.now
        self._spots: dict[str, tuple[int, float]] = {}
        self._mood_minute = -1
        self._mood = 1.0

    def mood(self) -> float:
        """How lively the moment is (variance, trades a second): 1 on average over a session."""
        minute = self._tape.now // MINUTE_NS
        if minute != self._mood_minute:
            self._mood_minute = minute
            part = (india_minute(self._tape.now) - OPEN_MINUTE) / SESSION_MINUTES
            self._mood = liveliness(part) if 0.0 <= part < 1.0 else 0.7
        return self._mood

    def move_market(self) -> float:
        """The market factor now."""
        now = self._tape.now
        passed = now - self._factor_time
        if passed >= SECOND_NS // 4:
            seconds = passed / SECOND_NS
            self._factor_time = now
            self.factor += MARKET_VOLATILITY * sqrt(seconds * self.mood()) * shock(self._market)
            vix = self._indices.get(VIX)
            if vix is not None:
                pull = (vix.instrument.prev_close - self._fear) * min(PULL * seconds, 0.5)
                self._fear += pull + 0.3 * sqrt(seconds) * shock(self._vix)
                vix.level = round(self._fear)
        return self.factor

    def skip(self) -> None:
        """Nothing happened until now: a night, or a market that stood still."""
        self._factor_time = self._tape.now

    def level(self, key: str) -> float:
        """An index's level in paise now; 0 when there is no such index."""
        index = self._indices.get(key)
        return float(index.current(self._tape.trade)) if index is not None else 0.0

    def index_spot(self, key: str) -> float:
        """The same, at most half a second old: for those who take turns, and for nobody who only looks."""
        if key not in self._indices:
            return 0.0
        known = self._spots.get(key)
        now = self._tape.now
        if known is None or now - known[0] >= SPOT_NS:
            known = self._spots[key] = (now, self.level(key))
        return known[1]

    def forget_spots(self) -> None:
        """A price was put somewhere from outside: models look again."""
        self._spots.clear()

    def model(self, contract: Instrument, spot: float, expiry: int) -> float:
        """A contract's price on its underlying's (both paise); `expiry` in ns."""
        days = max(expiry - self._tape.now, 0) / DAY_NS
        if contract.kind is Kind.FUTURE:
            return future_value(spot, days)
        sigma = volatility(contract.underlying, spot, contract.strike, days)
        return option_value(spot, contract.strike, days, sigma, call=contract.kind is Kind.CALL)
