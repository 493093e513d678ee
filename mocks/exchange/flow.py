"""The rest of the market, seeded: what everything is worth from second to second, and who has a turn when.

A share's value is a market factor plus its own walk, drawn back to its anchor; a BSE listing follows the NSE
one, contracts follow their index, and clients' trades leave a mark. `makers.py` turns values into orders.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import count
from math import sqrt

from mocks.exchange.book import Book
from mocks.exchange.calendar import SECOND_NS, india_date
from mocks.exchange.indices import IndexLevel
from mocks.exchange.makers import LEVELS, Maker, shock, stream
from mocks.exchange.model import Kind, Phase
from mocks.exchange.pricing import VOLATILITY, future_value, option_value
from mocks.exchange.tape import Tape

SHARE_VOLATILITY = 1.0e-4  # of a share's own walk, per square root of a second (about 24 % a year)
MARKET_VOLATILITY = 5.0e-5  # of the factor common to all
PULL = 1.0 / 20_000.0  # per second, towards the anchor: a day's wandering stays believable
JUMP_S = 60  # an advance longer than this is a jump: everybody makes one turn at its end
VIX = "NSE:INDIA VIX"


class Flow:
    """All makers and takers of one exchange. Time comes from the tape; nothing here reads a clock."""

    def __init__(
        self, books: Mapping[str, Book], indices: Mapping[str, IndexLevel], tape: Tape, *, seed: int,
        enabled: bool, first_number: int,
    ) -> None:  # fmt: skip
        self.enabled = enabled
        self._tape = tape
        self._indices = indices
        self._market = stream(seed, "market", "factor")
        self._vix = stream(seed, VIX, "walk")
        self._fear = float(indices[VIX].level) if VIX in indices else 0.0
        self._factor = 0.0  # sum of the market's returns so far
        self._factor_time = tape.now
        self._dirty: dict[str, Maker] = {}
        self._seed = seed
        self._numbers = count(first_number)
        self._place = len(books)
        self.makers = {
            key: Maker(book, i, seed, tape.now, self._numbers) for i, (key, book) in enumerate(books.items())
        }
        self._follow()
        self._schedule: list[tuple[int, int, Maker]] = []
        for maker in self.makers.values():
            fresh = maker.book.last_price == maker.book.prev_close
            if enabled and fresh and maker.leader is None and maker.expiry is None:
                maker.value *= 1.0 + 0.008 * shock(maker.luck) / 3.0  # the night's gap
            self._believe(maker)
            maker.quote()
            maker.due = tape.now + int(maker.luck.random() * SECOND_NS)
            self._schedule.append((maker.due, maker.place, maker))
        heapq.heapify(self._schedule)

    def _follow(self) -> None:
        """A second listing of the same ISIN follows the first."""
        first: dict[str, Maker] = {}
        for maker in self.makers.values():
            isin = maker.book.instrument.isin
            leader = first.setdefault(isin, maker) if isin else maker
            if leader is not maker:
                maker.leader = leader
                leader.followers.append(maker)

    # --- time ---------------------------------------------------------------------------------------------

    def next_due(self) -> int | None:
        return self._schedule[0][0] if self.enabled else None

    def step(self) -> None:
        """The one turn that is due now."""
        now = self._tape.now
        _, place, maker = heapq.heappop(self._schedule)
        if maker.book.phase is Phase.CONTINUOUS:
            self._turn(maker, now)
        maker.due = now + int(maker.interval * (0.5 + maker.luck.random()) * SECOND_NS)
        heapq.heappush(self._schedule, (maker.due, place, maker))

    def jump(self, now: int) -> None:
        """Skip the turns of a long pause: all are due again within the second that starts at `now`."""
        for maker in self.makers.values():
            maker.due = now + int(maker.luck.random() * SECOND_NS)
        self._schedule = [(maker.due, maker.place, maker) for maker in self.makers.values()]
        heapq.heapify(self._schedule)

    def refill(self) -> None:
        """Books that clients traded in get their ladder back."""
        dirty, self._dirty = self._dirty, {}
        for maker in dirty.values():
            if not self.enabled:
                maker.pressure = 0  # a standing market feels nothing
            if maker.book.phase is Phase.CONTINUOUS:
                maker.quote(whole=not self.enabled)

    def client_traded(self, key: str, signed_quantity: int) -> None:
        """A client took (+) or hit (-) this many: the ladder needs care, and the value will feel it."""
        maker = self.makers[key]
        self._dirty[key] = maker
        maker.pressure += signed_quantity

    def set_enabled(self, enabled: bool) -> None:
        if enabled and not self.enabled:
            self._factor_time = self._tape.now
            for maker in self.makers.values():
                maker.time = self._tape.now
            self.jump(self._tape.now)
        self.enabled = enabled

    def open_books(self, books: Sequence[Book], due: int) -> None:
        """Continuous trading begins in these books, and their first turns come within the second after `due`.

        The ladders of the evening are gone, and the night did not count.
        """
        opened = {book.key for book in books}
        now = self._tape.now
        self._factor_time = now
        for key in [book.key for book in books]:
            maker = self.makers[key]
            maker.time = now
            maker.orders[0].clear()
            maker.orders[1].clear()
            self._believe(maker)
            maker.quote()
            maker.due = due + int(maker.luck.random() * SECOND_NS)
        entries = [(maker.due, maker.place, maker) for maker in self.makers.values() if maker.book.key in opened]
        self._schedule = [entry for entry in self._schedule if entry[2].book.key not in opened] + entries
        heapq.heapify(self._schedule)

    def relist(self, books: Mapping[str, Book]) -> None:
        """Another day's books: makers of contracts that ended go, those of new ones come."""
        for key in [key for key in self.makers if key not in books]:
            del self.makers[key]
        for key, book in books.items():
            if key not in self.makers:
                self._place += 1
                self.makers[key] = Maker(book, self._place, self._seed, self._tape.now, self._numbers)
        self._schedule = [entry for entry in self._schedule if entry[2].book.key in books]
        heapq.heapify(self._schedule)

    def value(self, key: str) -> float:
        """What the market believes the instrument is worth, paise."""
        return self.makers[key].value

    def open_interest(self, key: str) -> int:
        """Contracts outstanding, in units: invented, growing with what trades today; 0 for shares."""
        maker = self.makers[key]
        if maker.expiry is None:
            return 0
        lot = maker.book.instrument.lot
        return (sum(maker.sizes) * 40 + maker.book.volume // 3) // lot * lot

    # --- value --------------------------------------------------------------------------------------------

    def set_value(self, key: str, price: int) -> None:
        """Move what the market believes to `price`, re-quote there and print one lot at it."""
        maker = self.makers[key]
        group = [maker.leader or maker, *(maker.leader or maker).followers]
        for member in group:
            member.anchor = member.value = float(price)
            member.pressure = 0
        if maker.expiry is not None:
            maker.offset = 0.0
            maker.offset = price - self._model(maker, maker.expiry)
            maker.value = float(price)
        for member in group:
            member.quote()
            if not price % member.book.instrument.tick:
                member.print_at(price)

    def _turn(self, maker: Maker, now: int) -> None:
        self._move_value(maker, now)
        maker.quote()
        if not maker.opened or maker.taker.random() < 0.75:
            maker.opened = True
            maker.take()

    def _move_value(self, maker: Maker, now: int) -> None:
        if maker.leader is None and maker.expiry is None:
            seconds = (now - maker.time) / SECOND_NS
            factor = self._market_factor(now)
            change = (factor - maker.market_seen) + SHARE_VOLATILITY * sqrt(seconds) * shock(maker.luck)
            maker.market_seen = factor
            pull = min(PULL * seconds, 0.5)
            maker.value += maker.value * change + (maker.anchor - maker.value) * pull
        if maker.pressure:
            self._feel(maker)
        maker.time = now
        self._believe(maker)

    def _feel(self, maker: Maker) -> None:
        """Part of what clients push stays: a whole ladder taken moves the value by half of its height."""
        ladder = sum(maker.sizes)
        push = max(min(maker.pressure / ladder, 2.0), -2.0) * maker.step * LEVELS * 0.5
        maker.pressure = 0
        if maker.expiry is not None:
            maker.offset += push
        else:
            (maker.leader or maker).value += push

    def _market_factor(self, now: int) -> float:
        seconds = (now - self._factor_time) / SECOND_NS
        if seconds >= 0.25:
            self._factor_time = now
            self._factor += MARKET_VOLATILITY * sqrt(seconds) * shock(self._market)
            vix = self._indices.get(VIX)
            if vix is not None:
                pull = (vix.instrument.prev_close - self._fear) * min(PULL * seconds, 0.5)
                self._fear += pull + 0.3 * sqrt(seconds) * shock(self._vix)
                vix.level = round(self._fear)
        return self._factor

    def _believe(self, maker: Maker) -> None:
        """Take over what the leader or the model says, and keep inside the day's band."""
        if maker.leader is not None:
            maker.value = maker.leader.value
        elif maker.expiry is not None and self.enabled:
            maker.value = self._model(maker, maker.expiry) + maker.offset
        band = maker.book.instrument.band
        if band is not None:
            maker.value = min(max(maker.value, float(band[0])), float(band[1]))

    def _model(self, maker: Maker, expiry: date) -> float:
        instrument = maker.book.instrument
        index = self._indices.get(instrument.underlying)
        if index is None:
            return float(instrument.prev_close)
        spot = float(index.current(self._tape.trade))
        days = float((expiry - india_date(self._tape.now)).days)
        if instrument.kind is Kind.FUTURE:
            return future_value(spot, days)
        volatility = VOLATILITY[instrument.underlying]
        return option_value(spot, instrument.strike, days, volatility, call=instrument.kind is Kind.CALL)
