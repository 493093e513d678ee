"""Latencies of many calls at a fixed concurrency, and how they are printed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Latencies:
    """Milliseconds of each call, and the seconds the whole run took."""

    milliseconds: list[float]
    seconds: float

    def at(self, percentile: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percentile / 100))]

    @property
    def per_second(self) -> float:
        return len(self.milliseconds) / self.seconds


async def run(call: Callable[[], Awaitable[None]], *, calls: int, concurrency: int) -> Latencies:
    """`calls` calls, `concurrency` at a time."""
    taken: list[float] = []
    left = iter(range(calls))

    async def worker() -> None:
        for _ in left:
            began = time.perf_counter()
            await call()
            taken.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return Latencies(taken, time.perf_counter() - began)
