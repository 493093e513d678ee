"""Orders go by the user's own policy or their own, and what was decided can be made again and tried otherwise."""

from __future__ import annotations

import json

from tests.stories.product import Product, Trader, order
from tests.traders import NewUser


async def test_a_policy_routes_and_its_decisions_can_be_made_again(
    product: Product, trader: Trader, new_user: NewUser
) -> None:
    kite, upstox = [await trader.connect(new_user(broker, cash="500000")) for broker in ("kite", "upstox")]
    await trader.settled()
    fallback = {"kind": "fallback", "accounts": [upstox, kite]}
    assert (await trader.call("PUT", "/v1/users/me/policy", json=fallback))["accounts"] == [upstox, kite]

    by_list = await trader.place("BUY 10 NSE:INFY CNC MARKET")
    assert [child["account"] for child in by_list["children"]] == [upstox]
    assert by_list["decision"]["policy"] == "fallback"
    assert by_list["decision"]["certificate"]["minimised"] == "place in your list, then charges"

    spread = await trader.place("BUY 11 NSE:INFY CNC MARKET", policy={"kind": "spread"})
    assert sorted(child["quantity"] for child in spread["children"]) == [5, 6]
    both = await trader.place(
        "BUY 1 NSE:INFY CNC MARKET", account=kite, policy={"kind": "cheapest"}, expect=422
    )
    assert "not both" in json.dumps(both)
    stranger = {"kind": "spread", "accounts": [kite, "acc_none"]}
    refused = await trader.place("BUY 1 NSE:INFY CNC MARKET", policy=stranger, expect=422)
    assert (refused["code"], refused["field"]) == ("account_unknown", "policy")

    intraday = await trader.preview("BUY 10 NSE:INFY MIS MARKET")
    assert intraday["plan"][0]["margin_estimated"] is False, "the broker was asked"

    pair = [order("SELL 10 NSE:TCS MIS MARKET"), order("BUY 10 NSE:INFY MIS MARKET")]
    priced = await trader.call("POST", "/v1/orders/margins", json={"orders": pair})
    assert priced["sequence"] == [1, 0]
    assert {one["account"] for one in priced["accounts"]} == {kite, upstox}
    assert all(one["enough"] and not one["margin_estimated"] for one in priced["accounts"]), priced

    told = await product.command("replay", spread["id"])
    assert "Proven" in told
    assert spread["decision"]["hash"] in told
    me = (await trader.call("GET", "/v1/users/me"))["id"]
    compared = json.loads(await product.command("whatif", "--policy", "cheapest", "--user", me, "--json"))
    assert (compared["orders"], compared["compared"], len(compared["changed"])) == (2, 2, 2)
    assert compared["difference"].startswith("-")
