"""The official SDK keeps triggers at the user's own brokers."""

from __future__ import annotations

from typing import Any

import pytest
from kiteconnect import exceptions

from tests.orchestrator.kite.programs import Owner, Program, a_program, open_owner
from tests.stories.product import Product, eventually


def leg(price: float, *, quantity: int = 2, side: str = "SELL", **more: Any) -> dict[str, Any]:
    asked = {"transaction_type": side, "quantity": quantity, "order_type": "LIMIT", "product": "CNC"}
    return {**asked, "price": price, **more}


async def test_a_trigger_is_kept_changed_and_deleted(program: Program, owner: Owner) -> None:
    number = (await program.call("place_gtt", "single", "INFY", "NSE", [1650.5], 1541, [leg(1650.4)]))[
        "trigger_id"
    ]
    assert 0 < number < 2**53
    kept = await program.call("get_gtt", number)
    assert (kept["status"], kept["type"], kept["condition"]["trigger_values"]) == (
        "active",
        "single",
        [1650.5],
    )
    assert [(one["price"], one["quantity"]) for one in kept["orders"]] == [(1650.4, 2)]
    assert number in [one["id"] for one in await program.call("get_gtts")]
    ours = (await owner.call("GET", "/v1/conditionals"))["items"]
    assert kept["meta"]["trademaster"]["id"] in [one["id"] for one in ours]

    answer = await program.call("modify_gtt", number, "single", "INFY", "NSE", [1660], 1541, [leg(1659.9)])
    changed = answer["trigger_id"]
    assert (await program.call("get_gtt", changed))["condition"]["trigger_values"] == [1660]
    assert await program.call("delete_gtt", changed) == {"trigger_id": changed}

    async def active() -> list[int]:
        return [one["id"] for one in await program.call("get_gtts") if one["status"] == "active"]

    await eventually(active, lambda ids: changed not in ids)


async def test_a_target_and_a_stop_are_one_trigger(program: Program) -> None:
    legs = [leg(1420), leg(1660)]
    number = (await program.call("place_gtt", "two-leg", "INFY", "NSE", [1421, 1659], 1541, legs))[
        "trigger_id"
    ]
    kept = await program.call("get_gtt", number)
    assert kept["condition"]["trigger_values"] == [1421, 1659]
    assert [one["price"] for one in kept["orders"]] == [1420, 1660]
    await program.call("delete_gtt", number)


async def test_what_cannot_be_kept_is_refused(program: Program) -> None:
    for words, asked in (
        ("order_type", ("single", "INFY", "NSE", [1650.5], 1541, [leg(1650.4, order_type="MARKET")])),
        ("product", ("single", "INFY", "NSE", [1650.5], 1541, [leg(1650.4, product="CO")])),
        ("does not exist", ("single", "NOSUCH", "NSE", [1650.5], 1541, [leg(1650.4)])),
        ("trigger_values", ("single", "INFY", "NSE", [0], 1541, [leg(1650.4)])),
        ("trigger_price", ("single", "INFY", "NSE", ["NaN"], 1541, [leg(1650.4)])),
        ("quantity", ("single", "INFY", "NSE", [1650.5], 1541, [leg(1650.4, quantity=-2)])),
        ("one side", ("two-leg", "INFY", "NSE", [1420, 1650], 1541, [leg(1420, side="BUY"), leg(1650)])),
    ):
        with pytest.raises(exceptions.InputException, match=words):
            await program.call("place_gtt", *asked)


async def test_another_users_trigger_is_not_there(program: Program, running: Product) -> None:
    number = (await program.call("place_gtt", "single", "INFY", "NSE", [1650.5], 1541, [leg(1650.4)]))[
        "trigger_id"
    ]
    stranger = await a_program(running, await open_owner(running, []))
    for name, more in (("get_gtt", ()), ("delete_gtt", ())):
        with pytest.raises(exceptions.GeneralException, match="Trigger not found") as unknown:
            await stranger.call(name, number, *more)
        assert unknown.value.code == 404
    assert await stranger.call("get_gtts") == []
    await program.call("delete_gtt", number)


async def test_a_trigger_is_held_against_the_tokens_policy(running: Product, owner: Owner) -> None:
    limited = await a_program(running, owner, symbols=["NSE:TCS"])
    with pytest.raises(exceptions.PermissionException, match="INFY"):
        await limited.call("place_gtt", "single", "INFY", "NSE", [1650.5], 1541, [leg(1650.4)])
