"""One agent of the background market: quotes a ladder in one book around what it believes, and takes now and then.

Each agent has its own streams of randomness, named by seed, instrument and role, so that one instrument's luck
never depends on another's. Prices are rounded to ticks before anybody sees them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import date
from random import Random

from mocks.exchange.book import Book
from mocks.exchange.levels import Order
from mocks.exchange.model import Add, Cancel, Instrument, OrderType, Side, Validity

LEVELS = 7
MAKER, TAKER = "~maker", "~taker"
LEVEL_VALUE = 80_000_000  # paise of shares that stand at a level near the top of a liquid book
LEVEL_LOTS = 12  # the same for contracts


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
        "numbers", "offset", "opened", "orders", "place", "pressure", "sizes", "step", "taker", "time", "value",
    )  # fmt: skip

    def __init__(self, book: Book, place: int, seed: int, start: int, numbers: Iterator[int]) -> None:
        instrument = book.instrument
        self.book = book
        self.place = place  # breaks ties of the schedule
        self.luck = stream(seed, instrument.key, "maker")
        self.taker = stream(seed, instrument.key, "taker")
        self.value = self.anchor = float(book.last_price)
        self.offset = 0.0  # set_price on a contract keeps this distance from the model
        self.leader: Maker | None = None
        self.followers: list[Maker] = []
        self.expiry = date.fromisoformat(instrument.expiry) if instrument.expiry else None
        self.pressure = 0  # net quantity that clients took since the last turn
        self.opened = False
        self.market_seen = 0.0
        self.time = self.due = start
        self.orders: tuple[dict[int, Order], dict[int, Order]] = ({}, {})
        self.numbers = numbers  # of orders, shared by all agents
        thin = instrument.exchange == "BSE"
        self.interval = 1.8 if thin or instrument.strike else 0.9  # seconds from turn to turn, on average
        self.half = max(instrument.prev_close * half_spread(instrument), instrument.tick * 0.5)
        self.step = max(int(instrument.prev_close * 0.00025) // instrument.tick, 1) * instrument.tick
        self.sizes = [self._size(i) for i in range(LEVELS)]

    def _size(self, place: int) -> int:
        """Shares at a level: the same value for every share, less at BSE, more away from the best price."""
        instrument = self.book.instrument
        lot = instrument.lot
        base = lot * LEVEL_LOTS
        if self.expiry is None:
            base = max(LEVEL_VALUE // instrument.prev_close // (5 if instrument.exchange == "BSE" else 1), 1)
        size = max(int(base * (0.7 + 0.6 * self.luck.random() + 0.3 * place)) // lot, 1) * lot
        return min(size, instrument.freeze // lot * lot or size)

    def quote(self, *, whole: bool = False) -> None:
        """Stand the ladder around the value; what is elsewhere goes first, so that it never meets itself.

        A level is renewed when half of it is gone; with `whole`, when anything is.
        """
        wanted = self._ladder()
        for side in (0, 1):
            self._withdraw(self.orders[side], wanted[side], whole)
        for side, word in ((0, Side.BUY), (1, Side.SELL)):
            standing = self.orders[side]
            for price, size in wanted[side].items():
                if price not in standing:
                    order = self._send(word, price, size, MAKER, Validity.DAY)
                    if order is not None and order.level is not None:
                        standing[price] = order

    def _ladder(self) -> tuple[dict[int, int], dict[int, int]]:
        """Wanted size by price, bids and asks. Below the best, levels stand on a fixed grid: most stay put."""
        instrument = self.book.instrument
        tick, step = instrument.tick, self.step
        low, high = instrument.band or (tick, 1 << 62)
        bid = int((self.value - self.half) // tick) * tick
        ask = -int(-(self.value + self.half) // tick) * tick
        bids: dict[int, int] = {}
        asks: dict[int, int] = {}
        for size in self.sizes:
            if bid >= low:
                bids[bid] = size
            if ask <= high:
                asks[ask] = size
            bid = (bid - 1) // step * step
            ask = (ask // step + 1) * step
        return bids, asks

    def _withdraw(self, standing: dict[int, Order], wanted: dict[int, int], whole: bool) -> None:
        book = self.book
        for price, order in list(standing.items()):
            if order.level is None:
                del standing[price]
            elif price not in wanted or order.open * 2 < wanted[price] or (whole and order.filled):
                book.cancel(Cancel(book.key, order.number))
                del standing[price]

    def take(self) -> None:
        """A small order against the best price of one side."""
        draw = self.taker
        side = Side.BUY if draw.random() < 0.5 else Side.SELL
        book = self.book
        price = (book.asks if side is Side.BUY else book.bids).best()
        if price:
            lot = book.instrument.lot
            most = max(self.sizes[0] // lot // 4, 1)
            self._send(side, price, (1 + int(draw.random() * most)) * lot, TAKER, Validity.IOC)

    def print_at(self, price: int) -> None:
        """One lot changes hands at `price`, which must lie inside the spread."""
        lot = self.book.instrument.lot
        resting = self._send(Side.SELL, price, lot, MAKER, Validity.DAY)
        if resting is not None and resting.level is not None:
            self._send(Side.BUY, price, lot, TAKER, Validity.IOC)
            if resting.level is not None:
                self.book.cancel(Cancel(self.book.key, resting.number))

    def _send(self, side: Side, price: int, size: int, who: str, validity: Validity) -> Order | None:
        key = self.book.key
        command = Add(
            key, next(self.numbers), side, OrderType.LIMIT, size, price, validity=validity, client=who
        )
        return self.book.add(command, quiet=True)


def half_spread(instrument: Instrument) -> float:
    """Half of what the makers keep between bid and ask, as a part of the price."""
    if instrument.strike:
        return 0.005
    if instrument.expiry:
        return 0.00004
    return 0.0004 if instrument.exchange == "BSE" else 0.0001
