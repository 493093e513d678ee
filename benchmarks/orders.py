"""Our own share of an order's time: placing through the product against the same call straight to the broker.

Both go to the native Mock broker of the sandbox, answering at once and after 20 ms, in one run on one machine.
Sandbox, product and this client share the cores. The product's processor time an order and the machine's pace
(milliseconds for a million additions) tell a slow product from a busy machine. On SQLite, and on PostgreSQL with Redis
where both are installed: every order is durable before it is sent, and afterwards the broker's book has each of them
once.
"""

from __future__ import annotations

import uuid
from decimal import Decimal

import aiohttp

from benchmarks.measure import Latencies, pace, processor_ms, run
from benchmarks.servers import fill, servers
from benchmarks.stage import Stage, connect, stage
from tests.stories.product import last_price, order

CALLS = {1: 200, 8: 800, 32: 1600}
WARM_UP = 20


async def main() -> None:
    await _table("SQLite", {})
    with servers() as private:
        if private is None:
            print("orders on PostgreSQL and Redis: left out, one of them is not installed")
            return
        await fill(private)
        await _table("PostgreSQL and Redis", private)


async def _table(kept_in: str, settings: dict[str, str]) -> None:
    print(f"orders on {kept_in}: overhead of the product over a direct call to the broker (ms)")
    print(f"{'broker':>8} {'at once':>8} {'direct p50':>11} {'p99':>8} {'product p50':>12} {'p99':>8} "
          f"{'overhead p50':>13} {'p99':>8} {'orders/s':>9} {'ratio p50':>10} {'cpu':>10} {'pace':>6}")  # fmt: skip
    for delay in (0, 20):
        for concurrency, calls in CALLS.items():
            # Each row on a stage of its own, at the default pace of readings: an account that keeps thousands of
            # open orders from the rows before would measure the reading of its order book instead.
            pauses = {"TRADEMASTER_REFRESH_BUSY": "5", "TRADEMASTER_REFRESH_IDLE": "30"}
            async with stage(**pauses, **settings) as on:
                await _row(on, delay, concurrency, calls)


async def _row(on: Stage, delay: int, concurrency: int, calls: int) -> None:
    user = await connect(on, "mock", cash="90000000000")
    stranger = on.sandbox.post("/users", {"broker": "mock", "cash": "90000000000"})
    limit = round(last_price(on.sandbox, "NSE:INFY") * Decimal("0.95"))
    if delay:
        on.sandbox.post(
            "/faults", {"broker": "mock", "fault": "delay", "call": "place", "seconds": delay / 1000}
        )
    direct = await _direct(on, stranger, str(limit), calls, concurrency)
    wanted = order(f"BUY 1 NSE:INFY CNC LIMIT {limit}")
    through, cpu = await _through(on, wanted, calls, concurrency)
    _print(delay, concurrency, direct, through, cpu)
    await _once_each(on, user, WARM_UP + calls)


async def _once_each(on: Stage, user: dict[str, str], placed: int) -> None:
    """Every order that was placed stands once in the broker's book: none is lost, none doubled."""
    async with _at_broker(on, user) as http, http.get("/orders") as answer:
        tags = [order["tag"] for order in (await answer.json())["orders"]]
    assert len(tags) == len(set(tags)) == placed, (
        f"{len(tags)} orders, {len(set(tags))} tags, {placed} placed"
    )


async def _through(
    on: Stage, wanted: dict[str, object], calls: int, concurrency: int
) -> tuple[Latencies, float | None]:
    """How long orders take, and the product's processor time for each in milliseconds."""
    headers = {"Authorization": str(on.trader.http.headers["Authorization"])}
    async with aiohttp.ClientSession(on.product.url, headers=headers) as http:

        async def place() -> None:
            key = {"Idempotency-Key": uuid.uuid4().hex}
            async with http.post("/v1/orders", json=wanted, headers=key) as answer:
                body = await answer.json()
                assert answer.status == 201, body
                assert body["status"] in ("OPEN", "SUBMITTING"), body["status"]

        await run(place, calls=WARM_UP, concurrency=concurrency)
        before = processor_ms(on.product.pid)
        taken = await run(place, calls=calls, concurrency=concurrency)
        after = processor_ms(on.product.pid)
    return taken, (after - before) / calls if before is not None and after is not None else None


async def _direct(on: Stage, user: dict[str, str], limit: str, calls: int, concurrency: int) -> Latencies:
    body = {
        "symbol": "NSE:INFY",
        "side": "BUY",
        "type": "LIMIT",
        "product": "CNC",
        "validity": "DAY",
        "quantity": 1,
        "price": limit,
    }
    async with _at_broker(on, user) as http:

        async def place() -> None:
            async with http.post("/orders", json=body) as answer:
                assert answer.status in (200, 201), await answer.text()
                await answer.read()

        await run(place, calls=WARM_UP, concurrency=concurrency)
        return await run(place, calls=calls, concurrency=concurrency)


def _at_broker(on: Stage, user: dict[str, str]) -> aiohttp.ClientSession:
    session = on.sandbox.post("/sessions", {"broker": "mock", "user_id": user["user_id"]})
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    return aiohttp.ClientSession(user["base_url"], headers=headers)


def _print(delay: int, concurrency: int, direct: Latencies, through: Latencies, cpu: float | None) -> None:
    each = f"{cpu:.2f}" if cpu is not None else "-"
    over50, over99 = through.at(50) - direct.at(50), through.at(99) - direct.at(99)
    print(
        f"{delay:>5} ms {concurrency:>8} {direct.at(50):>11.2f} {direct.at(99):>8.2f} {through.at(50):>12.2f} "
        f"{through.at(99):>8.2f} {over50:>13.2f} {over99:>8.2f} {through.per_second:>9.0f} "
        f"{through.at(50) / direct.at(50):>10.2f} {each:>10} {pace():>6.0f}"
    )
