"""Randomness with a name: one stream per (seed, thing, role), so that nobody's luck depends on another's.

Only `random()` and `getrandbits()` are used: Python promises that these two never change.
"""

from __future__ import annotations

import hashlib
from random import Random


def stream(seed: int, name: str, role: str) -> Random:
    """One agent's source of randomness."""
    digest = hashlib.sha256(f"{seed}/{name}/{role}".encode()).digest()
    return Random(int.from_bytes(digest[:16], "big"))


def shock(source: Random) -> float:
    """Mean 0, deviation 1, never beyond 3: the sum of three uniform draws."""
    return 2.0 * (source.random() + source.random() + source.random() - 1.5)


def number(name: str, below: int) -> int:
    """A number in [0, below) that belongs to a name for ever."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") % below


def _exponential(parts: int) -> tuple[float, ...]:
    """Middles of `parts` equally likely slices of the exponential distribution with mean 1.

    By plain arithmetic, -log(1-u) = u + u^2/2 + ..., after halving: the C library's log differs between systems.
    """
    log_of_2 = _minus_log_rest(0.5)
    found = []
    for slice_ in range(parts):
        rest = 1.0 - (slice_ + 0.5) / parts
        value = 0.0
        while rest < 0.5:
            rest *= 2.0
            value += log_of_2
        found.append(value + _minus_log_rest(1.0 - rest))
    return tuple(found)


def _minus_log_rest(u: float) -> float:
    total, power = 0.0, 1.0
    for n in range(1, 60):
        power *= u
        total += power / n
    return total


WAITS = _exponential(256)


def wait(source: Random) -> float:
    """A waiting time with mean 1 of something that happens independently of its past."""
    return WAITS[source.getrandbits(8)]
