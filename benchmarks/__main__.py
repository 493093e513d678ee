"""`make bench`: every benchmark, or those named:

python -m benchmarks [exchange] [books] [orders] [portfolio] [routing] [instruments] [ticks]
"""

from __future__ import annotations

import asyncio
import subprocess
import sys

from benchmarks import exchange_events, instruments, orders, portfolio, routing, ticks

ALL = ("exchange", "books", "orders", "portfolio", "routing", "instruments", "ticks")


def main() -> None:
    wanted = sys.argv[1:] or ALL
    if "exchange" in wanted:
        exchange_events.main([])
    if "books" in wanted:  # in a process of its own, because its memory is measured
        subprocess.run([sys.executable, "-m", "benchmarks.exchange_books"], check=True)
    if "orders" in wanted:
        asyncio.run(orders.main())
    if "portfolio" in wanted:
        asyncio.run(portfolio.main())
    if "routing" in wanted:
        routing.main()
    if "instruments" in wanted:
        asyncio.run(instruments.main())
    if "ticks" in wanted:
        ticks.main()


if __name__ == "__main__":
    main()
