"""One share at two brokers and two exchanges is one line, on the day it is traded and after it."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from tests.golden.account import Account, consolidated
from tests.golden.table import lines, table

BROKERS = (BrokerId.ZERODHA,)
CLOSES = {"NSE:CIPLA": "1500"}
PERSON: dict[str, Any] = {"holdings": [{"symbol": "NSE:CIPLA", "quantity": 10, "average_price": "1200"}]}
ELSEWHERE = [{"symbol": "BSE:CIPLA", "quantity": 20, "average_price": "1300"}]


async def story(me: Account) -> AsyncGenerator[str, None]:
    other = await Account.opened(me.market, BrokerId.UPSTOX, holdings=ELSEWHERE)
    await other.buy("BSE:CIPLA", 6, "1510")
    await me.sell("NSE:CIPLA", 4, "1520")
    assert table(await consolidated(me, other)) == lines("""
        CIPLA upstox CNC 26 (6 T1, 6 bought)
        CIPLA zerodha CNC 6 (4 sold)
        CIPLA 32         cost 42260.00  worth 48640.00  pnl 6380.00  day 580.00
        NSE:CIPLA CNC 0  realised 1280.00  open 0.00                 day 80.00
    """)
    yield "next day"
    await other.login()
    me.market.put({"NSE:CIPLA": "1525"})
    assert table(await consolidated(me, other)) == lines("""
        CIPLA upstox CNC 26 (6 T1)
        CIPLA zerodha CNC 6
        CIPLA 32  cost 42260.00  worth 48800.00  pnl 6540.00  day 160.00
    """)
    await other.sell("BSE:CIPLA", 26, "1526")
    await me.buy("NSE:CIPLA", 4, "1530")
    assert table(await consolidated(me, other)) == lines("""
        CIPLA CNC 10 (4 T1, 4 bought)  cost 13320.00  worth 15300.00  pnl 1980.00  day 60.00
        BSE:CIPLA CNC 0                realised 4616.00  open 0.00                 day 156.00
    """)
    yield "next day"
    await other.login()
    assert table(await consolidated(me, other)) == lines("""
        CIPLA CNC 10 (4 T1)  cost 13320.00  worth 15300.00  pnl 1980.00  day 0.00
    """)
    await other.close()
