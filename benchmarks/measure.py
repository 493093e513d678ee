"""Latencies of many calls at a fixed concurrency, and how they are printed."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path


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


def processor_ms(pid: int) -> float | None:
    """Milliseconds of processor time a process has used since its start; None where the system has no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def memory_mib(pid: int) -> float | None:
    """What a process holds in memory now (its resident set); None where the system has no /proc."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), None)


def pace() -> float:
    """Milliseconds of processor time for a million additions: tells a busy or slow machine from a slow product."""
    began, total = time.process_time(), 0
    for number in range(1_000_000):
        total += number
    return (time.process_time() - began) * 1000
