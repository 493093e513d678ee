"""Shares are sold out of the holding and bought back on the same day, then more; only the difference moves."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from tests.golden.account import Account
from tests.golden.table import lines

BROKERS = tuple(BrokerId)
CLOSES = {"NSE:SBIN": "1000"}
PERSON: dict[str, Any] = {"holdings": [{"symbol": "NSE:SBIN", "quantity": 50, "average_price": "800"}]}


async def story(me: Account) -> AsyncGenerator[str, None]:
    await me.sell("NSE:SBIN", 30, "1010")
    await me.buy("NSE:SBIN", 20, "990")
    # Of 30 sold 20 were bought back (for the day's average), 10 left the holding.
    assert await me.table() == lines("""
        SBIN CNC 40 (10 sold)  cost 32000.00  worth 39600.00  pnl 7600.00  day -400.00
        NSE:SBIN CNC 0         realised 2500.00  open 0.00                 day 500.00
    """)
    await me.buy("NSE:SBIN", 15, "997")
    # All are bought back, and 5 more: they cost the day's average of 993.
    assert await me.table() == lines("""
        SBIN CNC 55 (5 T1, 5 bought)  cost 44965.00  worth 54835.00  pnl 9870.00  day -130.00
        NSE:SBIN CNC 0                realised 510.00  open 0.00                  day 510.00
    """)
    yield "next day"
    assert await me.table() == "SBIN CNC 55 (5 T1) cost 44965.00 worth 54835.00 pnl 9870.00 day 0.00"
