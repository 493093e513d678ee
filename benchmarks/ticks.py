"""Live prices from a broker's frame to many browsers' sockets, through the real product in processes of its own.

Instruments tick once a second; every socket follows its own share of them. The feed and the clients are this process:
they take a processor for themselves, which is told, and what they need adds to the latencies. Dropped are the
subscriptions whose client did not end with the last price that the feed sent: prices on the way there may be left out
for newer ones, the newest may not. Once in one process on the embedded bus, and once with the feeds in one process and
the sockets in another, over Redis, where it and PostgreSQL are installed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import uvloop

from benchmarks.measure import memory_mib, pace, processor_ms
from benchmarks.servers import fill, servers
from benchmarks.ticker import Ticker, ticking
from benchmarks.watchers import Client, Watching, connect
from mocks.launch import Sandbox
from tests.stories.product import ROOT, Product, Trader, a_trader
from tests.traders import sandbox_settings

ACCOUNTS = 2  # at Kite: two connections of 3,000 instruments for prices each
PATIENCE = 60.0  # seconds until everything is subscribed
WARM_UP, SETTLE = 5.0, 30.0


@dataclass(frozen=True)
class Size:
    instruments: int
    sockets: int
    each: int
    seconds: float
    options: str = "batch=true"  # of the sockets' address


def main(words: Sequence[str] = ()) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ticks", description=__doc__)
    parser.add_argument("--instruments", type=int, default=10_000)
    parser.add_argument("--sockets", type=int, default=1_000)
    parser.add_argument("--each", type=int, default=50, help="instruments of a socket")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--pace", type=int, help="milliseconds between two messages to a socket")
    parser.add_argument("--only", choices=("one", "two"), help="one process, or two over Redis")
    given = parser.parse_args(words)
    options = "batch=true" + (f"&pace={given.pace}" if given.pace else "")
    size = Size(given.instruments, given.sockets, given.each, given.seconds, options)
    uvloop.run(_all(size, given.only))


async def _all(size: Size, only: str | None) -> None:
    print(
        f"ticks: {size.instruments:,} instruments at 1 tick/s into {size.sockets:,} sockets of {size.each}; "
        f"{size.instruments:,} ticks and {size.sockets * size.each:,} changes a second "
        f"(pace {pace():.0f} ms)"
    )
    if only != "two":
        await _row("one process", size, {}, worker=False)
    if only != "one":
        with servers() as private:
            if private is None:
                print("two processes: left out, PostgreSQL or Redis is not installed")
                return
            await fill(private)
            await _row("two over Redis", size, private, worker=True)


async def _row(name: str, size: Size, settings: dict[str, str], *, worker: bool) -> None:
    async with ticking(size.instruments) as (ticker, port):
        over = {
            "TRADEMASTER_ZERODHA_FEED": f"ws://127.0.0.1:{port}",
            "TRADEMASTER_ZERODHA_INSTRUMENTS": f"http://127.0.0.1:{port}/instruments",
            "TRADEMASTER_LIVE_SOCKETS": str(size.sockets + 1),
            "TRADEMASTER_REFRESH_BUSY": "10",
            "TRADEMASTER_REFRESH_IDLE": "30",
            "TRADEMASTER_LOG_LEVEL": "WARNING",
        }
        async with _stage(settings | over, worker=worker) as (trader, product, pids):
            watching = Watching(ticker)
            clients = await connect(
                watching,
                port=product.port,
                token=str(trader.http.headers["Authorization"]).removeprefix("Bearer "),
                sockets=size.sockets,
                each=size.each,
                symbols=ticker.symbols,
                options=size.options,
            )
            await _subscribed(ticker, min(size.instruments, size.sockets * size.each))
            await _measured(name, size, ticker, watching, clients, pids)
            for client in clients:
                if client.transport is not None:
                    client.transport.abort()


@asynccontextmanager
async def _stage(
    settings: dict[str, str], *, worker: bool
) -> AsyncIterator[tuple[Trader, Product, list[int]]]:
    """A product with two accounts at Kite, whose login is the sandbox's and whose prices are ours."""
    with Sandbox.start(flow=False) as sandbox, tempfile.TemporaryDirectory() as folder:
        whole = {**sandbox_settings(sandbox.urls), **settings}
        product = Product(Path(folder), whole | ({"TRADEMASTER_ROLE": "api"} if worker else {}))
        await product.start()
        pids = [product.pid]
        second = _worker(product) if worker else None
        try:
            async with a_trader(product) as trader:
                for _ in range(ACCOUNTS):
                    user = sandbox.post("/users", {"broker": "kite", "cash": "100000"})
                    await trader.connect({**user, "broker": "kite"})
                yield trader, product, pids + ([second.pid] if second else [])
        finally:
            if second is not None:
                second.terminate()
                await asyncio.to_thread(second.wait, 20)
            await product.stop()


def _worker(product: Product) -> subprocess.Popen[bytes]:
    environment = product.environment | {"TRADEMASTER_ROLE": "worker"}
    return subprocess.Popen([sys.executable, "-m", "orchestrator", "worker"], cwd=ROOT, env=environment)


async def _subscribed(ticker: Ticker, wanted: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while ticker.subscribed < wanted:
        if time.monotonic() > deadline:
            raise RuntimeError(f"only {ticker.subscribed} of {wanted} instruments are subscribed")
        await asyncio.sleep(0.1)


async def _measured(
    name: str, size: Size, ticker: Ticker, watching: Watching, clients: Sequence[Client], pids: Sequence[int]
) -> None:
    idle = [processor_ms(pid) or 0 for pid in pids]
    await asyncio.sleep(WARM_UP)
    idle = [((processor_ms(pid) or 0) - old) / WARM_UP / 10 for pid, old in zip(pids, idle, strict=True)]
    ticker.ticking = True
    await asyncio.sleep(WARM_UP)
    before, own, began = [processor_ms(pid) for pid in pids], time.process_time(), time.perf_counter()
    ticks = sum(map(len, ticker.sent))
    watching.counting, watching.octets = True, 0
    await asyncio.sleep(size.seconds)
    watching.counting, octets = False, watching.octets
    took = time.perf_counter() - began
    ticks = sum(map(len, ticker.sent)) - ticks
    used = [(processor_ms(pid) or 0) - (old or 0) for pid, old in zip(pids, before, strict=True)]
    own = time.process_time() - own
    memory = [memory_mib(pid) or 0 for pid in pids]
    ticker.ticking = False
    dropped = await _behind(ticker, watching, clients)
    print(
        f"{name:>15}: p50 {watching.milliseconds(50):.1f} p99 {watching.milliseconds(99):.1f} "
        f"p99.9 {watching.milliseconds(99.9):.1f} ms; {ticks / took:,.0f} ticks/s in {ticker.connections} "
        f"connections; {watching.prices / took:,.0f} prices in {watching.messages / took:,.0f} messages/s, "
        f"{octets / took / 2**20:.1f} MiB/s"
    )
    print(
        f"{'':>15}  cpu {' + '.join(f'{each / took / 10:.0f}' for each in used)} % of a core "
        f"({' + '.join(f'{each:.0f}' for each in idle)} without a tick), clients and feed "
        f"{own / took * 100:.0f} %; memory {' + '.join(f'{each:.0f}' for each in memory)} MiB; "
        f"closed {watching.closed}, dropped {dropped} of {size.sockets * size.each:,}",
        flush=True,
    )


async def _behind(ticker: Ticker, watching: Watching, clients: Sequence[Client]) -> int:
    """Subscriptions whose client does not have the last price of its instrument, when all had time to get there."""
    deadline = time.monotonic() + SETTLE
    while True:
        behind = sum(
            client.last.get(watching.number[symbol]) != len(ticker.sent[watching.number[symbol]])
            for client in clients
            for symbol in client.symbols
        )
        if not behind or time.monotonic() > deadline:
            return behind
        await asyncio.sleep(0.5)


if __name__ == "__main__":
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    main(sys.argv[1:])
