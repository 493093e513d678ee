"""An option is sold, carried short over the weekend, bought back in part on the Monday and in full on the Tuesday."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from domain.account import BrokerId
from domain.order import Product
from tests.golden.account import Account
from tests.golden.table import lines

BROKERS = tuple(BrokerId)
CALL, NRML = "NFO:LT26DEC4100CE", Product.NRML
CLOSES = {CALL: "95"}
PERSON: dict[str, Any] = {}


async def story(me: Account) -> AsyncGenerator[str, None]:
    await me.sell(CALL, 300, "90", NRML)
    me.market.put({CALL: "88"})
    sold = lines(f"{CALL} NRML -300 realised 0.00 open 600.00 day 600.00")
    assert await me.table() == sold
    yield "evening"
    assert await me.table() == sold
    yield "next day"
    me.market.put({CALL: "80"})
    assert await me.table() == f"{CALL} NRML -300 (-300 carried) realised 0.00 open 3000.00 day 2400.00"
    await me.buy(CALL, 150, "79", NRML)
    assert await me.table() == f"{CALL} NRML -150 (-300 carried) realised 1650.00 open 1650.00 day 2700.00"
    yield "next day"
    await me.buy(CALL, 150, "70", NRML)
    assert await me.table() == f"{CALL} NRML 0 (-150 carried) realised 3000.00 open 0.00 day 1350.00"
    yield "next day"
    assert await me.table() == ""
