"""How long an order takes from stage to stage on a real day: seeded, the same for the same order every run.

Each wait is a lognormal body with a Pareto tail, slower at 9:15 and 15:20. The n-th order of a broker has its own
stream, so what other orders do, or how fast the clock runs, changes nothing.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import datetime, time
from hashlib import blake2b

from mocks.brokers.backoffice.profile import IST

MILLISECOND = 1_000_000


@dataclass(frozen=True, slots=True)
class Shape:
    """Median in milliseconds, spread of its logarithm; one in `1 / tail` waits is drawn from the tail."""

    median: float
    spread: float = 0.45
    tail: float = 0.02


STAGES = {
    "validate": Shape(12),
    "send": Shape(8),
    "exchange": Shape(35),
    "modify": Shape(10),
    "modify_send": Shape(30),
    "cancel": Shape(30),
    "release": Shape(400, spread=0.8),  # an after-market order, out of the queue of the opening
}
TAIL_START = 3.0  # times the median
TAIL_EXPONENT = 1.6
# (from, to, times slower): the opening's burst and the closing's.
BURSTS = (
    (time(9, 15), time(9, 16), 4.0),
    (time(9, 16), time(9, 20), 2.0),
    (time(15, 20), time(15, 30), 1.8),
)


class Latency:
    """`cap_ms`: no wait is longer (the two-minute order of the stories is a mishap: `stuck`)."""

    def __init__(self, broker: str, seed: int = 1, cap_ms: float = 1_500.0) -> None:
        self._name = f"{seed}:{broker}"
        self.cap_ms = cap_ms

    def wait(self, order: int, change: int, stage: str, at: datetime) -> int:
        """Nanoseconds that a stage takes. `order`: its running number; `change`: the n-th change of it, else 0."""
        name = f"{self._name}:{order}:{change}:{stage}"
        dice = random.Random(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big"))
        shape = STAGES[stage]
        if dice.random() < shape.tail:
            drawn = shape.median * TAIL_START * math.pow(1.0 - dice.random(), -1.0 / TAIL_EXPONENT)
        else:
            # Twelve uniforms make a normal variable without the platform's own logarithm.
            normal = sum(dice.random() for _ in range(12)) - 6.0
            drawn = shape.median * math.exp(shape.spread * normal)
        waited = min(drawn * burst(at), self.cap_ms)
        return max(1, round(waited)) * MILLISECOND


def burst(at: datetime) -> float:
    """How much slower everything is at this time of the day."""
    now = at.astimezone(IST).time()
    return next((slower for start, end, slower in BURSTS if start <= now < end), 1.0)
