"""Shares bought on the broker's money (MTF) beside own ones: apart from them on every day, sold by themselves."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from domain.order import Product
from tests.golden.account import Account
from tests.golden.table import lines

BROKERS = (BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.MOCK)  # Groww's API has no such product
CLOSES = {"NSE:MARUTI": "16000"}
PERSON: dict[str, Any] = {"holdings": [{"symbol": "NSE:MARUTI", "quantity": 3, "average_price": "12000"}]}
MTF = Product.MTF


async def story(me: Account) -> AsyncGenerator[str, None]:
    name = me.broker_id
    await me.buy("NSE:MARUTI", 8, "16100", MTF)
    bought = lines(f"""
        MARUTI {name} CNC 3
        MARUTI {name} MTF 8 (8 T1, 8 bought)
        MARUTI 11  cost 164800.00  worth 177100.00  pnl 12300.00  day 300.00
    """)
    assert await me.table() == bought
    yield "evening"
    assert await me.table() == bought
    yield "next day"
    me.market.set(NSE_MARUTI="16200")
    carried = lines(f"""
        MARUTI {name} CNC 3
        MARUTI {name} MTF 8
        MARUTI 11  cost 164800.00  worth 178200.00  pnl 13400.00  day 1100.00
    """)
    assert await me.table() == carried
    await me.buy("NSE:MARUTI", 2, "16200", MTF)
    await me.sell("NSE:MARUTI", 5, "16300", MTF)
    told = " (8 carried)" if name is BrokerId.UPSTOX else ""  # who lists them among the positions
    assert await me.table() == lines(f"""
        MARUTI {name} CNC 3
        MARUTI {name} MTF 5 (3 sold)
        MARUTI 8                cost 116500.00  worth 130400.00  pnl 13900.00  day 1600.00
        NSE:MARUTI MTF 0{told}  realised 800.00  open 0.00                     day 800.00
    """)
    yield "next day"
    me.market.set(NSE_MARUTI="16300")
    assert await me.table() == lines(f"""
        MARUTI {name} CNC 3
        MARUTI {name} MTF 5
        MARUTI 8  cost 116500.00  worth 130400.00  pnl 13900.00  day 0.00
    """)
    (lot,) = [one for one in (await me.view()).holdings[0].lots if one.product is MTF]
    # Half of the cost, or three quarters with contracts on the share, were lent; Upstox does not say how much.
    assert (lot.loan is None) == (name is BrokerId.UPSTOX)
    await me.sell("NSE:MARUTI", 5, "16300", MTF)
    yield "next day"
    assert await me.table() == "MARUTI CNC 3 cost 36000.00 worth 48900.00 pnl 12900.00 day 0.00"
