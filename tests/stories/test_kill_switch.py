"""The kill switch: no new risk, all orders out, all positions closed; requested told apart from proven."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from mocks.launch import Sandbox
from tests.stories.product import Product, Trader, eventually
from tests.stories.test_conditionals import ask, below
from tests.stories.test_exactly_once import at_broker, resting_order
from tests.traders import NewUser


async def kill(trader: Trader, depth: str) -> Any:
    return await trader.call("POST", "/v1/kill-switch", json={"depth": depth}, expect=202)


async def state_when(trader: Trader, fits: Callable[[Any], bool], seconds: float = 30) -> Any:
    return await eventually(lambda: trader.call("GET", "/v1/kill-switch"), fits, seconds)


def position(sandbox: Sandbox, user: Any) -> int:
    """Net intraday units at the broker."""
    rows = sandbox.get(f"/users/{user['broker']}/{user['user_id']}")["positions"]
    return sum(int(row["quantity"]) for row in rows)


async def test_no_new_risk_is_sent_until_it_is_released_with_the_number_seen(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("upstox", holdings={"NSE:INFY": 10})
    await trader.connect(user)
    await trader.settled()
    first = await kill(trader, "no_new_risk")
    assert first["engaged"]
    problem = await trader.place("BUY 5 NSE:INFY CNC MARKET", expect=409)
    assert problem["code"] == "kill_switch"
    sold = await trader.place("SELL 5 NSE:INFY CNC MARKET")
    assert sold["status"] in ("OPEN", "FILLED", "PARTIALLY_FILLED"), "what reduces still passes"
    await trader.order_when(sold["id"], "FILLED")
    second = await kill(trader, "no_new_risk")
    stale = {"confirm": "release", "number": first["number"]}
    await trader.call("POST", "/v1/kill-switch/release", json=stale, expect=409)
    await trader.call(
        "POST", "/v1/kill-switch/release", json={"confirm": "yes", "number": second["number"]}, expect=422
    )
    seen = {"confirm": "release", "number": second["number"]}
    released = await trader.call("POST", "/v1/kill-switch/release", json=seen)
    assert not released["engaged"]
    await trader.place("BUY 5 NSE:INFY CNC MARKET")


async def test_every_order_is_cancelled_and_every_position_closed_and_both_are_proven(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    one, other = new_user("kite"), new_user("upstox")
    first, second = await trader.connect(one), await trader.connect(other)
    await trader.settled()
    resting = await trader.place(resting_order(sandbox), account=first)
    held = await trader.place("BUY 7 NSE:INFY MIS MARKET", account=second)
    await trader.order_when(held["id"], "FILLED")
    await kill(trader, "flatten")
    proven = await state_when(trader, lambda seen: bool(seen["cancelled"] and seen["flat"]))
    assert all(one["open_orders"] == 0 and one["open_positions"] == 0 for one in proven["accounts"])
    assert (await trader.order(resting["id"]))["status"] == "CANCELLED"
    assert [row["status"] for row in at_broker(sandbox, one)] == ["cancelled"]
    assert position(sandbox, other) == 0
    await asyncio.sleep(3)
    assert position(sandbox, other) == 0, "closed once, not turned around"
    exits = [row for row in at_broker(sandbox, other) if row["side"] == "SELL"]
    assert len(exits) == 1


async def test_a_broker_that_is_down_is_tried_until_it_answers_and_the_others_do_not_wait(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    down, up = new_user("kite"), new_user("upstox")
    first, second = await trader.connect(down), await trader.connect(up)
    await trader.settled()
    await trader.place(resting_order(sandbox), account=first)
    await trader.place(resting_order(sandbox), account=second)
    outage = sandbox.post("/faults", {"broker": "kite", "fault": "outage"})
    await kill(trader, "cancel_all")

    def halfway(seen: Any) -> bool:
        by_account = {one["account"]: one for one in seen["accounts"]}
        told = "tried again" in by_account[first]["words"]
        return bool(by_account[second]["cancelled_at"]) and told

    seen = await state_when(trader, halfway)
    assert seen["cancelled"] is False
    sandbox.delete(f"/faults/{outage['id']}")
    await state_when(trader, lambda seen: bool(seen["cancelled"]))
    assert [row["status"] for row in at_broker(sandbox, down)] == ["cancelled"]


async def test_the_switch_and_its_work_survive_a_crash(
    product: Product, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("upstox")
    await trader.connect(user)
    await trader.settled()
    await trader.place(resting_order(sandbox))
    fault = {"broker": "upstox", "account": user["user_id"], "fault": "timeout_before"}
    lost = sandbox.post("/faults", {**fault, "call": "cancel"})
    await kill(trader, "cancel_all")
    await product.kill()
    sandbox.delete(f"/faults/{lost['id']}")
    await product.start()
    await trader.log_in()
    seen = await state_when(trader, lambda seen: bool(seen["cancelled"]))
    assert seen["engaged"]
    assert [row["status"] for row in at_broker(sandbox, user)] == ["cancelled"]
    problem = await trader.place("BUY 5 NSE:INFY CNC MARKET", expect=409)
    assert problem["code"] == "kill_switch"


async def test_a_broker_is_left_no_trigger_that_could_open_a_position(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    account = await trader.connect(new_user("kite", holdings={"NSE:INFY": 10}))
    await trader.settled()
    await kill(trader, "no_new_risk")
    buy = below(sandbox, account)
    refused = await ask(trader, "POST", "", json=buy, expect=409)
    assert refused["code"] == "kill_switch"
    stop = await ask(trader, "POST", "", json={**buy, "side": "SELL"})
    assert stop["outcome"] == "done", "a stop that protects shares held still may"
