"""Groww's answers over the days: contracts that ended keep their name, references are the same in every run."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mocks.launch import Sandbox

OPTIONS = ["--clock", "step", "--calendar", "--start", "2026-11-23T09:20"]


@pytest.fixture(scope="module")
def stepped() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False, only=["groww"], options=OPTIONS) as sandbox:
        yield sandbox


def call(session: dict[str, Any], method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {session['access_token']}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(session["base_url"] + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())["payload"]
    except urllib.error.HTTPError as no:
        return no.code, json.loads(no.read())


def smart(symbol: str, quantity: int) -> dict[str, Any]:
    return {
        "smart_order_type": "GTT",
        "segment": "FNO",
        "exchange": "NSE",
        "trading_symbol": symbol,
        "quantity": quantity,
        "trigger_price": "1.00",
        "trigger_direction": "DOWN",
        "product_type": "NRML",
        "duration": "DAY",
        "order": {"order_type": "LIMIT", "price": "1.00", "transaction_type": "BUY"},
    }


def test_a_smart_order_of_an_ended_contract_is_still_listed(stepped: Sandbox) -> None:
    session = stepped.post("/sessions", {"broker": "groww", "cash": "500000"})
    _, found = call(session, "GET", "/v1/historical/expiries?exchange=NSE&underlying_symbol=NIFTY&year=2026")
    expiry = min(day for day in found["expiries"] if day >= "2026-11-23")
    path = f"/v1/historical/contracts?exchange=NSE&underlying_symbol=NIFTY&expiry_date={expiry}"
    _, listed = call(session, "GET", path)
    with urllib.request.urlopen(session["base_url"] + "/instruments/instrument.csv") as answer:
        rows = [line.split(",") for line in answer.read().decode().splitlines()]
    symbol, lot = next((row[2], int(row[13])) for row in rows if row[3] == listed["contracts"][0])
    status, made = call(session, "POST", "/v1/order-advance/create", smart(symbol, lot))
    assert status == 201, made
    stepped.post("/clock", {"to": f"{expiry}T18:00:00+05:30"})
    stepped.post("/clock", {"advance": 3 * 86_400})
    session = stepped.post("/sessions", {"broker": "groww", "user_id": session["user_id"]})
    query = "smart_order_type=GTT&status=EXPIRED&start_date_time=2026-11-20T00:00:00"
    for segment in ("", "&segment=FNO"):
        status, answer = call(session, "GET", f"/v1/order-advance/list?{query}{segment}")
        assert status == 200
        assert [(one["trading_symbol"], one["status"]) for one in answer["orders"]] == [(symbol, "EXPIRED")]
    status, answer = call(
        session, "GET", f"/v1/order-advance/status/FNO/GTT/internal/{made['smart_order_id']}"
    )
    assert (status, answer["is_modification_allowed"]) == (200, False)


def test_a_reference_that_the_client_leaves_out_is_the_same_in_every_run(stepped: Sandbox) -> None:
    session = stepped.post("/sessions", {"broker": "groww"})
    stepped.post("/clock", {"to": "2026-11-27T10:00:00+05:30"})
    session = stepped.post("/sessions", {"broker": "groww", "user_id": session["user_id"]})
    body = {
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
    _, first = call(session, "POST", "/v1/order/create", body | {"order_reference_id": "10000001"})
    _, second = call(session, "POST", "/v1/order/create", body)
    _, third = call(session, "POST", "/v1/order/create", body)
    assert [one["order_reference_id"] for one in (first, second, third)] == [
        "10000001",
        "10000002",
        "10000003",
    ]


def test_restarts_after_an_expiry_keep_the_names_of_what_ended(tmp_path: Path) -> None:
    options = ["--clock", "step", "--calendar"]
    account: dict[str, dict[str, Any]] = {}
    with Sandbox.start(
        flow=False,
        state=tmp_path,
        only=["groww", "upstox"],
        options=[*options, "--start", "2026-11-23T09:20"],
    ) as sandbox:
        future = "NFO:NIFTY26NOVFUT"
        for broker in ("groww", "upstox"):
            position = {"symbol": future, "product": "NRML", "quantity": 650, "price": "25000.00"}
            account[broker] = sandbox.post(
                "/sessions", {"broker": broker, "cash": "900000000", "positions": [position]}
            )
        with urllib.request.urlopen(account["groww"]["base_url"] + "/instruments/instrument.csv") as answer:
            rows = [line.split(",") for line in answer.read().decode().splitlines()]
        lot = next(int(row[13]) for row in rows if row[2] == "NIFTY26NOVFUT")
        call(account["groww"], "POST", "/v1/order-advance/create", smart("NIFTY26NOVFUT", lot))
        sandbox.post("/clock", {"to": "2026-11-25T10:00:00+05:30"})
    reads = {
        "groww": (
            "/v1/order-advance/list?smart_order_type=GTT&status=EXPIRED&start_date_time=2026-11-20T00:00:00",
            "/v1/order/list",
            "/v1/positions/user",
        ),
        "upstox": (
            "/v3/order/gtt",
            "/v2/portfolio/short-term-positions",
            "/v2/charges/historical-trades?start_date=2026-11-01&end_date=2026-12-30&page_number=1&page_size=50",
        ),
    }
    for _ in range(2):
        with Sandbox.start(flow=False, state=tmp_path, only=["groww", "upstox"], options=options) as sandbox:
            for broker, paths in reads.items():
                session = sandbox.post("/sessions", {"broker": broker, "user_id": account[broker]["user_id"]})
                for path in paths:
                    assert raw(session, path)[0] == 200, path
            session = sandbox.post("/sessions", {"broker": "groww", "user_id": account["groww"]["user_id"]})
            [order] = raw(session, reads["groww"][0])[1]["payload"]["orders"]
            assert order["trading_symbol"] == "NIFTY26NOVFUT"
            assert sandbox.stop() == 0


def raw(session: dict[str, Any], path: str) -> tuple[int, Any]:
    request = urllib.request.Request(
        session["base_url"] + path, headers={"Authorization": f"Bearer {session['access_token']}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as no:
        return no.code, no.read()
