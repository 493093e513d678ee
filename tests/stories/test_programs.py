"""Programs with keys of their own: what a policy lets through, what it stops, and what it asks its user about."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx
import pytest

from mocks.launch import Sandbox
from tests.stories.product import Product, Trader, eventually, last_price, order
from tests.stories.test_exactly_once import at_broker
from tests.traders import NewUser

TOKENS = "/v1/users/me/tokens"


@dataclass
class Robot:
    """A program that holds a token."""

    http: httpx.AsyncClient
    id: str

    async def call(self, method: str, path: str, *, expect: int = 200, **request: Any) -> Any:
        answer = await self.http.request(method, path, **request)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text[:1500]}"
        return answer.json() if answer.content else None

    async def place(self, text: str, *, expect: int = 201, key: str = "", **more: Any) -> Any:
        headers = {"Idempotency-Key": key or uuid.uuid4().hex}
        return await self.call("POST", "/v1/orders", expect=expect, json=order(text, **more), headers=headers)

    async def refused(self, text: str, clause: str, **more: Any) -> Any:
        problem = await self.place(text, expect=403, **more)
        assert (problem["code"], problem["clause"]) == ("token_policy", clause), problem
        return problem


MakeRobot = Callable[..., Awaitable[Robot]]


@pytest.fixture
async def robot(product: Product, trader: Trader) -> AsyncIterator[MakeRobot]:
    """`await robot(order_value="5000")`: a program of the trader's with this policy."""
    opened: list[httpx.AsyncClient] = []

    async def make(scopes: str = "read trade", **policy: Any) -> Robot:
        body = {"name": "robot", "scopes": scopes.split(), "policy": policy}
        made = await trader.call("POST", TOKENS, json=body)
        headers = {"Authorization": f"Bearer {made['token']}"}
        http = httpx.AsyncClient(base_url=product.url, headers=headers, trust_env=False, timeout=20)
        opened.append(http)
        return Robot(http, made["id"])

    yield make
    for http in opened:
        await http.aclose()


@dataclass
class Desk:
    """One person at two brokers: cash and shares at both."""

    kite: Any
    upstox: Any
    first: str
    second: str
    below: Decimal  # a price at which a purchase rests


@pytest.fixture
async def desk(trader: Trader, new_user: NewUser, sandbox: Sandbox) -> Desk:
    users = [new_user(broker, holdings={"NSE:INFY": 100}) for broker in ("kite", "upstox")]
    first, second = [await trader.connect(user) for user in users]
    await trader.settled()
    below = (last_price(sandbox, "NSE:INFY") * 95 / 100).quantize(Decimal(1))
    return Desk(users[0], users[1], first, second, below)


async def test_an_order_within_the_policy_is_placed_and_says_whose_it_is(
    trader: Trader, robot: MakeRobot, desk: Desk
) -> None:
    program = await robot(symbols=["NSE:INFY"], sides=["BUY"], order_value="100000", day_orders=2)
    placed = await program.place(f"BUY 2 NSE:INFY CNC LIMIT {desk.below}")
    assert placed["token"] == program.id
    assert (await trader.order(placed["id"]))["token"] == program.id
    assert (await trader.place(f"BUY 1 NSE:INFY CNC LIMIT {desk.below}"))["token"] is None


async def test_a_refusal_names_the_clause_and_nothing_is_sent(
    robot: MakeRobot, desk: Desk, sandbox: Sandbox
) -> None:
    program = await robot(
        symbols=["NSE:INFY"], sides=["BUY"], products=["CNC"], order_value="10000", accounts=[desk.first]
    )
    problem = await program.refused(f"BUY 50 NSE:INFY CNC LIMIT {desk.below}", "order_value")
    assert problem["field"] == "quantity"
    assert "₹10,000.00 an order" in problem["detail"]
    assert problem["fix"]
    await program.refused("BUY 1 NSE:TCS CNC MARKET", "symbols")
    await program.refused("SELL 1 NSE:INFY CNC MARKET", "sides")
    await program.refused("BUY 1 NSE:INFY MIS MARKET", "products")
    await program.refused("BUY 1 NSE:INFY CNC MARKET", "accounts", account=desk.second)
    assert at_broker(sandbox, desk.kite) == at_broker(sandbox, desk.upstox) == []


async def test_a_sale_priced_far_below_the_market_is_not_worth_less(robot: MakeRobot, desk: Desk) -> None:
    program = await robot(order_value="10000")
    cheap = (desk.below * 96 / 100).quantize(Decimal(1))
    await program.refused(f"SELL 7 NSE:INFY CNC LIMIT {cheap}", "order_value")


async def test_requests_at_once_never_spend_the_same_rupee(robot: MakeRobot, desk: Desk) -> None:
    value = desk.below * 2
    program = await robot(day_value=str(value * 3), day_orders=50)
    text = f"BUY 2 NSE:INFY CNC LIMIT {desk.below}"

    async def one() -> int:
        answer = await program.http.post(
            "/v1/orders", json=order(text), headers={"Idempotency-Key": uuid.uuid4().hex}
        )
        return answer.status_code

    statuses = sorted(await asyncio.gather(*(one() for _ in range(12))))
    assert statuses == [201] * 3 + [403] * 9
    orders = (await program.call("GET", "/v1/orders"))["items"]
    assert len(orders) == 3


async def test_new_terms_are_counted_and_a_cancel_frees_what_it_takes_back(
    robot: MakeRobot, desk: Desk, trader: Trader
) -> None:
    program = await robot(day_value=str(desk.below * 4 + 1), day_orders=2)
    placed = await program.place(f"BUY 3 NSE:INFY CNC LIMIT {desk.below}")
    path = f"/v1/orders/{placed['id']}"

    async def change(expect: int, **terms: Any) -> Any:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        return await program.call("PATCH", path, expect=expect, json=terms, headers=key)

    assert (await change(403, quantity=5))["clause"] == "day_value"
    await change(200, quantity=4)
    await eventually(lambda: program.call("GET", path), lambda seen: seen["quantity"] == 4)
    assert (await change(403, price=str(desk.below + 1)))["clause"] == "day_value"
    await program.refused(f"BUY 1 NSE:INFY CNC LIMIT {desk.below}", "day_value")
    await program.call("DELETE", path, expect=202)
    await trader.order_when(placed["id"], "CANCELLED")
    second = await program.place(f"BUY 1 NSE:INFY CNC LIMIT {desk.below}")
    await program.refused(f"BUY 1 NSE:INFY CNC LIMIT {desk.below}", "day_orders")
    mine = await trader.place(f"BUY 1 NSE:INFY CNC LIMIT {desk.below}")
    headers = {"Idempotency-Key": uuid.uuid4().hex}
    problem = await program.call(
        "PATCH", f"/v1/orders/{mine['id']}", expect=403, json={"quantity": 2}, headers=headers
    )
    assert problem["clause"] == "day_value"
    assert (await program.call("GET", f"/v1/orders/{second['id']}"))["status"] == "OPEN"


async def test_a_token_limited_to_an_account_sees_and_touches_no_other(
    robot: MakeRobot, desk: Desk, trader: Trader
) -> None:
    program = await robot(accounts=[desk.first])
    text = f"BUY 1 NSE:INFY CNC LIMIT {desk.below}"
    hers = await trader.place(text, account=desk.first)
    other = await trader.place(text, account=desk.second)
    mine = await program.place(text)
    assert [child["account"] for child in mine["children"]] == [desk.first]
    assert {one["account"] for one in mine["decision"]["alternatives"]} <= {desk.first}
    seen = {one["id"] for one in (await program.call("GET", "/v1/orders"))["items"]}
    assert seen == {hers["id"], mine["id"]}
    key = {"Idempotency-Key": uuid.uuid4().hex}
    path = f"/v1/orders/{other['id']}"
    await program.call("GET", path, expect=404)
    await program.call("DELETE", path, expect=404)
    await program.call("PATCH", path, expect=404, json={"quantity": 2}, headers=key)
    position = {"account": desk.second, "exchange": "NSE", "symbol": "INFY", "product": "MIS"}
    await program.call("POST", "/v1/positions/exit", expect=404, json=position, headers=key)
    ended = await program.call("POST", "/v1/orders/cancel", json={})
    assert {one["id"] for one in ended["orders"]} == {hers["id"], mine["id"]}
    assert (await trader.order(other["id"]))["status"] == "OPEN"
    whole, part = await trader.portfolio(), await program.call("GET", "/v1/portfolio")
    (line,) = part["holdings"]
    assert ([lot["account"] for lot in line["lots"]], line["quantity"]) == ([desk.first], 100)
    assert whole["holdings"][0]["quantity"] == 200
    assert [one["account"] for one in part["funds"]] == [desk.first]
    assert desk.second not in str([part, await program.call("GET", "/v1/funds/balance")])
    assert Decimal(part["totals"]["value"]) < Decimal(whole["totals"]["value"])
    for path in ("/v1/performance", "/v1/accounts", "/v1/trades", "/v1/exports/orders"):
        answer = await program.http.get(path)
        assert answer.status_code in (403, 404), path


async def test_a_key_of_one_token_finds_nothing_that_another_made(robot: MakeRobot, desk: Desk) -> None:
    text = f"BUY 1 NSE:INFY CNC LIMIT {desk.below}"
    one, other = await robot(), await robot(accounts=[desk.second])
    first = await one.place(text, key="same")
    second = await other.place(text, key="same")
    assert first["id"] != second["id"]
    assert (await one.place(text, key="same", expect=200))["id"] == first["id"]
    assert (await other.call("GET", "/v1/orders/by-key/same"))["id"] == second["id"]


async def test_a_dry_run_cannot_be_mistaken_for_an_order_and_changes_nothing(
    robot: MakeRobot, desk: Desk, trader: Trader, sandbox: Sandbox
) -> None:
    program = await robot(dry_run=True)
    tried = await program.place(f"BUY 1 NSE:INFY CNC LIMIT {desk.below}", expect=200)
    assert tried["dry_run"] is True
    assert not {"id", "status", "children"} & set(tried)
    assert tried["decision"]["plan"]
    real = await trader.place(f"BUY 1 NSE:INFY CNC LIMIT {desk.below}")
    problem = await program.call("DELETE", f"/v1/orders/{real['id']}", expect=403)
    assert problem["clause"] == "dry_run"
    assert (await program.call("POST", "/v1/orders/cancel", expect=403, json={}))["clause"] == "dry_run"
    assert (await trader.order(real["id"]))["status"] == "OPEN"
    assert len(at_broker(sandbox, desk.kite)) + len(at_broker(sandbox, desk.upstox)) == 1


async def _asked(program: Robot, desk: Desk, key: str, quantity: int = 5) -> Any:
    asked = await program.place(
        f"BUY {quantity} NSE:INFY CNC LIMIT {desk.below}", key=key, expect=202, account=desk.first
    )
    assert (asked["state"], asked["order_id"]) == ("waiting", None)
    return asked


async def test_what_is_outside_the_policy_waits_for_its_user_and_is_placed_once(
    robot: MakeRobot, desk: Desk, trader: Trader, sandbox: Sandbox
) -> None:
    program = await robot(order_value="1000", on_breach="ask")
    asked = await _asked(program, desk, "big")
    assert [one["clause"] for one in asked["breaches"]] == ["order_value"]
    assert (await _asked(program, desk, "big"))["id"] == asked["id"]
    await program.call("GET", "/v1/orders/by-key/big", expect=404)
    assert at_broker(sandbox, desk.kite) == []
    (seen,) = (await trader.call("GET", "/v1/approvals"))["items"]
    assert (seen["id"], seen["token_name"], seen["order"]["quantity"]) == (asked["id"], "robot", 5)
    attention = await trader.call("GET", "/v1/attention")
    assert "approval_waiting" in {one["kind"] for one in attention["items"]}

    body, path = {"plan_hash": seen["plan_hash"]}, f"/v1/approvals/{asked['id']}"
    await program.call("POST", f"{path}/approve", expect=403, json=body)
    answers = await asyncio.gather(*(trader.http.post(f"{path}/approve", json=body) for _ in range(5)))
    assert sorted(one.status_code for one in answers) == [200] * 4 + [201]
    (order_id,) = {one.json()["id"] for one in answers}
    assert len(at_broker(sandbox, desk.kite)) == 1
    placed = await program.call("GET", "/v1/orders/by-key/big")
    assert (placed["id"], placed["token"]) == (order_id, program.id)
    assert "approved" in {step["kind"] for step in placed["timeline"]}
    told = await program.call("GET", path)
    assert (told["state"], told["order_id"]) == ("approved", order_id)
    again = await program.place(
        f"BUY 5 NSE:INFY CNC LIMIT {desk.below}", key="big", expect=200, account=desk.first
    )
    assert again["id"] == order_id


async def test_a_declined_order_is_never_sent_and_its_program_hears_why(
    robot: MakeRobot, desk: Desk, trader: Trader, sandbox: Sandbox
) -> None:
    program, stranger = await robot(order_value="1000", on_breach="ask"), await robot()
    asked = await _asked(program, desk, "big")
    path = f"/v1/approvals/{asked['id']}"
    await stranger.call("GET", path, expect=404)
    assert (await stranger.call("GET", "/v1/approvals"))["items"] == []
    await trader.call("POST", f"{path}/decline", json={"words": "not today"})
    problem = await trader.call("POST", f"{path}/approve", expect=409, json={"plan_hash": asked["plan_hash"]})
    assert problem["code"] == "approval_declined"
    assert (await program.call("GET", path))["words"] == "not today"
    retried = await program.place(
        f"BUY 5 NSE:INFY CNC LIMIT {desk.below}", key="big", expect=409, account=desk.first
    )
    assert retried["code"] == "approval_declined"
    assert at_broker(sandbox, desk.kite) == []


async def test_a_yes_holds_for_the_plan_that_was_looked_at(
    robot: MakeRobot, desk: Desk, trader: Trader, sandbox: Sandbox
) -> None:
    program = await robot(order_value="1000", on_breach="ask")
    asked = await _asked(program, desk, "big")
    path = f"/v1/approvals/{asked['id']}"
    problem = await trader.call("POST", f"{path}/approve", expect=409, json={"plan_hash": "0" * 64})
    assert problem["code"] == "plan_changed"
    assert problem["approval"]["plan_hash"] == asked["plan_hash"]
    assert at_broker(sandbox, desk.kite) == []
    await trader.call("POST", f"{path}/approve", json={"plan_hash": problem["approval"]["plan_hash"]})
    assert len(at_broker(sandbox, desk.kite)) == 1


async def test_a_revoked_token_has_nothing_approved(robot: MakeRobot, desk: Desk, trader: Trader) -> None:
    program = await robot(order_value="1000", on_breach="ask")
    asked = await _asked(program, desk, "big")
    await trader.call("DELETE", f"{TOKENS}/{program.id}")
    body = {"plan_hash": asked["plan_hash"]}
    problem = await trader.call("POST", f"/v1/approvals/{asked['id']}/approve", expect=409, json=body)
    assert problem["code"] == "token_revoked"


async def test_what_a_broker_is_to_keep_is_held_against_the_policy_too(
    robot: MakeRobot, desk: Desk, trader: Trader
) -> None:
    def trigger(account: str, side: str = "BUY", quantity: int = 1) -> dict[str, Any]:
        leg = {"trigger_price": str(desk.below), "quantity": quantity, "price": str(desk.below)}
        named = {"exchange": "NSE", "symbol": "INFY", "side": side, "product": "CNC"}
        return {"account": account, "kind": "single", **named, "legs": [leg]}

    async def asked(program: Robot, expect: int, body: dict[str, Any]) -> Any:
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        return await program.call("POST", "/v1/conditionals", expect=expect, json=body, headers=headers)

    small = await robot(accounts=[desk.first], sides=["BUY"], order_value="10000")
    await asked(small, 404, trigger(desk.second))
    assert (await asked(small, 403, trigger(desk.first, "SELL")))["clause"] == "sides"
    assert (await asked(small, 403, trigger(desk.first, quantity=9)))["clause"] == "order_value"
    assert (await asked(small, 200, trigger(desk.first)))["outcome"] == "done"
    counted = await robot(day_value="100000")
    assert (await asked(counted, 403, trigger(desk.first)))["clause"] == "day_value"
    tries = await robot(dry_run=True)
    assert (await asked(tries, 403, trigger(desk.first)))["clause"] == "dry_run"
    seen = await small.call("GET", "/v1/conditionals")
    assert {one["account"] for one in seen["items"]} == {desk.first}


async def test_a_program_may_stop_all_trading_and_never_start_it_again(
    robot: MakeRobot, desk: Desk, trader: Trader
) -> None:
    body = {"depth": "no_new_risk", "words": "enough"}
    for program in (await robot(accounts=[desk.first]), await robot(dry_run=True), await robot("read")):
        await program.call("POST", "/v1/kill-switch", expect=403, json=body)
    program = await robot()
    on = await program.call("POST", "/v1/kill-switch", expect=202, json=body)
    release = {"confirm": "release", "number": on["number"]}
    problem = await program.call("POST", "/v1/kill-switch/release", expect=403, json=release)
    assert problem["code"] == "login_only"
    await trader.call("POST", "/v1/kill-switch/release", json=release)
