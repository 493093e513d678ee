"""The rest of the market, seeded: whose turn it is when, who is awake, and what clients' trades do to prices.

Liquid listings have a crowd that takes turns all day; a far option has one that only shows what it would quote and
wakes when a client comes. `beliefs.py` says what things are worth, `makers.py` turns it into orders. Trades excite
trades (a Hawkes process with an exponential kernel, one multiplication a turn).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import count

from mocks.exchange.beliefs import Beliefs
from mocks.exchange.bend import Bend
from mocks.exchange.book import Book
from mocks.exchange.calendar import SECOND_NS, india_date, india_ns
from mocks.exchange.chance import shock, wait
from mocks.exchange.indices import IndexLevel
from mocks.exchange.liquidity import turn_seconds, usual_interest
from mocks.exchange.makers import EXPIRES, Maker
from mocks.exchange.model import DepthLevel, Instrument, Phase
from mocks.exchange.tape import Tape
from mocks.exchange.valuation import Valuation

JUMP_S = 60  # an advance longer than this is a jump: everybody makes one turn at its end
TAKES = 0.75  # turns in which somebody trades
# Hawkes: a trade lifts the rate of turns by EXCITES of the usual one, which fades within about one usual turn. USUAL
# is what makes the average come out at one turn an interval (found by simulation; the rate is held between turns).
EXCITES, USUAL = 0.3, 0.55
MOST_EXCITED = 8.0
GOLDEN = 0.6180339887498949  # multiples of it, without their whole part, spread evenly
SLOWEST_S = 60.0  # before everybody's first turn
WOKEN_S = 20.0  # between the turns of a crowd that only woke for a client
CONTINUOUS = Phase.CONTINUOUS

Depth = tuple[tuple[DepthLevel, ...], tuple[DepthLevel, ...]]


class Flow:
    """All crowds of one exchange, made when they are first needed. Time comes from the tape."""

    def __init__(
        self, books: Mapping[str, Book], indices: Mapping[str, IndexLevel], tape: Tape, *, seed: int,
        enabled: bool, first_number: int,
    ) -> None:  # fmt: skip
        self.enabled = enabled
        self.pace = 1.0  # turns are this many times as frequent as usual
        self.beliefs = Beliefs(indices, tape, seed)
        self.values = Valuation(self.beliefs, self, models=enabled)
        self.makers: dict[str, Maker] = {}
        self.awake: set[str] = set()  # keys of the books that somebody quotes; never walked through
        self._books = books
        self._indices = indices
        self._tape = tape
        self._seed = seed
        self._started, self._gaps = tape.now, enabled
        self._numbers = count(first_number)
        self._interest: dict[str, int] = {}  # open interest when the day began
        self._dirty: dict[str, Maker] = {}
        self._since: dict[str, int] = {}  # when a book last began to trade
        self._places: dict[str, int] = {}
        self._paces: dict[str, float] = {}  # seconds from turn to turn, of those who take turns
        self._place = 0
        self._twins: dict[str, list[str]] = {}  # listings of one ISIN, the leading one first
        self._schedule: list[tuple[int, int, str]] = []
        self._enrol(books.values())

    # --- who is there -------------------------------------------------------------------------------------

    def _enrol(self, books: Iterable[Book]) -> None:
        """Give every new book a place in the order of turns, and those that are liquid now a first turn."""
        now = self._tape.now
        for book in books:
            listing = book.instrument
            key = listing.key
            if key not in self._places:
                self._place += 1
                self._places[key] = self._place
                if listing.isin:
                    self._twins.setdefault(listing.isin, []).append(key)
            interval = 0.0 if key in self._paces else self._interval(listing)
            if interval:
                self._paces[key] = interval
                early = self._places[key] * GOLDEN % 1.0 * min(interval, SLOWEST_S)
                self._schedule.append((now + int(early * SECOND_NS), self._places[key], key))
                if key in self.makers:
                    self.makers[key].interval = interval
        heapq.heapify(self._schedule)

    def _interval(self, listing: Instrument) -> float:
        if not listing.expiry:
            return turn_seconds(listing, 0, 0)
        index = self._indices.get(listing.underlying)
        share = self._books.get(listing.underlying)
        spot = (
            index.instrument.prev_close if index is not None else share.prev_close if share is not None else 0
        )
        days = (date.fromisoformat(listing.expiry) - india_date(self._tape.now)).days
        return turn_seconds(listing, spot, days)

    def maker(self, key: str) -> Maker:
        """The crowd of a book, made when it is first asked for. Raises KeyError for an unknown key."""
        found = self.makers.get(key)
        return found if found is not None else self._make(key)

    def _make(self, key: str) -> Maker:
        book = self._books[key]
        listing = book.instrument
        # Nothing may depend on when this happens: to look at a book is enough to make its crowd.
        since = self._since.get(key, self._started)
        made = Maker(book, self._places[key], self._seed, since, self._numbers, self._paces.get(key, 0.0))
        self.makers[key] = made
        first = self._twins[listing.isin][0] if listing.isin else key
        if first != key:
            made.leader = self.maker(first)
        elif self._gaps and not made.expiry and book.last_price == book.prev_close and not book.volume:
            made.value *= 1.0 + 0.008 * shock(made.luck) / 3.0  # the night's gap
        self.values.look(made)
        return made

    def share(self, key: str) -> Maker | None:
        """The crowd of a share; None for anything that has no book."""
        return self.maker(key) if key in self._books else None

    def offer(self, key: str) -> Depth | None:
        """What a sleeping crowd would quote: (bids, asks); None when it is awake or the book does not trade.

        Looking changes nothing: an order that comes later meets exactly this.
        """
        if key in self.awake or self._books[key].phase is not CONTINUOUS:
            return None
        maker = self.maker(key)
        self.values.look(maker)
        return maker.offer()

    def wake(self, key: str) -> None:
        """Somebody comes to a sleeping book: the crowd stands what it showed, and takes turns from now on."""
        maker = self.maker(key)
        if maker.awake or maker.book.phase is not CONTINUOUS:
            return
        self.values.look(maker)
        maker.time = self._tape.now
        self._stand(maker)

    # --- time ---------------------------------------------------------------------------------------------

    def next_due(self) -> int | None:
        return self._schedule[0][0] if self.enabled and self._schedule else None

    def step(self) -> None:
        """The one turn that is due now."""
        _, place, key = self._schedule[0]
        now = self._tape.now
        maker = self.makers.get(key)
        if maker is None:
            maker = self._make(key)
        if maker.book.phase is CONTINUOUS:
            self._turn(maker, now)
            rate = USUAL * self.beliefs.mood() + EXCITES * maker.excitement
            pause = maker.interval * wait(maker.luck) / (rate * self.pace)
        else:
            pause = maker.interval
        heapq.heapreplace(self._schedule, (now + int(pause * SECOND_NS) + 1_000_000, place, key))

    def jump(self, now: int) -> None:
        """Skip the turns of a long pause: all are due again within the second that starts at `now`."""
        self._schedule = [
            (now + int(place * GOLDEN % 1.0 * SECOND_NS), place, key)
            for _, place, key in sorted(self._schedule, key=lambda turn: turn[1])
        ]
        heapq.heapify(self._schedule)

    def refill(self) -> None:
        """Books that clients traded in get their ladder back."""
        dirty, self._dirty = self._dirty, {}
        for maker in dirty.values():
            if not self.enabled:
                maker.pressure = 0  # a standing market feels nothing
            if maker.book.phase is CONTINUOUS and maker.awake:
                maker.restock(whole=not self.enabled)

    def client_traded(self, key: str, signed_quantity: int) -> None:
        """A client took (+) or hit (-) this many: the ladder needs care, and the value will feel it."""
        maker = self.maker(key)
        self._dirty[key] = maker
        maker.pressure += signed_quantity

    def set_enabled(self, enabled: bool) -> None:
        if enabled and not self.enabled:
            self.beliefs.skip()
            self._started = self._tape.now
            self._since.clear()
            for maker in self.makers.values():
                maker.time = self._tape.now
            self.jump(self._tape.now)
        self.enabled = self.values.models = enabled

    def open_books(self, books: Sequence[Book], due: int) -> None:
        """Continuous trading begins in these books, and their first turns come within a usual turn of `due`.

        The ladders of the evening are gone, and the night did not count.
        """
        self.beliefs.skip()
        self.beliefs.forget_spots()
        opened = {book.key for book in books}
        for book in books:
            self._since[book.key] = self._tape.now
            maker = self.makers.get(book.key)
            if maker is not None:
                maker.time = self._tape.now
                maker.sleep()
                self.awake.discard(book.key)
            if book.bids.keys or book.asks.keys:
                self.wake(book.key)
        self._schedule = [
            (due + int(place * GOLDEN % 1.0 * min(self._paces[key], SLOWEST_S) * SECOND_NS), place, key)
            if key in opened
            else (at, place, key)
            for at, place, key in self._schedule
        ]
        heapq.heapify(self._schedule)

    def relist(self, books: Mapping[str, Book], interest: Mapping[str, int] | None = None) -> None:
        """Another day's books: crowds of contracts that ended go, those of new ones come.

        `interest` is the open interest at yesterday's close, by key.
        """
        self._books = books
        self._interest = dict(interest or {})
        for key in [key for key in self._places if key not in books]:
            del self._places[key]
            self._paces.pop(key, None)
            self._since.pop(key, None)
            self.makers.pop(key, None)
            self.awake.discard(key)
        self._schedule = [turn for turn in self._schedule if turn[2] in books]
        for maker in self.makers.values():
            maker.follow_listing()
            maker.anchor = maker.value
        fresh = [book for book in books.values() if book.key not in self._places]
        self._enrol(books.values())
        for book in fresh:
            if not book.instrument.expiry:
                self.maker(book.key).market_seen = self.beliefs.factor

    def rebase(self, parts: Mapping[str, float]) -> None:
        """Shares go ex in the night: what they are worth from now on is this part of what they were worth before."""
        for key, part in parts.items():
            maker = self.maker(key)
            maker.value *= part
            maker.goal *= part
            maker.locked = 0

    def _queue(self, maker: Maker, now: int) -> None:
        pause = int(maker.interval * wait(maker.luck) * SECOND_NS)
        heapq.heappush(self._schedule, (now + pause + 1, maker.place, maker.book.key))

    # --- value --------------------------------------------------------------------------------------------

    def value(self, key: str) -> float:
        """What the market believes the instrument is worth, paise."""
        maker = self.maker(key)
        self.values.look(maker)
        return maker.value

    def idle_closes(self, closes: Mapping[str, int]) -> dict[str, int]:
        """Model prices in paise, on the tick, of the contracts that nobody traded today, on their underlyings' closes.

        A last trade of weeks ago is no base for tomorrow. A market that stands still has none.
        """
        found: dict[str, int] = {}
        for key, book in self._books.items():
            listing = book.instrument
            if not listing.expiry or book.volume or not self.enabled:
                continue
            spot = closes.get(listing.underlying, 0)
            if spot:
                value = self.beliefs.model(
                    listing, float(spot), india_ns(date.fromisoformat(listing.expiry), EXPIRES)
                )
                found[key] = max(round(value / listing.tick), 1) * listing.tick
        return found

    def open_interest(self, key: str) -> int:
        """Contracts outstanding, in units: yesterday's, and more by what trades today; 0 for shares."""
        book = self._books[key]
        listing = book.instrument
        if not listing.expiry:
            return 0
        base = self._interest.get(key)
        if base is None:
            base = self._interest[key] = usual_interest(listing)
        return base + book.volume // 5 // listing.lot * listing.lot

    def set_value(self, key: str, price: int) -> None:
        """Move what the market believes to `price`, re-quote there and print one lot at it."""
        maker = self.maker(key)
        group = self._group(maker)
        for member in group:
            self.values.put(member, float(price))
        for member in group:
            if member.book.phase is not CONTINUOUS:
                continue
            if member.awake:
                member.move()
            else:
                self._stand(member)
            if not price % member.book.instrument.tick:
                member.print_at(price)
        self.beliefs.forget_spots()

    def bend(self, key: str, bend: Bend) -> None:
        """Tell the crowds of a listing and of its twins how to behave from now on."""
        for maker in self._group(self.maker(key)):
            maker.calm, maker.wide, maker.locked = bend.calm, bend.wide, bend.locked
            maker.resize(bend.thin)
            maker.goal = float(bend.goal)
            maker.goal_time = self._tape.now + bend.seconds * SECOND_NS if bend.goal and bend.seconds else 0
            if bend.locked and bend.goal:
                maker.value = maker.anchor = float(bend.goal)
            if not bend.goal:
                maker.anchor = maker.value
            if maker.awake and maker.book.phase is CONTINUOUS:
                maker.move()

    def _stand(self, maker: Maker) -> None:
        self.awake.add(maker.book.key)
        maker.wake()
        if not maker.interval:
            maker.interval = self._paces[maker.book.key] = WOKEN_S
            self._queue(maker, self._tape.now)

    def _group(self, maker: Maker) -> list[Maker]:
        """All listings of the same thing, the leading one first."""
        isin = maker.book.instrument.isin
        return [self.maker(key) for key in self._twins[isin]] if isin else [maker]

    def _turn(self, maker: Maker, now: int) -> None:
        seconds = (now - maker.time) / 1e9
        fading = seconds / maker.interval if maker.interval else 1.0
        maker.excitement /= 1.0 + fading * (1.0 + fading * 0.5)
        self.values.move(maker, now, seconds)
        if not maker.awake:
            self._stand(maker)
        else:
            maker.quote()
            maker.stir()
        if not maker.opened or maker.luck.random() < TAKES:
            maker.opened = True
            if maker.take():
                maker.excitement = min(maker.excitement + 1.0, MOST_EXCITED)
