"""Rules of the Groww server that a sandbox may switch on: budgets, registered addresses, approval, TOTP once."""

from __future__ import annotations

import hashlib
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from mocks.launch import Sandbox


@pytest.fixture(scope="module")
def broker() -> Iterator[Sandbox]:
    """One of its own: switches are the whole broker's. Its clock stands still, so that a second lasts a test."""
    with Sandbox.start(flow=False, only=["groww"], options=["--clock", "step"]) as sandbox:
        yield sandbox


@pytest.fixture
def strict(broker: Sandbox) -> Iterator[Any]:
    """Sets switches; afterwards all are as they were."""
    url = f"{broker.urls['control']}/brokers/groww/switches"
    before = broker.get("/brokers/groww/switches")

    def patch(switches: dict[str, Any]) -> None:
        data = json.dumps(switches).encode()
        request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method="PATCH")
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200

    yield lambda **switches: patch(switches)
    patch(before)


def session(broker: Sandbox) -> dict[str, Any]:
    made: dict[str, Any] = broker.post("/sessions", {"broker": "groww", "cash": "100000"})
    return made


def mint(broker: Sandbox, account: dict[str, Any], proof: dict[str, Any]) -> httpx.Response:
    headers = {"Authorization": f"Bearer {account['api_key']}"}
    return httpx.post(f"{broker.urls['groww']}/v1/token/api/access", json=proof, headers=headers)


def approval(account: dict[str, Any], now: int) -> dict[str, Any]:
    checksum = hashlib.sha256(f"{account['api_secret']}{now}".encode()).hexdigest()
    return {"key_type": "approval", "checksum": checksum, "timestamp": now}


def seconds(broker: Sandbox) -> int:
    return int(broker.get("/health")["time"]) // 10**9


def order(
    broker: Sandbox, account: dict[str, Any], reference: str | None = None, **headers: str
) -> httpx.Response:
    asked = {
        "order_reference_id": reference,
        "trading_symbol": "INFY",
        "quantity": 1,
        "price": 1400,
        "validity": "DAY",
        "exchange": "NSE",
        "segment": "CASH",
        "product": "CNC",
        "order_type": "LIMIT",
        "transaction_type": "BUY",
    }
    headers["Authorization"] = f"Bearer {account['access_token']}"
    return httpx.post(f"{broker.urls['groww']}/v1/order/create", json=asked, headers=headers)


def read(broker: Sandbox, account: dict[str, Any], path: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {account['access_token']}"}
    return httpx.get(f"{broker.urls['groww']}{path}", headers=headers)


def test_a_used_totp_is_refused_when_it_counts_once(broker: Sandbox, strict: Any) -> None:
    strict(totp_once=True)
    account = session(broker)
    code = pyotp.TOTP(account["totp_secret"]).at(seconds(broker))
    assert mint(broker, account, {"key_type": "totp", "totp": code}).status_code == 200
    again = mint(broker, account, {"key_type": "totp", "totp": code})
    assert again.status_code == 400
    assert "used already" in again.json()["error"]["displayMessage"]


def test_a_key_needs_the_days_approval_of_a_person(broker: Sandbox, strict: Any) -> None:
    strict(daily_approval=True)
    account = session(broker)
    refused = mint(broker, account, approval(account, seconds(broker)))
    assert refused.status_code == 400
    assert "not approved" in refused.json()["error"]["displayMessage"]
    page = f"{broker.urls['groww']}/trade-api/api-keys"
    assert "Approve" in httpx.get(page).text
    form = {"user_id": account["user_id"], "password": "sandbox", "pin": "000000", "decision": "approve"}
    assert httpx.post(page, data=form).status_code == 401
    assert httpx.post(page, data={**form, "pin": account["pin"]}).status_code == 200
    assert mint(broker, account, approval(account, seconds(broker))).status_code == 200


def test_orders_come_from_a_registered_address_only_and_reads_from_anywhere(
    broker: Sandbox, strict: Any
) -> None:
    account = session(broker)
    strict(static_ips={account["user_id"]: ["203.0.113.7"]})
    refused = order(broker, account)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "GA005")
    assert read(broker, account, "/v1/holdings/user").status_code == 200
    assert order(broker, account, **{"X-Forwarded-For": "203.0.113.7"}).status_code == 200


@pytest.mark.parametrize(
    ("path", "budget"),
    [("/v1/holdings/user", 20), ("/v1/live-data/ltp?segment=CASH&exchange_symbols=NSE_INFY", 10)],
)
def test_each_kind_of_call_has_a_budget_of_a_second(
    broker: Sandbox, strict: Any, path: str, budget: int
) -> None:
    strict(rate_limits=True)
    account = session(broker)
    statuses = [read(broker, account, path).status_code for _ in range(budget + 2)]
    assert statuses == [200] * budget + [429] * 2
    broker.post("/clock", {"advance": 1})
    assert read(broker, account, path).status_code == 200


def test_orders_have_their_own_budget(broker: Sandbox, strict: Any) -> None:
    strict(rate_limits=True)
    account = session(broker)
    *taken, refused = [order(broker, account) for _ in range(11)]
    assert {answer.status_code for answer in taken} == {200}
    assert refused.status_code == 429
    assert "status" not in refused.json()  # not the usual envelope
    assert read(broker, account, "/v1/holdings/user").status_code == 200


def test_a_personal_plan_has_no_market_data(broker: Sandbox, strict: Any) -> None:
    strict(plan="personal")
    account = session(broker)
    assert (
        read(broker, account, "/v1/live-data/ltp?segment=CASH&exchange_symbols=NSE_INFY").status_code == 403
    )
    assert read(broker, account, "/v1/holdings/user").status_code == 200


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        ("error_400_after_accept", 400, "GA006"),
        ("ip_not_allowed", 403, "GA005"),
        ("service_hours", 503, "GA003"),
        ("kill_switch", 403, "GA005"),
        ("error_5xx_before", 500, "GA000"),
    ],
)
def test_faults_speak_groww(broker: Sandbox, fault: str, status: int, code: str) -> None:
    account = session(broker)
    how = {"status": 500, "body": "json"} if fault == "error_5xx_before" else {}
    broker.post("/faults", {"broker": "groww", "fault": fault, "call": "place", "times": 1, **how})
    answer = order(broker, account)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    book = read(broker, account, "/v1/order/list").json()["payload"]["order_list"]
    assert len(book) == (1 if fault == "error_400_after_accept" else 0)


def test_a_reference_stays_used_over_a_restart(tmp_path: Path) -> None:
    with Sandbox.start(flow=False, only=["groww"], state=tmp_path) as before:
        account = session(before)
        assert order(before, account, "once-for0all").status_code == 200
    with Sandbox.start(flow=False, only=["groww"], state=tmp_path) as after:
        again = order(after, account, "once-for0all")
    assert (again.status_code, again.json()["error"]["code"]) == (400, "GA007")
