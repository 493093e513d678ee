"""Shares bought for delivery: on the day, in the evening, as T1 on the next day, and settled."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from domain.money import Money
from tests.golden.account import Account
from tests.golden.table import lines

BROKERS = tuple(BrokerId)
CLOSES = {"NSE:INFY": "1500"}
PERSON: dict[str, Any] = {}


async def story(me: Account) -> AsyncGenerator[str, None]:
    await me.buy("NSE:INFY", 10, "1505")
    await me.buy("NSE:INFY", 7, "1510.30")
    me.market.set(NSE_INFY="1512.50")
    bought = lines("INFY CNC 17 (17 T1, 17 bought) cost 25622.10 worth 25712.50 pnl 90.40 day 90.40")
    assert await me.table() == bought
    assert (await me.view()).totals.cash == Money.of(5_000_000)
    assert (await me.view()).totals.unsettled == Money.of("-25622.10")
    yield "evening"
    assert await me.table() == bought
    yield "next day"
    me.market.set(NSE_INFY="1520")
    totals = (await me.view()).totals
    assert (totals.cash, totals.unsettled) == (Money.of("4974377.90"), Money.of(0))
    assert await me.table() == lines("INFY CNC 17 (17 T1) cost 25622.10 worth 25840.00 pnl 217.90 day 127.50")
    yield "next day"
    assert await me.table() == lines("INFY CNC 17 cost 25622.10 worth 25840.00 pnl 217.90 day 0.00")
