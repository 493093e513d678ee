"""The exchange: many books, one clock, one writer. The same commands give the same events, byte for byte.

Nothing here knows asyncio, wall clocks or global randomness: callers bring the time with `advance`, and every
input is written to the journal before it is applied.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import IO

from mocks.exchange.book import Book
from mocks.exchange.calendar import SECOND_NS, Calendar
from mocks.exchange.flow import JUMP_S, Flow
from mocks.exchange.indices import index_levels
from mocks.exchange.journal import FORMAT, Journal, fingerprint
from mocks.exchange.model import (
    Add,
    Cancel,
    Command,
    Event,
    Instrument,
    Kind,
    Modify,
    OpenOrder,
    Phase,
    Quote,
    Rejected,
    Rules,
    Side,
    Trade,
)
from mocks.exchange.tape import Tape

CLIENT_STREAM, FLOW_STREAM = 11, 13  # order numbers: two digits of a stream, then fourteen of a sequence
SEQUENCE = 10**14
EPOCH_S = 1_577_836_800  # 2020-01-01: sequences start from the seconds since then, unique over restarts
DEPTH = 5
EXCHANGE_RULES = Rules(stp="cancel_passive")


class Exchange:
    """NSE, BSE and their derivatives segments in one. Prices are paise, times ns since the epoch (UTC)."""

    def __init__(
        self, instruments: Sequence[Instrument], *, seed: int, start_ns: int, flow: bool = True,
        always_open: bool = True, journal: IO[str] | None = None, calendar: Calendar | None = None,
        rules: Rules = EXCHANGE_RULES, last_prices: Mapping[str, int] | None = None,
    ) -> None:  # fmt: skip
        """`always_open` ignores the calendar: the market trades at midnight on a Sunday.

        `last_prices` of an earlier run (paise by key) are where the market goes on; those that today's bands do
        not allow are left out.
        """
        first = max(start_ns // SECOND_NS - EPOCH_S, 0) * 100_000 + 1
        self.instruments = {instrument.key: instrument for instrument in instruments}
        self.always_open = always_open
        self.calendar = calendar or Calendar()
        self._tape = Tape(start_ns, first)
        self._number = CLIENT_STREAM * SEQUENCE + first - 1
        self._journal = Journal(journal) if journal is not None else None
        if self._journal is not None:
            self._journal.write(
                start_ns, "exchange", format=FORMAT, seed=seed, flow=flow, always_open=always_open,
                instruments=fingerprint(instruments), last_prices=dict(last_prices or {}),
            )  # fmt: skip
        resumed = {key: price for key, price in (last_prices or {}).items() if self._can_trade_at(key, price)}
        self._books = {
            instrument.key: Book(
                instrument,
                self._tape,
                rules=rules,
                last_price=resumed.get(instrument.key, instrument.prev_close),
                prev_close=instrument.prev_close,
            )
            for instrument in instruments
            if instrument.kind is not Kind.INDEX
        }
        self._indices = index_levels(instruments, self._books)
        self._flow = Flow(
            self._books, self._indices, self._tape, seed=seed, enabled=flow,
            first_number=FLOW_STREAM * SEQUENCE + first,
        )  # fmt: skip
        self._timers: list[tuple[int, int, str, int]] = []  # (time, order stamp, key, order number)
        self._listeners: list[Callable[[Event], None]] = []
        self._undelivered: deque[Event] = deque()
        self._delivering = False
        self._phase = Phase.CONTINUOUS
        self._publish_at = (start_ns // SECOND_NS + 1) * SECOND_NS
        self._next_change: int | None = None
        if not always_open:
            self._enter(self.calendar.phase_at(start_ns))
            self._tape.out.clear()
            self._next_change = self.calendar.next_change(start_ns)

    @property
    def now(self) -> int:
        return self._tape.now

    @property
    def phase(self) -> Phase:
        return self._phase

    def next_order_number(self) -> int:
        """A number that no order of this exchange had or will have."""
        self._number += 1
        return self._number

    def submit(self, command: Command) -> list[Event]:
        """Apply one command at `now`; returns its events, which listeners get too, in order."""
        tape = self._tape
        if self._journal is not None:
            self._journal.command(tape.now, command)
        out = self._begin()
        trades_before = tape.trade
        book = self._books.get(command.key)
        if book is None:
            self._refuse(command)
        elif type(command) is Add:
            order = book.add(command)
            if order is not None and order.deadline:
                heapq.heappush(self._timers, (order.deadline, order.stamp, command.key, order.number))
        elif type(command) is Cancel:
            book.cancel(command)
        elif type(command) is Modify:
            book.modify(command)
        if tape.trade != trades_before:
            self._tell_flow(out)
        return self._deliver(out) if self._listeners else out

    def advance(self, to_ns: int) -> list[Event]:
        """Let time pass: timers, sessions and the background flow, in the order of their times.

        More than a minute at once is a jump (a suspended machine): timers and sessions are exact, but every
        background agent makes only one turn.
        """
        tape = self._tape
        if to_ns < tape.now:
            raise ValueError("time does not go back")
        if self._journal is not None:
            self._journal.write(tape.now, "advance", to=to_ns)
        out = self._begin()
        if to_ns - tape.now > JUMP_S * SECOND_NS:
            self._flow.jump(to_ns - SECOND_NS)
            self._publish_at = to_ns // SECOND_NS * SECOND_NS
        if self._phase is Phase.CONTINUOUS:
            self._flow.refill()
        while True:
            due, happen = self._next_thing()
            if due is None or due > to_ns:
                break
            tape.now = max(due, tape.now)
            happen()
        tape.now = to_ns
        return self._deliver(out)

    def quote(self, key: str) -> Quote:
        """The market now. Raises KeyError for an unknown key. Indices have no depth and no bands (0)."""
        tape = self._tape
        index = self._indices.get(key)
        if index is not None:
            return index.quote(tape.trade, tape.now)
        book = self._books[key]
        bids, asks = book.depth(DEPTH)
        last = book.last_price
        band = book.instrument.band or (0, 0)
        return Quote(
            key=key, time=tape.now, last_price=last, last_quantity=book.last_quantity,
            last_time=book.last_time,
            average_price=book.turnover // book.volume if book.volume else 0, volume=book.volume,
            buy_quantity=book.bids.quantity(), sell_quantity=book.asks.quantity(),
            open=book.open_price, high=book.high, low=book.low, prev_close=book.prev_close,
            open_interest=self._flow.open_interest(key), lower_band=band[0], upper_band=band[1],
            bids=bids, asks=asks,
        )  # fmt: skip

    def listen(self, callback: Callable[[Event], None]) -> None:
        """Hear every event from now on. A listener may submit: what that causes is told after the rest."""
        self._listeners.append(callback)

    def set_flow(self, enabled: bool) -> None:
        """Off: prices stand still, the ladders stay and are refilled when time advances."""
        if self._journal is not None:
            self._journal.write(self._tape.now, "flow", enabled=enabled)
        self._flow.set_enabled(enabled)

    def set_price(self, key: str, price: int) -> None:
        """Move the market to `price` (paise): the ladder stands around it, one lot prints at it.

        Another listing of the same share follows. Raises KeyError for an unknown key or an index, ValueError
        for a price that is off the tick or outside the band.
        """
        instrument = self._books[key].instrument
        band = instrument.band
        if price <= 0 or price % instrument.tick:
            raise ValueError(f"{key} trades in steps of {instrument.tick} paise")
        if band is not None and not band[0] <= price <= band[1]:
            raise ValueError(f"{key} trades between {band[0]} and {band[1]} paise today")
        if self._journal is not None:
            self._journal.write(self._tape.now, "price", key=key, price=price)
        out = self._begin()
        self._flow.set_value(key, price)
        self._deliver(out)

    def last_prices(self) -> dict[str, int]:
        """Last price of everything that trades, paise by key: for a later exchange to go on from."""
        return {key: book.last_price for key, book in self._books.items()}

    def open_orders(self, key: str) -> list[OpenOrder]:
        """The clients' live orders of one book, oldest first; the background flow's are left out."""
        return self._books[key].open_orders()

    def order(self, key: str, number: int) -> OpenOrder | None:
        """A client order, live or finished, None when this book never accepted it."""
        return self._books[key].find(number)

    # --- inside -------------------------------------------------------------------------------------------

    def _can_trade_at(self, key: str, price: int) -> bool:
        instrument = self.instruments.get(key)
        if instrument is None or price <= 0 or price % instrument.tick:
            return False
        return instrument.band is None or instrument.band[0] <= price <= instrument.band[1]

    def _begin(self) -> list[Event]:
        out: list[Event] = []
        self._tape.out = out
        return out

    def _deliver(self, out: list[Event]) -> list[Event]:
        if self._listeners:
            self._undelivered.extend(out)
            if not self._delivering:
                self._delivering = True
                try:
                    while self._undelivered:
                        event = self._undelivered.popleft()
                        for callback in self._listeners:
                            callback(event)
                finally:
                    self._delivering = False
        return out

    def _tell_flow(self, out: list[Event]) -> None:
        for event in out:
            if type(event) is Trade:
                signed = event.quantity if event.aggressor is Side.BUY else -event.quantity
                self._flow.client_traded(event.key, signed)

    def _refuse(self, command: Command) -> None:
        """No book by this name: an index, or nothing at all."""
        reason = "not_tradable" if command.key in self._indices else "unknown_instrument"
        word = type(command).__name__.lower()
        tape = self._tape
        tape.seq += 1
        tape.out.append(Rejected(tape.seq, tape.now, command.key, command.order, word, reason))

    def _next_thing(self) -> tuple[int | None, Callable[[], None]]:
        """What happens next and when; at the same time sessions come first, then timers, the flow, the indices."""
        due, happen = self._next_change, self._change_session
        if self._timers and (due is None or self._timers[0][0] < due):
            due, happen = self._timers[0][0], self._fire_timer
        if self._phase is Phase.CONTINUOUS:
            turn = self._flow.next_due()
            if turn is not None and (due is None or turn < due):
                due, happen = turn, self._flow.step
            if due is None or self._publish_at < due:
                due, happen = self._publish_at, self._publish_indices
        return due, happen

    def _fire_timer(self) -> None:
        _, _, key, number = heapq.heappop(self._timers)
        self._books[key].expire(number)

    def _publish_indices(self) -> None:
        for index in self._indices.values():
            index.publish(self._tape.trade, self._tape.now)
        self._publish_at = (self._tape.now // SECOND_NS + 1) * SECOND_NS

    def _change_session(self) -> None:
        self._enter(self.calendar.phase_at(self._tape.now))
        self._next_change = self.calendar.next_change(self._tape.now)

    def _enter(self, phase: Phase) -> None:
        before, self._phase = self._phase, phase
        if phase is before:
            return
        for book in self._books.values():
            if before is Phase.CLOSED:
                book.prev_close = book.last_price
                book.start_day()
            if phase is Phase.CLOSED:
                book.close()
            elif before is Phase.PREOPEN and phase is Phase.CONTINUOUS:
                book.auction()
            book.phase = phase
        if before is Phase.CLOSED:
            for index in self._indices.values():
                index.start_day()
        if phase is Phase.CONTINUOUS:
            self._flow.open_day()
            self._publish_at = self._tape.now
