"""The user's own rails: an order that could trade with an own one, limits, and what the preview says before."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest

from mocks.launch import Sandbox
from tests.stories.product import Trader, eventually, last_price, order
from tests.stories.test_exactly_once import at_broker
from tests.traders import NewUser


async def two_accounts(trader: Trader, new_user: NewUser) -> tuple[Any, Any, str, str]:
    """One person at two brokers: cash and shares at both."""
    one, other = new_user("kite", holdings={"NSE:INFY": 100}), new_user("upstox", holdings={"NSE:INFY": 100})
    first, second = await trader.connect(one), await trader.connect(other)
    await trader.settled()
    return one, other, first, second


def off(sandbox: Sandbox, percent: int) -> Decimal:
    """A price so many percent from the last one, in whole rupees."""
    return (last_price(sandbox, "NSE:INFY") * (100 + percent) / 100).quantize(Decimal(1))


async def set_limits(trader: Trader, **limits: Any) -> Any:
    return await trader.call("PUT", "/v1/users/me/limits", json=limits)


async def test_an_order_that_would_trade_with_an_own_one_at_another_broker_is_refused(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    _, other, first, second = await two_accounts(trader, new_user)
    above = off(sandbox, 5)
    sell = await trader.place(f"SELL 10 NSE:INFY CNC LIMIT {above}", account=first)
    text = f"BUY 5 NSE:INFY CNC LIMIT {above + 1}"
    seen = await trader.call("POST", "/v1/orders/preview", json=order(text, account=second))
    assert seen["own_orders"]["action"] == "refuse"
    assert [one["order"] for one in seen["own_orders"]["orders"]] == [sell["id"]]
    problem = await trader.place(text, account=second, expect=409)
    assert problem["code"] == "self_trade"
    assert sell["id"] in problem["detail"]
    assert at_broker(sandbox, other) == []


async def test_a_stop_loss_at_risk_is_named_and_never_cancelled_for_another_order(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    _, _, first, second = await two_accounts(trader, new_user)
    await set_limits(trader, self_trade="cancel_then_send")
    trigger, limit = off(sandbox, -4), off(sandbox, -5)
    stop = await trader.place(f"SELL 10 NSE:INFY CNC SL {limit}", account=first, trigger_price=f"{trigger}")
    problem = await trader.place(f"BUY 5 NSE:INFY CNC LIMIT {limit + 1}", account=second, expect=409)
    assert problem["code"] == "self_trade"
    assert f"stop-loss {stop['id']}" in problem["detail"]
    await trader.order_when(stop["id"], "TRIGGER_PENDING")


async def test_an_order_is_priced_one_tick_off_the_own_one(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    _, _, first, second = await two_accounts(trader, new_user)
    await set_limits(trader, self_trade="reprice")
    below = off(sandbox, -5)
    buy = await trader.place(f"BUY 10 NSE:INFY CNC LIMIT {below}", account=first)
    text = f"SELL 5 NSE:INFY CNC LIMIT {below}"
    seen = await trader.call("POST", "/v1/orders/preview", json=order(text, account=second))
    assert seen["own_orders"]["action"] == "reprice"
    placed = await trader.place(text, account=second)
    assert placed["price"] == seen["own_orders"]["new_price"]
    assert Decimal(placed["price"]) > below
    assert "repriced" in [step["kind"] for step in placed["timeline"]]
    assert (await trader.order(buy["id"]))["status"] == "OPEN"


async def test_the_own_order_is_proven_dead_before_the_new_one_is_sent(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    one, _, first, second = await two_accounts(trader, new_user)
    await set_limits(trader, self_trade="cancel_then_send")
    above = off(sandbox, 5)
    sell = await trader.place(f"SELL 10 NSE:INFY CNC LIMIT {above}", account=first)
    placed = await trader.place(f"BUY 5 NSE:INFY CNC LIMIT {above}", account=second)
    await trader.order_when(placed["id"], "FILLED")
    dead = await trader.order(sell["id"])
    assert dead["status"] == "CANCELLED"
    assert "made_way" in [step["kind"] for step in dead["timeline"]]
    assert [row["status"] for row in at_broker(sandbox, one)] == ["cancelled"]


async def test_an_own_order_whose_cancel_is_not_proven_stays_in_the_way(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    one, other, first, second = await two_accounts(trader, new_user)
    await set_limits(trader, self_trade="cancel_then_send")
    above = off(sandbox, 5)
    await trader.place(f"SELL 10 NSE:INFY CNC LIMIT {above}", account=first)
    fault = {"broker": "kite", "account": one["user_id"], "fault": "timeout_before", "call": "cancel"}
    sandbox.post("/faults", fault)
    problem = await trader.place(f"BUY 5 NSE:INFY CNC LIMIT {above}", account=second, expect=409)
    assert problem["code"] == "self_trade"
    assert at_broker(sandbox, other) == []


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"order_quantity": 4}, "order_quantity_limit"),
        ({"order_value": "100.00"}, "order_value_limit"),
        ({"day_value": "100.00"}, "day_value_limit"),
        ({"symbols": {"NSE:INFY": "100.00"}}, "symbol_limit"),
        ({"brokers": {"upstox": "100.00"}}, "broker_limit"),
        ({"reduce_only": True}, "reduce_only"),
    ],
)
async def test_an_order_beyond_a_limit_of_the_users_own_is_refused(
    limits: dict[str, Any], code: str, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    _, other, _, second = await two_accounts(trader, new_user)
    await set_limits(trader, **limits)
    problem = await trader.place("BUY 5 NSE:INFY CNC MARKET", account=second, expect=409)
    assert problem["code"] == code
    assert at_broker(sandbox, other) == []


async def test_a_preview_knows_the_days_result_as_an_order_does(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    _, _, _, second = await two_accounts(trader, new_user)
    await set_limits(trader, day_loss="10000000.00")
    text = "BUY 5 NSE:INFY CNC MARKET"
    seen = await trader.call("POST", "/v1/orders/preview", json=order(text, account=second))
    assert seen["decision"]["kind"] == "plan"
    assert (await trader.call("GET", "/v1/users/me/limits"))["day_result"] is not None
    await trader.filled(text, account=second)


async def test_todays_orders_use_up_the_days_limits_and_a_sale_of_shares_passes_them(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    _, _, _, second = await two_accounts(trader, new_user)
    await set_limits(trader, day_orders=1)
    await trader.filled("BUY 5 NSE:INFY CNC MARKET", account=second)
    problem = await trader.place("BUY 5 NSE:INFY CNC MARKET", account=second, expect=409)
    assert problem["code"] == "day_orders_limit"
    assert "0 left" in problem["detail"]
    used = (await trader.call("GET", "/v1/users/me/limits"))["used"]
    assert used["orders"] == 1
    assert (
        Decimal(used["value"]) == Decimal(used["symbols"]["NSE:INFY"]) == Decimal(used["brokers"]["upstox"])
    )
    await trader.place("SELL 5 NSE:INFY CNC MARKET", account=second)


async def test_reduce_only_lets_out_of_a_position_and_no_further(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    _, _, _, second = await two_accounts(trader, new_user)
    await trader.filled("BUY 5 NSE:INFY MIS MARKET", account=second)
    await eventually(trader.portfolio, lambda seen: [one["quantity"] for one in seen["positions"]] == [5])
    await set_limits(trader, reduce_only=True)
    too_much = await trader.place("SELL 6 NSE:INFY MIS MARKET", account=second, expect=409)
    assert too_much["code"] == "reduce_only"
    await trader.place("SELL 5 NSE:INFY MIS MARKET", account=second)
    again = await trader.place("SELL 5 NSE:INFY MIS MARKET", account=second, expect=409)
    assert again["code"] == "reduce_only"


async def placed_elsewhere(sandbox: Sandbox, user: Any, price: Decimal) -> str:
    """A limit sale that the person makes in the broker's own app; its number there."""
    app = sandbox.post("/sessions", {"broker": "kite", "user_id": user["user_id"]})
    sale = {"tradingsymbol": "INFY", "exchange": "NSE", "transaction_type": "SELL", "order_type": "LIMIT"}
    more = {"quantity": "10", "product": "CNC", "validity": "DAY", "price": str(price)}
    keys = {"Authorization": f"token {app['api_key']}:{app['access_token']}", "X-Kite-Version": "3"}
    async with httpx.AsyncClient(base_url=app["base_url"], trust_env=False) as http:
        answer = await http.post("/orders/regular", data=sale | more, headers=keys)
    number: str = answer.json()["data"]["order_id"]
    return number


async def test_an_order_placed_elsewhere_is_seen_too_and_left_to_the_person_until_the_kill_switch(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    one, other, _, second = await two_accounts(trader, new_user)
    await set_limits(trader, self_trade="cancel_then_send")
    above = off(sandbox, 5)
    number = await placed_elsewhere(sandbox, one, above)
    text = f"BUY 5 NSE:INFY CNC LIMIT {above}"

    async def preview() -> Any:
        return await trader.call("POST", "/v1/orders/preview", json=order(text, account=second))

    seen = await eventually(preview, lambda said: said["own_orders"] is not None, 40)
    assert [mine["order"] for mine in seen["own_orders"]["orders"]] == [number]
    problem = await trader.place(text, account=second, expect=409)
    assert problem["code"] == "self_trade"
    assert [row["status"] for row in at_broker(sandbox, one)] == ["open"]

    await trader.call("POST", "/v1/kill-switch", json={"depth": "cancel_all"})
    await eventually(lambda: trader.call("GET", "/v1/kill-switch"), lambda said: bool(said["cancelled"]))
    assert [row["status"] for row in at_broker(sandbox, one)] == ["cancelled"]
    assert at_broker(sandbox, other) == []


async def test_orders_placed_elsewhere_are_listed_as_external_and_cancelled_when_the_person_says_so(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    one, other, first, second = await two_accounts(trader, new_user)
    number = await placed_elsewhere(sandbox, one, off(sandbox, 5))
    mine = await trader.place(f"SELL 1 NSE:INFY CNC LIMIT {off(sandbox, 6)}", account=first)

    page = await trader.call("GET", "/v1/orders/external")
    assert page["missing"] == []
    (seen,) = page["items"]
    assert (seen["account"], seen["broker_order_id"], seen["symbol"], seen["side"]) == (
        first,
        number,
        "INFY",
        "SELL",
    )
    assert (seen["quantity"], seen["live"], seen["status"]) == (10, True, "OPEN")

    await trader.call("DELETE", f"/v1/orders/external/{second}/{number}", expect=404)
    ours = mine["children"][0]["broker_order_id"]
    await trader.call("DELETE", f"/v1/orders/external/{first}/{ours}", expect=404)
    await trader.call("DELETE", f"/v1/orders/external/{first}/{number}")

    async def again() -> Any:
        return (await trader.call("GET", "/v1/orders/external"))["items"]

    await eventually(again, lambda items: [one["status"] for one in items] == ["CANCELLED"])
    problem = await trader.call("DELETE", f"/v1/orders/external/{first}/{number}", expect=409)
    assert problem["code"] == "order_not_live"
    assert sorted(str(row["status"]) for row in at_broker(sandbox, one)) == ["cancelled", "open"]

    sandbox.post(
        "/faults",
        {"broker": "upstox", "account": other["user_id"], "fault": "error_5xx_before", "call": "orders"},
    )
    halved = await trader.call("GET", "/v1/orders/external")
    assert [one["account"] for one in halved["missing"]] == [second], (
        "a book that was not read is no empty book"
    )
