"""Buy today, sell tomorrow: shares on their way (T1) are sold on top of settled ones."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from tests.golden.account import Account
from tests.golden.table import lines

BROKERS = tuple(BrokerId)
CLOSES = {"NSE:ITC": "400"}
PERSON: dict[str, Any] = {"holdings": [{"symbol": "NSE:ITC", "quantity": 100, "average_price": "300"}]}


async def story(me: Account) -> AsyncGenerator[str, None]:
    await me.buy("NSE:ITC", 60, "405")
    await me.sell("NSE:ITC", 20, "410")
    # The sale takes what was bought today: the holding is untouched.
    assert await me.table() == lines("""
        ITC CNC 140 (40 T1, 40 bought)  cost 46200.00  worth 57400.00  pnl 11200.00  day 1200.00
        NSE:ITC CNC 0                   realised 100.00  open 0.00                   day 100.00
    """)
    yield "next day"
    me.market.set(NSE_ITC="410")
    assert await me.table() == lines("ITC CNC 140 (40 T1) cost 46200.00 worth 57400.00 pnl 11200.00 day 0.00")
    await me.sell("NSE:ITC", 120, "415")  # all that is settled, and half of what is on its way
    assert await me.table() == lines("""
        ITC CNC 20 (20 T1, 120 sold)  cost 6600.00  worth 8300.00  pnl 1700.00  day 100.00
        NSE:ITC CNC 0                 realised 10200.00  open 0.00              day 600.00
    """)
    yield "next day"
    me.market.set(NSE_ITC="415")
    assert await me.table() == lines("ITC CNC 20 cost 6600.00 worth 8300.00 pnl 1700.00 day 0.00")
