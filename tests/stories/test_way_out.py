"""An account's way out: orders leave from the registered address or not at all, and by the account's own proxy."""

from __future__ import annotations

import pytest

from mocks.launch import Sandbox
from tests.adapters.proxy import Proxy, running
from tests.stories.conftest import NewUser
from tests.stories.product import Trader, eventually


@pytest.fixture
def broker_settings(broker_settings: dict[str, str], sandbox: Sandbox) -> dict[str, str]:
    return broker_settings | {"TRADEMASTER_EGRESS_PROBE_URL": f"{sandbox.urls['control']}/ip"}


async def _register(trader: Trader, account: str, *addresses: str) -> None:
    await trader.call("PUT", f"/v1/accounts/{account}/addresses", json={"addresses": list(addresses)})


async def test_no_order_leaves_from_an_address_that_is_not_registered(
    trader: Trader, new_user: NewUser
) -> None:
    account = await trader.connect(new_user("kite"))
    await trader.settled()
    await _register(trader, account, "203.0.113.7")
    refused = await trader.place("BUY 10 NSE:INFY CNC MARKET", expect=409)
    assert "address_drifted" in {reason["code"] for reason in refused["reasons"]}
    assert (await trader.account(account))["egress"]["seen"] == "127.0.0.1"
    assert not (await trader.portfolio())["gaps"], "reading needs no registered address"

    await _register(trader, account, "203.0.113.7", "127.0.0.1")
    placed = await trader.place("BUY 10 NSE:INFY CNC MARKET")
    await trader.order_when(placed["id"], "FILLED")
    assert (await trader.account(account))["egress"]["state"] == "confirmed"


async def test_orders_leave_by_the_accounts_proxy_and_by_no_other_way(
    trader: Trader, new_user: NewUser
) -> None:
    account = await trader.connect(new_user("upstox"))
    await trader.settled()
    async with running(Proxy("asha:secret")) as proxy:
        await trader.call("PUT", f"/v1/accounts/{account}/proxy", json={"proxy_url": proxy.url})
        placed = await trader.place("BUY 10 NSE:INFY CNC MARKET")
        await trader.order_when(placed["id"], "FILLED")
        assert any(one.startswith("POST") and "order/place" in one for one in proxy.requests), proxy.requests
    view = await eventually(trader.portfolio, lambda seen: bool(seen["gaps"]))
    assert view["gaps"][0]["account"] == account, "without its proxy it does not go by another way"
