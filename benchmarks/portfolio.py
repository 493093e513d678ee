"""Reading the consolidated portfolio from memory, against the emptiest request (/livez) in the same run."""

from __future__ import annotations

import aiohttp

from benchmarks.measure import run
from benchmarks.stage import connect, stage

BROKERS = ("kite", "upstox", "groww")


async def main() -> None:
    print("portfolio: GET /v1/portfolio with 3 accounts (ms)")
    async with stage() as on:
        symbols = [
            line["symbol"]
            for line in (await on.trader.call("GET", "/v1/stocks?exchange=NSE&limit=100"))["items"]
        ]
        shares = {symbol: 10 for symbol in symbols if symbol.startswith("NSE:")}
        for broker in BROKERS:
            await connect(on, broker, cash="100000", holdings=shares)
        headers = {"Authorization": str(on.trader.http.headers["Authorization"])}
        async with aiohttp.ClientSession(on.product.url, headers=headers) as http:

            async def read(path: str) -> None:
                async with http.get(path) as answer:
                    assert answer.status == 200
                    await answer.read()

            for concurrency in (1, 8):
                floor = await run(lambda: read("/livez"), calls=500, concurrency=concurrency)
                seen = await run(lambda: read("/v1/portfolio"), calls=500, concurrency=concurrency)
                print(
                    f"{len(shares):>4} holdings a account, {concurrency} at once: p50 {seen.at(50):.2f} "
                    f"p99 {seen.at(99):.2f}, {seen.at(50) / floor.at(50):.1f} times /livez ({floor.at(50):.2f})"
                )
