"""An intraday purchase is converted for delivery, and a part of it back: what is owned follows at once."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from domain.order import Product
from tests.golden.account import Account
from tests.golden.table import lines

BROKERS = (BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.MOCK)  # Groww converts in its own app alone
CLOSES = {"NSE:TITAN": "3900"}
PERSON: dict[str, Any] = {}
CNC, MIS = Product.CNC, Product.MIS


async def story(me: Account) -> AsyncGenerator[str, None]:
    await me.buy("NSE:TITAN", 20, "3910", MIS)
    me.market.set(NSE_TITAN="3920")
    assert await me.table() == "NSE:TITAN MIS 20 realised 0.00 open 200.00 day 200.00"
    await me.convert("NSE:TITAN", 15, MIS, CNC)
    assert await me.table() == lines("""
        TITAN CNC 15 (15 T1, 15 bought)  cost 58650.00  worth 58800.00  pnl 150.00  day 150.00
        NSE:TITAN MIS 5                  realised 0.00  open 50.00                  day 50.00
    """)
    await me.convert("NSE:TITAN", 5, CNC, MIS)
    assert await me.table() == lines("""
        TITAN CNC 10 (10 T1, 10 bought)  cost 39100.00  worth 39200.00  pnl 100.00  day 100.00
        NSE:TITAN MIS 10                 realised 0.00  open 100.00                 day 100.00
    """)
    await me.sell("NSE:TITAN", 10, "3930", MIS)
    assert await me.table() == lines("""
        TITAN CNC 10 (10 T1, 10 bought)  cost 39100.00  worth 39300.00  pnl 200.00  day 200.00
        NSE:TITAN MIS 0                  realised 200.00  open 0.00                 day 200.00
    """)
    yield "next day"
    assert await me.table() == "TITAN CNC 10 (10 T1) cost 39100.00 worth 39300.00 pnl 200.00 day 0.00"
    yield "next day"
    assert await me.table() == "TITAN CNC 10 cost 39100.00 worth 39300.00 pnl 200.00 day 0.00"
