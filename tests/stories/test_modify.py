"""Changing an order that is under way: its parts, unclear answers, and brokers that will not change it any more."""

from __future__ import annotations

import asyncio
import uuid
from decimal import Decimal
from typing import Any

import pytest

from mocks.launch import Sandbox
from tests.stories.product import Product, Trader, eventually, last_price
from tests.stories.test_exactly_once import BROKERS, at_broker, resting_order
from tests.traders import NewUser


async def change(trader: Trader, order_id: str, *, expect: int | None = None, **terms: Any) -> Any:
    key = {"Idempotency-Key": terms.pop("key", None) or uuid.uuid4().hex}
    return await trader.call("PATCH", f"/v1/orders/{order_id}", json=terms, headers=key, expect=expect)


def away(sandbox: Sandbox, part: str) -> str:
    """A price this part of the market's, in whole rupees."""
    return str(round(last_price(sandbox, "NSE:INFY") * Decimal(part)))


async def open_order(trader: Trader, sandbox: Sandbox, text: str = "") -> Any:
    placed = await trader.place(text or resting_order(sandbox))
    return await trader.order_when(placed["id"], "OPEN")


def live_at(sandbox: Sandbox, user: dict[str, str]) -> list[dict[str, Any]]:
    return [row for row in at_broker(sandbox, user) if row["status"] in ("open", "trigger_pending")]


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_new_price_and_quantity_are_in_force_at_the_broker(
    broker: str, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user(broker)
    await trader.connect(user)
    await trader.settled()
    order = await open_order(trader, sandbox)
    price = away(sandbox, "0.97")

    await change(trader, order["id"], quantity=5, price=price)

    after = await eventually(
        lambda: trader.order(order["id"]), lambda seen: not seen["children"][0]["changing"]
    )
    assert (after["quantity"], Decimal(after["price"]), after["status"]) == (5, Decimal(price), "OPEN")
    assert after["pending_quantity"] == 5
    assert {"change_asked", "modified"} <= {step["kind"] for step in after["timeline"]}
    (there,) = at_broker(sandbox, user)
    assert there["quantity"] == 5


async def test_a_refused_change_leaves_the_old_terms_and_says_so(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("kite", cash="20000")
    await trader.connect(user)
    await trader.settled()
    order = await open_order(trader, sandbox)

    refused = await change(trader, order["id"], quantity=500, expect=409)

    assert refused["code"] == "no_feasible_account"
    assert (await change(trader, order["id"], price="1.001", expect=409))["code"] == "tick_multiple"
    assert (await change(trader, order["id"], quantity=3, expect=409))["code"] == "nothing_to_change"
    assert (await trader.order(order["id"]))["quantity"] == 3
    assert at_broker(sandbox, user)[0]["quantity"] == 3


@pytest.mark.parametrize("fault", ["timeout_after_accept", "timeout_before"])
async def test_a_change_without_an_answer_is_read_until_it_is_known_and_never_asked_again(
    fault: str, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("kite")
    await trader.connect(user)
    await trader.settled()
    order = await open_order(trader, sandbox)
    mine = {"broker": "kite", "account": user["user_id"], "times": 1, "seconds": 3}
    sandbox.post("/faults", {**mine, "fault": fault, "call": "modify"})

    answer = await change(trader, order["id"], quantity=7)

    assert "change_unknown" in [step["kind"] for step in answer["timeline"]]
    known = await eventually(
        lambda: trader.order(order["id"]), lambda seen: not seen["children"][0]["changing"]
    )
    expected = 7 if fault == "timeout_after_accept" else 3
    assert known["quantity"] == expected
    assert at_broker(sandbox, user)[0]["quantity"] == expected


async def test_a_change_that_a_crash_cut_short_is_known_after_the_restart(
    product: Product, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("kite")
    await trader.connect(user)
    await trader.settled()
    order = await open_order(trader, sandbox)
    late = {"fault": "timeout_after_accept", "call": "modify", "times": 1, "seconds": 3}
    sandbox.post("/faults", {"broker": "kite", "account": user["user_id"], **late})
    asking = asyncio.create_task(change(trader, order["id"], quantity=7))
    await eventually(lambda: trader.order(order["id"]), lambda seen: bool(seen["children"][0]["changing"]))

    await product.kill()
    await asyncio.gather(asking, return_exceptions=True)
    await product.start()
    await trader.log_in()

    known = await eventually(
        lambda: trader.order(order["id"]), lambda seen: not seen["children"][0]["changing"]
    )
    assert known["quantity"] == at_broker(sandbox, user)[0]["quantity"]


async def test_an_order_that_was_changed_as_often_as_the_broker_does_is_cancelled_and_placed_anew(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("kite")
    await trader.connect(user)
    await trader.settled()
    order = await open_order(trader, sandbox)
    low = round(last_price(sandbox, "NSE:INFY") * Decimal("0.96"))
    for number in range(25):
        await change(trader, order["id"], price=str(low - number))
        await eventually(lambda: trader.order(order["id"]), lambda seen: not seen["children"][0]["changing"])

    await change(trader, order["id"], price=str(low + 2), quantity=4)

    after = await trader.order_when(order["id"], "OPEN")
    assert [child["status"] for child in after["children"]] == ["CANCELLED", "OPEN"]
    assert (after["quantity"], after["pending_quantity"], Decimal(after["price"])) == (4, 4, Decimal(low + 2))
    assert [row["status"] for row in at_broker(sandbox, user)].count("open") == 1
    assert len(at_broker(sandbox, user)) == 2


async def test_a_change_of_a_split_order_is_shared_by_its_parts(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    price = away(sandbox, "0.98")
    cash = str(int(price) * 6)
    users = [new_user("kite", cash=cash), new_user("upstox", cash=cash)]
    for user in users:
        await trader.connect(user)
    await trader.settled()
    order = await open_order(trader, sandbox, f"BUY 8 NSE:INFY CNC LIMIT {price}")
    assert len(order["children"]) == 2

    await change(trader, order["id"], quantity=4)

    after = await eventually(
        lambda: trader.order(order["id"]),
        lambda seen: not any(child["changing"] for child in seen["children"]),
    )
    assert (after["quantity"], after["pending_quantity"]) == (4, 4)
    assert all(child["quantity"] >= 1 for child in after["children"])
    assert sum(int(row["quantity"]) for user in users for row in live_at(sandbox, user)) == 4


async def test_the_same_key_changes_an_order_once(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    await trader.connect(new_user("upstox"))
    await trader.settled()
    order = await open_order(trader, sandbox)
    key = uuid.uuid4().hex

    await asyncio.gather(*(change(trader, order["id"], quantity=5, key=key) for _ in range(5)))

    after = await trader.order(order["id"])
    assert [step["kind"] for step in after["timeline"]].count("change_asked") == 1
    assert (await change(trader, order["id"], quantity=6, key=key, expect=422))["code"] == (
        "idempotency_key_reused"
    )
