"""A sale that the depository must be asked for: refused with the way there, and sent once the person said yes."""

from __future__ import annotations

import httpx

from mocks.launch import Sandbox
from tests.stories.product import Trader
from tests.stories.test_exactly_once import at_broker

SALE = "SELL 20 NSE:INFY CNC MARKET"


async def test_a_sale_waits_for_the_depositorys_leave_and_passes_once_it_is_given(
    trader: Trader, sandbox: Sandbox
) -> None:
    holdings = [{"symbol": "NSE:INFY", "quantity": 50}]
    made = sandbox.post("/users", {"broker": "kite", "cash": "1000", "ddpi": False, "holdings": holdings})
    user = {**made, "broker": "kite"}
    account = await trader.connect(user)
    await trader.settled()

    refused = await trader.place(SALE, expect=409)
    assert (refused["code"], refused["field"]) == ("authorisation_needed", "quantity")
    where = f"/v1/accounts/{account}/authorisation"
    assert f"POST {where}" in refused["fix"]
    assert at_broker(sandbox, user) == []

    shares = {"exchange": "NSE", "symbol": "INFY", "quantity": 20}
    nothing = await trader.call("POST", where, json={**shares, "symbol": "TCS"}, expect=409)
    assert nothing["code"] == "broker_rejected"
    begun = await trader.call("POST", where, json=shares)
    assert "TPIN" in begun["words"]
    assert (await trader.place(SALE, expect=409))["code"] == "authorisation_needed"
    async with httpx.AsyncClient(trust_env=False) as browser:
        said = await browser.post(begun["url"], data={"decision": "approve", "pin": "123456"})
    assert said.headers["location"].endswith("status=success")

    sold = await trader.place(SALE)
    assert (await trader.order_when(sold["id"], "FILLED"))["filled_quantity"] == 20
    assert (await trader.place(SALE, expect=409))["code"] == "authorisation_needed"
    assert len(at_broker(sandbox, user)) == 1
