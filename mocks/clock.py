"""The simulated time of a sandbox: as fast as the wall, N times as fast, or only when somebody steps it.

The exchange and every back office read the same one, so that a faster day is a day and nothing else.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Literal

SECOND_NS = 1_000_000_000
Mode = Literal["real", "step"]


class SimulatedClock:
    """Nanoseconds since the Unix epoch (UTC). Never goes back, but for `wait_at`."""

    def __init__(
        self, start_ns: int, speed: float = 1.0, mode: Mode = "real", *,
        wall: Callable[[], int] = time.monotonic_ns,
    ) -> None:  # fmt: skip
        """`real` follows `wall` (nanoseconds of any steady clock) `speed` times as fast; `step` stands still."""
        self._wall = wall
        self._at = start_ns
        self._since = wall()
        self._speed = _positive(speed)
        self.mode: Mode = mode

    @property
    def speed(self) -> float:
        return self._speed

    def now_ns(self) -> int:
        if self.mode == "step":
            return self._at
        return self._at + int((self._wall() - self._since) * self._speed)

    def now(self, zone: tzinfo = UTC) -> datetime:
        return datetime.fromtimestamp(self.now_ns() / SECOND_NS, zone)

    def set_speed(self, speed: float) -> None:
        """From now on. Raises ValueError unless `speed` is above 0: standing still is a mode."""
        _positive(speed)
        self._anchor()
        self._speed = speed

    def set_mode(self, mode: Mode) -> None:
        """`step` holds the time where it is; `real` goes on from there."""
        self._anchor()
        self.mode = mode

    def advance(self, seconds: float) -> int:
        """Put the time forward by simulated seconds, in either mode; returns the new time (ns)."""
        if seconds < 0:
            raise ValueError("time does not go back")
        self._anchor()
        self._at += round(seconds * SECOND_NS)
        return self._at

    def advance_to(self, time_ns: int) -> int:
        """Put the time forward to `time_ns`; a moment that has passed changes nothing."""
        self._anchor()
        self._at = max(self._at, time_ns)
        return self._at

    def wait_at(self, time_ns: int) -> None:
        """Go on from there: whoever follows this clock could not keep up. The only way back in time."""
        self._anchor()
        self._at = min(self._at, time_ns)

    def wall_seconds_until(self, time_ns: int) -> float | None:
        """How long a real second hand takes until then; None when the clock only steps."""
        if self.mode == "step":
            return None
        return max(time_ns - self.now_ns(), 0) / SECOND_NS / self._speed

    def _anchor(self) -> None:
        self._at, self._since = self.now_ns(), self._wall()


def _positive(speed: float) -> float:
    if not speed > 0:
        raise ValueError("a clock's speed is above 0")
    return speed
