"""`make bench`: every benchmark, or those named:

python -m benchmarks [exchange] [books] [orders] [portfolio] [routing] [instruments] [ticks]
python -m benchmarks capacity ...    what a user, an order and a price cost: by itself, see --help
python -m benchmarks everything ...  `make measure`: these and the load, unattended, see --help
"""

from __future__ import annotations

import asyncio
import subprocess
import sys

from benchmarks import capacity, everything, exchange_events, instruments, orders, portfolio, routing, ticks

ALL = ("exchange", "books", "orders", "portfolio", "routing", "instruments", "ticks")


def main() -> None:
    wanted = sys.argv[1:] or ALL
    if wanted[0] == "capacity":
        capacity.main(sys.argv[2:])
        return
    if wanted[0] == "everything":
        sys.exit(everything.main(sys.argv[2:]))
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
