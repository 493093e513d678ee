"""An option ends worthless on its last day: it is there until the evening, gone in the morning."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from domain.money import Money
from domain.order import Product
from tests.golden.account import Account

BROKERS = tuple(BrokerId)
PUT = "NFO:NIFTY26D0823500PE"  # ends on the third day, a tenth below the index
CLOSES = {PUT: "3"}
PERSON: dict[str, Any] = {}


async def story(me: Account) -> AsyncGenerator[str, None]:
    await me.buy(PUT, 130, "3", Product.NRML)
    assert await me.table() == f"{PUT} NRML 130 realised 0.00 open 0.00 day 0.00"
    yield "next day"
    me.market.put({PUT: "1"})
    assert await me.table() == f"{PUT} NRML 130 (130 carried) realised 0.00 open -260.00 day -260.00"
    yield "next day"
    me.market.put({PUT: "0.10"})
    ending = f"{PUT} NRML 130 (130 carried) realised 0.00 open -377.00 day -117.00"
    assert await me.table() == ending
    yield "evening"
    assert await me.table() == ending
    yield "next day"
    assert await me.table() == ""
    assert (await me.view()).totals.cash == Money.of(5_000_000 - 390)
