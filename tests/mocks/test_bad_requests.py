"""Whatever a client sends, a broker answers in its own words and its books can be read afterwards."""

from __future__ import annotations

import copy
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from mocks.launch import ControlError, Sandbox

HOSTILE: tuple[Any, ...] = (
    *(None, True, -1, 0, 2**53 + 1, 2**63, 10**30, 0.001, 1e15, 1e18, 1e300),
    *("", "NaN", "Infinity", "1e400", "1e999999999", "9" * 400, "9" * 5000, "²", "x" * 10_000, "\u0000"),
    *([], {}, [None], ["x"], {"x": 1}),
)
BODIES = (b"", b"null", b"[]", b"\xff", b"[" * 50_000, b'{"a":NaN}', b'"\\ud800"')

UPSTOX_ORDER = {
    "quantity": 1,
    "product": "D",
    "validity": "DAY",
    "price": 1450.0,
    "trigger_price": 0.0,
    "disclosed_quantity": 0,
    "instrument_token": "NSE_EQ|INE009A01021",
    "order_type": "LIMIT",
    "transaction_type": "BUY",
    "is_amo": False,
    "slice": True,
}
UPSTOX_GTT = {
    "type": "SINGLE",
    "quantity": 1,
    "product": "D",
    "instrument_token": "NSE_EQ|INE009A01021",
    "transaction_type": "BUY",
    "rules": [{"strategy": "ENTRY", "trigger_type": "BELOW", "trigger_price": 1400.0, "trailing_gap": None}],
}
GROWW_ORDER = {
    "trading_symbol": "INFY",
    "quantity": 1,
    "price": 1450.0,
    "validity": "DAY",
    "exchange": "NSE",
    "segment": "CASH",
    "product": "CNC",
    "order_type": "LIMIT",
    "transaction_type": "BUY",
}
GROWW_SMART = {
    "smart_order_type": "GTT",
    "segment": "CASH",
    "exchange": "NSE",
    "trading_symbol": "INFY",
    "quantity": 1,
    "trigger_price": "1400.00",
    "trigger_direction": "DOWN",
    "product_type": "MIS",
    "duration": "DAY",
    "order": {"order_type": "LIMIT", "price": "1399.00", "transaction_type": "BUY"},
    "child_legs": {"target": {"trigger_price": "1600.00", "order_type": "LIMIT", "price": "1600.00"}},
}
MOCK_ORDER = {
    "symbol": "NSE:INFY",
    "side": "BUY",
    "type": "LIMIT",
    "product": "CNC",
    "quantity": 1,
    "price": "1450.00",
    "disclosed_quantity": 0,
    "protection": -1,
}
MOCK_GTT = {
    "symbol": "NSE:INFY",
    "shape": "single",
    "legs": [{"role": "entry", "trigger": "below", "trigger_price": "1400.00", "order": MOCK_ORDER}],
}
WRITES: dict[str, tuple[tuple[str, Any], ...]] = {
    "upstox": (
        ("/v3/order/place", UPSTOX_ORDER),
        ("/v3/order/gtt/place", UPSTOX_GTT),
        ("/v2/order/multi/place", [UPSTOX_ORDER | {"correlation_id": "1"}]),
    ),
    "groww": (
        ("/v1/order/create", GROWW_ORDER),
        ("/v1/order-advance/create", GROWW_SMART),
        ("/v1/margins/detail/orders?segment=CASH", [GROWW_ORDER]),
    ),
    "mock": (
        ("/orders", MOCK_ORDER),
        ("/orders/multi", {"orders": [MOCK_ORDER], "slice": True}),
        ("/gtt", MOCK_GTT),
        ("/margin", MOCK_ORDER),
        ("/funds/deposit", {"amount": "1.00"}),
        ("/funds/withdraw", {"amount": "1.00"}),
    ),
}
READS = {
    "upstox": ("/v2/order/retrieve-all", "/v3/order/gtt", "/v2/user/get-funds-and-margin"),
    "groww": (
        "/v1/order/list?page_size=100",
        "/v1/order-advance/list?smart_order_type=GTT&page_size=50",
        "/v1/margins/detail/user",
    ),
    "mock": ("/orders", "/gtt", "/funds", "/ledger"),
}
ERROR_FIELD = {"upstox": "errors", "groww": "error", "mock": "error"}


def spoiled(body: Any) -> Iterator[Any]:
    """The body with each of its parts replaced by each hostile value."""
    for path in paths(body):
        for value in HOSTILE:
            changed = copy.deepcopy(body)
            part = changed
            for step in path[:-1]:
                part = part[step]
            part[path[-1]] = value
            yield changed


def paths(body: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    steps = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for step, part in steps:
        yield (*before, step)
        yield from paths(part, (*before, step))


def call(session: dict[str, Any], method: str, path: str, data: bytes | None = None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {session['access_token']}", "Content-Type": "application/json"}
    request = urllib.request.Request(session["base_url"] + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as no:
        return no.code, json.loads(no.read())


@pytest.mark.parametrize("broker", ["upstox", "groww", "mock"])
def test_no_body_breaks_a_broker(broker: str, sandbox: Sandbox) -> None:
    session = sandbox.post("/sessions", {"broker": broker, "cash": "100000000"})
    for path, body in WRITES[broker]:
        wrong = [json.dumps(changed).encode() for changed in spoiled(body)]
        for data in (json.dumps(body).encode(), *wrong, *BODIES):
            status, answer = call(session, "POST", path, data)
            assert status < 500, (path, data[:200])
            refused = status >= 400
            assert not refused or answer.get(ERROR_FIELD[broker]), (path, data[:200], answer)
    for path in READS[broker]:
        assert call(session, "GET", path)[0] == 200, path
    assert sandbox.get(f"/users/{broker}/{session['user_id']}")["funds"]


@pytest.mark.parametrize("broker", ["upstox", "groww", "mock"])
def test_an_unknown_path_or_method_is_answered_in_the_brokers_words(broker: str, sandbox: Sandbox) -> None:
    session = sandbox.post("/sessions", {"broker": broker})
    path = READS[broker][0].partition("?")[0]
    for method, where in (("GET", "/no/such/call"), ("PUT", path)):
        status, answer = call(session, method, where)
        assert status in (404, 405)
        assert answer[ERROR_FIELD[broker]]


@pytest.mark.parametrize("amount", ["1e999999999", "9" * 400, "NaN", "1e18"])
def test_the_control_api_takes_no_monstrous_amounts(amount: str, sandbox: Sandbox) -> None:
    session = sandbox.post("/sessions", {"broker": "mock"})
    account = f"/users/mock/{session['user_id']}"
    for path, body in (
        ("/users", {"broker": "mock", "cash": amount}),
        (f"{account}/funds", {"amount": amount}),
    ):
        with pytest.raises(ControlError) as no:
            sandbox.post(path, body)
        assert no.value.status == 422
    assert sandbox.get(account)["funds"]["cash"] == "100000.00"


def test_a_plan_keeps_its_seeds_within_json(sandbox: Sandbox) -> None:
    for seed in (2**63, 10**30):
        with pytest.raises(ControlError) as no:
            sandbox.post("/faults/plan", {"rules": [{"broker": "mock", "fault": "rate_limit"}], "seed": seed})
        assert no.value.status == 422


@pytest.mark.parametrize("time", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"])
def test_the_clock_goes_neither_to_the_end_of_time_nor_to_its_beginning(time: str, sandbox: Sandbox) -> None:
    with pytest.raises(ControlError) as no:
        sandbox.post("/clock", {"to": time})
    assert no.value.status == 422
    assert sandbox.get("/health")["status"] == "ok"


@pytest.mark.parametrize(
    "path", ["/instruments/historical/{}/day", "/gtt/triggers/{}"], ids=["historical", "trigger"]
)
@pytest.mark.parametrize("number", ["9" * 19, "9" * 5000, "-1", "1e3", "²"], ids=len)
def test_an_id_that_can_be_none_is_not_found_at_kite(path: str, number: str, sandbox: Sandbox) -> None:
    session = sandbox.post("/sessions", {"broker": "kite"})
    headers = {"Authorization": f"token {session['api_key']}:{session['access_token']}"}
    url = session["base_url"] + urllib.parse.quote(path.format(number))
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(urllib.request.Request(url, headers=headers))
    assert caught.value.code == 404
    assert json.loads(caught.value.read())["error_type"]
