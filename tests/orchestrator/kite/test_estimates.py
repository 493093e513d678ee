"""The official SDK asks what orders would need and cost; nothing is sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from kiteconnect import exceptions

from tests.orchestrator.kite.programs import Owner, Program

BUY: dict[str, Any] = {
    "exchange": "NSE",
    "tradingsymbol": "INFY",
    "transaction_type": "BUY",
    "variety": "regular",
    "product": "CNC",
    "order_type": "LIMIT",
    "quantity": 2,
    "price": 1500.0,
}


async def test_margins_are_those_of_our_own_preview(program: Program, owner: Owner) -> None:
    (row,) = await program.call("order_margins", [BUY])
    assert (row["tradingsymbol"], row["type"]) == ("INFY", "equity")
    asked = {
        "exchange": "NSE",
        "symbol": "INFY",
        "side": "BUY",
        "order_type": "LIMIT",
        "quantity": 2,
        "price": "1500.00",
        "product": "CNC",
    }
    decision = (await owner.call("POST", "/v1/orders/preview", json=asked))["decision"]
    assert Decimal(str(row["charges"]["total"])) == pytest.approx(
        Decimal(decision["charges"]["total"]), abs=Decimal("0.05")
    )
    assert row["total"] == pytest.approx(3000, rel=0.05)


async def test_an_order_that_nobody_can_pay_has_margins_too(program: Program) -> None:
    (row,) = await program.call("order_margins", [BUY | {"quantity": 100_000}])
    assert row["total"] > 100_000_000
    assert row["charges"]["total"] > 0


async def test_a_basket_needs_no_more_than_its_parts(program: Program) -> None:
    orders = [BUY, BUY | {"tradingsymbol": "TCS", "price": 3000.0, "quantity": 1}]
    basket = await program.call("basket_order_margins", orders)
    assert basket["final"]["total"] <= basket["initial"]["total"]
    assert len(basket["orders"]) == 2
    total = sum(one["charges"]["total"] for one in basket["orders"])
    assert basket["charges"]["total"] == pytest.approx(total)
    compact = await program.call("basket_order_margins", orders, mode="compact")
    assert "orders" not in compact


async def test_a_contract_note_lists_the_charges_of_executed_orders(program: Program) -> None:
    executed = BUY | {"order_id": "111", "average_price": 1500.05, "order_type": "MARKET", "price": 0}
    (row,) = await program.call("get_virtual_contract_note", [executed])
    assert (row["price"], row["quantity"]) == (1500.05, 2)
    lines = row["charges"]
    parts = ("transaction_tax", "exchange_turnover_charge", "sebi_turnover_charge", "brokerage", "stamp_duty")
    assert lines["total"] == pytest.approx(sum(lines[one] for one in parts) + lines["gst"]["total"])
    assert lines["transaction_tax"] == pytest.approx(3.0, abs=0.01)  # a thousandth of the value


async def test_questions_that_cannot_be_are_refused(program: Program) -> None:
    for call, asked, words in (
        ("order_margins", [], "orders"),
        ("order_margins", [BUY] * 21, "orders"),
        ("order_margins", [7], "orders"),
        ("order_margins", [BUY | {"quantity": {"is": 3}}], "orders"),
        ("order_margins", [BUY | {"tradingsymbol": "NOSUCH"}], "does not exist"),
        ("get_virtual_contract_note", [BUY], "average_price"),
        ("get_virtual_contract_note", [BUY | {"average_price": -1}], "average_price"),
    ):
        with pytest.raises(exceptions.InputException, match=words):
            await program.call(call, asked)
    assert not [one for one in await program.call("orders") if one["quantity"] == 100_000]
