"""The consolidated portfolio: reading it while prices move, reading every account anew, and a fill on the screen.

Three accounts own 200 shares each, all of which tick once a second. Latencies are told beside those of the emptiest
request (/livez) of the same run, a reading of all accounts beside the slowest broker's delay.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

import aiohttp
import orjson

from benchmarks.measure import pace, processor_ms, run
from benchmarks.rich import Rich, rich
from benchmarks.stage import Stage, connect, stage
from benchmarks.ticker import Ticker, ticking
from mocks.launch import Sandbox
from tests.stories.product import Product, a_trader, eventually, order
from tests.traders import sandbox_settings

ACCOUNTS, SHARES = 3, 200
DELAYS = (0.1, 0.2, 0.4)  # seconds that each broker takes for its holdings
REFRESHES, FILLS = 9, 10
APART = 1.5  # seconds between two fills: none waits for the reading of another


async def main() -> None:
    print(
        f"portfolio: {ACCOUNTS} accounts of {SHARES} holdings, {SHARES} ticks a second (pace {pace():.0f} ms)"
    )
    async with _rich_stage() as (on, ticker, broker), _http(on) as http:
        await _readings(on, http, ticker)
        await _refreshes(http, broker)
    async with stage() as on, _http(on) as http:
        await _fills(on, http)


@asynccontextmanager
async def _rich_stage() -> AsyncIterator[tuple[Stage, Ticker, Rich]]:
    with Sandbox.start(flow=False) as sandbox, tempfile.TemporaryDirectory() as folder:
        async with (
            ticking(SHARES) as (ticker, port),
            rich(sandbox.urls["kite"], ticker.symbols) as (broker, url),
        ):
            settings = {
                "TRADEMASTER_ZERODHA_REST": url,
                "TRADEMASTER_ZERODHA_FEED": f"ws://127.0.0.1:{port}",
                "TRADEMASTER_ZERODHA_INSTRUMENTS": f"http://127.0.0.1:{port}/instruments",
                "TRADEMASTER_REFRESH_BUSY": "5",  # as it is by default
                "TRADEMASTER_LOG_LEVEL": "WARNING",
            }
            product = Product(Path(folder), {**sandbox_settings(sandbox.urls), **settings})
            await product.start()
            try:
                async with a_trader(product) as trader:
                    on = Stage(sandbox, product, trader)
                    for _ in range(ACCOUNTS):
                        await connect(on, "kite", cash="100000", holdings={"NSE:INFY": 10})
                    ticker.ticking = True
                    await eventually(trader.portfolio, lambda seen: _whole(seen, ticker))
                    yield on, ticker, broker
            finally:
                await product.stop()


def _whole(seen: dict[str, Any], ticker: Ticker) -> bool:
    return len(seen["holdings"]) == SHARES and ticker.subscribed >= SHARES


@asynccontextmanager
async def _http(on: Stage) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": str(on.trader.http.headers["Authorization"])}
    async with aiohttp.ClientSession(on.product.url, headers=headers) as http:
        yield http


async def _readings(on: Stage, http: aiohttp.ClientSession, ticker: Ticker) -> None:
    async def read(path: str) -> None:
        async with http.get(path) as answer:
            assert answer.status == 200
            await answer.read()

    async with http.get("/v1/portfolio") as answer:
        size = len(await answer.read())
    for concurrency in (1, 8):
        floor = await run(lambda: read("/livez"), calls=500, concurrency=concurrency)
        ticks, used = sum(map(len, ticker.sent)), processor_ms(on.product.pid)
        seen = await run(lambda: read("/v1/portfolio"), calls=1000, concurrency=concurrency)
        after = processor_ms(on.product.pid)
        each = (after - used) / 1000 if after is not None and used is not None else float("nan")
        print(
            f"  GET {size // 1024} KiB, {concurrency} at once: p50 {seen.at(50):.2f} p99 {seen.at(99):.2f} ms, "
            f"{seen.at(50) / floor.at(50):.1f} and {seen.at(99) / floor.at(99):.1f} times /livez "
            f"({floor.at(50):.2f}, {floor.at(99):.2f}); {each:.2f} ms of processor time each, all ticks "
            f"({sum(map(len, ticker.sent)) - ticks}) in it"
        )
    used, began = processor_ms(on.product.pid), time.perf_counter()
    await asyncio.sleep(5)
    if used is not None and (after := processor_ms(on.product.pid)) is not None:
        share = (after - used) / (time.perf_counter() - began) / 10
        print(f"  kept up to date, nobody asking: {share:.1f} % of a core")


async def _refreshes(http: aiohttp.ClientSession, broker: Rich) -> None:
    broker.delays = DELAYS

    taken, ratios = [], []
    for _ in range(REFRESHES):
        broker.slowest, began = 0.0, time.perf_counter()
        async with http.post("/v1/portfolio/refresh") as answer:
            assert answer.status == 200
            await answer.read()
        took = time.perf_counter() - began
        taken.append(took * 1000)
        ratios.append(took / broker.slowest)
    print(
        f"  reading all accounts anew, delays of {', '.join(f'{one * 1000:.0f}' for one in DELAYS)} ms: "
        f"median {median(taken):.0f} ms, {median(ratios):.2f} times the slowest call"
    )


async def _fills(on: Stage, http: aiohttp.ClientSession) -> None:
    await connect(on, "kite", cash="10000000")
    token = str(on.trader.http.headers["Authorization"]).removeprefix("Bearer ")
    taken: list[float] = []
    async with http.ws_connect("/v1/stream", max_msg_size=0) as socket:
        await socket.send_json({"action": "auth", "token": token})
        await socket.send_json({"action": "follow", "what": "portfolio"})
        await _position(socket, 0)
        for number in range(1, FILLS + 1):
            body, key = order("BUY 1 NSE:INFY MIS MARKET"), {"Idempotency-Key": f"fill-{number}"}
            began = time.perf_counter()
            await on.trader.call("POST", "/v1/orders", json=body, headers=key)
            await _position(socket, number)
            taken.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(APART)
    print(
        f"  from placing an order that fills at once to its line on a screen: median {median(taken):.0f}, "
        f"at most {max(taken):.0f} ms"
    )


async def _position(socket: aiohttp.ClientWebSocketResponse, quantity: int) -> None:
    """Until the screen is told of a position of that size; 0: of anything."""
    async with asyncio.timeout(20):
        async for message in socket:
            told = orjson.loads(message.data)
            if told["type"] == "portfolio_lines" and (
                not quantity or any(line["quantity"] == quantity for line in told["data"]["positions"])
            ):
                return
