"""Futures are carried over night, long and short, and traded on the next day: the carried part counts from there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from domain.order import Product
from tests.golden.account import Account
from tests.golden.table import lines

BROKERS = tuple(BrokerId)
LONG, SHORT, NRML = "NFO:HCLTECH26DECFUT", "NFO:KOTAKBANK26DECFUT", Product.NRML
CLOSES = {LONG: "1620", SHORT: "2100"}
PERSON: dict[str, Any] = {}


async def story(me: Account) -> AsyncGenerator[str, None]:
    await me.buy(LONG, 750, "1600", NRML)
    await me.sell(SHORT, 275, "2110", NRML)
    me.market.put({LONG: "1610", SHORT: "2105.50"})
    opened = lines("""
        NFO:HCLTECH26DECFUT NRML 750     realised 0.00  open 7500.00  day 7500.00
        NFO:KOTAKBANK26DECFUT NRML -275  realised 0.00  open 1237.50  day 1237.50
    """)
    assert await me.table() == opened
    yield "evening"
    assert await me.table() == opened
    yield "next day"
    me.market.put({LONG: "1620", SHORT: "2107.50"})
    # Since the close: 10 a share of 750 long, 2 against 275 short.
    assert await me.table() == lines("""
        NFO:HCLTECH26DECFUT NRML 750 (750 carried)     realised 0.00  open 15000.00  day 7500.00
        NFO:KOTAKBANK26DECFUT NRML -275 (-275 carried) realised 0.00  open 687.50    day -550.00
    """)
    await me.sell(LONG, 375, "1630", NRML)
    await me.buy(SHORT, 550, "2100", NRML)
    # Half of the long is gone at 1630; the short was closed and turned into a long that cost 2100.
    assert await me.table() == lines("""
        NFO:HCLTECH26DECFUT NRML 375 (750 carried)     realised 11250.00  open 11250.00  day 15000.00
        NFO:KOTAKBANK26DECFUT NRML 275 (-275 carried)  realised 2750.00   open 0.00      day 1512.50
    """)
    yield "next day"
    me.market.put({LONG: "1630", SHORT: "2101"})
    assert await me.table() == lines("""
        NFO:HCLTECH26DECFUT NRML 375 (375 carried)    realised 0.00  open 11250.00  day 0.00
        NFO:KOTAKBANK26DECFUT NRML 275 (275 carried)  realised 0.00  open 275.00    day 275.00
    """)
    await me.sell(LONG, 375, "1630", NRML)
    await me.sell(SHORT, 275, "2101", NRML)
    yield "next day"
    assert await me.table() == ""
