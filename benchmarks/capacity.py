"""What a user, an order, a page and a price cost: `python -m benchmarks capacity [--shape one|many]`.

Counters of processes, PostgreSQL and Redis are taken before and after a known amount of work, and what the same stack
uses in the same time without that work is taken off. Who places an order or looks has their account read more often,
and is told what changed: that is in the cost. Nothing else should run on the machine. `docs/scale.md` is the arithmetic
on it.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import aiohttp

from benchmarks.load.counters import Used, used
from benchmarks.load.generators import Size, end_sockets, open_sockets
from benchmarks.load.people import Person, people
from benchmarks.load.report import table
from benchmarks.load.stack import SHAPES, Stack, a_stack
from benchmarks.measure import pace, run
from tests.stories.product import order

SETTLE = 5.0  # seconds in which what was asked has its late parts: streams, readings, counters of PostgreSQL
AT_ONCE = 4
UNITS = {
    "api": "HTTP cpu ms",
    "worker": "workers cpu ms",
    "postgres": "PostgreSQL cpu ms",
    "redis": "Redis cpu ms",
    "sandbox": "brokers (sandbox) cpu ms",
    "calls": "calls to brokers",
    "commits": "commits",
    "rows": "rows written",
    "wal_kib": "WAL KiB",
    "commands": "Redis commands",
    "api_kib": "HTTP memory KiB",
    "worker_kib": "workers memory KiB",
    "backends": "PostgreSQL connections",
    "clients": "Redis connections",
}


@dataclass
class Costs:
    """Of each kind of work, one of it."""

    idle: Used = field(default_factory=Used)  # a second of the stack as it stands
    kinds: dict[str, Used] = field(default_factory=dict)

    def note(self, name: str, cost: Used, seconds: float, count: float) -> None:
        """`cost`: what was used in so many seconds, in which so much of the work was done."""
        self.kinds[name] = cost.less(self.idle, seconds).each(count)

    def text(self) -> str:
        """One line for each counter that anything moved."""
        rows = [
            (words, *(f"{getattr(cost, name):.3g}" for cost in self.kinds.values()))
            for name, words in UNITS.items()
            if any(getattr(cost, name) for cost in self.kinds.values())
        ]
        return table(("", *self.kinds), rows)


@dataclass(frozen=True)
class Amount:
    shape: str
    users: int
    seconds: float
    orders: int
    reads: int
    sockets: int
    each: int


def main(words: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks capacity", description=__doc__)
    parser.add_argument("--shape", choices=sorted(SHAPES), default="many")
    parser.add_argument("--users", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=30, help="of each idle phase and of listening")
    parser.add_argument("--orders", type=int, default=400)
    parser.add_argument("--reads", type=int, default=2000)
    parser.add_argument("--sockets", type=int, default=200)
    parser.add_argument("--each", type=int, default=50, help="instruments of a socket")
    asyncio.run(_measure(Amount(**vars(parser.parse_args(words)))))


async def _measure(amount: Amount) -> None:
    print(f"capacity: {amount} (pace {pace():.0f} ms)", flush=True)
    with tempfile.TemporaryDirectory(prefix="capacity-") as at:
        async with a_stack(amount.shape, Path(at)) as stack:
            costs = Costs()
            empty = await _idle(stack, amount.seconds)
            before = await used(stack)
            who = await people(stack, amount.users)
            await asyncio.sleep(SETTLE)
            costs.kinds["a connected account, once"] = (await used(stack)).less(before).each(amount.users)
            costs.idle = await _idle(stack, amount.seconds)
            costs.kinds["the empty stack, a second"] = empty
            costs.kinds["a connected account, a second"] = costs.idle.less(empty).each(amount.users)
            await _asked(stack, who, costs, amount)
            await _listened(stack, who, costs, amount, Path(at))
    print(costs.text())


async def _idle(stack: Stack, seconds: float) -> Used:
    """A second of doing nothing for anybody."""
    await asyncio.sleep(SETTLE)
    before, began = await used(stack), time.monotonic()
    await asyncio.sleep(seconds)
    return (await used(stack)).less(before).each(time.monotonic() - began)


async def _asked(stack: Stack, who: Sequence[Person], costs: Costs, amount: Amount) -> None:
    async with _clients(who) as clients:
        turns, keys = itertools.cycle(clients), itertools.count()

        async def place() -> None:
            person, http = next(turns)
            wanted = order("BUY 1 NSE:INFY MIS MARKET", account=person.account)
            key = {"Idempotency-Key": f"capacity-{next(keys)}"}
            async with http.post("/v1/orders", json=wanted, headers=key) as answer:
                assert answer.status == 201, await answer.text()

        def read(path: str) -> Callable[[], Awaitable[None]]:
            async def look() -> None:
                _, http = next(turns)
                async with http.get(path) as answer:
                    assert answer.status == 200, await answer.text()
                    await answer.read()

            return look

        await _counted(stack, costs, "an order", place, amount.orders)
        await _counted(stack, costs, "GET /v1/portfolio", read("/v1/portfolio"), amount.reads)
        await _counted(stack, costs, "GET /v1/orders", read("/v1/orders?limit=50"), amount.reads)


async def _counted(
    stack: Stack, costs: Costs, name: str, call: Callable[[], Awaitable[None]], count: int
) -> None:
    before, began = await used(stack), time.monotonic()
    await run(call, calls=count, concurrency=AT_ONCE)
    await asyncio.sleep(SETTLE)
    costs.note(name, (await used(stack)).less(before), time.monotonic() - began, count)


@asynccontextmanager
async def _clients(who: Sequence[Person]) -> AsyncIterator[list[tuple[Person, aiohttp.ClientSession]]]:
    sessions = [(person, aiohttp.ClientSession(person.url, headers=person.headers())) for person in who]
    try:
        yield sessions
    finally:
        for _, http in sessions:
            await http.close()


async def _listened(stack: Stack, who: Sequence[Person], costs: Costs, amount: Amount, folder: Path) -> None:
    """Sockets of prices, once they are open and every first price has come: what a price to one of them costs."""
    await asyncio.to_thread((folder / "people.json").write_text, json.dumps([asdict(one) for one in who]))
    size = Size(amount.shape, 0, amount.users, amount.sockets, amount.each)
    closed = await used(stack)
    with ExitStack() as opened:
        sockets = await asyncio.to_thread(open_sockets, size, folder, opened)
        before, began = await used(stack), time.monotonic()
        memory = {
            f.name: getattr(before, f.name) - getattr(closed, f.name)
            for f in fields(Used)
            if f.name.endswith("_kib") and f.name != "wal_kib"
        }
        costs.kinds["an open socket"] = Used(**memory).each(amount.sockets)
        await asyncio.sleep(amount.seconds)
        cost, seconds = (await used(stack)).less(before), time.monotonic() - began
        heard = await asyncio.to_thread(end_sockets, sockets, folder)
    assert heard is not None
    costs.note("a price to a socket", cost, seconds, heard["prices"] * seconds / heard["seconds"])
    print(f"{heard['prices'] / heard['seconds']:,.0f} prices a second to {amount.sockets} sockets")
