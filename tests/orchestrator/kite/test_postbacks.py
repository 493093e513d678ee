"""A program's server is told of its own orders as Kite tells of them: each state once, signed with its secret."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.orchestrator.kite.programs import Owner, a_program
from tests.orchestrator.webhooks.receiver import Came, Receiver, receiving
from tests.stories.product import Product, eventually

BACK = "https://strategy.example/kite"


async def told(server: Receiver, order_id: str, status: str) -> list[Any]:
    """What came about an order, once it was told to be so."""

    async def said() -> list[Any]:
        return [one.said for one in server.came if one.said.get("order_id") == order_id]

    rows: list[Any] = await eventually(said, lambda rows: any(row["status"] == status for row in rows))
    return rows


def good(came: Came, secret: str) -> bool:
    row = came.said
    signed = f"{row['order_id']}{row['order_timestamp']}{secret}"
    return bool(hashlib.sha256(signed.encode()).hexdigest() == row["checksum"])


async def test_each_state_of_its_own_orders_is_posted_once_and_signed(running: Product, owner: Owner) -> None:
    async with receiving(500) as server:  # the first try fails: it is sent again
        program, other = await a_program(running, owner), await a_program(running, owner)
        path = f"/v1/users/me/tokens/{program.api_key.removeprefix('tm_')}/kite"
        app = {"redirect_url": BACK, "postback_url": server.url}
        made = await owner.call("PUT", path, json=app)
        assert made["postback_url"] == server.url
        await other.call("place_order", "regular", "NSE", "INFY", "BUY", 1, "CNC", "MARKET")
        bought = await program.call(
            "place_order", "regular", "NSE", "INFY", "BUY", 2, "CNC", "MARKET", tag="p"
        )
        rested = await program.call("place_order", "regular", "NSE", "INFY", "BUY", 1, "CNC", "LIMIT", 1400.1)
        (*_, last) = await told(server, bought, "COMPLETE")
        assert (last["filled_quantity"], last["tag"], last["tradingsymbol"]) == (2, "p", "INFY")
        assert f"{(await program.order(bought))['order_timestamp']}" == last["order_timestamp"]
        await told(server, rested, "OPEN")
        await program.call("cancel_order", "regular", rested)
        await told(server, rested, "CANCELLED")
        assert all(good(one, made["api_secret"]) for one in server.came)
        assert {one.said["order_id"] for one in server.came} == {bought, rested}
        by_id = {one.id: one.said for one in server.came}  # what was tried twice has one id
        states = [(row["order_id"], row["status"], row["filled_quantity"]) for row in by_id.values()]
        assert len(states) == len(set(states))

        (hook,) = [one for one in (await owner.call("GET", "/v1/webhooks"))["items"] if one["token"]]
        assert (hook["token"], hook["url"]) == (program.api_key.removeprefix("tm_"), server.url)
        log = (await owner.call("GET", f"/v1/webhooks/{hook['id']}/deliveries"))["items"]
        assert {one["type"] for one in log} == {"kite.postback"}
        assert made["api_secret"] not in str(log)


async def test_postbacks_end_with_their_address_and_go_nowhere_forbidden(
    running: Product, owner: Owner
) -> None:
    program = await a_program(running, owner)
    path = f"/v1/users/me/tokens/{program.api_key.removeprefix('tm_')}/kite"
    async with owner.trader() as trader:
        for url in (
            "http://169.254.169.254/latest",
            "ftp://example.com/",
            "http://example.com/",
            "https://a:b@c.de/",
        ):
            answer = await trader.http.put(path, json={"redirect_url": BACK, "postback_url": url})
            assert (answer.status_code, answer.json()["field"]) == (422, "postback_url"), url
        assert (await trader.http.get(path)).status_code == 404, "nothing of it was kept"
    async with receiving() as server:
        await owner.call("PUT", path, json={"redirect_url": BACK, "postback_url": server.url})
        await owner.call("PUT", path, json={"redirect_url": BACK})
        assert (await owner.call("GET", path))["postback_url"] is None
        mine = [one["token"] for one in (await owner.call("GET", "/v1/webhooks"))["items"]]
        assert program.api_key.removeprefix("tm_") not in mine
        order = await program.call("place_order", "regular", "NSE", "INFY", "BUY", 1, "CNC", "LIMIT", 1400.1)
        await program.call("cancel_order", "regular", order)
        assert server.came == []
