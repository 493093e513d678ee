"""The control API: users, sessions, truth, prices, the day's end, and clear words for nonsense."""

from __future__ import annotations

import re
import urllib.request
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


# --- what happens to an account, and the papers of it --------------------------------------------------------------


async def test_money_comes_and_goes_and_is_written_down(sandbox: Sandbox) -> None:
    async with user(sandbox, cash="1000") as client:
        account = f"/users/mock/{client.user_id}"
        assert sandbox.post(f"{account}/funds", {"amount": "250.50"})["available"] == "1250.50"
        assert sandbox.post(f"{account}/funds", {"amount": "-1250.50"})["available"] == "0.00"
        assert refusal(sandbox, f"{account}/funds", {"amount": "-1"})[1]["code"] == "insufficient_funds"
        entries = sandbox.get(f"{account}/ledger")["entries"]
        assert [(one["occasion"], one["amount"]) for one in entries] == [
            ("opening", "1000.00"),
            ("pay_in", "250.50"),
            ("pay_out", "1250.50"),
        ]
        assert sandbox.get(f"{account}/ledger?since=2100-01-01")["entries"] == []


async def test_shares_are_authorised_pledged_and_blocked(sandbox: Sandbox) -> None:
    async with user(sandbox, ddpi=False) as client:
        account = f"/users/mock/{client.user_id}"
        sale = {
            "symbol": "NSE:INFY",
            "side": "SELL",
            "type": "LIMIT",
            "price": "1600",
            "product": "CNC",
            "quantity": 4,
        }
        assert (await client.call("POST", "/orders", sale))[1]["error"]["code"] == "needs_authorisation"
        sandbox.post(f"{account}/authorise", {"symbol": "NSE:INFY", "quantity": 4})
        assert (await client.call("POST", "/orders", sale))[0] == 201
        sandbox.post(f"{account}/pledge", {"symbol": "NSE:INFY", "quantity": 5})
        assert client.truth()["holdings"][0]["pledged_quantity"] == 5
        sandbox.put(f"{account}/kill-switch", {"exchanges": ["NSE"]})
        assert client.truth()["orders"][-1]["status"] == "cancelled"
        assert (await client.call("POST", "/orders", sale))[1]["error"]["code"] == "blocked"
        sandbox.put(f"{account}/kill-switch", {"exchanges": []})
        assert (await client.call("POST", "/orders", sale))[0] == 201


async def test_the_days_note_says_what_was_traded(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        note = f"/users/mock/{client.user_id}/contract-notes"
        await client.call(
            "POST", "/orders", SHORT | {"side": "SELL", "type": "MARKET", "product": "CNC", "quantity": 3}
        )
        told = sandbox.get(f"{note}/today")
        assert sum(one["quantity"] for one in told["trades"]) == 3
        assert float(told["net"]) < float(told["obligation"])
        with pytest.raises(ControlError) as no:
            sandbox.get(f"{note}/2020-01-01")
        assert no.value.status == 404
        with pytest.raises(ControlError) as no:
            sandbox.get(f"{note}/tomorrow")
        assert (no.value.status, no.value.answer["error"]["field"]) == (422, "day")


def test_a_broker_enforces_what_is_switched_on(sandbox: Sandbox) -> None:
    before = sandbox.get("/brokers/mock/switches")
    assert sandbox.patch("/brokers/mock/switches", {"service_hours": True}) == before | {
        "service_hours": True
    }
    strict = sandbox.patch("/brokers/mock/switches", {"strict": True, "pace": "none"})
    assert (strict["rate_limits"], strict["pace"]) == (True, "none")
    assert sandbox.patch("/brokers/mock/switches", before) == before
    for body, field in [
        ({"pace": "slow"}, "pace"),
        ({"speed": 1}, "speed"),
        ({"static_ips": {"A": ["x"]}}, "static_ips"),
    ]:
        with pytest.raises(ControlError) as no:
            sandbox.patch("/brokers/mock/switches", body)
        assert (no.value.status, no.value.answer["error"]["field"]) == (422, field)


async def test_books_prints_and_orders_can_be_watched(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        body = {"symbol": "NSE:SBIN", "side": "BUY", "type": "MARKET", "product": "CNC", "quantity": 3}
        _, order = await client.call("POST", "/orders", body)
        book = sandbox.get("/books/NSE:SBIN")
        assert (book["phase"], book["session"], len(book["bids"])) == ("CONTINUOUS", "continuous", 5)
        prints = sandbox.get("/tape?symbol=NSE:SBIN")["trades"]
        assert (prints[0]["price"], prints[0]["aggressor"]) == (order["average_price"], "BUY")
        assert sandbox.get(f"/tape?symbol=NSE:SBIN&after={prints[0]['number']}")["trades"] == []
        newest = sandbox.get("/orders?limit=1")["orders"][0]
        assert (newest["user_id"], newest["order_id"]) == (client.user_id, order["order_id"])


def test_a_search_puts_the_plain_listing_first(sandbox: Sandbox) -> None:
    def found(words: str) -> list[str]:
        return [one["symbol"] for one in sandbox.get(f"/instruments?search={words}")["instruments"]]

    assert found("infy")[0] == "NSE:INFY"
    assert found("") == []
    assert all("NIFTY" in one for one in found("nifty+fut"))


def test_a_halt_stops_trading_until_it_is_ended(own: Sandbox) -> None:
    own.post("/halt", {})
    assert own.get("/books/NSE:INFY")["phase"] == "HALTED"
    own.post("/resume")
    assert own.get("/books/NSE:INFY")["phase"] == "CONTINUOUS"
    assert refusal(own, "/halt", {"minutes": 0})[1]["field"] == "minutes"


def test_a_scenario_plays_where_it_is_asked_to(own: Sandbox) -> None:
    listed = {one["name"]: one for one in own.get("/scenarios")["scenarios"]}
    assert all(one["words"] for one in listed.values())
    before = float(own.get("/prices?symbols=NSE:WIPRO")["quotes"][0]["last_price"])
    other = own.get("/prices?symbols=NSE:SBIN")["quotes"][0]["last_price"]
    own.post("/scenario", {"name": "gap_up", "symbol": "NSE:WIPRO"})
    own.post("/clock", {"advance": 1})
    assert float(own.get("/prices?symbols=NSE:WIPRO")["quotes"][0]["last_price"]) > before * 1.02
    assert own.get("/prices?symbols=NSE:SBIN")["quotes"][0]["last_price"] == other
    assert refusal(own, "/scenario", {"name": "armageddon"})[0] == 404
    assert refusal(own, "/scenario", {"name": "gap_up", "symbol": "NSE:NOSUCH"})[0] == 404
    assert refusal(own, "/scenario", {"name": "upper_circuit"})[1]["field"] == "symbol"


def test_the_page_is_html_and_its_parts_are_there(sandbox: Sandbox) -> None:
    with urllib.request.urlopen(sandbox.urls["control"] + "/") as answer:
        assert answer.headers["content-type"].startswith("text/html")
        page = answer.read().decode()
    for part in re.findall(r'(?:src|href)="(/page/[^"]+)"', page):
        with urllib.request.urlopen(sandbox.urls["control"] + part) as answer:
            assert answer.status == 200
