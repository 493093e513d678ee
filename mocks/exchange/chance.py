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
