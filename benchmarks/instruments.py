"""A whole market's list of instruments: how soon a start is ready with it, and what the process weighs then.

Three brokers each list the same shares and contracts under keys of their own, as they do in life. They are stored as
yesterday's start left them, and the brokers cannot be reached: what is measured is the product alone. The empty start
beside it tells what the list adds.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from adapters.broker import Listing
from benchmarks.measure import memory_mib, processor_ms
from domain.account import BrokerId
from domain.instrument import Exchange, Instrument, InstrumentId, Kind
from domain.money import Price
from orchestrator.config import Settings
from orchestrator.instruments import repository
from orchestrator.instruments.columns import Columns
from orchestrator.storage import migrations
from orchestrator.storage.db import open_database
from tests.stories.product import Product

SIZES = (0, 100_000)
BROKERS = (BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW)
SHARES = 10_000
STRIKES, EXPIRIES = 60, 3
FIRST_EXPIRY = date(2026, 11, 24)
TICK = Price.of("0.05")
NOWHERE = "http://127.0.0.1:1"


async def main() -> None:
    print("instruments: a start with a stored list (brokers x instruments)")
    for size in SIZES:
        for brokers in BROKERS[:1], BROKERS:
            if size or len(brokers) == 1:
                await _row(size, brokers)


async def _row(size: int, brokers: tuple[BrokerId, ...]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await _store(folder, size, brokers)
        settings = {
            f"TRADEMASTER_{broker.value.upper()}_{part}": NOWHERE
            for broker in BrokerId
            for part in ("REST", "INSTRUMENTS")
        }
        product = Product(folder, settings)
        began = time.perf_counter()
        await product.start()
        ready = time.perf_counter() - began
        try:
            used = processor_ms(product.pid)
            print(
                f"{len(brokers)} x {size:>7}: ready in {ready:5.2f} s "
                f"({(used or 0) / 1000:.2f} s of processor time), {memory_mib(product.pid):.0f} MiB"
            )
        finally:
            await product.stop()


async def _store(folder: Path, size: int, brokers: tuple[BrokerId, ...]) -> None:
    database = open_database(Settings(data=folder / "data"))
    await migrations.upgrade(database)
    now = datetime.now(UTC)
    for broker in BrokerId:
        rows = list(market(size if size and broker in brokers else 1, broker))
        master = repository.Master(broker, now, Columns.of(rows).pack(), len(rows))
        await database.write(lambda conn, master=master: repository.store(conn, master))  # type: ignore[misc]
    await database.close()


def market(size: int, broker: BrokerId) -> Iterator[Listing]:
    """So many instruments: a tenth shares, the rest options on a few hundred underlyings."""
    for number in range(size):
        shares = min(SHARES, size)
        one = _share(number) if number < shares else _option(number - shares)
        key = f"{broker.value[:2].upper()}_{number}"
        yield Listing(one, one.id.symbol if broker is BrokerId.ZERODHA else key, key)


def _share(number: int) -> Instrument:
    exchange = Exchange.NSE if number % 2 else Exchange.BSE
    return Instrument(
        InstrumentId(exchange, f"S{number // 2}"),
        f"Company {number // 2} of India Limited",
        Kind.EQUITY,
        1,
        TICK,
        isin=f"INE{number // 2:06d}010",
        sector="Textiles",
    )


def _option(number: int) -> Instrument:
    underlying, rest = divmod(number, STRIKES * EXPIRIES * 2)
    month, rest = divmod(rest, STRIKES * 2)
    step, put = divmod(rest, 2)
    expiry, strike = FIRST_EXPIRY + timedelta(days=28 * month), 100 * (step + 1)
    kind = Kind.PUT if put else Kind.CALL
    symbol = f"U{underlying}{expiry:%y%b}{strike}{kind.value}".upper()
    return Instrument(
        InstrumentId(Exchange.NFO, symbol),
        f"U{underlying}",
        kind,
        25 * (underlying % 40 + 1),
        TICK,
        freeze=10_000,
        expiry=expiry,
        strike=Price.of(strike),
        underlying=f"U{underlying}",
    )


if __name__ == "__main__":
    asyncio.run(main())
