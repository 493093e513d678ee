"""The Mock broker's conditional orders, batches, costs and limits, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from mocks.launch import Sandbox
from tests.mocks.client import until, user

LIMIT: dict[str, Any] = {
    "symbol": "NSE:WIPRO", "side": "BUY", "type": "LIMIT", "price": "240.00", "product": "CNC", "quantity": 10,
}  # fmt: skip
ENTRY = {"role": "entry", "trigger": "below", "trigger_price": "240.00", "order": LIMIT}


def single(**changes: Any) -> dict[str, Any]:
    return {"symbol": "NSE:WIPRO", "shape": "single", "legs": [ENTRY | changes]}


async def test_a_trigger_places_its_order_once(sandbox: Sandbox) -> None:
    sandbox.post("/prices", {"prices": {"NSE:WIPRO": "250.00"}})
    async with user(sandbox) as client:
        status, gtt = await client.call("POST", "/gtt", single())
        assert (status, gtt["status"], gtt["legs"][0]["order_id"]) == (201, "active", None)
        sandbox.post("/prices", {"prices": {"NSE:WIPRO": "239.50"}})
        _, gtt = await client.call("GET", f"/gtt/{gtt['gtt_id']}")
        orders = client.truth()["orders"]
        assert [one["order_id"] for one in orders] == [gtt["legs"][0]["order_id"]]
        assert (await client.call("DELETE", f"/gtt/{gtt['gtt_id']}"))[0] == 409
        assert [one["gtt_id"] for one in (await client.call("GET", "/gtt"))[1]["gtts"]] == [gtt["gtt_id"]]
    sandbox.post("/prices", {"prices": {"NSE:WIPRO": "250.00"}})


async def test_of_a_pair_of_exits_one_ends_the_other(sandbox: Sandbox) -> None:
    sandbox.post("/prices", {"prices": {"NSE:WIPRO": "250.00"}})
    held = [{"symbol": "NSE:WIPRO", "quantity": 10, "average_price": "240"}]
    async with user(sandbox, holdings=held) as client:
        sale = LIMIT | {"side": "SELL"}
        legs = [
            {
                "role": "target",
                "trigger": "above",
                "trigger_price": "255.00",
                "order": sale | {"price": "254.00"},
            },
            {
                "role": "stoploss",
                "trigger": "below",
                "trigger_price": "245.00",
                "order": sale | {"price": "244.00"},
            },
        ]
        body = {"symbol": "NSE:WIPRO", "shape": "oco", "legs": legs}
        _, gtt = await client.call("POST", "/gtt", body)
        sandbox.post("/prices", {"prices": {"NSE:WIPRO": "256.00"}})
        _, gtt = await client.call("GET", f"/gtt/{gtt['gtt_id']}")
        assert [leg["status"] for leg in gtt["legs"]] == ["completed", "cancelled"]
    sandbox.post("/prices", {"prices": {"NSE:WIPRO": "250.00"}})


async def test_a_trigger_is_changed_and_cancelled(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        _, gtt = await client.call("POST", "/gtt", single())
        path = f"/gtt/{gtt['gtt_id']}"
        _, gtt = await client.call("PUT", path, single(trigger_price="239.00"))
        assert gtt["legs"][0]["trigger_price"] == "239.00"
        assert (await client.call("DELETE", path))[1]["status"] == "cancelled"
        assert (await client.call("GET", "/gtt/nosuch"))[0] == 404


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"trigger_price": "240.001"}, "bad_input"),
        ({"role": "target"}, "bad_condition"),
        ({"trailing_gap": "1.00"}, "bad_condition"),
        ({"trigger": "sideways"}, "bad_input"),
    ],
)
async def test_a_trigger_that_cannot_be_is_refused(
    sandbox: Sandbox, changes: dict[str, Any], code: str
) -> None:
    async with user(sandbox) as client:
        status, told = await client.call("POST", "/gtt", single(**changes))
        assert (status, told["error"]["code"]) == (422, code)


async def test_many_orders_are_placed_cancelled_and_left_at_once(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        bad = LIMIT | {"price": "240.001"}
        assert (await client.call("POST", "/orders/multi", {"orders": [LIMIT, bad]}))[0] == 422
        off = LIMIT | {"price": "1.00"}
        status, told = await client.call(
            "POST", "/orders/multi", {"orders": [LIMIT | {"tag": "keep"}, LIMIT, off]}
        )
        assert (status, ["error" in one for one in told["results"]]) == (207, [False, False, True])
        _, swept = await client.call("DELETE", "/orders?tag=keep")
        assert [one["tag"] for one in swept["orders"]] == ["keep"]
        short = LIMIT | {"type": "MARKET", "price": None, "product": "MIS", "side": "SELL"}
        await client.call("POST", "/orders", short)
        status, swept = await client.call("POST", "/positions/exit", {})
        assert (status, [one["side"] for one in swept["orders"]]) == (200, ["BUY"])
        await until(lambda: [one["quantity"] for one in client.truth()["positions"]] == [0])


async def test_a_big_order_is_cut_at_the_freeze_quantity(sandbox: Sandbox) -> None:
    async with user(sandbox, cash="900000000") as client:
        _, told = await client.call("GET", "/instruments")
        freeze = next(one["freeze_quantity"] for one in told["instruments"] if one["symbol"] == "NSE:WIPRO")
        orders = [LIMIT | {"quantity": freeze + 5}]
        assert (await client.call("POST", "/orders/multi", {"orders": orders}))[0] == 207
        _, told = await client.call("POST", "/orders/multi", {"orders": orders, "slice": True})
        assert [one["order"]["quantity"] for one in told["results"]] == [freeze, 5]


async def test_the_kill_switch_stops_new_orders(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        await client.call("POST", "/orders", LIMIT)
        assert await client.call("PUT", "/kill-switch", {"exchanges": ["NSE"]}) == (
            200,
            {"exchanges": ["NSE"]},
        )
        assert client.truth()["orders"][0]["status"] == "cancelled"
        assert (await client.call("POST", "/orders", LIMIT))[1]["error"]["code"] == "blocked"
        assert (await client.call("PUT", "/kill-switch", {"exchanges": ["LSE"]}))[0] == 422


async def test_a_hedge_needs_less_than_its_parts(sandbox: Sandbox) -> None:
    async with user(sandbox, cash="5000000") as client:
        _, told = await client.call("GET", "/instruments")
        future = next(
            one
            for one in told["instruments"]
            if one["symbol"].startswith("NFO:NIFTY") and one["kind"] == "FUT"
        )
        put = next(
            one
            for one in told["instruments"]
            if one["underlying"] == future["underlying"]
            and one["kind"] == "PE"
            and one["expiry"] == future["expiry"]
        )
        lot = {"type": "MARKET", "product": "NRML", "quantity": future["lot"], "side": "BUY"}
        orders = [lot | {"symbol": future["symbol"]}, lot | {"symbol": put["symbol"]}]
        status, need = await client.call("POST", "/margin/basket", {"orders": orders})
        assert status == 200
        assert float(need["final"]["span"]) < float(need["orders"][0]["span"])


async def test_charges_are_itemised_and_add_up(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        leg = {"symbol": "NSE:WIPRO", "side": "SELL", "product": "MIS", "quantity": 100, "price": "250.00"}
        _, told = await client.call("POST", "/charges", {"orders": [leg]})
        total = float(told.pop("total"))
        assert total == pytest.approx(sum(float(one) for one in told.values()), abs=0.001)
        assert float(told["stt"]) > 0
        status, _ = await client.call("POST", "/charges", {"orders": [leg], "day": "1999-01-01"})
        assert status == 422


async def test_the_ledger_and_the_note_are_the_users_own(sandbox: Sandbox) -> None:
    async with user(sandbox, cash="5000") as client:
        await client.call("POST", "/funds/deposit", {"amount": "10"})
        _, ledger = await client.call("GET", "/ledger")
        assert [one["occasion"] for one in ledger["entries"]] == ["opening", "pay_in"]
        assert (await client.call("GET", "/contract-notes/today"))[1]["trades"] == []
        assert (await client.call("GET", "/contract-notes/2020-01-01"))[0] == 404


async def test_orders_come_from_registered_addresses_only_where_there_are_any(sandbox: Sandbox) -> None:
    async with user(sandbox) as client:
        before = sandbox.get("/brokers/mock/switches")
        try:
            sandbox.patch(
                "/brokers/mock/switches", {"static_ips": {client.user_id: ["10.9.8.7"]}, "plan": "personal"}
            )
            status, told = await client.call("POST", "/orders", LIMIT)
            assert (status, told["error"]["code"]) == (422, "ip_not_allowed")
            assert (await client.call("GET", "/orders"))[0] == 200
            assert (await client.call("GET", "/ltp?symbols=NSE:WIPRO"))[1]["error"]["code"] == "not_in_plan"
        finally:
            sandbox.patch("/brokers/mock/switches", before)
        assert (await client.call("POST", "/orders", LIMIT))[0] == 201
