"""Fault rules: which requests they hit, and what a client sees of them."""

from __future__ import annotations

import pytest

from mocks.brokers.faults import BadRule, Fault, FaultPlan, Rule
from mocks.launch import ControlError, Sandbox
from tests.mocks.client import user


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
