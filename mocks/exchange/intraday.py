"""The minutes of a past day, made to measure: they open, close, peak and trade exactly as their day did.

A seeded bridge runs from the day's open to its close, livelier in the first and last hour, and is fitted between
the day's low and high. Volume follows the same U.
"""

from __future__ import annotations

from math import sqrt
from random import Random

from mocks.exchange.bars import Bar
from mocks.exchange.chance import shock


def liveliness(part: float) -> float:
    """Variance and volume at a moment of the session (0 the open, 1 the close): about 1 on average, a wide U.

    2.9 at the open, 0.55 at midday, 1.6 near the close.
    """
    morning = max(1.0 - part * 3.2, 0.0)
    evening = max(part * 3.2 - 2.2, 0.0)
    return 0.55 + 2.35 * morning * morning + 1.05 * evening * evening


def minutes(day: Bar, times: range | list[int], tick: int, lot: int, luck: Random) -> list[Bar]:
    """A bar for each of `times` (minutes since midnight); prices on `tick`, quantities in whole `lot`s."""
    count = len(times)
    low, high = day.low // tick, day.high // tick
    first, last = day.open // tick, day.close // tick
    path = _path(first, last, low, high, count, luck)
    peak, trough = path.index(max(path)), path.index(min(path))
    volumes = _volumes(day.volume // lot, count, luck)
    wiggle = (high - low) / 30.0 + 1.0
    found = []
    before = first
    for at, close in enumerate(path):
        top = min(max(before, close) + int(luck.random() * luck.random() * wiggle), high)
        bottom = max(min(before, close) - int(luck.random() * luck.random() * wiggle), low)
        if at == peak:
            top = high
        if at == trough:
            bottom = low
        found.append(
            Bar(times[at], before * tick, top * tick, bottom * tick, close * tick, volumes[at] * lot)
        )
        before = close
    return found


def _path(first: int, last: int, low: int, high: int, count: int, luck: Random) -> list[int]:
    """Closes of the minutes in ticks: a bridge that ends at `last`, inside [low, high]."""
    walk, travelled, clock = [], 0.0, 0.0
    clocks = []
    for at in range(count):
        variance = liveliness((at + 0.5) / count)
        travelled += shock(luck) * sqrt(variance)
        clock += variance
        walk.append(travelled)
        clocks.append(clock)
    bridge = [step - travelled * time / clock for step, time in zip(walk, clocks, strict=True)]
    spread = max(max(bridge) - min(bridge), 1e-9)
    scale = (high - low) / spread
    path = []
    for step, time in zip(bridge, clocks, strict=True):
        path.append(min(max(round(first + (last - first) * time / clock + step * scale), low), high))
    path[-1] = last
    return path


def _volumes(total: int, count: int, luck: Random) -> list[int]:
    """Lots per minute, summing to `total`; every minute trades when there is enough for all."""
    floor = 1 if total >= count else 0
    weights = [liveliness((at + 0.5) / count) * (0.4 + 1.2 * luck.random()) for at in range(count)]
    rest, whole = total - floor * count, sum(weights)
    found, given, reached = [], 0, 0.0
    for weight in weights:
        reached += weight
        upto = int(rest * reached / whole)
        found.append(floor + upto - given)
        given = upto
    found[-1] += rest - given
    return found
