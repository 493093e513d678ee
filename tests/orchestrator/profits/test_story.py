"""A day's trading on the sandbox: our own P&L beside the broker's, and no rupee of the difference unexplained."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from mocks.launch import Sandbox
from tests.stories.product import Trader, eventually
from tests.stories.test_rails import off, placed_elsewhere
from tests.traders import NewUser


@pytest.mark.parametrize("broker", ["kite", "upstox", "groww", "mock"])
async def test_own_pnl_stands_beside_the_brokers_with_every_rupee_explained(
    trader: Trader, new_user: NewUser, broker: str
) -> None:
    account = await trader.connect(new_user(broker, cash="500000", holdings={"NSE:INFY": 10}), "Mine")
    await trader.settled()

    async def trade(text: str) -> None:
        placed = await trader.place(text, account=account)
        await trader.order_when(placed["id"], "FILLED")

    async def pnl(**asked: Any) -> Any:
        return await trader.call("GET", "/v1/portfolio/pnl", params={"account": account, **asked})

    await trade("BUY 5 NSE:TCS MIS MARKET")
    await trade("SELL 5 NSE:TCS MIS MARKET")
    await trade("BUY 4 NSE:RELIANCE CNC MARKET")
    await trade("SELL 3 NSE:INFY CNC MARKET")

    def read(told: Any) -> bool:
        """Whether the account was read since the last fill."""
        sides = [one for row in told["rows"] for one in row["beside"]]
        units = {one["symbol"]: (one["own_quantity"], one["broker_quantity"]) for one in sides}
        return units.get("RELIANCE") == (4, 4) and units.get("INFY") == (0, 7)

    told = await eventually(pnl, read)
    rows = {row["symbol"]: row for row in told["rows"]}
    assert (rows["TCS"]["closed_quantity"], rows["TCS"]["open_quantity"]) == (5, 0)
    assert rows["RELIANCE"]["open_quantity"] == 4
    assert (rows["INFY"]["realised"], rows["INFY"]["unseen_quantity"]) == (None, 3)
    assert Decimal(rows["TCS"]["charges"]) > 0
    causes = {
        one["symbol"]: {cause["cause"]: Decimal(cause["amount"]) for cause in one["differences"]}
        for row in told["rows"]
        for one in row["beside"]
    }
    assert set(causes["INFY"]) <= {"history_missing", "price_age"}
    assert set(causes["TCS"]) <= {"rounding", "price_age"}
    assert set(causes["RELIANCE"]) <= {"rounding", "price_age"}
    for row in told["rows"]:
        for one in row["beside"]:
            total = sum((Decimal(cause["amount"]) for cause in one["differences"]), Decimal(0))
            assert total == Decimal(one["difference"]) == Decimal(one["broker_pnl"]) - Decimal(one["own_pnl"])
    note = await trader.call("GET", f"/v1/accounts/{account}/contract-note")
    rounding = Decimal(told["total"]["note_rounding"])
    assert Decimal(told["total"]["charges"]) + rounding == Decimal(note["charges"]["total"])


async def test_an_order_placed_in_the_brokers_app_is_in_the_history_too(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("kite", holdings={"NSE:INFY": 10})
    await trader.connect(user, "Mine")
    await trader.settled()
    number = await placed_elsewhere(sandbox, user, off(sandbox, -2))

    async def trades() -> Any:
        return (await trader.call("GET", "/v1/trades"))["items"]

    told = await eventually(trades, lambda items: sum(one["quantity"] for one in items) == 10, 60)
    assert {(one["symbol"], one["side"], one["source"], one["order_id"], one["product"]) for one in told} == {
        ("INFY", "SELL", "book", number, "CNC")
    }
