"""Conditional orders that a broker keeps itself are passed through once, and what is not known is said."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest

from mocks.launch import Sandbox
from tests.stories.product import Trader, eventually, last_price
from tests.traders import NewUser


async def ask(
    trader: Trader, method: str, path: str, *, key: str = "", expect: int | None = None, **request: Any
) -> Any:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return await trader.call(method, f"/v1/conditionals{path}", headers=headers, expect=expect, **request)


def below(sandbox: Sandbox, account: str, quantity: int = 2, *, market: bool = False) -> dict[str, Any]:
    """Buy when INFY has fallen by a twentieth."""
    trigger = str(round(last_price(sandbox, "NSE:INFY") * Decimal("0.95")))
    leg = {"trigger_price": trigger, "quantity": quantity, "order_type": "LIMIT", "price": trigger}
    if market:
        leg = {"trigger_price": trigger, "quantity": quantity, "order_type": "MARKET"}
    name = {"exchange": "NSE", "symbol": "INFY", "side": "BUY", "product": "CNC"}
    return {"account": account, "kind": "single", **name, "legs": [leg]}


async def kept(trader: Trader) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await trader.call("GET", "/v1/conditionals"))["items"]
    return [one for one in items if one["status"] == "ACTIVE"]


@pytest.mark.parametrize("broker", ["kite", "upstox", "groww", "mock"])
async def test_a_conditional_order_is_placed_once_changed_and_cancelled(
    broker: str, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    account = await trader.connect(new_user(broker))
    await trader.settled()
    market = broker == "upstox"  # its own go out as protected market orders only
    body, key = below(sandbox, account, market=market), uuid.uuid4().hex

    made = await ask(trader, "POST", "", json=body, key=key)
    assert made["outcome"] == "done", made
    assert (await ask(trader, "POST", "", json=body, key=key))["id"] == made["id"]

    (seen,) = await eventually(lambda: kept(trader), lambda found: len(found) == 1)
    assert (seen["id"], seen["symbol"], seen["legs"][0]["quantity"]) == (made["broker_id"], "INFY", 2)
    path = f"/{account}/{made['broker_id']}"
    changed = await ask(trader, "PATCH", path, json=below(sandbox, account, 3, market=market))
    assert changed["outcome"] == "done", changed
    await eventually(lambda: kept(trader), lambda found: found and found[0]["legs"][0]["quantity"] == 3)
    stranger = await ask(trader, "PATCH", f"/{account}/none-of-mine", json=body, expect=404)
    assert stranger["code"] == "not_found"
    gone = await ask(trader, "DELETE", path, key="gone" + key)
    assert gone["outcome"] == "done", gone
    await eventually(lambda: kept(trader), lambda found: not found)
    assert (await ask(trader, "DELETE", path, key="gone" + key))["id"] == gone["id"], (
        "the same key, the same answer"
    )


async def test_a_conditional_order_without_an_answer_is_shown_as_unknown(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("kite")
    account = await trader.connect(user)
    await trader.settled()
    lost = {"fault": "timeout_after_accept", "call": "gtt_place", "times": 1, "seconds": 4}
    sandbox.post("/faults", {"broker": "kite", "account": user["user_id"], **lost})

    unsure = await ask(trader, "POST", "", json=below(sandbox, account))

    assert unsure["outcome"] == "unknown"
    page = await trader.call("GET", "/v1/conditionals")
    assert [one["id"] for one in page["unclear"]] == [unsure["id"]]
    assert len(await kept(trader)) == 1


async def test_what_a_broker_does_not_keep_is_refused_before_it_is_sent(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    account = await trader.connect(new_user("upstox"))
    await trader.settled()
    body = below(sandbox, account)
    both = {**body, "kind": "oco", "legs": body["legs"] * 2}
    assert (await ask(trader, "POST", "", json=both, expect=409))["code"] == "conditional_unsupported"
    await ask(trader, "POST", "", json={**body, "kind": "oco"}, expect=422)
    await ask(trader, "POST", "", json=below(sandbox, "acc_of_someone_else"), expect=404)
    await ask(trader, "DELETE", f"/{account}/nothing", expect=404)
