"""Fault rules: which requests they hit, and what a client sees of them."""

from __future__ import annotations

import asyncio
import gzip
from datetime import datetime

import pytest

from mocks.brokers.faults import BadRule, Fault, FaultPlan, Rule
from mocks.brokers.faults.dump import changed
from mocks.launch import ControlError, Sandbox
from tests.mocks.client import until, user


def hits(rule: Rule, call: str, account: str, requests: int) -> list[int]:
    """Which of so many equal requests (from 1) a plan with this rule alone hits."""
    plan = FaultPlan()
    plan.add(rule)
    return [n for n in range(1, requests + 1) if plan.pick(rule.broker, call, lambda: account)]


def test_a_rule_lets_the_first_pass_then_hits_so_many_and_goes() -> None:
    plan = FaultPlan()
    plan.add(Rule("mock", Fault.RATE_LIMIT, call="place", after=2, times=2))
    struck = [plan.pick("mock", "place", lambda: None) is not None for _ in range(6)]
    assert struck == [False, False, True, True, False, False]
    assert plan.rules == {}
    assert [line.n for line in plan.log] == [1, 2]


def test_a_rule_hits_its_broker_call_and_account_only() -> None:
    rule = Rule("kite", Fault.RATE_LIMIT, call="place", account="A")
    plan = FaultPlan()
    plan.add(rule)
    assert plan.pick("kite", "cancel", lambda: "A") is None
    assert plan.pick("upstox", "place", lambda: "A") is None
    assert plan.pick("kite", "place", lambda: "B") is None
    assert plan.pick("kite", "place", lambda: "A") is rule
    assert (plan.log[0].call, plan.log[0].account) == ("place", "A")


def test_a_share_of_requests_is_hit_the_same_way_for_the_same_seed() -> None:
    def chosen(seed: int) -> list[int]:
        return hits(Rule("mock", Fault.RATE_LIMIT, probability=0.5, seed=seed), "place", "A", 40)

    assert chosen(1) == chosen(1)
    assert chosen(1) != chosen(2)
    assert 8 < len(chosen(1)) < 32


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Rule("zerodha", Fault.DELAY, seconds=1), "broker"),
        (Rule("kite", Fault.DELAY, call="buy", seconds=1), "call"),
        (Rule("kite", Fault.DELAY), "seconds"),
        (Rule("kite", Fault.DELAY, seconds=-1), "seconds"),
        (Rule("kite", Fault.OUTAGE, call="place"), "call"),
        (Rule("kite", Fault.DROP_SOCKET, call="place"), "call"),
        (Rule("kite", Fault.TIMEOUT_BEFORE, call="ticks"), "call"),
        (Rule("kite", Fault.RATE_LIMIT, times=0), "times"),
        (Rule("kite", Fault.RATE_LIMIT, after=-1), "after"),
        (Rule("kite", Fault.RATE_LIMIT, probability=0), "probability"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(rule: Rule, field: str) -> None:
    with pytest.raises(BadRule) as bad:
        FaultPlan().add(rule)
    assert bad.value.field == field


def test_overlapping_outages_end_with_the_last() -> None:
    plan, states = FaultPlan(), list[bool]()
    plan.on_outage("kite", states.append)
    one = plan.add(Rule("kite", Fault.OUTAGE))
    two = plan.add(Rule("kite", Fault.OUTAGE))
    plan.remove(one.id)
    assert plan.down("kite")
    plan.remove(two.id)
    assert states == [True, True, False]


# --- what a client sees (the contract suite of the adapters asks every broker the same) ---------------------------

ORDER = {
    "symbol": "NSE:INFY",
    "side": "BUY",
    "type": "LIMIT",
    "price": "1450",
    "product": "CNC",
    "quantity": 1,
}


async def test_a_late_answer_is_late_and_right(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        client.fault("delay", "profile", seconds=0.3, times=1)
        assert await client.seconds("GET", "/profile") >= 0.3
        assert (await client.call("GET", "/profile"))[0] == 200


async def test_before_means_never_processed_and_after_means_done_once(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        for fault, orders in [
            ("timeout_before", 0),
            ("error_5xx_before", 0),
            ("rate_limit", 0),
            ("timeout_after_accept", 1),
            ("error_5xx_after_accept", 2),
        ]:
            client.fault(fault, "place", times=1, seconds=0.1)
            await client.doubtful("POST", "/orders", ORDER)
            assert len(client.truth()["orders"]) == orders, fault


async def test_a_502_is_html_and_a_429_is_the_brokers_own(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        client.fault("error_5xx_before", "funds", times=1)
        status, body = await client.text("GET", "/funds")
        assert (status, body.startswith("<html>")) == (502, True)
        client.fault("rate_limit", "funds", times=1)
        assert await client.call("GET", "/funds") == (
            429,
            {"error": {"code": "too_many_requests", "message": "Too many requests"}},
        )


async def test_an_expired_token_at_the_nth_request(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        client.fault("expire_token", "funds", after=1, times=1)
        assert (await client.call("GET", "/funds"))[0] == 200
        status, body = await client.call("GET", "/funds")
        assert (status, body["error"]["code"]) == (401, "session_expired")


async def test_a_token_expired_at_once_leaves_other_users_alone(sandbox: Sandbox) -> None:
    async with user(sandbox) as one, user(sandbox) as other:
        one.fault("expire_token")
        assert (await one.call("GET", "/profile"))[0] == 401
        assert (await other.call("GET", "/profile"))[0] == 200


async def test_the_log_tells_what_happened(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        rule = client.fault("rate_limit", "positions", times=1)
        await client.call("GET", "/positions")
        lines = [line for line in sandbox.get("/faults/log")["log"] if line["account"] == client.user_id]
        assert [(line["rule"], line["call"], line["fault"], line["n"]) for line in lines] == [
            (rule["id"], "positions", "rate_limit", 1)
        ]


def test_the_control_api_refuses_nonsense(sandbox: Sandbox) -> None:
    for body, field in [
        ({"broker": "mock", "fault": "gremlins"}, "fault"),
        ({"broker": "mock", "fault": "delay"}, "seconds"),
        ({"broker": "mock", "fault": "rate_limit", "call": "buy"}, "call"),
        ({"broker": "mock", "fault": "rate_limit", "often": 3}, "often"),
        ({"fault": "outage"}, "broker"),
    ]:
        with pytest.raises(ControlError) as no:
            sandbox.post("/faults", body)
        assert (no.value.status, no.value.answer["error"]["field"]) == (422, field)
    with pytest.raises(ControlError) as no:
        sandbox.delete("/faults/nosuch")
    assert no.value.status == 404


async def test_a_broken_answer_is_of_an_order_that_was_placed(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        for count, (fault, more) in enumerate(
            [
                ("error_400_after_accept", {}),
                ("error_5xx_after_accept", {"status": 504, "body": "json"}),
                ("drop_answer", {}),
            ],
            start=1,
        ):
            client.fault(fault, "place", times=1, **more)
            await client.doubtful("POST", "/orders", ORDER)
            assert len(client.truth()["orders"]) == count, fault


async def test_a_refusal_of_the_brokers_rules_places_nothing(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        for fault, status in [("ip_not_allowed", 403), ("service_hours", 423), ("kill_switch", 403)]:
            client.fault(fault, "place", times=1)
            answer = await client.call("POST", "/orders", ORDER)
            assert (answer[0], answer[1]["error"]["code"]) == (status, fault)
        client.fault("drop_request", "place", times=1)
        await client.doubtful("POST", "/orders", ORDER)
        assert client.truth()["orders"] == []


async def test_a_trickled_answer_is_whole_in_the_end(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        _, told = await client.call("GET", "/funds")
        client.fault("trickle", "funds", seconds=0.3, times=1)
        assert await client.call("GET", "/funds") == (200, told)


async def test_a_client_that_leaves_during_a_delay_has_placed_its_order(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        client.fault("delay", "place", seconds=0.4, times=1)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.call("POST", "/orders", ORDER), 0.1)
        assert client.truth()["orders"] == []
        await until(lambda: len(client.truth()["orders"]) == 1)


async def test_a_changed_instrument_file_has_other_ticks_and_lots(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        before = {one["symbol"]: one for one in (await client.call("GET", "/instruments"))[1]["instruments"]}
        sandbox.post("/faults", {"broker": "mock", "fault": "changed_dump", "times": 1})
        after = {one["symbol"]: one for one in (await client.call("GET", "/instruments"))[1]["instruments"]}
    future = next(key for key in before if key.startswith("NFO:NIFTY") and key.endswith("FUT"))
    assert after[future]["lot"] == 2 * before[future]["lot"]
    assert float(after[future]["tick"]) == 2 * float(before[future]["tick"])


def test_a_csv_file_and_a_gzipped_one_change_alike() -> None:
    text = b"tradingsymbol,tick_size,lot_size\nINFY,0.05,1\nODD,,\n"
    assert changed(text) == b"tradingsymbol,tick_size,lot_size\nINFY,0.10,2\nODD,,\n"
    assert gzip.decompress(changed(gzip.compress(text))) == changed(text)


async def test_one_exchange_is_down_while_the_other_answers(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        client.fault("error_5xx_before", "order_api", exchange="BSE", status=503)
        assert (await client.call("POST", "/orders", ORDER))[0] == 201
        assert (await client.text("POST", "/orders"))[0] == 422
        await client.doubtful("POST", "/orders", ORDER | {"symbol": "BSE:INFY"})
        assert [one["symbol"] for one in client.truth()["orders"]] == ["NSE:INFY"]


async def test_orders_are_up_while_the_data_is_down(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        client.fault("error_5xx_before", "data_api", status=503)
        assert (await client.text("GET", "/ltp?symbols=NSE:INFY"))[0] == 503
        assert (await client.call("POST", "/orders", ORDER))[0] == 201


async def test_stale_lists_do_not_know_an_order_yet(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        client.fault("stale_reads", seconds=60, times=1)
        _, made = await client.call("POST", "/orders", ORDER)
        assert (await client.call("GET", "/orders"))[1]["orders"] == []
        assert [one["order_id"] for one in (await client.call("GET", "/orders"))[1]["orders"]] == [
            made["order_id"]
        ]


async def test_a_skewed_clock_shows_in_the_stamps(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        rule = sandbox.post("/faults", {"broker": "mock", "fault": "clock_skew", "seconds": -300})
        _, made = await client.call("POST", "/orders", ORDER)
        now = sandbox.get("/clock")["ist"]
        sandbox.delete(f"/faults/{rule['id']}")
        behind = datetime.fromisoformat(now) - datetime.fromisoformat(made["received_at"])
        assert 200 < behind.total_seconds() < 400


async def test_a_rule_that_lasts_goes_by_itself(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        client.fault("rate_limit", "funds", lasts=0.5)
        assert (await client.call("GET", "/funds"))[0] == 429
        await until(lambda: sandbox.get("/faults")["faults"] == [])
        assert (await client.call("GET", "/funds"))[0] == 200


def test_a_plan_is_taken_whole_or_not_at_all(sandbox: Sandbox) -> None:
    good = {"broker": "mock", "fault": "rate_limit", "probability": 0.5}
    with pytest.raises(ControlError) as no:
        sandbox.post("/faults/plan", {"rules": [good, {"broker": "mock", "fault": "delay"}]})
    assert (no.value.status, no.value.answer["error"]["field"]) == (422, "rules.1.seconds")
    assert sandbox.get("/faults")["faults"] == []
    sandbox.post("/faults/plan", {"rules": [good, good], "seed": 3})
    plan = sandbox.get("/faults/plan")
    assert len({rule["seed"] for rule in plan["rules"]}) == 2
    for rule in plan["rules"]:
        rule["id"] = ""
    again = sandbox.post("/faults/plan", plan | {"replace": True})
    assert [one["seed"] for one in again["faults"]] == [one["seed"] for one in plan["rules"]]


def test_a_plan_that_cannot_be_replaces_nothing(sandbox: Sandbox) -> None:
    kept = sandbox.post("/faults", {"broker": "mock", "fault": "rate_limit"})
    with pytest.raises(ControlError):
        sandbox.post("/faults/plan", {"rules": [{"broker": "mock", "fault": "delay"}], "replace": True})
    assert [one["id"] for one in sandbox.get("/faults")["faults"]] == [kept["id"]]
    named = {"broker": "mock", "fault": "rate_limit", "id": kept["id"]}
    sandbox.post("/faults/plan", {"rules": [named], "replace": True})
    assert [one["seen"] for one in sandbox.get("/faults")["faults"]] == [0]


def test_a_rule_of_that_name_is_never_written_over() -> None:
    plan = FaultPlan()
    for name in ("f1", "f2", ""):
        plan.add(Rule("mock", Fault.RATE_LIMIT, id=name))
    assert list(plan.rules) == ["f1", "f2", "f3"]


def test_which_requests_are_hit_does_not_depend_on_other_accounts() -> None:
    def of_a(others: int) -> list[bool]:
        plan = FaultPlan()
        plan.add(Rule("mock", Fault.RATE_LIMIT, call="place", probability=0.5, seed=4))
        hit = []
        for _ in range(30):
            hit.append(plan.pick("mock", "place", lambda: "A") is not None)
            for _ in range(others):
                plan.pick("mock", "place", lambda: "B")
        return hit

    assert of_a(0) == of_a(1) == of_a(3)


# --- what goes wrong with an order inside the broker ----------------------------------------------------------------


async def test_a_late_order_is_nowhere_and_then_open(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        client.fault("late_accept", seconds=0.6, times=1)
        await client.call("POST", "/orders", ORDER)
        assert client.truth()["orders"] == []
        await until(lambda: [one["status"] for one in client.truth()["orders"]] == ["open"])


async def test_an_order_is_placed_twice_with_one_tag(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        client.fault("duplicate_order", times=1)
        await client.call("POST", "/orders", ORDER | {"tag": "twice"})
        await until(lambda: [one["tag"] for one in client.truth()["orders"]] == ["twice", "twice"])


async def test_a_fill_wins_against_a_cancel(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        _, made = await client.call("POST", "/orders", ORDER | {"price": "1540.00"})
        sandbox.post("/prices", {"prices": {"NSE:INFY": "1545.00"}})
        _, made = await client.call("POST", "/orders", ORDER | {"price": "1540.00"})
        client.fault("cancel_lost_race", times=1)
        await client.call("DELETE", f"/orders/{made['order_id']}")
        await until(lambda: client.truth()["orders"][-1]["status"] == "complete")


async def test_of_many_orders_in_one_request_half_are_refused(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        client.fault("partial_success", times=1)
        status, told = await client.call("POST", "/orders/multi", {"orders": [ORDER] * 4})
        assert status == 207
        assert ["error" in one for one in told["results"]] == [False, True, False, True]
