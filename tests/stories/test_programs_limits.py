"""What a program's key could be turned to beside its policy: own orders of its user, the switch, money, the log."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from domain.calendar import IST
from mocks.launch import Sandbox
from tests.stories.product import Trader, eventually, order
from tests.stories.test_exactly_once import at_broker
from tests.stories.test_programs import Desk, MakeRobot, desk, robot
from tests.stories.test_rails import off, set_limits

__all__ = ["desk", "robot"]  # fixtures


async def test_an_order_that_its_token_may_not_place_cancels_nothing_to_make_way(
    robot: MakeRobot, desk: Desk, trader: Trader, sandbox: Sandbox
) -> None:
    await set_limits(trader, self_trade="cancel_then_send")
    above = off(sandbox, 5)
    resting = await trader.place(f"SELL 10 NSE:INFY CNC LIMIT {above}", account=desk.first)
    text = f"BUY 5 NSE:INFY CNC LIMIT {above}"
    refuses, asks = await robot(order_value="1000"), await robot(order_value="1000", on_breach="ask")
    await refuses.refused(text, "order_value", account=desk.second)
    asked = await asks.place(text, expect=202, account=desk.second)
    assert (await trader.order(resting["id"]))["status"] == "OPEN"
    path = f"/v1/approvals/{asked['id']}"
    problem = await trader.call("POST", f"{path}/approve", expect=409, json={"plan_hash": "0" * 64})
    assert problem["code"] == "plan_changed"
    assert (await trader.order(resting["id"]))["status"] == "OPEN"
    body = {"plan_hash": problem["approval"]["plan_hash"]}
    placed = await trader.call("POST", f"{path}/approve", json=body)
    await trader.order_when(placed["id"], "FILLED")
    assert (await trader.order(resting["id"]))["status"] == "CANCELLED"
    assert len(at_broker(sandbox, desk.upstox)) == 1


async def test_what_breaks_a_limit_of_the_users_own_cancels_nothing_to_make_way(
    desk: Desk, trader: Trader, sandbox: Sandbox
) -> None:
    above = off(sandbox, 5)
    resting = await trader.place(f"SELL 10 NSE:INFY CNC LIMIT {above}", account=desk.first)
    await set_limits(trader, self_trade="cancel_then_send", order_value="1000.00")
    problem = await trader.place(f"BUY 5 NSE:INFY CNC LIMIT {above}", account=desk.second, expect=409)
    assert problem["code"] == "order_value_limit"
    assert (await trader.order(resting["id"]))["status"] == "OPEN"


async def test_a_token_that_only_tries_things_moves_no_money(robot: MakeRobot, desk: Desk) -> None:
    program = await robot("read trade funds", dry_run=True)
    body = {"account": desk.first, "amount": "100.00"}
    for way in ("deposit", "withdraw"):
        problem = await program.call("POST", f"/v1/funds/{way}", expect=403, json=body)
        assert (problem["code"], problem["clause"]) == ("token_policy", "dry_run")


async def test_a_token_that_is_limited_in_what_it_trades_closes_nothing_else_by_the_switch(
    robot: MakeRobot, desk: Desk, trader: Trader
) -> None:
    body = {"depth": "flatten", "words": "enough"}
    for policy in (
        {"symbols": ["NSE:TCS"]},
        {"sides": ["BUY"]},
        {"products": ["CNC"]},
        {"segments": ["NSE"]},
    ):
        program = await robot(**policy)
        problem = await program.call("POST", "/v1/kill-switch", expect=403, json=body)
        assert (problem["code"], problem["clause"]) == ("token_policy", next(iter(policy)))
    assert not (await trader.call("GET", "/v1/kill-switch"))["engaged"]
    on = await program.call("POST", "/v1/kill-switch", expect=202, json={**body, "depth": "cancel_all"})
    release = {"confirm": "release", "number": on["number"]}
    await trader.call("POST", "/v1/kill-switch/release", json=release)


async def test_a_token_converts_nothing_outside_its_hours(robot: MakeRobot, desk: Desk) -> None:
    hour = (datetime.now(IST) + timedelta(hours=3)).hour
    program = await robot(hours={"start": f"{hour:02}:00", "end": f"{hour:02}:01"})
    body = {"account": desk.first, "exchange": "NSE", "symbol": "INFY", "side": "BUY", "quantity": 1}
    problem = await program.call(
        "POST",
        "/v1/positions/convert",
        expect=403,
        json={**body, "old": "MIS", "new": "CNC", "overnight": False},
        headers={"Idempotency-Key": uuid.uuid4().hex},
    )
    assert (problem["code"], problem["clause"]) == ("token_policy", "hours")


async def test_the_log_says_who_cancelled_many(robot: MakeRobot, desk: Desk, trader: Trader) -> None:
    program = await robot()
    placed = await program.place(f"BUY 1 NSE:INFY CNC LIMIT {desk.below}")
    await program.call("POST", "/v1/orders/cancel", json={})

    async def told() -> list[str]:
        items = (await trader.call("GET", "/v1/audit"))["items"]
        mine = [one for one in items if one["action"] == "order.cancelled" and one["subject"] == placed["id"]]
        return [one["actor"]["through"] for one in mine]

    assert await eventually(told, bool) == [program.id]


async def test_a_yes_said_again_after_its_token_is_gone_shows_the_order(
    robot: MakeRobot, desk: Desk, trader: Trader
) -> None:
    program = await robot(order_value="1000", on_breach="ask")
    asked = await program.place(f"BUY 5 NSE:INFY CNC LIMIT {desk.below}", expect=202)
    path, body = f"/v1/approvals/{asked['id']}/approve", {"plan_hash": asked["plan_hash"]}
    placed = await trader.call("POST", path, json=body)
    await trader.call("DELETE", f"/v1/users/me/tokens/{program.id}")
    assert (await trader.call("POST", path, expect=200, json=body))["id"] == placed["id"]


async def test_an_order_that_was_placed_is_told_to_a_token_that_now_only_tries_things(
    robot: MakeRobot, desk: Desk, trader: Trader
) -> None:
    program, key = await robot(), uuid.uuid4().hex
    text = f"BUY 1 NSE:INFY CNC LIMIT {desk.below}"
    placed = await program.place(text, key=key)
    await trader.call("PATCH", f"/v1/users/me/tokens/{program.id}", json={"policy": {"dry_run": True}})
    assert (await program.place(text, key=key, expect=200))["id"] == placed["id"]


async def test_an_exit_right_after_its_entry_asks_nobody(
    robot: MakeRobot, desk: Desk, trader: Trader, sandbox: Sandbox
) -> None:
    program = await robot(day_orders=1, on_breach="ask")
    entered = await program.place("BUY 1 NSE:INFY MIS MARKET", account=desk.first)
    await trader.order_when(entered["id"], "FILLED")
    left = await program.place("SELL 1 NSE:INFY MIS MARKET", account=desk.first)
    await trader.order_when(left["id"], "FILLED")
    await program.place("SELL 1 NSE:INFY MIS MARKET", account=desk.first, expect=202)
    assert len(at_broker(sandbox, desk.kite)) == 2


async def test_a_token_hears_nothing_of_an_account_that_it_does_not_see_by_asking_for_it(
    robot: MakeRobot, desk: Desk
) -> None:
    program = await robot(accounts=[desk.first], on_breach="ask")
    text = f"BUY 1 NSE:INFY CNC LIMIT {desk.below}"
    await program.refused(text, "accounts", account=desk.second)
    seen = await program.call("POST", "/v1/orders/preview", json=order(text, account=desk.second))
    assert not seen["decision"]["plan"]
    assert not seen["decision"]["alternatives"]
