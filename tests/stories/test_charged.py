"""After a fill the receipt shows what the broker charges beside what was predicted, and the day its contract note."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mocks.launch import Sandbox
from tests.stories.product import Trader, eventually, order
from tests.traders import NewUser


async def test_predicted_and_charged_stand_side_by_side_and_the_days_note_is_foretold(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    person = new_user("kite", holdings={"NSE:INFY": 20})
    kite = await trader.connect(person)
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

    for text in ("SELL 4 NSE:INFY MIS MARKET", "BUY 4 NSE:INFY MIS MARKET", "BUY 3 NSE:TCS CNC MARKET"):
        placed = await trader.place(text, account=kite)
        await trader.order_when(placed["id"], "FILLED")
    note = await trader.call("GET", f"/v1/accounts/{kite}/contract-note")
    theirs = sandbox.get(f"/users/kite/{person['user_id']}/contract-notes/today")
    assert note["orders"] == 4
    assert Decimal(note["obligation"]) == Decimal(theirs["obligation"])
    for line in ("brokerage", "stt", "sebi", "stamp"):
        assert Decimal(note["charges"][line]) == Decimal(theirs["charges"][line]), line
    # IPFT is a line of its own there, and the GST of the depository's charge part of the GST.
    assert abs(Decimal(note["charges"]["total"]) - Decimal(theirs["total_charges"])) <= Decimal("0.02")
