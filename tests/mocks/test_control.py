"""The control API: users, sessions, truth, prices, the day's end, and clear words for nonsense."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mocks.launch import ControlError, Sandbox
from tests.mocks.client import user

SHORT = {"symbol": "NSE:INFY", "quantity": -1}
BROKERS = ["kite", "upstox", "groww", "mock"]


@pytest.fixture(scope="module")
def own() -> Iterator[Sandbox]:
    """One for the tests that turn the whole world."""
    with Sandbox.start(flow=False) as sandbox:
        yield sandbox


def refusal(sandbox: Sandbox, path: str, body: Any) -> tuple[int, dict[str, Any]]:
    with pytest.raises(ControlError) as no:
        sandbox.post(path, body)
    return no.value.status, no.value.answer["error"]


@pytest.mark.parametrize("broker", BROKERS)
def test_a_session_is_ready_at_every_broker(sandbox: Sandbox, broker: str) -> None:
    session = sandbox.post("/sessions", {"broker": broker, "cash": "12345.67"})
    assert session["base_url"] == sandbox.urls[broker]
    assert all(session[name] for name in ("user_id", "api_key", "api_secret", "access_token", "totp_secret"))
    truth = sandbox.get(f"/users/{broker}/{session['user_id']}")
    assert truth["funds"]["available"] == "12345.67"
    again = sandbox.post("/sessions", {"broker": broker, "user_id": session["user_id"]})
    assert (again["user_id"], again["access_token"] != session["access_token"]) == (session["user_id"], True)


def test_a_user_comes_with_what_was_asked_for(sandbox: Sandbox) -> None:
    made = sandbox.post(
        "/users",
        {
            "broker": "kite",
            "name": "Meera Iyer",
            "cash": "500000",
            "holdings": [{"symbol": "BSE:TCS", "quantity": 7, "average_price": "3000.10", "t1_quantity": 2}],
            "positions": [
                {"symbol": "NFO:NIFTY26DECFUT", "product": "NRML", "quantity": -65, "price": "26000"}
            ],
        },
    )
    truth = sandbox.get(f"/users/kite/{made['user_id']}")
    (held,), (position,) = truth["holdings"], truth["positions"]
    assert (held["symbol"], held["quantity"], held["t1_quantity"], held["average_price"]) == (
        "BSE:TCS",
        7,
        2,
        "3000.10",
    )
    assert (position["quantity"], position["overnight_quantity"]) == (-65, -65)


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/users", {"broker": "robinhood"}, 422, "broker"),
        ("/users", {"broker": "mock", "cash": "1.005"}, 422, "cash"),
        ("/users", {"broker": "mock", "user_id": "a b"}, 422, "user_id"),
        ("/users", {"broker": "mock", "user_id": "MK0001"}, 409, "user_id"),
        ("/users", {"broker": "mock", "pan": "nope"}, 422, "pan"),
        (
            "/users",
            {"broker": "mock", "holdings": [{"symbol": "NSE:INFY", "quantity": -1}]},
            422,
            "holdings.0.quantity",
        ),
        ("/sessions", {}, 422, "broker"),
        ("/prices", {"prices": {}}, 422, "prices"),
        ("/prices", {"prices": {"NSE:NOSUCH": "10"}}, 404, "NSE:NOSUCH"),
        ("/prices", {"prices": {"NSE:INFY": "1500.05"}}, 422, "NSE:INFY"),
        ("/prices", {"prices": {"NSE:INFY": "1"}}, 422, "NSE:INFY"),
        ("/flow", {"enabled": "maybe"}, 422, "enabled"),
        ("/flow", "x", 422, "body"),
    ],
)
def test_nonsense_gets_a_clear_no(sandbox: Sandbox, path: str, body: Any, status: int, field: str) -> None:
    answer = refusal(sandbox, path, body)
    assert (answer[0], answer[1]["field"]) == (status, field)


def test_an_unknown_share_leaves_no_half_made_user(sandbox: Sandbox) -> None:
    body = {"broker": "mock", "user_id": "HALF1", "holdings": [{"symbol": "NSE:NOSUCH", "quantity": 1}]}
    assert refusal(sandbox, "/users", body)[0] == 404
    with pytest.raises(ControlError) as no:
        sandbox.get("/users/mock/HALF1")
    assert no.value.status == 404


def test_unknown_paths_and_brokers_are_404(sandbox: Sandbox) -> None:
    for path in ("/nosuch", "/users/etrade/X", "/users/mock/NOBODY", "/prices?symbols=NSE:NOSUCH"):
        with pytest.raises(ControlError) as no:
            sandbox.get(path)
        assert no.value.status == 404


def test_a_set_price_is_the_price_at_both_exchanges(sandbox: Sandbox) -> None:
    assert sandbox.post("/prices", {"prices": {"NSE:LT": "3800.00"}}) == {"prices": {"NSE:LT": "3800.00"}}
    (nse, bse) = sandbox.get("/prices?symbols=NSE:LT,BSE:LT")["quotes"]
    assert nse["last_price"] == "3800.00"
    assert abs(float(bse["last_price"]) - 3800) < 10


def test_the_demo_users_overlap_and_differ(own: Sandbox) -> None:
    demo = {one["broker"]: one["users"][0] for one in own.get("/brokers")["brokers"]}
    assert len({one["pan"] for one in demo.values()}) == 1
    truth = {broker: own.get(f"/users/{broker}/{one['user_id']}") for broker, one in demo.items()}
    assert len({one["funds"]["cash"] for one in truth.values()}) == 4
    infy = {one["symbol"] for t in truth.values() for one in t["holdings"] if one["isin"] == "INE009A01021"}
    assert infy == {"NSE:INFY", "BSE:INFY"}
    holders = [b for b, t in truth.items() if any(one["isin"] == "INE009A01021" for one in t["holdings"])]
    assert len(holders) == 3
    assert [one["product"] for one in truth["kite"]["positions"]] == ["MIS"]
    assert [one["product"] for one in truth["upstox"]["positions"]] == ["NRML"]
    assert all(float(one["funds"]["available"]) > 0 for one in truth.values())


async def test_a_day_ends_on_request(own: Sandbox) -> None:
    async with user(own) as client:
        body = {"symbol": "NSE:INFY", "side": "BUY", "type": "MARKET", "product": "CNC", "quantity": 5}
        await client.call("POST", "/orders", body)
        own.post("/settle")
        (held,) = client.truth()["holdings"]
        assert (held["quantity"], held["t1_quantity"], client.truth()["orders"]) == (10, 5, [])


async def test_reset_brings_the_demo_back(own: Sandbox) -> None:
    async with user(own) as client:
        client.fault("rate_limit")
        own.post("/reset")
        assert own.get("/faults")["faults"] == []
        assert (await client.call("GET", "/profile"))[0] == 401
        with pytest.raises(ControlError):
            own.get(f"/users/mock/{client.user_id}")
        assert own.get("/users/mock/MK0001")["orders"] == []


def test_the_flow_can_be_stopped_and_started(own: Sandbox) -> None:
    assert own.post("/flow", {"enabled": True}) == {"flow": True}
    assert own.get("/health")["flow"] is True
    assert own.post("/flow", {"enabled": False}) == {"flow": False}
