"""When no single account suffices, the order is split, and the receipt says why."""

from __future__ import annotations

import pytest

from mocks.launch import Sandbox
from tests.stories.product import Trader, eventually, last_price
from tests.traders import NewUser


async def test_cash_at_no_single_broker_suffices(trader: Trader, new_user: NewUser, sandbox: Sandbox) -> None:
    kite, upstox = new_user("kite", cash="100000"), new_user("upstox", cash="80000")
    await trader.connect(kite)
    await trader.connect(upstox)
    await trader.settled()
    quantity = int(150000 / last_price(sandbox, "NSE:INFY"))

    placed = await trader.place(f"BUY {quantity} NSE:INFY CNC MARKET")

    parts = {child["broker"]: child["quantity"] for child in placed["children"]}
    assert set(parts) == {"zerodha", "upstox"}
    assert sum(parts.values()) == quantity
    assert "split_by_margin" in {reason["code"] for reason in placed["decision"]["reasons"]}
    filled = await trader.order_when(placed["id"], "FILLED")
    assert filled["filled_quantity"] == quantity
    for user, broker in ((kite, "zerodha"), (upstox, "upstox")):
        truth = sandbox.get(f"/users/{user['broker']}/{user['user_id']}")
        assert sum(order["filled_quantity"] for order in truth["orders"]) == parts[broker]


async def test_shares_are_sold_from_the_brokers_that_hold_them(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    users = [
        new_user("kite", holdings={"NSE:TCS": 12}),
        new_user("upstox", holdings={"NSE:TCS": 7}),
        new_user("groww", holdings={}),
    ]
    for user in users:
        await trader.connect(user)
    await trader.settled()

    too_many = await trader.place("SELL 20 NSE:TCS CNC MARKET", expect=409)
    assert "holdings_short" in str(too_many)

    placed = await trader.place("SELL 15 NSE:TCS CNC MARKET")
    parts = {child["broker"]: child["quantity"] for child in placed["children"]}
    assert sum(parts.values()) == 15
    assert parts["zerodha"] <= 12
    assert parts["upstox"] <= 7
    assert "groww" not in parts
    await trader.order_when(placed["id"], "FILLED")

    left = await trader.place("SELL 5 NSE:TCS CNC MARKET", expect=409)
    assert "holdings_short" in str(left), "what was just sold cannot be sold twice"


@pytest.mark.parametrize("broker", ["kite", "upstox", "groww", "mock"])
async def test_shares_bought_today_can_be_sold_today_and_only_once(
    broker: str, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    await trader.connect(new_user(broker, holdings={"NSE:TCS": 2}))
    await trader.settled()
    bought = await trader.place("BUY 5 NSE:TCS CNC MARKET")
    await trader.order_when(bought["id"], "FILLED")

    async def sellable() -> int:
        """The most the router would sell."""
        for quantity in range(9, 0, -1):
            if (await trader.preview(f"SELL {quantity} NSE:TCS CNC MARKET"))["kind"] == "plan":
                return quantity
        return 0

    await eventually(sellable, lambda most: most == 7)
    sold = await trader.place("SELL 6 NSE:TCS CNC MARKET")
    await trader.order_when(sold["id"], "FILLED")
    await eventually(sellable, lambda most: most == 1)
