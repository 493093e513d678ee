"""A lease as the process that took it sees it: held until a moment of its own clock, never a word longer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Seconds = Callable[[], float]

OVER = float("-inf")


class LeaseLost(Exception):
    """What was to be written belongs to another process now: nothing was written, and nothing may be sent."""


def since_boot() -> float:
    """Seconds that also pass while this process is stopped and while the machine sleeps."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)  # Linux
    return time.monotonic() if boot is None else time.clock_gettime(boot)


@dataclass(slots=True, eq=False)
class Lease:
    """`fence` tells this owner from every earlier and later one. Changed only by `Leases`."""

    name: str
    owner: str
    fence: int
    _until: float
    _clock: Seconds = field(repr=False)

    @property
    def held(self) -> bool:
        """Whether it surely is ours: it turns false before the row says so, also for a process that was stopped."""
        return self._clock() < self._until

    def until(self, moment: float) -> None:
        """Held until then, in seconds of this process's clock."""
        self._until = moment

    def end(self) -> None:
        self._until = OVER
