"""The trading day as it passes: which session each group of instruments is in, and what every change does.

The timetable of a day is made when the day begins. Days change at 06:00 in India on trading days; a market that
never closes changes its day at midnight.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from mocks.exchange.bands import Bands
from mocks.exchange.book import Book
from mocks.exchange.calendar import DAY_OPENS, india_ns
from mocks.exchange.closing import Closing, auction_band
from mocks.exchange.crowd import Crowd
from mocks.exchange.floor import Floor
from mocks.exchange.halts import Halt
from mocks.exchange.levels import Order
from mocks.exchange.model import DayRolled, OrderState, Phase
from mocks.exchange.sessions import CLOSED, Group, Session, rules_on
from mocks.exchange.timetable import CLOSING_REFERENCE, Change, timetable

if TYPE_CHECKING:
    from mocks.exchange.rollover import Night

ALWAYS_OPEN = Session(0, 24 * 60, Phase.CONTINUOUS, "continuous")
HALTED = Session(0, 0, Phase.HALTED, "halted")
REOPENING = Session(0, 0, Phase.PREOPEN, "reopening_auction")
CLOSING_MATCHING = "closing_matching"
COLLECTING = (Phase.PREOPEN, Phase.LIMIT_ONLY)
TAKES_ORDERS = (*COLLECTING, Phase.CONTINUOUS, Phase.POST_CLOSE)


@dataclass(frozen=True, slots=True)
class DayEnds:
    """The day's last session ended: told before a market that never closes ends its orders."""

    day: date


class Hours:
    """Books are moved from phase to phase here and nowhere else."""

    def __init__(
        self, floor: Floor, closing: Closing, crowd: Crowd, bands: Bands, *, always_open: bool
    ) -> None:
        self._floor = floor
        self._closing = closing
        self._crowd = crowd
        self._bands = bands
        self.always_open = always_open
        self.is_trading = always_open  # anything at all, continuously
        self.is_awake = always_open  # any session but the night
        self.skip_to = 0  # the market's own traders do not act before this moment of a jump (ns)
        self.halt: Halt | None = None
        self.news: deque[DayEnds | DayRolled] = deque()  # what nobody was told yet
        self._night: Night | None = None
        self._changes: deque[Change] = deque()
        self.sessions: dict[Group, Session] = dict.fromkeys(Group, ALWAYS_OPEN if always_open else CLOSED)

    # --- what is on ---------------------------------------------------------------------------------------

    def session(self, group: Group) -> Session:
        if self.halt is not None and self.sessions[group].phase is not Phase.CLOSED:
            return REOPENING if self.halt.collecting else HALTED
        return self.sessions[group]

    def next_opening(self, group: Group) -> int:
        """When orders are taken again (ns): by today's timetable, else the first session of the next day."""
        for change in self._changes:
            if change.group is group and change.session is not None and change.session.phase in TAKES_ORDERS:
                return change.time
        day = self._floor.calendar.trading_day_after(self._floor.day)
        return india_ns(day, self._floor.calendar.sessions_on(day, group)[0].start)

    def next_end(self) -> int | None:
        """When continuous trading of some group ends next, or the day of a market that never closes (ns)."""
        sessions = dict(self.sessions)
        for change in self._changes:
            if change.word == "begins" and self.always_open:
                return change.time
            if change.group is not None and change.session is not None:
                if sessions[change.group].phase is Phase.CONTINUOUS:
                    return change.time
                sessions[change.group] = change.session
        return None

    def _look_up(self) -> None:
        phases = [session.phase for session in self.sessions.values()]
        self.is_trading = self.halt is None and Phase.CONTINUOUS in phases
        self.is_awake = any(phase is not Phase.CLOSED for phase in phases)

    # --- the timetable ------------------------------------------------------------------------------------

    def begin(self, night: Night) -> None:
        """Take up the day in force where the clock stands; a session that is on is entered without its events."""
        self._night = night
        self._plan()
        for group, session in self.sessions.items():
            books = self._floor.books_of(group)
            if session.phase in COLLECTING:
                self._set_priority(books, session)
            for book in books:
                if session.phase is not Phase.CONTINUOUS:
                    book.close()
                    book.enter_phase(session.phase, book.last_price)
                if session.name.startswith("closing"):
                    self._prepare_closing_auction(book)
            if session.phase in COLLECTING:
                self._crowd.gather(books, f"{self._floor.day}/{session.name}")
        self._look_up()

    def _plan(self) -> None:
        """The timetable of the day in force from now on; sessions that are on already are noted."""
        floor = self._floor
        if self.always_open:
            midnight = india_ns(floor.day + timedelta(days=1), 0)
            changes = [Change(midnight, 0, None, None, "ends"), Change(midnight, 1, None, None, "begins")]
        else:
            changes = timetable(floor, floor.day)
            morning = india_ns(floor.calendar.trading_day_after(floor.day), DAY_OPENS)
            changes.append(Change(morning, len(changes), None, None, "begins"))
        for change in changes:
            if change.time > floor.tape.now or change.group is None:
                continue
            if change.session is not None:
                self.sessions[change.group] = change.session
            else:
                self._closing.open_window(floor.books_of(change.group))
        self._changes = deque(change for change in changes if change.time > floor.tape.now)

    # --- time passes --------------------------------------------------------------------------------------

    def next_due(self) -> int | None:
        change = self._changes[0].time if self._changes else None
        halt = self.halt.next_due() if self.halt is not None else None
        if halt is not None and (change is None or halt < change):
            return halt
        return change

    def happen(self) -> None:
        """The one thing that is due next; a change of the timetable goes before the end of a halt."""
        halt = self.halt.next_due() if self.halt is not None else None
        if self._changes and (halt is None or self._changes[0].time <= halt):
            self._change(self._changes.popleft())
        else:
            self._go_on()

    def _change(self, change: Change) -> None:
        if change.word == "ends":
            self.news.append(DayEnds(self._floor.day))
        elif change.word == "begins":
            self._begin_day(self._next_day())
        elif change.group is not None and change.session is None:
            self._closing.open_window(self._floor.books_of(change.group))
        elif change.group is not None and change.session is not None:
            before, self.sessions[change.group] = self.sessions[change.group], change.session
            if self.halt is None or change.session.phase is Phase.CLOSED:
                self._enter(change.group, before, change.session)
        self._look_up()

    def _next_day(self) -> date:
        if self.always_open:
            return self._floor.day + timedelta(days=1)
        return self._floor.calendar.trading_day_after(self._floor.day)

    # --- sessions -----------------------------------------------------------------------------------------

    def _enter(self, group: Group, before: Session, session: Session) -> None:
        books = self._floor.books_of(group)
        if session.phase in COLLECTING:
            self._set_priority(books, session)
        for book in books:
            self._move(book, before, session)
        if session.phase is Phase.PREOPEN and before.phase not in COLLECTING:
            self._crowd.gather(books, f"{self._floor.day}/{session.name}")
        if before.phase in COLLECTING and session.phase not in COLLECTING:
            self._crowd.leave(books)
        if session.name == CLOSING_REFERENCE:
            self._bands.narrow_futures(books)
        if session.name == CLOSING_MATCHING:
            for book in books:
                book.end_all(OrderState.CANCELLED, "closing_auction")
        if session.phase is Phase.CONTINUOUS:
            self._floor.flow.open_books(books, max(self._floor.tape.now, self.skip_to))

    def _move(self, book: Book, before: Session, session: Session) -> None:
        """One book into its next session. An auction is worked out the moment its collection ends."""
        ended = before.phase is Phase.CONTINUOUS and session.phase is not Phase.CONTINUOUS
        if session.name == CLOSING_REFERENCE:
            self._prepare_closing_auction(book)
        elif ended:
            self._closing.fix(book)
        if before.phase in COLLECTING and session.phase not in COLLECTING:
            self._uncross(book, session)
        elif session.phase is Phase.POST_CLOSE:
            book.enter_phase(session.phase, self._closing.price(book))
        else:
            book.enter_phase(session.phase)

    def _prepare_closing_auction(self, book: Book) -> None:
        """No stop and nothing hidden goes in; limits stay, unless the auction's own band strands them."""
        reference = self._closing.fix_reference(book)
        book.end_where(_stays_out, OrderState.CANCELLED, "closing_auction")
        low, high = auction_band(reference, book.instrument.tick, book.instrument.band)
        book.set_band(low, high)

    def _uncross(self, book: Book, session: Session) -> None:
        found = book.auction(self._closing.reference(book))
        if session.name == CLOSING_MATCHING:
            self._closing.fix_auction(book, found.price if found.volume else 0)
        if session.phase is not Phase.CONTINUOUS:
            book.enter_phase(session.phase)

    def _set_priority(self, books: list[Book], session: Session) -> None:
        closing = session.name.startswith("closing")
        opening_priority = rules_on(self._floor.day).pre_open_priority
        rules = replace(self._floor.rules, auction_priority="market_first" if closing else opening_priority)
        for book in books:
            book.rules = rules

    # --- halts --------------------------------------------------------------------------------------------

    def stop(self, minutes: int) -> None:
        """Halt everything that is not closed; 0 minutes: until `resume`, at the latest tomorrow."""
        self.halt = Halt.of(self._floor.tape.now, minutes)
        for book in self._floor.books.values():
            if book.phase is not Phase.CLOSED:
                book.halt()
        self._look_up()

    def resume(self) -> None:
        """Everybody goes on with what the timetable says, at once."""
        if self.halt is None:
            return
        interrupted = REOPENING if self.halt.collecting else HALTED
        self.halt = None
        for group, session in self.sessions.items():
            if session.phase is not Phase.CLOSED:
                self._enter(group, interrupted, session)
        self._look_up()

    def _go_on(self) -> None:
        """A halt's time is over: first collect for an auction, then trade."""
        assert self.halt is not None
        if self.halt.collecting:
            self.resume()
            return
        self.halt.collecting = True
        for group, session in self.sessions.items():
            if session.phase is not Phase.CLOSED:
                self._enter(group, HALTED, REOPENING)

    # --- days ---------------------------------------------------------------------------------------------

    def _begin_day(self, opened: date) -> None:
        """Whatever is still alive ends with its day; then the listings change, and the new day is planned."""
        assert self._night is not None
        closed = self._floor.day
        for book in self._floor.books.values():
            if book.key not in self._closing.closes:
                self._closing.fix(book)
            if book.phase is not Phase.CLOSED:
                book.close()
        self.halt = None
        self._night.pass_to(opened)
        self.sessions = dict.fromkeys(Group, ALWAYS_OPEN if self.always_open else CLOSED)
        if self.always_open:
            for group in Group:
                self._enter(group, CLOSED, ALWAYS_OPEN)
        self._plan()
        self.news.append(DayRolled(closed, opened))


def _stays_out(order: Order) -> bool:
    return order.state is OrderState.TRIGGER_PENDING or order.disclosed > 0
