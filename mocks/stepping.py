"""Lets the exchange's time pass: follows the sandbox's clock, and wakes for what is due within milliseconds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from mocks.clock import SECOND_NS, SimulatedClock

if TYPE_CHECKING:
    from mocks.exchange.venue import Exchange

STEP_SECONDS = 0.25
SHORTEST_SECONDS = 0.001
STRIDE_NS = 30 * SECOND_NS  # of a fast clock: well below what the exchange takes for a suspended machine
WALK_NS = 900 * SECOND_NS  # further than that is a leap
BREATH = 20  # strides after which requests get their turn


class Stepper:
    """The only one that advances the exchange. Times are simulated nanoseconds since the epoch."""

    def __init__(self, exchange: Exchange, clock: SimulatedClock) -> None:
        self._exchange = exchange
        self._clock = clock
        self._wake = asyncio.Event()
        self._planned = 0  # until when it sleeps

    def catch_up(self) -> None:
        """Bring the exchange to the clock's time at once."""
        now = self._clock.now_ns()
        if now > self._exchange.now:
            self._exchange.advance(now)

    def nudge(self) -> None:
        """Something may have been scheduled for sooner than the next step."""
        due = _next_timer(self._exchange)
        if due is not None and due < self._planned:
            self._wake.set()

    async def to(self, time_ns: int) -> None:
        """Put the clock forward to `time_ns`.

        Up to a quarter of an hour every trade in between happens. Further is a leap: sessions, timers and days are
        exact, the background trading makes one turn.
        """
        walks = time_ns - self._exchange.now <= WALK_NS
        strides = 0
        while walks and self._exchange.now + STRIDE_NS < time_ns:
            self._exchange.advance(self._clock.advance_to(self._exchange.now + STRIDE_NS))
            strides += 1
            if strides % BREATH == 0:
                await asyncio.sleep(0)
        self._clock.advance_to(time_ns)
        self.catch_up()

    async def run(self) -> None:
        """For ever. A clock that only steps is left alone."""
        while True:
            if self._clock.mode == "real":
                await self._follow()
            await self._rest()

    async def _follow(self) -> None:
        now = self._clock.now_ns()
        if now - self._exchange.now <= WALK_NS:  # else the machine slept
            while self._exchange.now + STRIDE_NS < now:
                self._exchange.advance(self._exchange.now + STRIDE_NS)
                await asyncio.sleep(0)
        self.catch_up()

    async def _rest(self) -> None:
        seconds = STEP_SECONDS
        due = _next_timer(self._exchange)
        if due is not None:
            until = self._clock.wall_seconds_until(due)
            if until is not None:
                seconds = min(seconds, max(until, SHORTEST_SECONDS))
        self._planned = self._clock.now_ns() + round(seconds * SECOND_NS * self._clock.speed)
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return


def _next_timer(exchange: Exchange) -> int | None:
    return exchange.next_timer() if hasattr(exchange, "next_timer") else None
