"""Out of everything: many orders at once, one position, all of them; a position moved to another product."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from mocks.launch import Sandbox
from tests.stories.product import Trader, eventually
from tests.stories.test_exactly_once import BROKERS, at_broker, resting_order
from tests.traders import NewUser


async def ask(
    trader: Trader, path: str, body: dict[str, Any], *, expect: int | None = None, key: str = ""
) -> Any:
    headers = {"Idempotency-Key": key or uuid.uuid4().hex}
    return await trader.call("POST", path, json=body, headers=headers, expect=expect)


def infy(account: str, product: str = "MIS") -> dict[str, Any]:
    return {"account": account, "exchange": "NSE", "symbol": "INFY", "product": product}


async def bought(trader: Trader, account: str, quantity: int, product: str = "MIS") -> None:
    placed = await trader.place(f"BUY {quantity} NSE:INFY {product} MARKET", account=account)
    await trader.order_when(placed["id"], "FILLED")


async def held(trader: Trader, product: str = "MIS") -> int:
    positions = (await trader.call("GET", "/v1/portfolio/positions"))["positions"]
    return sum(
        line["quantity"] for line in positions if line["symbol"] == "INFY" and line["product"] == product
    )


async def test_cancelling_many_takes_the_orders_that_fit_and_leaves_the_others(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    users = [new_user("kite"), new_user("upstox")]
    accounts = [await trader.connect(user) for user in users]
    await trader.settled()
    for account in accounts:
        placed = await trader.place(resting_order(sandbox), account=account)
        await trader.order_when(placed["id"], "OPEN")

    some = await trader.call("POST", "/v1/orders/cancel", json={"account": accounts[0], "side": "BUY"})

    assert [one["account"] for one in some["orders"]] == [accounts[0]]
    await eventually(
        lambda: asyncio.to_thread(at_broker, sandbox, users[0]), lambda seen: seen[0]["status"] == "cancelled"
    )
    assert at_broker(sandbox, users[1])[0]["status"] == "open"
    rest = await trader.call("POST", "/v1/orders/cancel", json={})
    assert [one["account"] for one in rest["orders"]] == [accounts[1]]


@pytest.mark.parametrize("broker", BROKERS)
async def test_a_position_is_left_once_however_often_it_is_asked(
    broker: str, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user(broker)
    account = await trader.connect(user)
    await trader.settled()
    await bought(trader, account, 4)

    answers = await asyncio.gather(
        *(
            trader.http.post(
                "/v1/positions/exit", json=infy(account), headers={"Idempotency-Key": uuid.uuid4().hex}
            )
            for _ in range(4)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    left = next(answer.json() for answer in answers if answer.status_code == 201)
    assert (left["side"], left["quantity"], left["order_type"]) == ("SELL", 4, "MARKET")
    await trader.order_when(left["id"], "FILLED")
    await eventually(lambda: held(trader), lambda units: units == 0)
    again = await ask(trader, "/v1/positions/exit", infy(account), expect=409)
    assert again["code"] in ("no_position", "exit_under_way")


async def test_a_part_of_a_position_can_be_left_and_another_persons_account_is_not_found(
    trader: Trader, new_user: NewUser
) -> None:
    account = await trader.connect(new_user("upstox"))
    await trader.settled()
    await bought(trader, account, 4)
    key = uuid.uuid4().hex

    placed = await ask(trader, "/v1/positions/exit", {**infy(account), "quantity": 3}, key=key)
    assert placed["quantity"] == 3
    same = await ask(trader, "/v1/positions/exit", {**infy(account), "quantity": 3}, key=key)
    assert same["id"] == placed["id"]
    await eventually(lambda: held(trader), lambda units: units == 1)
    await ask(trader, "/v1/positions/exit", infy("acc_of_someone_else"), expect=404)


async def test_leaving_everything_tells_what_is_proven_flat_from_what_is_not(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    users = [new_user("kite"), new_user("groww")]
    accounts = [await trader.connect(user) for user in users]
    await trader.settled()
    await asyncio.gather(*(bought(trader, account, 2) for account in accounts))
    resting = await trader.place(resting_order(sandbox), account=accounts[0])
    await trader.order_when(resting["id"], "OPEN")

    await ask(trader, "/v1/positions/exit-all", {"confirm": False}, expect=422)
    out = await ask(trader, "/v1/positions/exit-all", {"confirm": True})

    assert (out["flat"], [one["flat"] for one in out["accounts"]]) == (True, [True, True])
    assert await held(trader) == 0
    await trader.order_when(resting["id"], "CANCELLED")
    sandbox.post("/faults", {"broker": "kite", "account": users[0]["user_id"], "fault": "error_5xx_before"})
    blind = await ask(trader, "/v1/positions/exit-all", {"confirm": True})
    assert blind["flat"] is False
    assert blind["accounts"][0]["flat"] is None


@pytest.mark.parametrize("broker", ["kite", "upstox", "mock"])
async def test_a_position_is_converted_once_for_each_key(
    broker: str, trader: Trader, new_user: NewUser
) -> None:
    account = await trader.connect(new_user(broker))
    await trader.settled()
    await bought(trader, account, 4)
    key, body = uuid.uuid4().hex, {**infy(account), "side": "BUY", "quantity": 3, "old": "MIS", "new": "CNC"}
    del body["product"]

    done = await ask(trader, "/v1/positions/convert", body, key=key)
    assert (done["outcome"], done["kind"]) == ("done", "convert"), done
    assert (await ask(trader, "/v1/positions/convert", body, key=key))["id"] == done["id"]

    await eventually(lambda: held(trader), lambda units: units == 1)
    refused = await ask(trader, "/v1/positions/convert", {**body, "quantity": 50})
    assert refused["outcome"] == "rejected"
    assert refused["broker_words"]


async def test_a_broker_without_conversion_says_so(trader: Trader, new_user: NewUser) -> None:
    account = await trader.connect(new_user("groww"))
    await trader.settled()
    body = {"account": account, "exchange": "NSE", "symbol": "INFY", "side": "BUY", "quantity": 1}
    no = await ask(trader, "/v1/positions/convert", {**body, "old": "MIS", "new": "CNC"}, expect=409)
    assert no["code"] == "conversion_unsupported"
