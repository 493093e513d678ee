"""A round trip for the day, one way and the other: nothing is owned and nothing is left on the next day."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from domain.order import Product
from tests.golden.account import Account
from tests.golden.table import lines

BROKERS = tuple(BrokerId)
CLOSES = {"NSE:RELIANCE": "1500", "NSE:AXISBANK": "1200"}
PERSON: dict[str, Any] = {"holdings": [{"symbol": "NSE:RELIANCE", "quantity": 5, "average_price": "1000"}]}
MIS = Product.MIS


async def story(me: Account) -> AsyncGenerator[str, None]:
    await me.buy("NSE:RELIANCE", 40, "1510", MIS)
    await me.sell("NSE:AXISBANK", 30, "1210", MIS)
    me.market.set(NSE_RELIANCE="1515", NSE_AXISBANK="1212.50")
    assert await me.table() == lines("""
        RELIANCE CNC 5        cost 5000.00  worth 7575.00  pnl 2575.00  day 75.00
        NSE:AXISBANK MIS -30  realised 0.00  open -75.00                day -75.00
        NSE:RELIANCE MIS 40   realised 0.00  open 200.00                day 200.00
    """)
    await me.sell("NSE:RELIANCE", 25, "1520", MIS)
    assert (await me.table()).splitlines()[2] == lines(
        "NSE:RELIANCE MIS 15 realised 250.00 open 150.00 day 400.00"
    )
    await me.sell("NSE:RELIANCE", 15, "1520", MIS)
    await me.buy("NSE:AXISBANK", 30, "1205", MIS)
    assert await me.table() == lines("""
        RELIANCE CNC 5      cost 5000.00  worth 7600.00  pnl 2600.00  day 100.00
        NSE:AXISBANK MIS 0  realised 150.00  open 0.00                day 150.00
        NSE:RELIANCE MIS 0  realised 400.00  open 0.00                day 400.00
    """)
    yield "next day"
    assert await me.table() == lines("RELIANCE CNC 5 cost 5000.00 worth 7600.00 pnl 2600.00 day 0.00")
