"""`make bench`: every benchmark, or those named: python -m benchmarks [exchange] [orders] [portfolio]."""

from __future__ import annotations

import asyncio
import sys

from benchmarks import exchange_events, orders, portfolio

ALL = ("exchange", "orders", "portfolio")


def main() -> None:
    wanted = sys.argv[1:] or ALL
    if "exchange" in wanted:
        exchange_events.main()
    if "orders" in wanted:
        asyncio.run(orders.main())
    if "portfolio" in wanted:
        asyncio.run(portfolio.main())


if __name__ == "__main__":
    main()
