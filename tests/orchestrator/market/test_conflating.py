"""Live prices to one connection: the newest of each at its pace, whatever the connection takes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.websockets import WebSocketDisconnect

from domain.instrument import InstrumentId
from orchestrator.http.frames import Frames
from orchestrator.market.audience import Audience, Listener
from orchestrator.market.conflating import Conflater
from orchestrator.market.prices import Seen

NOW = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
PACE = 0.5
PRICES = [Seen(InstrumentId.parse(f"NSE:S{number}")) for number in range(6)]


class Line:
    """A connection that takes what it is told to take."""

    def __init__(self) -> None:
        self.room: int | None = None  # messages that it still takes; None: as many as come
        self.closed = False
        self._free = asyncio.Event()

    @property
    def ready(self) -> bool:
        return self.room is None or self.room > 0

    def take(self) -> None:
        if self.room is not None:
            self.room -= 1

    def free(self) -> None:
        self.room = None
        self._free.set()

    async def drained(self) -> None:
        await self._free.wait()
        if self.closed:
            raise WebSocketDisconnect(1006)


class Turns:
    """An audience whose turns come when the test says so."""

    def __init__(self) -> None:
        self.waiting: list[Listener] = []

    def clock(self) -> datetime:
        return NOW

    def soon(self, listener: Listener) -> None:
        self.waiting.append(listener)

    def turn(self, now: float = 1.0) -> None:
        due, self.waiting = self.waiting, []
        for one in due:
            one.wake(now, 1000)


class Socket:
    """One message for each price."""

    def __init__(self, *, most: int | None = None) -> None:
        self.line, self.turns = Line(), Turns()
        self.sent: list[list[Seen]] = []
        self.out = Conflater(
            cast(Frames, self.line), cast(Audience, self.turns), self._write, pace=PACE, most=most
        )

    def _write(self, fresh: Iterable[Seen], now: float, now_ms: int) -> None:
        self.sent.append([])
        for seen in fresh:
            if self.line.ready:
                self.line.take()
                self.sent[-1].append(seen)
            else:
                self.out.changed(seen)


def test_what_changes_twice_before_its_turn_is_sent_once() -> None:
    socket = Socket()
    for seen in (PRICES[0], PRICES[1], PRICES[0]):
        socket.out.changed(seen)
    assert len(socket.turns.waiting) == 1
    socket.turns.turn(now=7.0)
    assert socket.sent == [[PRICES[0], PRICES[1]]]
    assert (socket.out.next_at, socket.turns.waiting) == (7.0 + PACE, [])


def test_more_than_fits_one_writing_waits_for_the_next_turn_in_the_same_order() -> None:
    socket = Socket(most=4)
    for seen in PRICES:
        socket.out.changed(seen)
    socket.turns.turn()
    assert (socket.sent, len(socket.turns.waiting)) == ([PRICES[:4]], 1)
    socket.turns.turn()
    assert (socket.sent[1:], socket.turns.waiting) == ([PRICES[4:]], [])


def test_what_is_followed_no_more_is_not_sent() -> None:
    socket = Socket()
    socket.out.changed(PRICES[0])
    socket.out.forget(PRICES[0])
    socket.turns.turn()
    assert socket.sent == []


def test_what_the_connection_takes_no_more_is_sent_at_the_next_turn() -> None:
    socket = Socket()
    for seen in PRICES[:3]:
        socket.out.changed(seen)
    socket.line.room = 1
    socket.turns.turn()
    assert (socket.sent, len(socket.turns.waiting)) == ([[PRICES[0]]], 1)
    socket.line.free()
    socket.turns.turn()
    assert socket.sent[1:] == [PRICES[1:3]]


async def test_a_connection_that_takes_nothing_is_written_to_when_it_takes_more() -> None:
    socket = Socket()
    socket.line.room = 0
    writing = asyncio.create_task(socket.out.catch_up())
    try:
        socket.out.changed(PRICES[0])
        socket.turns.turn()
        socket.out.changed(PRICES[1])
        assert (socket.sent, socket.turns.waiting) == ([], [])
        socket.line.free()
        while not socket.sent:
            await asyncio.sleep(0)
        assert socket.sent == [[PRICES[0], PRICES[1]]]
    finally:
        writing.cancel()


async def test_a_connection_that_is_closed_ends_the_waiting_for_it() -> None:
    socket = Socket()
    socket.line.room = 0
    socket.line.closed = True
    socket.out.changed(PRICES[0])
    socket.turns.turn()
    socket.line.free()
    with pytest.raises(WebSocketDisconnect):
        await socket.out.catch_up()


@given(
    st.lists(st.integers(0, len(PRICES) - 1) | st.tuples(st.none() | st.integers(0, 4))), st.integers(1, 4)
)
def test_the_newest_of_everything_that_changed_is_sent_in_the_end(
    steps: list[int | tuple[int | None]], most: int
) -> None:
    """A number changes that price; a tuple is a turn at which the connection takes so many messages."""
    socket = Socket(most=most)
    unsent: set[Seen] = set()
    for step in [*steps, *[cast(int | tuple[int | None], (None,))] * len(PRICES)]:
        if isinstance(step, int):
            socket.out.changed(PRICES[step])
            unsent.add(PRICES[step])
        elif step[0] != 0:  # one that takes nothing is left to `catch_up`
            socket.line.room = step[0]
            before = len(socket.sent)
            socket.turns.turn()
            told = [seen for sent in socket.sent[before:] for seen in sent]
            assert len(told) == len(set(told)) <= most
            unsent -= set(told)
        assert bool(unsent) == bool(socket.turns.waiting)
    assert not unsent
