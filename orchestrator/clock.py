"""The time of a simulated market instead of this machine's: read often, and carried on between two readings.

Orders for the next session, sessions that end at six and the exchange's hours then pass as fast as the sandbox's day.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import structlog

log = structlog.get_logger(__name__)

PAUSE = 0.2  # seconds between two readings
ANSWER = 5.0  # seconds a reading may take; a clock that is put forward far answers late
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class ClockUnreachable(Exception):
    """The clock to follow gives no time."""


@dataclass(frozen=True, slots=True)
class Reading:
    """It was `time_ns` (since 1970, UTC) at `read_at` (seconds of a steady clock), and goes on `rate` times as fast."""

    time_ns: int
    rate: float
    read_at: float


class FollowedClock:
    """Aware times, UTC; they never go back. Raises ClockUnreachable before the first reading."""

    def __init__(
        self,
        url: str,
        *,
        steady: Callable[[], float] = time.monotonic,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`url`: a sandbox's control API. `steady`: seconds."""
        self._http = httpx.AsyncClient(base_url=url, timeout=ANSWER, trust_env=False, transport=transport)
        self._url, self._steady = url, steady
        self._reading: Reading | None = None
        self._latest = EPOCH
        self._lost = False

    def __call__(self) -> datetime:
        reading = self._reading
        if reading is None:
            raise ClockUnreachable(f"{self._url} was not read yet")
        since = (self._steady() - reading.read_at) * reading.rate
        now = EPOCH + timedelta(microseconds=reading.time_ns // 1000, seconds=since)
        self._latest = max(self._latest, now)
        return self._latest

    async def read(self) -> None:
        """Take the time over now. Raises ClockUnreachable."""
        try:
            answer = await self._http.get("/clock")
            answer.raise_for_status()
            told = answer.json()
            rate = 0.0 if told["mode"] == "step" else float(told["speed"])
            self._reading = Reading(int(told["time"]), rate, self._steady())
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise ClockUnreachable(f"{self._url}/clock gives no time: {error!r}") from error

    async def follow(self) -> None:
        """Until cancelled. While nothing can be read, the time goes on from the last reading."""
        while True:
            await asyncio.sleep(PAUSE)
            try:
                await self.read()
            except ClockUnreachable as error:
                if not self._lost:
                    log.warning("clock.lost", words=str(error))
                self._lost = True
            else:
                self._lost = False

    async def aclose(self) -> None:
        await self._http.aclose()
