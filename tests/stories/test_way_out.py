"""An account's way out: orders leave from the registered address or not at all, and by the account's own proxy."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from mocks.launch import Sandbox
from tests.adapters.proxy import Proxy, running
from tests.stories.product import Product, Trader, eventually
from tests.traders import NewUser, sandbox_settings


@pytest.fixture(scope="module")
def shared_product(shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """One that looks where its orders leave from."""
    probe = {"TRADEMASTER_EGRESS_PROBE_URL": f"{shared_sandbox.urls['control']}/ip"}
    running = Product(tmp_path_factory.mktemp("product"), sandbox_settings(shared_sandbox.urls) | probe)
    yield running
    asyncio.run(running.stop())


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
