"""A sandbox's switches through the product: for who is logged in, on paper, in the product's own words."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from mocks.launch import Sandbox
from orchestrator.config import Settings
from orchestrator.sandbox.control import SandboxControl
from tests.orchestrator.conftest import Login


@pytest.fixture
async def asha(person: Login) -> httpx.AsyncClient:
    return await person("asha")


async def told(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


async def test_it_tells_its_brokers_its_clock_and_what_can_be_played(asha: httpx.AsyncClient) -> None:
    shown = await told(await asha.get("/v1/sandbox"))
    assert [one["broker"] for one in shown["brokers"]] == ["zerodha", "upstox", "groww", "mock"]
    assert {"upper_circuit", "lower_circuit"} <= {one["name"] for one in shown["scenarios"]}
    assert shown["clock"]["mode"] == "real"
    assert any(one["group"] == "NSE EQ" for one in shown["clock"]["sessions"])
    meta = await told(await asha.get("/v1/meta"))
    assert (meta["sandbox"], meta["paper"], meta["push_public_key"]) == (True, True, None)
    assert (await told(await asha.get("/v1/sandbox/clock")))["ist"] >= shown["clock"]["ist"]


async def test_a_fault_is_added_seen_and_mended(asha: httpx.AsyncClient, sandbox: Sandbox) -> None:
    fault = {"broker": "zerodha", "fault": "error_5xx_before", "call": "data_api", "status": 503, "times": 2}
    made = await told(await asha.post("/v1/sandbox/faults", json=fault), 201)
    assert (made["broker"], made["times"], made["hits"], made["account"]) == ("zerodha", 2, 0, None)
    assert sandbox.get("/faults")["faults"][0]["broker"] == "kite"
    assert (await told(await asha.get("/v1/sandbox/faults")))["items"] == [made]
    await told(await asha.delete(f"/v1/sandbox/faults/{made['id']}"), 204)
    assert (await told(await asha.delete(f"/v1/sandbox/faults/{made['id']}"), 404))["code"] == "unknown_fault"
    await told(await asha.post("/v1/sandbox/faults", json=fault), 201)
    assert await told(await asha.delete("/v1/sandbox/faults?broker=upstox")) == {"removed": 0}
    assert await told(await asha.delete("/v1/sandbox/faults")) == {"removed": 1}
    kinds = await told(await asha.get("/v1/sandbox/faults/kinds"))
    assert {"fault": "outage", "needs_seconds": False, "standing": True} in kinds["faults"]
    assert "data_api" in kinds["groups"]


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("faults", {"broker": "zerodha", "fault": "no_such_fault"}, 422, "fault"),
        ("faults", {"broker": "nobody", "fault": "outage"}, 422, "broker"),
        ("faults", {"broker": "mock", "fault": "outage", "account": "acc_of_nobody"}, 404, None),
        ("scenario", {"name": "no_such_scenario"}, 404, "name"),
        ("clock", {"to": "2020-01-01T09:15:00+05:30"}, 422, "to"),
        ("halt", {"minutes": 0}, 422, "minutes"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field(
    asha: httpx.AsyncClient, path: str, body: dict[str, Any], status: int, field: str | None
) -> None:
    problem = await told(await asha.post(f"/v1/sandbox/{path}", json=body), status)
    assert problem.get("field") == field


async def test_strange_names_reach_no_other_call(asha: httpx.AsyncClient) -> None:
    assert (await asha.delete("/v1/sandbox/faults/..%2Freset")).status_code == 404
    assert (await asha.delete("/v1/sandbox/faults/a b")).status_code == 404


async def test_switches_of_a_broker_are_changed_one_by_one(asha: httpx.AsyncClient, sandbox: Sandbox) -> None:
    path = "/v1/sandbox/brokers/upstox/switches"
    assert (await told(await asha.get(path)))["rate_limits"] is False
    try:
        changed = await told(await asha.patch(path, json={"rate_limits": True}))
        assert (changed["rate_limits"], changed["charges"]) == (True, True)
    finally:
        await told(await asha.patch(path, json={"rate_limits": False}))


async def test_the_market_is_halted_moved_and_resumed(asha: httpx.AsyncClient, sandbox: Sandbox) -> None:
    assert await told(await asha.post("/v1/sandbox/halt", json={})) == {"halted": True, "minutes": None}
    assert await told(await asha.post("/v1/sandbox/resume")) == {"halted": False, "minutes": None}
    await told(await asha.post("/v1/sandbox/price", json={"symbol": "BSE:WIPRO", "price": "250.005"}), 422)
    last = sandbox.get("/prices?symbols=BSE:WIPRO")["quotes"][0]["last_price"]
    await told(await asha.post("/v1/sandbox/price", json={"symbol": "BSE:WIPRO", "price": last}), 204)
    assert await told(await asha.post("/v1/sandbox/flow", json={"enabled": False})) == {"flow": False}
    assert (await told(await asha.get("/v1/sandbox/corporate-actions")))["items"] == []


async def test_nobody_without_a_login_breaks_anything(client: httpx.AsyncClient) -> None:
    for method, path in (("GET", ""), ("POST", "/faults"), ("POST", "/halt"), ("DELETE", "/faults")):
        assert (await client.request(method, f"/v1/sandbox{path}")).status_code == 401


async def test_an_installation_of_real_brokers_has_none(app: FastAPI, asha: httpx.AsyncClient) -> None:
    app.state.sandbox = SandboxControl("")
    problem = await told(await asha.get("/v1/sandbox"), 404)
    assert problem["code"] == "no_sandbox"


async def test_a_sandbox_that_is_gone_is_named(app: FastAPI, asha: httpx.AsyncClient) -> None:
    app.state.sandbox = SandboxControl(
        "http://127.0.0.1:9", httpx.MockTransport(lambda _: httpx.Response(502, text="<html>"))
    )
    assert (await told(await asha.get("/v1/sandbox"), 503))["code"] == "sandbox_unreachable"


@pytest.mark.parametrize(
    "body", ["[]", "{}", '"words"', "3", '{"brokers": 1, "faults": [{"broker": "x"}]}', "null"]
)
async def test_whatever_else_answers_there_is_no_sandbox(
    app: FastAPI, asha: httpx.AsyncClient, body: str
) -> None:
    answers = httpx.MockTransport(lambda _: httpx.Response(200, text=body))
    app.state.sandbox = SandboxControl("http://127.0.0.1:9", answers)
    fault = {"broker": "zerodha", "fault": "outage"}
    for path in ("", "/faults", "/faults/kinds", "/clock", "/corporate-actions", "/brokers/upstox/switches"):
        assert (await told(await asha.get(f"/v1/sandbox{path}"), 503))["code"] == "sandbox_unreachable"
    for path, asked in (("faults", fault), ("resume", {}), ("flow", {"enabled": True}), ("clock", {})):
        answer = await asha.post(f"/v1/sandbox/{path}", json=asked)
        assert (answer.status_code, answer.json()["code"]) == (503, "sandbox_unreachable")


async def test_a_fault_at_somebody_elses_account_does_not_tell_whose(
    asha: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    stranger = sandbox.post("/users", {"broker": "mock", "cash": "1000"})["user_id"]
    sandbox.post("/faults", {"broker": "mock", "fault": "delay", "seconds": 1, "account": stranger})
    shown = await asha.get("/v1/sandbox/faults")
    assert stranger not in shown.text
    [fault] = (await told(shown))["items"]
    assert (fault["account"], fault["user"], fault["elsewhere"]) == (None, None, True)


async def test_where_others_reach_it_only_an_operator_breaks_something(
    app: FastAPI, asha: httpx.AsyncClient, sandbox: Sandbox
) -> None:
    app.state.settings = app.state.settings.model_copy(update={"public_url": "https://trade.example"})
    assert (await told(await asha.post("/v1/sandbox/halt", json={}), 403))["code"] == "operators_only"
    assert (await told(await asha.delete("/v1/sandbox/faults"), 403))["code"] == "operators_only"
    await told(await asha.get("/v1/sandbox/faults"))


def test_a_sandbox_is_for_simulated_money() -> None:
    with pytest.raises(ValueError, match="simulated money"):
        Settings(sandbox_url="http://127.0.0.1:9100", _env_file=None)
