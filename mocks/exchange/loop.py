"""The one loop of the exchange: what is due next, told to whoever listens before the next thing happens.

Order at one time: the day's changes, callbacks, orders' own ends, the market's answer to clients, the pulse,
background turns. Events are delivered after each of them, so that a listener acts at the time of what it heard,
however long the stretch of time was that the caller asked for.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import date

from mocks.exchange.agenda import Callbacks, Deadlines
from mocks.exchange.calendar import SECOND_NS
from mocks.exchange.floor import Floor
from mocks.exchange.history import History
from mocks.exchange.hours import DayEnds, Hours
from mocks.exchange.model import DayRolled, Event
from mocks.exchange.pulse import Pulse

REFILL_NS = 100_000_000  # how long the market takes to notice that a client traded
FAR = 1 << 62


class Listeners:
    """Who hears events and days. They belong to the world outside: a snapshot leaves them out."""

    def __init__(self) -> None:
        self.events: list[Callable[[Event], None]] = []
        self.days: list[Callable[[DayRolled], None]] = []
        self.closes: list[Callable[[date], None]] = []
        self.callbacks = Callbacks()
        self._undelivered: deque[Event] = deque()
        self._delivering = False

    def deliver(self, out: list[Event]) -> None:
        """Tell everybody, in order. What a listener causes is told after the rest."""
        if not self.events:
            return
        self._undelivered.extend(out)
        if self._delivering:
            return
        self._delivering = True
        try:
            while self._undelivered:
                event = self._undelivered.popleft()
                for callback in self.events:
                    callback(event)
        finally:
            self._delivering = False

    def tell(self, news: DayEnds | DayRolled) -> None:
        if isinstance(news, DayRolled):
            for on_day in self.days:
                on_day(news)
        else:
            for on_close in self.closes:
                on_close(news.day)


class Loop:
    """Moves the tape's clock. `step` counts what time brought about, callbacks left out: a replay has none."""

    def __init__(self, floor: Floor, hours: Hours, pulse: Pulse, history: History) -> None:
        self.listeners = Listeners()
        self.deadlines = Deadlines()
        self.step = 0
        self.advancing = False
        self.refill_at = 0  # when the market notices what clients took; 0: nothing to notice
        self.pending: deque[tuple[int, int, Callable[[], None]]] = (
            deque()
        )  # inputs of a replay: step, time, what
        self._leap_to = 0  # where a leap that is on ends (ns)
        self._floor = floor
        self._tape = floor.tape
        self._hours = hours
        self._pulse = pulse
        self._history = history

    def run(self, to_ns: int) -> list[Event]:
        """Everything up to `to_ns`, that moment included; returns the events that time itself brought."""
        tape, hours, flow = self._tape, self._hours, self._floor.flow
        happened: list[Event] = []
        self._replay_inputs()
        while True:
            due, happen = self._next_thing()
            turn = flow.next_due() if hours.is_trading else None
            if turn is not None and turn < due:
                due, happen = turn, self._take_turn
            if due > to_ns:
                tape.now = to_ns
                return happened
            tape.now = max(due, tape.now)
            out: list[Event] = []
            tape.out = out
            happen()
            if out:
                happened += out
                self._history.take(out)
                self.listeners.deliver(out)
            while hours.news:
                self.listeners.tell(hours.news.popleft())
            self._replay_inputs()

    def leap(self, to_ns: int) -> None:
        """The coming stretch is long: the market's own traders act only in the last second of every session."""
        self._leap_to = to_ns
        self._skip()

    def land(self) -> None:
        self._leap_to = self._hours.skip_to = 0

    def _skip(self) -> None:
        end = min(self._hours.next_end() or FAR, self._leap_to)
        moment = max(end - SECOND_NS, self._tape.now)
        self._hours.skip_to = moment
        self._floor.flow.jump(moment)
        self._pulse.skip(moment)

    def next_timer(self) -> int | None:
        """When something will happen that may not wait; background turns and the pulse may."""
        due = (self.listeners.callbacks.next_due(), self.deadlines.next_due(), self._hours.next_due())
        return min((time for time in due if time is not None), default=None)

    # --- what may be next ---------------------------------------------------------------------------------

    def _next_thing(self) -> tuple[int, Callable[[], None]]:
        """What is due next besides the flow; FAR when nothing is."""
        due, happen = self._hours.next_due() or FAR, self._change_hours
        time = self.listeners.callbacks.next_due()
        if time is not None and time < due:
            due, happen = time, self._call_back
        time = self.deadlines.next_due()
        if time is not None and time < due:
            due, happen = time, self._expire_order
        if self.refill_at and self.refill_at < due:
            due, happen = self.refill_at, self._refill
        time = self._pulse.next_due()
        if time is not None and time < due:
            due, happen = time, self._beat
        return due, happen

    def _change_hours(self) -> None:
        self.step += 1
        self._hours.happen()
        if self._leap_to:
            self._skip()

    def _call_back(self) -> None:
        self.listeners.callbacks.take()()

    def _expire_order(self) -> None:
        self.step += 1
        key, number = self.deadlines.take()
        book = self._floor.books.get(key)
        if book is not None:
            book.expire(number)

    def _refill(self) -> None:
        self.step += 1
        self.refill_at = 0
        self._floor.flow.refill()

    def _beat(self) -> None:
        self.step += 1
        self._pulse.beat()

    def _take_turn(self) -> None:
        self.step += 1
        self._floor.flow.step()

    def _replay_inputs(self) -> None:
        """Inputs that came in the middle of this stretch of time, when it was lived for the first time."""
        while self.pending and self.pending[0][0] == self.step:
            _, time, apply = self.pending.popleft()
            self._tape.now = max(time, self._tape.now)
            apply()
