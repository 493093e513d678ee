"""The official SDK trades through the router: every call of an order's life."""

from __future__ import annotations

from typing import Any

import pytest
from kiteconnect import KiteConnect, exceptions

from tests.orchestrator.kite.programs import Owner, Program, a_program, open_owner
from tests.stories.product import Product, eventually

BUY: dict[str, Any] = {
    "variety": "regular",
    "exchange": "NSE",
    "tradingsymbol": "INFY",
    "transaction_type": "BUY",
    "quantity": 3,
    "product": "CNC",
    "order_type": "MARKET",
    "market_protection": -1,
}
REST = BUY | {"order_type": "LIMIT", "price": 1400.1, "market_protection": None}


async def test_a_program_buys_through_the_router_and_sees_it_filled(program: Program, owner: Owner) -> None:
    order_id = await program.call("place_order", **BUY, tag="breakout")
    assert order_id.isdigit()

    filled = await eventually(lambda: program.order(order_id), lambda one: one["status"] == "COMPLETE")
    assert (filled["filled_quantity"], filled["pending_quantity"], filled["quantity"]) == (3, 0, 3)
    assert filled["average_price"] > 0
    assert (filled["tag"], filled["tags"], filled["variety"]) == ("breakout", ["breakout"], "regular")
    assert (filled["instrument_token"], filled["exchange"]) == (408065, "NSE")

    async def trades() -> list[dict[str, Any]]:
        return list(await program.call("order_trades", order_id))

    told = await eventually(trades, lambda rows: sum(one["quantity"] for one in rows) == 3)
    assert {one["order_id"] for one in told} == {order_id}
    assert order_id in {one["order_id"] for one in await program.call("trades")}

    history = await program.call("order_history", order_id)
    assert history[0]["status"] == "PUT ORDER REQ RECEIVED"
    assert history[-1]["status"] == "COMPLETE"
    stamps = [one["order_timestamp"] for one in history]
    assert stamps == sorted(stamps)

    ours = (await owner.call("GET", "/v1/orders"))["items"]
    assert ("FILLED", 3) in [(one["status"], one["filled_quantity"]) for one in ours]


async def test_an_order_is_changed_and_cancelled(program: Program) -> None:
    order_id = await program.call("place_order", **REST)
    assert await program.call("modify_order", "regular", order_id, quantity=5, price=1401) == order_id
    changed = await program.order(order_id)
    assert (changed["quantity"], changed["price"], changed["status"]) == (5, 1401, "OPEN")
    # All terms anew and the same, as many programs send them.
    same = {"quantity": 5, "price": 1401, "order_type": "LIMIT", "validity": "DAY", "trigger_price": 0}
    assert await program.call("modify_order", "regular", order_id, **same) == order_id
    assert await program.call("cancel_order", "regular", order_id) == order_id
    ended = await eventually(lambda: program.order(order_id), lambda one: one["status"] == "CANCELLED")
    assert (ended["cancelled_quantity"], ended["pending_quantity"]) == (5, 0)
    with pytest.raises(exceptions.OrderException, match="nothing left to cancel") as late:
        await program.call("cancel_order", "regular", order_id)
    assert late.value.code == 400


async def test_a_stop_waits_for_its_trigger(program: Program) -> None:
    stop = REST | {"transaction_type": "SELL", "order_type": "SL", "price": 1400, "trigger_price": 1410}
    order_id = await program.call("place_order", **stop)
    row = await eventually(lambda: program.order(order_id), lambda one: one["status"] != "OPEN")
    assert (row["status"], row["trigger_price"], row["order_type"]) == ("TRIGGER PENDING", 1410, "SL")
    assert (await program.call("order_history", order_id))[-1]["status"] == "TRIGGER PENDING"
    await program.call("cancel_order", "regular", order_id)


async def test_an_order_of_any_size_answers_autoslice_as_one(program: Program) -> None:
    answer = await program.call("place_autoslice_order", **REST)
    assert answer["children"] == [{"order_id": answer["order_id"]}]
    await program.call("cancel_order", "regular", answer["order_id"])


async def test_a_tag_that_stands_for_one_order_makes_one(program: Program) -> None:
    before = len(await program.call("orders"))
    first = await program.call("place_order", **REST, tag="once-4711")
    assert await program.call("place_order", **REST, tag="once-4711") == first
    assert len(await program.call("orders")) == before + 1
    with pytest.raises(exceptions.InputException, match="used for a different order"):
        await program.call("place_order", **(REST | {"quantity": 4}), tag="once-4711")
    await program.call("cancel_order", "regular", first)


@pytest.mark.parametrize(
    ("changes", "kind", "words"),
    [
        ({"quantity": 0}, exceptions.InputException, "uantity"),
        ({"quantity": -3}, exceptions.InputException, "Invalid `quantity`"),
        ({"quantity": 2.5}, exceptions.InputException, "Invalid `quantity`"),
        ({"price": "NaN"}, exceptions.InputException, "Invalid `price`"),
        ({"price": "1e400"}, exceptions.InputException, "Invalid `price`"),
        ({"price": 1400.03}, exceptions.InputException, "tick"),
        ({"tradingsymbol": "NOSUCH"}, exceptions.InputException, "does not exist"),
        ({"exchange": "LSE"}, exceptions.InputException, "does not exist"),
        ({"transaction_type": "HOLD"}, exceptions.InputException, "Invalid `transaction_type`"),
        ({"order_type": "BRACKET"}, exceptions.InputException, "Invalid `order_type`"),
        ({"product": "CO"}, exceptions.InputException, "Invalid `product`"),
        ({"variety": "co"}, exceptions.InputException, "Invalid `variety`"),
        ({"variety": "auction"}, exceptions.InputException, "Invalid `variety`"),
        ({"auction_number": "22"}, exceptions.InputException, "Invalid `auction_number`"),
        ({"algo_id": "77"}, exceptions.InputException, "Invalid `algo_id`"),
        ({"market_protection": 2}, exceptions.InputException, "Invalid `market_protection`"),
        ({"market_protection": "sNaN"}, exceptions.InputException, "Invalid `market_protection`"),
        ({"tag": "x" * 21}, exceptions.InputException, "Invalid `tag`"),
        ({"variety": "iceberg", "iceberg_legs": 3, "iceberg_quantity": 7, "quantity": 9},
         exceptions.InputException, "iceberg_quantity"),
        ({"quantity": 1_000_000}, exceptions.GeneralException, "margin"),  # MarginException, which the SDK lacks
    ],
)  # fmt: skip
async def test_what_cannot_be_is_refused_in_kites_own_way(
    program: Program, changes: dict[str, Any], kind: type[Exception], words: str
) -> None:
    before = len(await program.call("orders"))
    with pytest.raises(kind, match=words) as refused:
        await program.call("place_order", **(REST | changes))
    assert getattr(refused.value, "code", None) == 400
    assert len(await program.call("orders")) == before


async def test_another_users_order_is_not_there(program: Program, running: Product) -> None:
    order_id = await program.call("place_order", **REST)
    theirs = await a_program(running, await open_owner(running, []))
    for name, arguments in (
        ("order_history", (order_id,)),
        ("order_trades", (order_id,)),
        ("cancel_order", ("regular", order_id)),
        ("modify_order", ("regular", order_id)),
    ):
        with pytest.raises(exceptions.GeneralException, match="Couldn't find that") as unknown:
            await theirs.call(name, *arguments)
        assert unknown.value.code == 404
    assert await theirs.call("orders") == []
    await program.call("cancel_order", "regular", order_id)


async def test_what_a_token_may_not_do_is_a_permission_exception(running: Product, owner: Owner) -> None:
    looking = await a_program(running, owner, scopes="read")
    with pytest.raises(exceptions.PermissionException, match="scope trade") as refused:
        await looking.call("place_order", **REST)
    assert refused.value.code == 403
    small = await a_program(running, owner, order_value="1000.00")
    with pytest.raises(exceptions.PermissionException, match=r"1,?000"):
        await small.call("place_order", **REST)
    trying = await a_program(running, owner, dry_run=True)
    with pytest.raises(exceptions.PermissionException, match="nothing was sent"):
        await trying.call("place_order", **REST)
    elsewhere = await a_program(running, owner, addresses=["203.0.113.0/24"])
    with pytest.raises(exceptions.PermissionException, match="address"):
        await elsewhere.call("orders")
    before = len(await looking.call("orders"))
    assert before == len((await owner.call("GET", "/v1/orders?limit=200"))["items"])


async def test_wrong_keys_are_a_token_exception(program: Program) -> None:
    called: list[str] = []
    for api_key, access_token in (
        ("tm_AAAAAAAAAAAA", program.access_token),
        (program.api_key, "nonsense"),
        (program.api_key, program.access_token + "x"),
        ("", ""),
    ):
        stranger = KiteConnect(api_key, access_token=access_token, root=program.kite.root)
        stranger.set_session_expiry_hook(lambda: called.append("login"))
        with pytest.raises(exceptions.TokenException, match="Incorrect `api_key`") as refused:
            stranger.profile()
        assert refused.value.code == 403
    assert called == ["login"] * 4
