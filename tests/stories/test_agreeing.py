"""Terms and privacy notice in force that a trader has not agreed to: exits go on, new risk waits."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mocks.launch import Sandbox
from tests.stories.product import Product, Trader
from tests.stories.test_conditionals import ask, below
from tests.traders import NewUser


@pytest.fixture
async def terms(product: Product) -> AsyncIterator[str]:
    """The version in force; withdrawn afterwards, for the other stories' traders."""
    await product.command("documents", "publish", "terms", "2026-11", "--url", "/terms.html")
    yield "2026-11"
    await product.command("documents", "withdraw", "terms")


async def test_who_has_not_agreed_sees_everything_and_closes_but_opens_nothing(
    trader: Trader, new_user: NewUser, sandbox: Sandbox, terms: str
) -> None:
    user = new_user("kite", holdings={"NSE:INFY": 10})
    account = await trader.connect(user)
    await trader.settled()
    assert (await trader.portfolio())["holdings"]
    problem = await trader.place("BUY 5 NSE:INFY CNC MARKET", expect=409)
    assert problem["code"] == "consent_needed"
    refused = await ask(trader, "POST", "", json=below(sandbox, account), expect=409)
    assert refused["code"] == "consent_needed"
    sold = await trader.place("SELL 5 NSE:INFY CNC MARKET")
    assert sold["status"] in ("OPEN", "FILLED", "PARTIALLY_FILLED")
    agreed = {"agreed": [{"document": "terms", "version": terms}]}
    assert (await trader.call("POST", "/v1/users/me/consents", json=agreed))["needed"] == []
    await trader.filled("BUY 5 NSE:INFY CNC MARKET")
