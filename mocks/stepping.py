"""Lets the exchange's time pass: follows the sandbox's clock, and wakes for what is due within milliseconds."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from mocks.clock import SECOND_NS, SimulatedClock

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

STEP_SECONDS = 0.25
SHORTEST_SECONDS = 0.001
LONGEST_STRIDE_NS = 30 * SECOND_NS  # well below what the exchange takes for a suspended machine
WALK_NS = 60 * SECOND_NS  # further than that is a leap
PATIENCE, PATIENCE_NS = (
    4,
    10 * SECOND_NS,
)  # steps, time that the exchange may be behind before the clock waits


class Stepper:
    """The only one that advances the exchange. Times are simulated nanoseconds since the epoch.

    A clock that is faster than the machine can simulate waits: what happens does not depend on the speed.
    """

    def __init__(self, exchange: Exchange, clock: SimulatedClock) -> None:
        self._exchange = exchange
        self._clock = clock
        self._wake = asyncio.Event()
        self._planned = 0  # until when it sleeps
        self._stride = SECOND_NS
        self._told = 0
        self._led = False  # somebody puts the clock forward

    def now_ns(self) -> int:
        """The time for everybody but the exchange, never far ahead of it."""
        ahead = self._exchange.now + self._reach()
        self._told = max(self._told, min(self._clock.now_ns(), ahead))
        return self._told

    def _reach(self) -> int:
        if self._clock.mode == "step":
            return 0
        return round(2 * STEP_SECONDS * SECOND_NS * self._clock.speed)

    def catch_up(self) -> None:
        """Bring the exchange to the present."""
        now = self.now_ns()
        if now > self._exchange.now:
            self._exchange.advance(now)

    def open(self) -> None:
        """Bring an exchange of an earlier run to the present, in one leap."""
        now = self._clock.now_ns()
        if now > self._exchange.now:
            self._exchange.advance(now)

    def nudge(self) -> None:
        """Something may have been scheduled for sooner than the next step."""
        due = self._exchange.next_timer()
        if due is not None and due < self._planned:
            self._wake.set()

    async def to(self, time_ns: int) -> None:
        """Put the clock forward to `time_ns`.

        Up to a minute every trade in between happens. Further is a leap: sessions, timers and days are exact, the
        background trading makes one turn. The strides are always the same: the journal of a stepped run repeats.
        """
        self._led = True
        try:
            self._clock.advance_to(time_ns)
            while 0 < time_ns - self._exchange.now <= WALK_NS:
                self._exchange.advance(min(time_ns, self._exchange.now + SECOND_NS))
                await asyncio.sleep(0)
            self.open()
        finally:
            self._led = False

    async def run(self) -> None:
        """For ever. A clock that only steps is left alone."""
        while True:
            if self._clock.mode == "real" and not self._led:
                await self._follow()
            await self._rest()

    async def _follow(self) -> None:
        now = self._clock.now_ns()
        if now - self._exchange.now > max(WALK_NS, PATIENCE * self._reach()):
            self.open()  # the machine slept
            return
        await self._walk(now)
        if self._clock.now_ns() - self._exchange.now > max(PATIENCE * self._reach(), PATIENCE_NS):
            self._clock.wait_at(self._exchange.now)

    async def _walk(self, time_ns: int) -> None:
        """Towards `time_ns` for as long as one step takes, in strides short enough to let requests in between."""
        began = time.monotonic()
        while self._exchange.now < time_ns and time.monotonic() - began <= STEP_SECONDS:
            before = time.monotonic()
            self._exchange.advance(min(time_ns, self._exchange.now + self._stride))
            took = time.monotonic() - before
            if took < STEP_SECONDS / 10:
                self._stride = min(self._stride * 2, LONGEST_STRIDE_NS)
            elif took > STEP_SECONDS / 4:
                self._stride = max(self._stride // 2, SECOND_NS // 20)
            await asyncio.sleep(0)

    async def _rest(self) -> None:
        behind = self._clock.mode == "real" and self._clock.now_ns() - self._exchange.now > self._reach()
        seconds = SHORTEST_SECONDS if behind else STEP_SECONDS
        due = self._exchange.next_timer()
        if due is not None:
            until = self._clock.wall_seconds_until(due)
            if until is not None:
                seconds = min(seconds, max(until, SHORTEST_SECONDS))
        self._planned = self._clock.now_ns() + round(seconds * SECOND_NS * self._clock.speed)
        self._wake.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return
