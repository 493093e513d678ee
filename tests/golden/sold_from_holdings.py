"""A part of a holding is sold, and more of it on the next day; the rest stays what it was."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from tests.golden.account import Account
from tests.golden.table import lines

BROKERS = tuple(BrokerId)
CLOSES = {"NSE:TCS": "3100"}
PERSON: dict[str, Any] = {"holdings": [{"symbol": "NSE:TCS", "quantity": 20, "average_price": "2500"}]}


async def story(me: Account) -> AsyncGenerator[str, None]:
    await me.sell("NSE:TCS", 6, "3150")
    me.market.set(NSE_TCS="3160")
    sold = lines("""
        TCS CNC 14 (6 sold)  cost 35000.00  worth 44240.00  pnl 9240.00  day 840.00
        NSE:TCS CNC 0        realised 3900.00  open 0.00                 day 300.00
    """)
    assert await me.table() == sold
    yield "evening"
    assert await me.table() == sold
    yield "next day"
    me.market.set(NSE_TCS="3160")
    assert await me.table() == lines("TCS CNC 14 cost 35000.00 worth 44240.00 pnl 9240.00 day 0.00")
    await me.sell("NSE:TCS", 13, "3200")
    assert await me.table() == lines("""
        TCS CNC 1 (13 sold)  cost 2500.00  worth 3200.00  pnl 700.00  day 40.00
        NSE:TCS CNC 0        realised 9100.00  open 0.00              day 520.00
    """)
    yield "next day"
    me.market.set(NSE_TCS="3200")
    assert await me.table() == lines("TCS CNC 1 cost 2500.00 worth 3200.00 pnl 700.00 day 0.00")
    await me.sell("NSE:TCS", 1, "3210")
    # Groww lists a holding no more once all of it is sold: what the last share had cost is then not known.
    realised = "-" if me.broker_id is BrokerId.GROWW else "710.00"
    assert await me.table() == f"NSE:TCS CNC 0 realised {realised} open 0.00 day 10.00"
    yield "next day"
    assert await me.table() == ""
