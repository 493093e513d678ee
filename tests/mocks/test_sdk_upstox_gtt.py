"""Good-till-triggered orders by the official Upstox SDK: entries, targets, stops that trail, and their refusals."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import upstox_client
from upstox_client.rest import ApiException

from mocks.launch import Sandbox
from tests.mocks.upstox_sdk import VERSION, client_for, code_of, gtt, limit, market, new_user, rule


@pytest.fixture
def upstox_sandbox() -> Iterator[Sandbox]:
    """A market of its own for each test: prices are moved."""
    with Sandbox.start(flow=False, only=("upstox",)) as running:
        yield running


@pytest.fixture(scope="module")
def quiet_sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False, only=("upstox",)) as running:
        yield running


def client_of(sandbox: Sandbox) -> Any:
    session = new_user(sandbox)
    return client_for(session["base_url"], session["access_token"])


def move(sandbox: Sandbox, price: str) -> None:
    sandbox.post("/prices", {"prices": {"NSE:INFY": price}})


def rules(orders: Any, gtt_id: str) -> dict[str, Any]:
    [found] = orders.get_gtt_order_details(gtt_order_id=gtt_id).data
    return {one.strategy: one for one in found.rules}


def test_an_entry_waits_for_its_price_and_then_buys(upstox_sandbox: Sandbox) -> None:
    client = client_of(upstox_sandbox)
    orders = upstox_client.OrderApiV3(client)
    [gtt_id] = orders.place_gtt_order(gtt()).data.gtt_order_ids
    assert gtt_id.startswith("GTT-")
    assert rules(orders, gtt_id)["ENTRY"].status == "SCHEDULED"
    move(upstox_sandbox, "1460")
    assert rules(orders, gtt_id)["ENTRY"].order_id is None
    move(upstox_sandbox, "1449")
    entry = rules(orders, gtt_id)["ENTRY"]
    assert entry.status == "COMPLETED"
    row = upstox_client.OrderApi(client).get_order_status(order_id=entry.order_id).data
    assert (row.status, row.filled_quantity, row.transaction_type) == ("complete", 5, "BUY")


def test_a_target_reached_ends_the_stop(upstox_sandbox: Sandbox) -> None:
    client = client_of(upstox_sandbox)
    orders = upstox_client.OrderApiV3(client)
    three = (
        rule("ENTRY", "IMMEDIATE", 1541.0),
        rule("TARGET", "IMMEDIATE", 1580.0),
        rule("STOPLOSS", "IMMEDIATE", 1500.0),
    )
    [gtt_id] = orders.place_gtt_order(gtt("MULTIPLE", *three)).data.gtt_order_ids
    found = rules(orders, gtt_id)
    assert [found[name].status for name in ("ENTRY", "TARGET", "STOPLOSS")] == [
        "COMPLETED", "SCHEDULED", "SCHEDULED",
    ]  # fmt: skip
    assert (found["TARGET"].transaction_type, found["ENTRY"].transaction_type) == ("SELL", "BUY")
    move(upstox_sandbox, "1581")
    found = rules(orders, gtt_id)
    assert (found["TARGET"].status, found["STOPLOSS"].status) == ("COMPLETED", "CANCELLED")
    [position] = upstox_client.PortfolioApi(client).get_positions(VERSION).data
    assert (position.day_buy_quantity, position.day_sell_quantity) == (5, 5)


def test_a_stop_follows_the_price_by_its_gap(upstox_sandbox: Sandbox) -> None:
    orders = upstox_client.OrderApiV3(client_of(upstox_sandbox))
    trailing = (rule("ENTRY", "IMMEDIATE", 1541.0), rule("STOPLOSS", "IMMEDIATE", 1500.0, trailing_gap=10.0))
    [gtt_id] = orders.place_gtt_order(gtt("MULTIPLE", *trailing)).data.gtt_order_ids
    move(upstox_sandbox, "1575")
    moved = rules(orders, gtt_id)["STOPLOSS"]
    assert (moved.trigger_price, moved.trailing_gap) == (1530.0, 10.0)
    move(upstox_sandbox, "1529")
    assert rules(orders, gtt_id)["STOPLOSS"].status == "COMPLETED"


def test_a_refused_order_is_told_in_its_rule(upstox_sandbox: Sandbox) -> None:
    orders = upstox_client.OrderApiV3(client_of(upstox_sandbox))
    [gtt_id] = orders.place_gtt_order(gtt(quantity=5000)).data.gtt_order_ids
    move(upstox_sandbox, "1440")
    entry = rules(orders, gtt_id)["ENTRY"]
    assert entry.status == "FAILED"
    assert "funds" in entry.message.lower()


def test_a_gtt_order_is_changed_and_cancelled(quiet_sandbox: Sandbox) -> None:
    orders = upstox_client.OrderApiV3(client_of(quiet_sandbox))
    [gtt_id] = orders.place_gtt_order(gtt()).data.gtt_order_ids
    changed = upstox_client.GttModifyOrderRequest(
        type="SINGLE", quantity=7, gtt_order_id=gtt_id, rules=[rule("ENTRY", "ABOVE", 1600.0)]
    )
    assert orders.modify_gtt_order(changed).data.gtt_order_ids == [gtt_id]
    [found] = orders.get_gtt_order_details(gtt_order_id=gtt_id).data
    assert (found.quantity, found.rules[0].trigger_type, found.rules[0].trigger_price) == (7, "ABOVE", 1600.0)
    assert found.created_at > 10**15  # microseconds
    cancel = upstox_client.GttCancelOrderRequest(gtt_order_id=gtt_id)
    assert orders.cancel_gtt_order(cancel).data.gtt_order_ids == [gtt_id]
    assert rules(orders, gtt_id)["ENTRY"].status == "CANCELLED"
    calls: list[tuple[Callable[[], Any], str]] = [
        (lambda: orders.cancel_gtt_order(cancel), "UDAPI100040"),
        (lambda: orders.modify_gtt_order(changed), "UDAPI100041"),
        (lambda: orders.get_gtt_order_details(gtt_order_id="GTT-1"), "UDAPI100010"),
        (lambda: orders.get_gtt_order_details(gtt_order_id="1"), "UDAPI1135"),
    ]
    for call, code in calls:
        with pytest.raises(ApiException) as refused:
            call()
        assert code_of(refused.value) == code


def test_the_quantity_of_an_open_order_stays(quiet_sandbox: Sandbox) -> None:
    orders = upstox_client.OrderApiV3(client_of(quiet_sandbox))
    both = (rule("ENTRY", "IMMEDIATE", 1541.0), rule("TARGET", "IMMEDIATE", 1690.0))
    [gtt_id] = orders.place_gtt_order(gtt("MULTIPLE", *both)).data.gtt_order_ids

    def modify(quantity: int, trigger: str) -> Any:
        again = [rule("ENTRY", trigger, 1541.0), rule("TARGET", "IMMEDIATE", 1680.0)]
        return orders.modify_gtt_order(
            upstox_client.GttModifyOrderRequest(
                type="MULTIPLE", quantity=quantity, gtt_order_id=gtt_id, rules=again
            )
        )

    with pytest.raises(ApiException) as quantity:
        modify(6, "IMMEDIATE")
    assert code_of(quantity.value) == "UDAPI1145"
    with pytest.raises(ApiException) as trigger:
        modify(5, "ABOVE")
    assert code_of(trigger.value) == "UDAPI1150"
    modify(5, "IMMEDIATE")
    assert rules(orders, gtt_id)["TARGET"].trigger_price == 1680.0


ENTRY = rule("ENTRY", "BELOW", 1450.0)


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (gtt("SINGLE", ENTRY, rule("TARGET", "IMMEDIATE", 1600.0)), "UDAPI1136"),
        (gtt("MULTIPLE", ENTRY), "UDAPI1137"),
        (
            gtt("MULTIPLE", rule("TARGET", "IMMEDIATE", 1600.0), rule("STOPLOSS", "IMMEDIATE", 1400.0)),
            "UDAPI1141",
        ),
        (gtt("MULTIPLE", ENTRY, ENTRY), "UDAPI1142"),
        (gtt("MULTIPLE", ENTRY, rule("TARGET", "ABOVE", 1600.0)), "UDAPI1143"),
        (gtt("SINGLE", rule("ENTRY", "BELOW", 0.0)), "UDAPI1130"),
        (gtt("MULTIPLE", ENTRY, rule("STOPLOSS", "IMMEDIATE", 1400.0, trailing_gap=1.0)), "UDAPI1151"),
        (gtt(quantity=0), "UDAPI1052"),
        (gtt("SINGLE", rule("ENTRY", "BELOW", 1450.0, market_protection=26)), "UDAPI1159"),
        (gtt("SINGLE", rule("ENTRY", "BELOW", 1450.0, market_protection=0)), "UDAPI1158"),
    ],
)
def test_wrong_rules_have_their_codes(quiet_sandbox: Sandbox, order: Any, code: str) -> None:
    orders = upstox_client.OrderApiV3(client_of(quiet_sandbox))
    with pytest.raises(ApiException) as refused:
        orders.place_gtt_order(order)
    assert (refused.value.status, code_of(refused.value)) == (400, code)
    assert orders.get_gtt_order_details().data == []


def test_an_order_of_the_client_lives_beside_it(quiet_sandbox: Sandbox) -> None:
    """A GTT order is not in the order book before it fires."""
    client = client_of(quiet_sandbox)
    orders = upstox_client.OrderApiV3(client)
    orders.place_gtt_order(gtt())
    orders.place_order(limit())
    orders.place_order(market(quantity=1))
    assert len(upstox_client.OrderApi(client).get_order_book(VERSION).data) == 2
