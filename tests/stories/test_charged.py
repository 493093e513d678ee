"""After a fill the receipt shows what the broker charges beside what was predicted."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.stories.product import Trader, eventually, order
from tests.traders import NewUser


async def test_predicted_and_charged_stand_side_by_side(trader: Trader, new_user: NewUser) -> None:
    kite = await trader.connect(new_user("kite", holdings={"NSE:INFY": 20}))
    groww = await trader.connect(new_user("groww"))
    await trader.settled()
    for text, account in (("BUY 10 NSE:INFY CNC MARKET", groww), ("SELL 5 NSE:INFY CNC MARKET", kite)):
        placed = await trader.place(text, account=account)
        await trader.order_when(placed["id"], "FILLED")
        told = await trader.call("GET", f"/v1/orders/{placed['id']}/charges")
        (part,) = told["parts"]
        assert (part["account"], part["unknown"]) == (account, None)
        causes = {one["cause"]: Decimal(one["amount"]) for one in part["differences"]}
        assert set(causes) <= {"fill", "rounding", "depository"}
        assert sum(causes.values()) == Decimal(told["difference"])
        assert Decimal(told["charged"]) - Decimal(told["predicted"]) == Decimal(told["difference"])
        assert ("depository" in causes) == text.startswith("SELL")

    def paid_already(seen: Any) -> bool:
        return Decimal(seen["decision"]["charges"]["dp"]) == 0

    again = order("SELL 5 NSE:INFY CNC MARKET", account=kite)
    await eventually(lambda: trader.call("POST", "/v1/orders/preview", json=again), paid_already)
