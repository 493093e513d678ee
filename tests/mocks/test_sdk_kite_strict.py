"""The official KiteConnect on a day with every rule in force: real pace, budgets, faults of the broker's inside."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from kiteconnect import exceptions as kite_errors

from mocks.launch import Sandbox
from tests.mocks.kite_sdk import ORDER, client_of, new_user


@pytest.fixture
def switches(sandbox: Sandbox) -> Iterator[Callable[..., Any]]:
    """Change Kite's switches; they are as before after the test."""
    before = sandbox.get("/brokers/kite/switches")
    yield lambda **changes: sandbox.patch("/brokers/kite/switches", changes)
    sandbox.patch("/brokers/kite/switches", before)


@pytest.fixture
def kite(sandbox: Sandbox) -> Iterator[Any]:
    user = new_user(sandbox, cash="9000000")
    with client_of(user) as client:
        client.user_id = user["user_id"]
        yield client


def until(kite: Any, order_id: str, status: str) -> dict[str, Any]:
    """The last row of an order's history once it has that status."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        row: dict[str, Any] = kite.order_history(order_id)[-1]
        if row["status"] == status:
            return row
        time.sleep(0.02)
    pytest.fail(f"{order_id} is {row['status']}, not {status}")


def test_an_order_passes_its_stages_in_time(kite: Any, switches: Callable[..., Any]) -> None:
    switches(pace="realistic")
    order_id = kite.place_order(**ORDER)
    until(kite, order_id, "OPEN")
    kite.modify_order("regular", order_id, quantity=6)
    until(kite, order_id, "OPEN")
    deadline = time.monotonic() + 20
    while kite.order_history(order_id)[-1]["quantity"] != 6 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert until(kite, order_id, "OPEN")["quantity"] == 6
    kite.cancel_order("regular", order_id)
    assert until(kite, order_id, "CANCELLED")["cancelled_quantity"] == 6
    bought = kite.place_order(**(ORDER | {"order_type": "MARKET", "price": None, "market_protection": -1}))
    assert until(kite, bought, "COMPLETE")["filled_quantity"] == 10


def test_a_second_quote_in_a_second_is_refused(kite: Any, switches: Callable[..., Any]) -> None:
    switches(rate_limits=True)

    def hurry() -> None:
        for _ in range(30):
            kite.ltp("NSE:INFY")

    with pytest.raises(kite_errors.NetworkException) as refusal:
        hurry()
    assert refusal.value.code == 429


def test_a_personal_plan_is_told_so(kite: Any, switches: Callable[..., Any]) -> None:
    switches(plan="personal")
    with pytest.raises(kite_errors.PermissionException):
        kite.quote("NSE:INFY")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("error_400_after_accept", kite_errors.InputException),
        ("error_5xx_after_accept", kite_errors.DataException),
        ("ip_not_allowed", kite_errors.PermissionException),
        ("rate_limit", kite_errors.NetworkException),
    ],
)
def test_faults_come_in_kites_own_words(
    sandbox: Sandbox, kite: Any, fault: str, error: type[Exception]
) -> None:
    rule = {"broker": "kite", "fault": fault, "call": "place", "account": kite.user_id, "times": 1}
    sandbox.post("/faults", rule)
    with pytest.raises(error):
        kite.place_order(**ORDER)
    assert len(kite.orders()) == (1 if fault.endswith("after_accept") else 0)


def test_every_second_slice_may_fail(sandbox: Sandbox, kite: Any) -> None:
    rule = {
        "broker": "kite",
        "fault": "partial_success",
        "call": "place",
        "account": kite.user_id,
        "times": 1,
    }
    sandbox.post(f"/users/kite/{kite.user_id}/funds", {"amount": "90000000000"})
    sandbox.post("/faults", rule)
    made = kite.place_autoslice_order(**(ORDER | {"quantity": 1_000_000}))
    kinds = [next(iter(child)) for child in made["children"]]
    assert kinds[:2] == ["order_id", "error"]
    assert len(kite.orders()) == kinds.count("order_id")
