"""Orders given in the evening for the next morning: they wait, can be changed and left, and go when the day begins.

The product and the simulated market share one clock, which is put forward over the night.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from mocks.launch import Sandbox
from tests.stories.product import Product, Trader, a_trader, eventually, last_price
from tests.stories.test_exactly_once import at_broker
from tests.stories.test_modify import change
from tests.traders import sandbox_settings

EVENING = "2026-11-19T18:00"  # a Thursday, IST


@pytest.fixture
def night() -> Iterator[Sandbox]:
    """A market by its calendar, closed since half past three."""
    with Sandbox.start(flow=False, calendar=True, options=["--start", EVENING]) as sandbox:
        yield sandbox


@pytest.fixture
async def evening(night: Sandbox, tmp_path: Path) -> AsyncIterator[Trader]:
    settings = {
        **sandbox_settings(night.urls),
        "TRADEMASTER_ALWAYS_OPEN": "false",
        "TRADEMASTER_CLOCK_URL": night.urls["control"],
        "TRADEMASTER_ACCESS_MINUTES": "1440",
    }
    product = Product(tmp_path, settings)
    await product.start()
    async with a_trader(product) as trader:
        yield trader
    await product.stop()


def it_becomes(sandbox: Sandbox, time: str) -> None:
    sandbox.post("/clock", {"to": f"{time}:00+05:30"})


async def test_an_order_of_the_evening_waits_and_goes_in_the_morning(evening: Trader, night: Sandbox) -> None:
    trader = evening
    user: Any = {**night.post("/users", {"broker": "kite", "cash": "100000"}), "broker": "kite"}
    account = await trader.connect(user)
    await trader.settled()
    price = last_price(night, "NSE:INFY").quantize(Decimal(1))

    closed = await trader.place(f"BUY 2 NSE:INFY CNC LIMIT {price}", expect=409)
    assert (closed["code"], "after-market" in closed["fix"]) == ("market_closed", True)
    placed = await trader.place(f"BUY 2 NSE:INFY CNC LIMIT {price - 100}", after_market=True)
    left = await trader.place(f"BUY 3 NSE:INFY CNC LIMIT {price - 100}", after_market=True)
    waiting = await eventually(
        lambda: trader.order(placed["id"]),
        lambda seen: "AMO REQ RECEIVED" in {step["broker_words"] for step in seen["timeline"]},
    )
    assert (waiting["status"], waiting["created_at"][:15]) == ("OPEN", "2026-11-19T18:0")

    await change(trader, placed["id"], quantity=4, price=str(price + 20))
    await eventually(
        lambda: trader.order(placed["id"]), lambda seen: not seen["children"][0]["changing"], seconds=10
    )
    await trader.call("DELETE", f"/v1/orders/{left['id']}")
    await trader.order_when(left["id"], "CANCELLED")
    assert sorted(str(row["status"]) for row in at_broker(night, user)) == ["after_market", "cancelled"]

    it_becomes(night, "2026-11-20T08:30")  # the broker's session ended at six
    await eventually(lambda: trader.account(account), lambda seen: seen["state"] == "login_needed")
    assert (await trader.order(placed["id"]))["status"] == "OPEN"
    await trader.log_in_again(account, user)

    it_becomes(night, "2026-11-20T09:20")
    done = await trader.order_when(placed["id"], "FILLED")
    assert (done["quantity"], done["filled_quantity"], done["after_market"]) == (4, 4, True)
    late = await trader.place(f"BUY 2 NSE:INFY CNC LIMIT {price}", after_market=True, expect=409)
    assert late["code"] == "after_market_while_open"
