"""The rest of the market, seeded: makers that quote a ladder around a wandering value, and takers.

A share's value is a market factor plus its own walk, drawn back to its anchor; a BSE listing follows the NSE
one, contracts follow their index. Each agent has its own stream of randomness, named by seed, instrument and
role, so that one instrument's luck never depends on another's. Prices are rounded to ticks before anybody
sees them.
"""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Mapping
from datetime import date
from math import sqrt
from random import Random

from mocks.exchange.book import Book
from mocks.exchange.calendar import SECOND_NS, india_date
from mocks.exchange.indices import IndexLevel
from mocks.exchange.levels import Order
from mocks.exchange.model import Add, Cancel, Kind, OrderType, Side, Validity
from mocks.exchange.pricing import VOLATILITY, future_value, option_value
from mocks.exchange.tape import Tape

LEVELS = 7
MAKER, TAKER = "~maker", "~taker"
LEVEL_VALUE = 80_000_000  # paise of shares that stand at a level near the top of a liquid book
SHARE_VOLATILITY = 1.0e-4  # of a share's own walk, per square root of a second (about 24 % a year)
MARKET_VOLATILITY = 5.0e-5  # of the factor common to all
PULL = 1.0 / 20_000.0  # per second, towards the anchor: a day's wandering stays believable
JUMP_S = 60  # an advance longer than this is a jump: everybody makes one turn at its end
VIX = "NSE:INDIA VIX"


def stream(seed: int, name: str, role: str) -> Random:
    """One agent's source of randomness. Only random() and getrandbits() are promised to be stable."""
    digest = hashlib.sha256(f"{seed}/{name}/{role}".encode()).digest()
    return Random(int.from_bytes(digest[:16], "big"))


def shock(source: Random) -> float:
    """Mean 0, deviation 1, never beyond 3: the sum of three uniform draws."""
    return 2.0 * (source.random() + source.random() + source.random() - 1.5)


class Maker:
    """Who quotes one book, and what it believes the instrument is worth (`value`, paise)."""

    __slots__ = (
        "anchor", "book", "due", "expiry", "followers", "half", "interval", "leader", "luck", "market_seen",
        "offset", "opened", "orders", "place", "pressure", "sizes", "step", "taker", "time", "value",
    )  # fmt: skip

    def __init__(self, book: Book, place: int, seed: int, start: int) -> None:
        instrument = book.instrument
        self.book = book
        self.place = place  # breaks ties of the schedule
        self.luck = stream(seed, instrument.key, "maker")
        self.taker = stream(seed, instrument.key, "taker")
        self.value = self.anchor = float(instrument.prev_close)
        self.offset = 0.0  # set_price on a contract keeps this distance from the model
        self.leader: Maker | None = None
        self.followers: list[Maker] = []
        self.expiry = date.fromisoformat(instrument.expiry) if instrument.expiry else None
        self.pressure = 0  # net quantity that clients took since the last turn
        self.opened = False
        self.market_seen = 0.0
        self.time = self.due = start
        self.orders: tuple[dict[int, Order], dict[int, Order]] = ({}, {})
        tick = instrument.tick
        thin = instrument.exchange == "BSE"
        contract = self.expiry is not None
        self.interval = 1.8 if thin or instrument.strike else 0.9
        width = 0.0004 if thin else 0.0001
        if contract:
            width = 0.005 if instrument.strike else 0.00004
        self.half = max(instrument.prev_close * width, tick * 0.5)
        self.step = max(int(instrument.prev_close * 0.00025) // tick, 1) * tick
        lot = instrument.lot
        base = lot * (12 if contract else 1)
        if not contract:
            base = max(LEVEL_VALUE // instrument.prev_close // (5 if thin else 1), 1)
        self.sizes = []
        for i in range(LEVELS):
            size = max(int(base * (0.7 + 0.6 * self.luck.random() + 0.3 * i)) // lot, 1) * lot
            self.sizes.append(min(size, instrument.freeze // lot * lot or size))


class Flow:
    """All makers and takers of one exchange. Time comes from the tape; nothing here reads a clock."""

    def __init__(
        self, books: Mapping[str, Book], indices: Mapping[str, IndexLevel], tape: Tape, *, seed: int,
        enabled: bool, first_number: int,
    ) -> None:  # fmt: skip
        self.enabled = enabled
        self._tape = tape
        self._indices = indices
        self._number = first_number - 1
        self._market = stream(seed, "market", "factor")
        self._vix = stream(seed, VIX, "walk")
        self._fear = float(indices[VIX].level) if VIX in indices else 0.0
        self._factor = 0.0  # sum of the market's returns so far
        self._factor_time = tape.now
        self._dirty: dict[str, Maker] = {}
        self.makers = {key: Maker(book, i, seed, tape.now) for i, (key, book) in enumerate(books.items())}
        self._follow()
        self._schedule: list[tuple[int, int, Maker]] = []
        for maker in self.makers.values():
            if enabled and maker.leader is None and maker.expiry is None:
                maker.value *= 1.0 + 0.008 * shock(maker.luck) / 3.0  # the night's gap
            self._believe(maker)
            self.quote(maker)
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
            self.quote(maker, whole=not self.enabled)

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

    def open_day(self) -> None:
        """A new session: the ladders of the evening are gone, the night did not count."""
        for maker in self.makers.values():
            maker.time = self._tape.now
            maker.orders[0].clear()
            maker.orders[1].clear()
            self._believe(maker)
            self.quote(maker)
        self._factor_time = self._tape.now
        self.jump(self._tape.now)

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
            self.quote(member)
            if not price % member.book.instrument.tick:
                self._print_at(member, price)

    def _turn(self, maker: Maker, now: int) -> None:
        self._move_value(maker, now)
        self.quote(maker)
        if not maker.opened or maker.taker.random() < 0.75:
            maker.opened = True
            self._take(maker)

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

    # --- orders -------------------------------------------------------------------------------------------

    def quote(self, maker: Maker, *, whole: bool = False) -> None:
        """Stand the ladder around the value; what is elsewhere goes first, so that it never meets itself.

        A level is renewed when half of it is gone; with `whole`, when anything is.
        """
        instrument = maker.book.instrument
        tick = instrument.tick
        low, high = instrument.band or (tick, 1 << 62)
        bid = int((maker.value - maker.half) // tick) * tick
        ask = -int(-(maker.value + maker.half) // tick) * tick
        wanted: tuple[dict[int, int], dict[int, int]] = ({}, {})
        step = (
            maker.step
        )  # below the best, levels stand on a fixed grid: most of them survive a move of the value
        for size in maker.sizes:
            if bid >= low:
                wanted[0][bid] = size
            if ask <= high:
                wanted[1][ask] = size
            bid = (bid - 1) // step * step
            ask = (ask // step + 1) * step
        for side in (0, 1):
            self._withdraw(maker, maker.orders[side], wanted[side], whole)
        for side, word in ((0, Side.BUY), (1, Side.SELL)):
            standing = maker.orders[side]
            for price, size in wanted[side].items():
                if price not in standing:
                    order = self._send(maker, word, price, size, MAKER, Validity.DAY)
                    if order is not None and order.level is not None:
                        standing[price] = order

    def _withdraw(
        self, maker: Maker, standing: dict[int, Order], wanted: dict[int, int], whole: bool
    ) -> None:
        book = maker.book
        for price, order in list(standing.items()):
            if order.level is None:
                del standing[price]
            elif price not in wanted or order.open * 2 < wanted[price] or (whole and order.filled):
                book.cancel(Cancel(book.key, order.number))
                del standing[price]

    def _take(self, maker: Maker) -> None:
        """A small order against the best price of one side."""
        draw = maker.taker
        side = Side.BUY if draw.random() < 0.5 else Side.SELL
        book = maker.book
        price = (book.asks if side is Side.BUY else book.bids).best()
        if price:
            lot = book.instrument.lot
            most = max(maker.sizes[0] // lot // 4, 1)
            self._send(maker, side, price, (1 + int(draw.random() * most)) * lot, TAKER, Validity.IOC)

    def _print_at(self, maker: Maker, price: int) -> None:
        lot = maker.book.instrument.lot
        resting = self._send(maker, Side.SELL, price, lot, MAKER, Validity.DAY)
        if resting is not None and resting.level is not None:
            self._send(maker, Side.BUY, price, lot, TAKER, Validity.IOC)
            if resting.level is not None:
                maker.book.cancel(Cancel(maker.book.key, resting.number))

    def _send(
        self, maker: Maker, side: Side, price: int, size: int, who: str, validity: Validity
    ) -> Order | None:
        self._number += 1
        book = maker.book
        command = Add(
            book.key, self._number, side, OrderType.LIMIT, size, price, validity=validity, client=who
        )
        return book.add(command, quiet=True)
