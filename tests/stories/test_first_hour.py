"""A new user connects two brokers, sees one portfolio, buys on auto, and sees the holdings change."""

from __future__ import annotations

from decimal import Decimal

from tests.stories.product import Trader, eventually
from tests.traders import NewUser


async def test_a_new_user_connects_two_brokers_and_buys_on_auto(trader: Trader, new_user: NewUser) -> None:
    await trader.connect(new_user("kite", cash="200000", holdings={"NSE:INFY": 20, "NSE:TCS": 5}))
    await trader.connect(new_user("upstox", cash="150000", holdings={"NSE:INFY": 30}))

    seen = await eventually(trader.portfolio, lambda view: len(view["funds"]) == 2 and not view["gaps"])
    infy = next(line for line in seen["holdings"] if line["symbol"] == "INFY")
    assert infy["quantity"] == 50
    assert sorted((lot["broker"], lot["quantity"]) for lot in infy["lots"]) == [
        ("upstox", 30),
        ("zerodha", 20),
    ]
    assert Decimal(seen["totals"]["cash"]) == Decimal(350000)
    assert Decimal(seen["totals"]["value"]) == sum(Decimal(line["value"]) for line in seen["holdings"])

    placed = await trader.place("BUY 10 NSE:INFY CNC MARKET")
    assert placed["decision"]["plan"][0]["broker"] == "zerodha", "delivery is free of brokerage there"
    assert placed["decision"]["hash"]
    dearer = [other for other in placed["decision"]["alternatives"] if other["feasible"]]
    assert dearer, "the receipt says what the other would have cost"
    assert all(Decimal(other["beaten_by"]) > 0 for other in dearer)

    filled = await trader.order_when(placed["id"], "FILLED")
    assert filled["filled_quantity"] == 10
    assert filled["children"][0]["broker_order_id"]
    kinds = [step["kind"] for step in filled["timeline"]]
    assert kinds.index("received") < kinds.index("routed") < kinds.index("sending") < kinds.index("accepted")

    def bought(view: dict[str, list[dict[str, object]]]) -> bool:
        owned = [line for line in view["holdings"] + view["positions"] if line["symbol"] == "INFY"]
        return sum(int(str(line["quantity"])) for line in owned) == 60

    after = await eventually(trader.portfolio, bought)
    assert Decimal(after["totals"]["margin_available"]) < Decimal(seen["totals"]["margin_available"])
