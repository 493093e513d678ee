"""Kite's triggers to conditional orders and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.zerodha import gtt
from domain.conditional import ConditionalIntent, ConditionalKind, ConditionalLeg, ConditionalStatus
from domain.errors import OutcomeUnknown
from domain.money import Price
from domain.order import OrderType, Product, Side
from tests.adapters.zerodha import payloads as kite
from tests.adapters.zerodha.test_wire import parsed

SYMBOLS = kite.Symbols()
PAIR = ConditionalIntent(
    ConditionalKind.OCO,
    kite.INFY,
    Side.SELL,
    Product.CNC,
    (
        ConditionalLeg(Price.of(1600), 5, OrderType.LIMIT, Price.of("1599.5")),
        ConditionalLeg(Price.of(1400), 10, OrderType.LIMIT, Price.of("1395.1")),
    ),
    Price.of("1508.2"),
)


def row(**changes: Any) -> dict[str, Any]:
    """The pair as Kite lists it."""
    form = gtt.form(PAIR, "INFY")
    listed = {
        "id": 112127,
        "user_id": "AB1234",
        "parent_trigger": None,
        "type": form["type"],
        "created_at": "2026-11-20 09:20:00",
        "updated_at": "2026-11-20 09:20:00",
        "expires_at": "2027-11-20 09:20:00",
        "status": "active",
        "condition": json.loads(form["condition"]) | {"instrument_token": 408065},
        "orders": [order | {"result": None} for order in json.loads(form["orders"])],
        "meta": {},
    }
    return parsed(listed | changes)


def result(status: str, order_id: str = "", reason: str = "") -> dict[str, Any]:
    return {"result": {"order_result": {"status": status, "order_id": order_id, "rejection_reason": reason}}}


def fired(*results: dict[str, Any] | None) -> dict[str, Any]:
    orders = [order | (extra or {}) for order, extra in zip(row()["orders"], results, strict=True)]
    return row() | {"status": "triggered", "orders": orders}


def test_values_ascend_and_each_order_stands_beside_its_own() -> None:
    form = gtt.form(PAIR, "INFY")
    assert form["type"] == "two-leg"
    assert json.loads(form["condition"])["trigger_values"] == [1400, 1600]
    assert [(one["quantity"], one["price"]) for one in json.loads(form["orders"])] == [
        (10, 1395.1),
        (5, 1599.5),
    ]


def test_a_listed_pair_is_the_pair_that_was_asked_for() -> None:
    assert gtt.report(row(), SYMBOLS).intent == PAIR


def test_every_status_has_its_meaning_and_an_unlisted_one_none() -> None:
    meant = {words: gtt.report(row(status=words), SYMBOLS).status for words in (*gtt.STATUSES, "parked")}
    assert meant == gtt.STATUSES | {"parked": ConditionalStatus.UNRECOGNISED}


def test_a_trigger_whose_order_was_refused_did_not_end_well() -> None:
    refused = gtt.report(fired(result("failed", reason="Insufficient funds."), None), SYMBOLS)
    assert (refused.status, refused.message) == (ConditionalStatus.REJECTED, "Insufficient funds.")
    assert refused.fired_order_ids == ()
    sent = gtt.report(fired(result("success", "2611200001"), None), SYMBOLS)
    assert (sent.status, sent.fired_order_ids) == (ConditionalStatus.TRIGGERED, ("2611200001",))


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "three-leg"},
        {"condition": row()["condition"] | {"tradingsymbol": "NEWCO"}},
        {"orders": [order | {"product": "CO"} for order in row()["orders"]]},
        {"orders": [order | {"order_type": "XX"} for order in row()["orders"]]},
        {"orders": row()["orders"][:1]},
    ],
)
def test_a_trigger_that_has_no_name_here_is_listed_without_its_meaning(changes: dict[str, Any]) -> None:
    listed = gtt.report(row() | changes, SYMBOLS)
    assert (listed.conditional_id, listed.status, listed.intent) == ("112127", ConditionalStatus.ACTIVE, None)


@pytest.mark.parametrize("answer", [{}, [], None, {"trigger_id": None}])
def test_a_success_without_a_trigger_id_proves_nothing(answer: object) -> None:
    with pytest.raises(OutcomeUnknown):
        gtt.trigger_id(answer)
