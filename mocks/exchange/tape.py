"""Where the books of one exchange write: the clock, running numbers, the events of the current command."""

from __future__ import annotations

from mocks.exchange.model import Event

# How the hot paths make an event: a named tuple's own constructor costs three times as much.
new_event = tuple.__new__


class Tape:
    """Shared by all books of one exchange; only the exchange moves `now` and swaps `out`."""

    __slots__ = ("now", "out", "seq", "stamp", "trade")

    def __init__(self, now: int = 0, first_trade: int = 1) -> None:
        self.now = now  # simulated ns
        self.seq = 0  # number of the last event
        self.stamp = 0  # time priority: unique and increasing, also within one nanosecond
        self.trade = first_trade - 1  # number of the last trade
        self.out: list[Event] = []
