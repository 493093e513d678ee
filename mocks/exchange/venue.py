"""The exchange: many books, one clock, one writer. The same commands give the same events, byte for byte.

Nothing here knows asyncio, wall clocks or global randomness: callers bring the time with `advance`, and every
input is written to the journal before it is applied. `hours.py` moves the day on, `bands.py` and `halts.py` watch
prices, `expiry.py` changes the listings, `flow.py` trades for everybody else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import IO

from mocks.exchange.actions import Action, check
from mocks.exchange.bands import Bands
from mocks.exchange.bend import Bend
from mocks.exchange.calendar import SECOND_NS, Calendar, india_date
from mocks.exchange.closing import Closing
from mocks.exchange.crowd import Crowd
from mocks.exchange.entry import contract_refusal
from mocks.exchange.expiry import Settlement
from mocks.exchange.floor import Floor, Listing, books_of
from mocks.exchange.flow import JUMP_S, Flow
from mocks.exchange.history import History
from mocks.exchange.hours import Hours
from mocks.exchange.indices import index_levels
from mocks.exchange.journal import Journal, opening_line
from mocks.exchange.loop import REFILL_NS, Loop
from mocks.exchange.model import (
    Add,
    Cancel,
    Command,
    DayRolled,
    Event,
    Instrument,
    Modify,
    OpenOrder,
    Phase,
    Quote,
    Rejected,
    Rules,
    Side,
    Trade,
)
from mocks.exchange.pulse import Pulse
from mocks.exchange.quotes import DEPTH, QuoteBoard
from mocks.exchange.rollover import Night
from mocks.exchange.scenarios import play
from mocks.exchange.sessions import Group
from mocks.exchange.tape import Tape

CLIENT_STREAM, CROWD_STREAM, FLOW_STREAM = (
    11,
    12,
    13,
)  # order numbers: two digits, then fourteen of a sequence
SEQUENCE = 10**14
EPOCH_S = 1_577_836_800  # 2020-01-01: sequences start from the seconds since then, unique over restarts
EXCHANGE_RULES = Rules(stp="cancel_passive")


class Exchange:
    """NSE, BSE and their derivatives segments in one. Prices are paise, times ns since the epoch (UTC)."""

    def __init__(
        self, instruments: Sequence[Instrument], *, seed: int, start_ns: int, flow: bool = True,
        always_open: bool = True, journal: IO[str] | None = None, calendar: Calendar | None = None,
        rules: Rules = EXCHANGE_RULES, last_prices: Mapping[str, int] | None = None,
        listing: Listing | None = None,
    ) -> None:  # fmt: skip
        """`always_open` ignores the calendar: the market trades at midnight on a Sunday.

        `last_prices` of an earlier run (paise by key) are where the market goes on; those that today's bands do
        not allow are left out. `listing` brings new contracts when a day begins (`expiry.catalogue_listing`);
        without it contracts only end.
        """
        first = max(start_ns // SECOND_NS - EPOCH_S, 0) * 100_000 + 1
        self.always_open = always_open
        self.calendar = calendar or Calendar()
        self._tape = tape = Tape(start_ns, first)
        self._number = CLIENT_STREAM * SEQUENCE + first - 1
        self._journal = Journal(journal) if journal is not None else None
        self.inputs = 0  # number of the last input, as far as a journal counts them
        if self._journal is not None:
            self.inputs = self._journal.write(start_ns, "exchange", **opening_line(
                instruments, self.calendar, rules, seed=seed, flow=flow, always_open=always_open,
                last_prices=dict(last_prices or {}), listing=listing is not None,
            ))  # fmt: skip
        self.instruments = {instrument.key: instrument for instrument in instruments}
        self._books = books_of(self.instruments, tape, rules, last_prices or {})
        self._indices = index_levels(instruments, self._books)
        self._flow = Flow(
            self._books,
            self._indices,
            tape,
            seed=seed,
            enabled=flow,
            first_number=FLOW_STREAM * SEQUENCE + first,
        )
        day = india_date(start_ns) if always_open else self.calendar.trading_day_at(start_ns)
        self._floor = Floor(
            seed, self.calendar, rules, self.instruments, self._books, self._indices, tape, self._flow, day,
            listing, self._decided,
        )  # fmt: skip
        self._floor.regroup()
        self._closing = Closing()
        self._settlement = Settlement(self._floor, self._closing)
        crowd = Crowd(seed, tape, self._flow, CROWD_STREAM * SEQUENCE + first)
        self._bands = Bands(self._floor)
        self._hours = Hours(self._floor, self._closing, crowd, self._bands, always_open=always_open)
        self.history = History(seed, self.instruments, self.calendar, day)
        self._pulse = Pulse(self._floor, self._hours, self._closing, self._bands, self.history)
        night = Night(self._floor, self._closing, self._settlement, self._bands, self._pulse, self.history)
        self._loop = Loop(self._floor, self._hours, self._pulse, self.history)
        self._listeners = self._loop.listeners
        self._outer = tape.out
        self._board = QuoteBoard(self._floor, self._closing, self._pulse, night, self.history)
        self._hours.begin(night)
        tape.out.clear()

    # --- the day ------------------------------------------------------------------------------------------

    @property
    def now(self) -> int:
        return self._tape.now

    @property
    def day(self) -> date:
        """The trading day in force: from 06:00 in India (midnight, when always open) until the next begins."""
        return self._floor.day

    @property
    def phase(self) -> Phase:
        """Of the shares without a closing auction."""
        return self._hours.session(Group.SHARES).phase

    def phase_of(self, key: str) -> Phase:
        """What the instrument's group is doing. Raises KeyError for an unknown key."""
        return self._hours.session(self._floor.group(key)).phase

    def session_name(self, key: str) -> str:
        """E.g. pre_open, continuous, closing_auction, post_close, closed, halted. KeyError for an unknown key."""
        return self._hours.session(self._floor.group(key)).name

    def next_opening(self, key: str) -> int:
        """When orders in `key` are taken next (ns): now while they are, else the next session that takes them."""
        if self.phase_of(key) not in (Phase.CLOSED, Phase.MATCHING, Phase.HALTED):
            return self._tape.now
        return self._hours.next_opening(self._floor.group(key))

    def settlement_price(self, key: str) -> int:
        """Final of a contract that expired or expires today, else the day's close (paise). KeyError: unknown."""
        return self._settlement.price(key)

    def expired(self, key: str) -> bool:
        """A contract that this exchange saw end."""
        return key in self._settlement.final

    def on_day(self, callback: Callable[[DayRolled], None]) -> None:
        """Be told when another trading day is in force, before anything trades."""
        self._listeners.days.append(callback)

    def on_close(self, callback: Callable[[date], None]) -> None:
        """Be told when a day's last session ended; when always open: just before midnight, still trading."""
        self._listeners.closes.append(callback)

    def schedule(self, at_ns: int, callback: Callable[[], object]) -> None:
        """Have `callback` called inside `advance` at that time; a time that has passed means at once, then.

        Callbacks of one time come in the order they were asked for, after the day's changes of that time. What
        they submit is journaled like any command.
        """
        self._listeners.callbacks.add(at_ns, callback)

    def next_timer(self) -> int | None:
        """When something will happen by itself that may not wait: a callback, an order's end, a session."""
        return self._loop.next_timer()

    def halt(self, minutes: int | None = None) -> list[Event]:
        """Halt the whole market; after that many minutes a call auction re-opens it. None: until `resume`."""
        self._input("halt", minutes=minutes)
        out = self._begin()
        self._hours.stop(minutes or 0)
        return self._end_input(out)

    def resume(self) -> list[Event]:
        """End a halt at once, without an auction of its own. Nothing happens when there is none."""
        self._input("resume")
        out = self._begin()
        self._hours.resume()
        return self._end_input(out)

    # --- commands -----------------------------------------------------------------------------------------

    def next_order_number(self) -> int:
        """A number that no order of this exchange had or will have."""
        self._number += 1
        return self._number

    def submit(self, command: Command) -> list[Event]:
        """Apply one command at `now`; returns its events, which listeners get too, in order."""
        tape = self._tape
        if self._journal is not None:
            at = self._loop.step if self._loop.advancing else None
            self.inputs = self._journal.command(tape.now, command, at)
        before, trades_before = tape.out, tape.trade
        out: list[Event] = []
        tape.out = out
        book = self._books.get(command.key)
        if book is None:
            self._refuse(command, self._unknown(command.key))
        elif not self.always_open and (reason := contract_refusal(book, command)):
            self._refuse(command, reason)
        elif type(command) is Add:
            if command.key not in self._flow.awake:
                self._flow.wake(command.key)
            order = book.add(command)
            if order is not None and order.deadline:
                self._loop.deadlines.add(order.deadline, order.stamp, command.key, order.number)
        elif type(command) is Cancel:
            book.cancel(command)
        elif type(command) is Modify:
            book.modify(command)
        if tape.trade != trades_before:
            self._after_trades(out)
        tape.out = before
        if self._listeners.events:
            self._listeners.deliver(out)
        return out

    def set_flow(self, enabled: bool) -> None:
        """Off: prices stand still, the ladders stay and are refilled when time advances."""
        self._input("flow", enabled=enabled)
        self._flow.set_enabled(enabled)

    def set_price(self, key: str, price: int) -> list[Event]:
        """Move the market to `price` (paise): the ladder stands around it, one lot prints at it.

        Another listing of the same share follows. Raises KeyError for an unknown key or an index, ValueError
        for a price that is off the tick or outside the band.
        """
        book = self._books[key]
        instrument = book.instrument
        band = instrument.band
        if price <= 0 or price % instrument.tick:
            raise ValueError(f"{key} trades in steps of {instrument.tick} paise")
        if band is not None and not band[0] <= price <= band[1]:
            raise ValueError(f"{key} trades between {band[0]} and {band[1]} paise today")
        self._input("price", key=key, price=price)
        out = self._begin()
        self._bands.centre_range(book, price)
        self._flow.set_value(key, price)
        return self._end_input(out)

    def bend(self, key: str, bend: Bend) -> list[Event]:
        """Have the crowd of a book, and of the share's other listing, behave like this from now on. KeyError."""
        book = self._books[key]
        self._input("bend", key=key, **bend._asdict())
        out = self._begin()
        self._flow.bend(book.key, bend)
        return self._end_input(out)

    def play(self, name: str, key: str | None = None) -> None:
        """Begin one of `scenarios.SCENARIOS`. KeyError: unknown name or key; ValueError: it does not suit the key."""
        play(self, name, key)

    def announce(self, action: Action) -> None:
        """A corporate action for a later trading day. KeyError: unknown listing; ValueError: words why it cannot be."""
        check(action, self._floor)
        self._input("action", **(asdict(action) | {"kind": action.kind.value, "on": action.on.isoformat()}))
        self._floor.actions.append(action)

    @property
    def actions(self) -> list[Action]:
        """Announced and past, in the order of announcement."""
        return list(self._floor.actions)

    # --- time ---------------------------------------------------------------------------------------------

    def advance(self, to_ns: int) -> list[Event]:
        """Let time pass: sessions, callbacks, orders' ends, the background flow, in the order of their times.

        How a stretch of time is cut into calls changes nothing, with one exception: more than a minute at once
        is a leap (a suspended machine, a step to tomorrow). Everything is exact then, too, but background agents
        make only one turn in every session that passes, at its end.
        """
        tape = self._tape
        if to_ns < tape.now:
            raise ValueError("time does not go back")
        loop = self._loop
        if loop.advancing:
            raise RuntimeError("time passes already: a callback may not advance it")
        if self._journal is not None:
            self.inputs = self._journal.write(tape.now, "advance", to=to_ns)
        if to_ns - tape.now > JUMP_S * SECOND_NS:
            loop.leap(to_ns)
        loop.advancing = True
        try:
            return loop.run(to_ns)
        finally:
            loop.advancing = False
            loop.land()

    # --- what is there ------------------------------------------------------------------------------------

    def quote(self, key: str, levels: int = DEPTH) -> Quote:
        """The market now, at most so many levels deep. Raises KeyError for an unknown key. Indices have no depth
        and no bands (0)."""
        return self._board.quote(key, levels)

    def year_range(self, key: str) -> tuple[int, int]:
        """(lowest, highest) price of the last 52 weeks, today included, paise. Raises KeyError for an unknown key."""
        return self._board.year_range(key)

    def listen(self, callback: Callable[[Event], None]) -> None:
        """Hear every event from now on. A listener may submit: what that causes is told after the rest."""
        self._listeners.events.append(callback)

    def last_prices(self) -> dict[str, int]:
        """Last price of everything that trades, paise by key: for a later exchange to go on from."""
        return {key: book.last_price for key, book in self._books.items()}

    def open_orders(self, key: str) -> list[OpenOrder]:
        """The clients' live orders of one book, oldest first; the background flow's are left out."""
        return [] if self.expired(key) else self._books[key].open_orders()

    def order(self, key: str, number: int) -> OpenOrder | None:
        """A client order, live or finished; None when this book never accepted it or its contract ended."""
        return None if self.expired(key) else self._books[key].find(number)

    # --- recovery -----------------------------------------------------------------------------------------

    @property
    def is_advancing(self) -> bool:
        return self._loop.advancing

    def join(self, listing: Listing) -> None:
        """Take up again what a snapshot leaves out: where later listings come from, a journal's remarks."""
        self._journal = None
        self._floor.note = self._decided
        self._floor.listing = listing if self._floor.listing is not None else None

    def keep_journal(self, sink: IO[str]) -> None:
        """Write every further input there, numbered on from `inputs`."""
        self._journal = Journal(sink, self.inputs)

    def foresee(self, step: int, time_ns: int, apply: Callable[[], None]) -> None:
        """A replay only: have an input applied at a step of the coming advance."""
        self._loop.pending.append((step, time_ns, apply))

    @property
    def has_foreseen(self) -> bool:
        """Inputs are left that found no place: the journal is another exchange's."""
        return bool(self._loop.pending)

    # --- inside -------------------------------------------------------------------------------------------

    def _begin(self) -> list[Event]:
        out: list[Event] = []
        self._outer, self._tape.out = self._tape.out, out
        return out

    def _end_input(self, out: list[Event]) -> list[Event]:
        self._tape.out = self._outer
        self.history.take(out)
        self._listeners.deliver(out)
        return out

    def _input(self, op: str, **fields: object) -> None:
        """Write an input down before it is applied; `at` places one that comes in the middle of an advance."""
        if self._journal is not None:
            if self._loop.advancing:
                fields["at"] = self._loop.step
            self.inputs = self._journal.write(self._tape.now, op, **fields)

    def _decided(self, what: str, **facts: object) -> None:
        """What chance or a watch decided goes into the journal as a remark: a replay decides the same."""
        if self._journal is not None:
            self.inputs = self._journal.write(self._tape.now, "remark", what=what, **facts)

    def _after_trades(self, out: list[Event]) -> None:
        loop = self._loop
        loop.refill_at = loop.refill_at or self._tape.now + REFILL_NS
        self.history.take(out)
        for event in out:
            if type(event) is Trade:
                signed = event.quantity if event.aggressor is Side.BUY else -event.quantity
                self._flow.client_traded(event.key, signed)

    def _unknown(self, key: str) -> str:
        """No book by this name: an index, a contract that ended, or nothing at all."""
        if key in self._indices:
            return "not_tradable"
        return "expired" if self.expired(key) else "unknown_instrument"

    def _refuse(self, command: Command, reason: str) -> None:
        tape = self._tape
        tape.seq += 1
        word = type(command).__name__.lower()
        tape.out.append(Rejected(tape.seq, tape.now, command.key, command.order, word, reason))
