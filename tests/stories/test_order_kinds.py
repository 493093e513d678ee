"""Orders of a special kind, from the ticket to the broker's books: in legs, protected, for minutes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from mocks.launch import Sandbox
from tests.stories.product import Trader, eventually, last_price
from tests.stories.test_exactly_once import at_broker
from tests.stories.test_modify import change
from tests.traders import NewUser


def near(sandbox: Sandbox, percent: int) -> Decimal:
    """A price so many percent from the last one, in whole rupees."""
    return (last_price(sandbox, "NSE:INFY") * (100 + percent) / 100).quantize(Decimal(1))


async def test_an_iceberg_goes_leg_by_leg_where_it_is_taken_and_is_changed_and_cancelled_whole(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    kite, upstox = new_user("kite", cash="1000000"), new_user("upstox")
    await trader.connect(kite)
    second = await trader.connect(upstox)
    await trader.settled()

    text = f"BUY 31 NSE:INFY CNC LIMIT {near(sandbox, 2)}"
    refused = await trader.place(text, iceberg_legs=3, account=second, expect=409)
    assert (refused["code"], refused["field"]) == ("iceberg_unsupported", "iceberg_legs")
    assert "Zerodha" in refused["fix"]
    plan = await trader.preview(text, iceberg_legs=3)
    assert "sent_in_legs" in {reason["code"] for reason in plan["reasons"]}

    placed = await trader.place(text, iceberg_legs=3)
    done = await trader.order_when(placed["id"], "FILLED")
    (child,) = done["children"]
    assert (done["iceberg_legs"], child["filled_quantity"], child["duplicate_broker_order_ids"]) == (
        3,
        31,
        [],
    )
    assert sorted(int(str(row["quantity"])) for row in at_broker(sandbox, kite)) == [10, 10, 11]

    resting = await trader.place(f"BUY 30 NSE:INFY CNC LIMIT {near(sandbox, -5)}", iceberg_legs=3)
    await trader.order_when(resting["id"], "OPEN")
    more = await change(trader, resting["id"], quantity=60, expect=409)
    assert more["code"] == "iceberg_legs"
    lower = str(near(sandbox, -6))
    await change(trader, resting["id"], price=lower)
    after = await eventually(
        lambda: trader.order(resting["id"]), lambda seen: not seen["children"][0]["changing"]
    )
    assert (Decimal(after["price"]), after["quantity"]) == (Decimal(lower), 30)
    await trader.call("DELETE", f"/v1/orders/{resting['id']}")
    ended = await trader.order_when(resting["id"], "CANCELLED")
    assert ended["filled_quantity"] == 0
    assert len(at_broker(sandbox, kite)) == 4
    assert at_broker(sandbox, upstox) == []


async def test_an_order_for_minutes_goes_where_it_is_taken_and_a_market_order_says_how_it_is_protected(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    kite, groww = new_user("kite"), new_user("groww")
    first = await trader.connect(kite)
    second = await trader.connect(groww)
    await trader.settled()

    text = f"BUY 2 NSE:INFY CNC LIMIT {near(sandbox, -5)}"
    timeless = await trader.place(text, validity="TTL", expect=409)
    assert (timeless["code"], timeless["field"]) == ("validity_minutes", "validity_minutes")
    refused = await trader.place(text, validity="TTL", validity_minutes=5, account=second, expect=409)
    assert (refused["code"], refused["field"]) == ("validity_unsupported", "validity")
    assert "Zerodha takes it" in refused["fix"]
    placed = await trader.place(text, validity="TTL", validity_minutes=5)
    assert (placed["validity"], placed["validity_minutes"]) == ("TTL", 5)
    await trader.order_when(placed["id"], "OPEN")
    lower = str(near(sandbox, -6))
    await change(trader, placed["id"], price=lower)
    after = await eventually(
        lambda: trader.order(placed["id"]), lambda seen: not seen["children"][0]["changing"]
    )
    assert Decimal(after["price"]) == Decimal(lower)
    (there,) = at_broker(sandbox, kite)
    assert there["validity"] == "TTL"

    at_market = await trader.place("BUY 1 NSE:INFY CNC MARKET", account=second)
    assert "own rule applies" in protection_of(at_market)
    bought = await trader.place("BUY 1 NSE:INFY CNC MARKET", account=first)
    assert "with market protection" in protection_of(bought)


def protection_of(placed: Any) -> str:
    """What the receipt says of it."""
    said = [one["message"] for one in placed["decision"]["reasons"] if one["code"] == "market_protection"]
    assert len(said) == 1
    return str(said[0])


async def test_an_iceberg_whose_answer_got_lost_is_found_with_all_its_legs_as_one_order(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("kite")
    await trader.connect(user)
    await trader.settled()
    lost = {"fault": "timeout_after_accept", "call": "place", "times": 1, "seconds": 3}
    sandbox.post("/faults", {"broker": "kite", "account": user["user_id"], **lost})

    placed = await trader.place(f"BUY 31 NSE:INFY CNC LIMIT {near(sandbox, 2)}", iceberg_legs=3)
    found = await trader.order_when(placed["id"], "FILLED")
    (child,) = found["children"]
    assert "unknown" in {step["kind"] for step in found["timeline"]}
    assert (child["filled_quantity"], child["duplicate_broker_order_ids"]) == (31, [])
    assert len(at_broker(sandbox, user)) == 3
