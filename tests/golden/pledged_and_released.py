"""Without a signed DDPI: shares are pledged, others released at the depository and sold; each part is told apart."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from tests.golden.account import Account
from tests.golden.table import lines

BROKERS = tuple(BrokerId)
NAME = "NSE:HDFCBANK"
CLOSES = {NAME: "1000"}
PERSON: dict[str, Any] = {
    "ddpi": False,
    "holdings": [{"symbol": NAME, "quantity": 100, "average_price": "900"}],
}


async def story(me: Account) -> AsyncGenerator[str, None]:
    me.market.put({NAME: "1000"})
    # Zerodha alone tells which shares wait for leave; at the others the sale is refused.
    waits = me.broker_id is BrokerId.ZERODHA
    assert await parts(me) == ((100, 0, 100), (100 if waits else 0, 0 if waits else None))
    pledged(me, 30)
    assert await parts(me) == ((100, 30, 70), (70 if waits else 0, 0 if waits else None))
    me.market.sandbox.post(f"/users/{me.server}/{me.user_id}/authorise", {"symbol": NAME, "quantity": 50})
    assert await parts(me) == ((100, 30, 70), (20 if waits else 0, 50 if waits else None))
    await me.sell(NAME, 50, "1010")
    assert await parts(me) == ((50, 30, 20), (20 if waits else 0, 0 if waits else None))
    assert (await me.table()).replace(", 20 unauthorised", "") == lines("""
        HDFCBANK CNC 50 (50 sold, 30 pledged)  cost 45000.00  worth 50500.00  pnl 5500.00  day 500.00
        NSE:HDFCBANK CNC 0                     realised 5500.00  open 0.00                 day 500.00
    """)
    yield "next day"
    assert await parts(me) == ((50, 30, 20), (20 if waits else 0, 0 if waits else None))
    pledged(me, -30)
    assert await parts(me) == ((50, 0, 50), (50 if waits else 0, 0 if waits else None))


def pledged(me: Account, quantity: int) -> None:
    """At the broker's own pages; below zero: released."""
    me.market.sandbox.post(f"/users/{me.server}/{me.user_id}/pledge", {"symbol": NAME, "quantity": quantity})


async def parts(me: Account) -> tuple[tuple[int, int, int], tuple[int, int | None]]:
    """Owned, pledged and for sale; of that waiting for leave, and released today."""
    (lot,) = (await me.view()).holdings[0].lots
    told = lot.unauthorised_quantity, lot.authorised_quantity
    return (lot.quantity, lot.pledged_quantity, lot.sellable_quantity), told
