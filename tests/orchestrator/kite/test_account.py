"""The official SDK reads all accounts as one: profile, money, holdings, positions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from kiteconnect import exceptions

from tests.orchestrator.kite.programs import Owner, Program, a_program
from tests.stories.product import Product, eventually


async def test_the_profile_is_of_a_virtual_broker(program: Program) -> None:
    profile = await program.call("profile")
    assert profile["broker"] == "VIRTUAL"
    assert profile["user_id"].startswith("TM")
    assert {"NSE", "NFO"} <= set(profile["exchanges"])
    assert "@" in profile["email"]


async def test_the_margins_are_the_sums_of_the_accounts(program: Program, owner: Owner) -> None:
    funds = (await owner.call("GET", "/v1/portfolio"))["funds"]
    both = await program.call("margins")
    equity = both["equity"]
    assert Decimal(str(equity["net"])) == sum(Decimal(one["margin_available"]) for one in funds)
    assert Decimal(str(equity["available"]["cash"])) == sum(Decimal(one["cash"]) for one in funds)
    own = equity["available"]["cash"] + equity["available"]["collateral"]
    assert own - equity["utilised"]["debits"] == pytest.approx(equity["net"])
    assert await program.call("margins", "equity") == equity
    assert (await program.call("margins", "commodity"))["enabled"] is False
    with pytest.raises(exceptions.InputException, match="segment"):
        await program.call("margins", "forex")


async def test_the_holdings_are_one_row_for_each_share(program: Program, owner: Owner) -> None:
    (infy,) = [one for one in await program.call("holdings") if one["tradingsymbol"] == "INFY"]
    ours = (await owner.call("GET", "/v1/portfolio/holdings"))["holdings"]
    (line,) = [one for one in ours if one["symbol"] == "INFY"]
    assert infy["quantity"] + infy["t1_quantity"] == 50
    assert infy["opening_quantity"] == line["quantity"] - sum(lot["bought_quantity"] for lot in line["lots"])
    assert (infy["isin"], infy["exchange"], infy["instrument_token"]) == (line["isin"], "NSE", 408065)
    worth = (infy["last_price"] - infy["average_price"]) * (infy["quantity"] + infy["t1_quantity"])
    assert infy["pnl"] == pytest.approx(worth, abs=0.02)
    assert infy["day_change"] == pytest.approx(infy["last_price"] - infy["close_price"])
    assert await program.call("get_auction_instruments") == []


BUY = ("regular", "NSE", "TCS", "BUY", 2, "MIS", "MARKET")


async def test_positions_add_up_as_kites_do_and_are_converted(program: Program) -> None:
    order_id = await program.call("place_order", *BUY)
    await eventually(lambda: program.order(order_id), lambda one: one["status"] == "COMPLETE")

    async def rows() -> dict[str, list[dict[str, Any]]]:
        told = await program.call("positions")
        return {name: [one for one in told[name] if one["tradingsymbol"] == "TCS"] for name in told}

    found = await eventually(rows, lambda both: len(both["net"]) == len(both["day"]) == 1)
    (net,), (day,) = found["net"], found["day"]
    assert (net["quantity"], day["quantity"], net["overnight_quantity"], net["product"]) == (2, 2, 0, "MIS")
    for row in (net, day):
        assert row["value"] == pytest.approx(row["sell_value"] - row["buy_value"])
        worth = row["quantity"] * row["last_price"] * row["multiplier"]
        assert row["pnl"] == pytest.approx(row["value"] + worth)
        assert row["average_price"] * row["quantity"] == pytest.approx(row["buy_value"])
    asked = ("NSE", "TCS", "BUY", "day", 2, "MIS", "CNC")
    assert await program.call("convert_position", *asked) is True
    await eventually(rows, lambda both: {one["product"] for one in both["net"] if one["quantity"]} == {"CNC"})
    with pytest.raises(exceptions.InputException, match="can be converted"):
        await program.call("convert_position", *asked)


async def test_a_token_that_sees_one_account_sees_its_numbers_alone(running: Product, owner: Owner) -> None:
    narrow = await a_program(running, owner, accounts=[owner.accounts[1]])
    (infy,) = [one for one in await narrow.call("holdings") if one["tradingsymbol"] == "INFY"]
    assert infy["quantity"] + infy["t1_quantity"] == 10
    funds = (await owner.call("GET", "/v1/portfolio"))["funds"]
    (mine,) = [one for one in funds if one["account"] == owner.accounts[1]]
    net = (await narrow.call("margins"))["equity"]["net"]
    assert Decimal(str(net)) == Decimal(mine["margin_available"])
    assert await narrow.call("positions") == {"net": [], "day": []}


async def test_a_conversion_is_held_against_the_tokens_policy(running: Product, owner: Owner) -> None:
    limited = await a_program(running, owner, products=["MIS"])
    with pytest.raises(exceptions.PermissionException, match="CNC"):
        await limited.call("convert_position", "NSE", "TCS", "BUY", "day", 2, "MIS", "CNC")
