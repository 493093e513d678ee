"""`make load`: a thousand sockets of prices, a hundred people who read and trade, brokers on a bad day.

Generators and the sandbox share the machine's cores with the product; what they use of them is in the table. Prints its
tables and writes them to build/load/. Ends with 1 when something was lost, doubled, closed or failed that should not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.load.books import compared
from benchmarks.load.generators import Size, end_sockets, end_users, open_sockets, start_users
from benchmarks.load.measured import counted, histogram
from benchmarks.load.people import bad_day, people
from benchmarks.load.report import Run, text
from benchmarks.load.stack import SHAPES, Stack, a_stack
from benchmarks.measure import pace, processor_ms
from tests.stories.product import ROOT


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="one")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--users", type=int, default=100)
    parser.add_argument("--sockets", type=int, default=1000)
    parser.add_argument("--each", type=int, default=50, help="instruments of a socket")
    size = Size(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        run = asyncio.run(_all(size, Path(folder)))
    told = text(run)
    kept = ROOT / "build" / "load"
    kept.mkdir(parents=True, exist_ok=True)
    (kept / f"{size.shape}-{size.minutes:g}.md").write_text(told)
    print(told)
    sys.exit(1 if run.wrong() else 0)


async def _all(size: Size, folder: Path) -> Run:
    async with a_stack(size.shape, folder) as stack:
        print(f"{size.users} people sign up and connect their accounts", flush=True)
        who = await people(stack, size.users)
        (folder / "people.json").write_text(json.dumps([asdict(person) for person in who]))
        await asyncio.to_thread(stack.sandbox.post, "/faults/plan", bad_day())
        with ExitStack() as opened:
            sockets = await asyncio.to_thread(open_sockets, size, folder, opened)
            before, used, began = await stack.metrics(), stack.processor(), time.monotonic()
            users = start_users(size, folder, opened)
            memory, generators = await _watched(size, stack, {"users": users, "sockets": sockets})
            after, seconds = await stack.metrics(), time.monotonic() - began
            processor = {name: now - used[name] for name, now in stack.processor().items()} | generators
            done = await asyncio.to_thread(end_users, users, folder)
            heard = await asyncio.to_thread(end_sockets, sockets, folder)
        injected = sum(
            int(rule["hits"]) for rule in stack.sandbox.get("/faults")["faults"] if rule["fault"] != "delay"
        )
        await asyncio.to_thread(stack.sandbox.delete, "/faults")
        return Run(
            title=f"{size.shape}: {size.users} users, {size.sockets} sockets, {size.minutes:g} minutes",
            seconds=seconds, users=done, sockets=heard,
            overhead=histogram(after, "order_overhead_seconds").less(histogram(before, "order_overhead_seconds")),
            ticks=histogram(after, "tick_seconds").less(histogram(before, "tick_seconds")),
            processor=processor, memory=memory, injected=injected,
            bugs=int(counted(after, "bugs")), ended=stack.ended(),
            books=await compared(stack, who, done), notes=[_where(size)],
        )  # fmt: skip


async def _watched(
    size: Size, stack: Stack, generators: dict[str, subprocess.Popen[Any] | None]
) -> tuple[list[dict[str, float]], dict[str, float]]:
    """Memory by the minute until the time is over, and what the generators used of the processor in it."""
    pids = {name: process.pid for name, process in generators.items() if process is not None}
    before = {name: processor_ms(pid) or 0.0 for name, pid in pids.items()}
    memory, left = [stack.memory()], size.minutes * 60
    while left > 0:
        await asyncio.sleep(min(60.0, left))
        left -= 60
        memory.append(stack.memory())
    return memory, {name: (processor_ms(pid) or 0.0) - before[name] for name, pid in pids.items()}


def _where(size: Size) -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    asked = f"--shape {size.shape} --minutes {size.minutes:g} --users {size.users} --sockets {size.sockets}"
    return (
        f"`python -m benchmarks.load {asked} --each {size.each}`, commit {commit or 'unknown'}, "
        f"{os.cpu_count()} cores, pace {pace():.0f} ms."
    )


if __name__ == "__main__":
    main()
