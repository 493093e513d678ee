"""Once a second while anything is awake: index levels, what an auction would give, bands, the market's breaker."""

from __future__ import annotations

from mocks.exchange.auction import Uncrossing
from mocks.exchange.bands import Bands
from mocks.exchange.calendar import SECOND_NS
from mocks.exchange.closing import Closing
from mocks.exchange.floor import Floor
from mocks.exchange.halts import BREAKER_INDEX, Breaker
from mocks.exchange.history import History
from mocks.exchange.hours import COLLECTING, Hours
from mocks.exchange.model import Phase


class Pulse:
    """Beats on whole seconds of the simulated clock, and at once when a market wakes up."""

    def __init__(self, floor: Floor, hours: Hours, closing: Closing, bands: Bands, history: History) -> None:
        self.indicative: dict[str, Uncrossing] = {}  # by key, of the auctions that are on
        self._breaker = Breaker()
        self._floor = floor
        self._hours = hours
        self._closing = closing
        self._bands = bands
        self._history = history
        self._at = (floor.tape.now // SECOND_NS + 1) * SECOND_NS

    def next_due(self) -> int | None:
        return self._at if self._hours.is_awake else None

    def skip(self, to_ns: int) -> None:
        """Beat next at `to_ns`, or at the next second when that has passed: a leap leaves the others out."""
        self._at = max(to_ns, self._floor.tape.now + SECOND_NS) // SECOND_NS * SECOND_NS

    def start_day(self) -> None:
        self._breaker.start_day()
        self.indicative.clear()

    def beat(self) -> None:
        now = self._floor.tape.now
        self._at = (now // SECOND_NS + 1) * SECOND_NS
        if self._hours.is_trading:
            self._publish(now)
            self._bands.look(now)
        self._foresee()
        if not self._hours.always_open and self._hours.is_trading:
            minutes = self._breaker.check(self._floor.indices.get(BREAKER_INDEX), now)
            if minutes is not None:
                self._hours.stop(minutes)

    def _publish(self, now: int) -> None:
        last_trade = self._floor.tape.trade
        for key, index in self._floor.indices.items():
            index.publish(last_trade, now)
            self._history.take_level(key, now, index.level)

    def _foresee(self) -> None:
        """What the auctions that collect now would give; those that are worked out keep their last word."""
        for group in self._hours.sessions:
            phase = self._hours.session(group).phase
            if phase in COLLECTING:
                for book in self._floor.books_of(group):
                    self.indicative[book.key] = book.indicative(self._closing.reference(book))
            elif phase is not Phase.MATCHING and self.indicative:
                for key in self._floor.members[group]:
                    self.indicative.pop(key, None)
