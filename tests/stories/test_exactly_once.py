"""Whatever the network or our own process does, an order exists once at the broker, and the product knows which."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from adapters.broker import Session
from adapters.registry import BROKERS as ADAPTERS
from domain.account import BrokerId
from mocks.launch import Sandbox
from tests.adapters.desk import SERVERS, Desk, Names, now
from tests.stories.product import PRODUCT_NAME, Product, Trader, eventually, last_price, order
from tests.traders import NewUser, SandboxUser

BROKERS = ["kite", "upstox", "groww", "mock"]
RESTING = "BUY 3 NSE:INFY CNC LIMIT {price}"


def resting_order(sandbox: Sandbox) -> str:
    """A limit order that waits in the book: 2 % under the market, on the tick."""
    return RESTING.format(price=round(last_price(sandbox, "NSE:INFY") * Decimal("0.98")))


def at_broker(sandbox: Sandbox, user: dict[str, str]) -> list[dict[str, object]]:
    orders: list[dict[str, object]] = sandbox.get(f"/users/{user['broker']}/{user['user_id']}")["orders"]
    return orders


Story = Callable[[SandboxUser, str], Awaitable[None]]


async def at_every_broker(trader: Trader, new_user: NewUser, story: Story) -> None:
    """The story of a user and their account at all brokers at once, for most of it is waiting."""
    accounts = [(user, await trader.connect(user)) for user in map(new_user, BROKERS)]
    await trader.settled()

    async def told(user: SandboxUser, account: str) -> None:
        try:
            await story(user, account)
        except Exception as error:
            error.add_note(f"at {user['broker']}")
            raise

    async with asyncio.TaskGroup() as group:
        for user, account in accounts:
            group.create_task(told(user, account))


def spoil(sandbox: Sandbox, user: SandboxUser, fault: str, call: str = "place", seconds: float = 3) -> None:
    """Once, for this user alone."""
    mine = {"broker": user["broker"], "account": user["user_id"], "call": call, "times": 1}
    sandbox.post("/faults", {**mine, "fault": fault, "seconds": seconds})


@pytest.mark.parametrize("fault", ["timeout_after_accept", "error_5xx_after_accept"])
async def test_accepted_then_no_answer_is_unknown_then_open_and_never_resent(
    fault: str, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    async def story(user: SandboxUser, account: str) -> None:
        spoil(sandbox, user, fault, seconds=4)

        placed = await trader.place(resting_order(sandbox), account=account)

        assert placed["status"] in ("UNKNOWN", "OPEN"), "an order stream may tell before reconciliation does"
        assert "unknown" in [step["kind"] for step in placed["timeline"]]
        if placed["status"] == "UNKNOWN":
            assert (placed["hedge"]["side"], placed["hedge"]["product"]) == ("SELL", "MIS")
        found = await trader.order_when(placed["id"], "OPEN")
        assert len(at_broker(sandbox, user)) == 1
        assert found["hedge"] is None
        assert found["children"][0]["broker_order_id"] == at_broker(sandbox, user)[0]["order_id"]
        await asyncio.sleep(1)
        assert len(at_broker(sandbox, user)) == 1

    await at_every_broker(trader, new_user, story)


async def test_what_a_broker_made_twice_is_cancelled_down_to_what_was_asked(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    async def story(user: SandboxUser, account: str) -> None:
        spoil(sandbox, user, "duplicate_order", seconds=0.2)

        placed = await trader.place(resting_order(sandbox), account=account)

        def seen_to(now: Any) -> bool:
            return "surplus" in [step["kind"] for step in now["timeline"]] and now["pending_quantity"] == 3

        left = await eventually(lambda: trader.order(placed["id"]), seen_to)
        part = left["children"][0]
        assert (left["status"], part["surplus_quantity"]) == ("OPEN", 0)
        held = {str(one["order_id"]): str(one["status"]) for one in at_broker(sandbox, user)}
        assert set(held) == {part["broker_order_id"], *part["duplicate_broker_order_ids"]}
        assert len(held) == 2
        assert sorted(held.values()) == ["cancelled", "open"]

    await at_every_broker(trader, new_user, story)


async def test_lost_before_the_broker_saw_it_is_proven_absent_and_never_resent(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    async def story(user: SandboxUser, account: str) -> None:
        spoil(sandbox, user, "timeout_before")
        placed = await trader.place(resting_order(sandbox), account=account)
        assert placed["status"] == "UNKNOWN"

        ended = await trader.order_when(placed["id"], "REJECTED")
        assert "absent" in [step["kind"] for step in ended["timeline"]]
        assert at_broker(sandbox, user) == []

    await at_every_broker(trader, new_user, story)


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after_accept"])
async def test_killed_between_record_and_answer_every_order_is_resolved_after_a_restart(
    fault: str, product: Product, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    took_it = fault == "timeout_after_accept"
    underway = asyncio.Barrier(len(BROKERS) + 1)
    restarted = asyncio.Event()

    async def asked_of(account: str) -> Any:
        page = await trader.call("GET", "/v1/orders")
        return next((one for one in page["items"] if one["account"] == account), None)

    async def story(user: SandboxUser, account: str) -> None:
        spoil(sandbox, user, fault)
        sending = asyncio.create_task(trader.place(resting_order(sandbox), account=account))
        asked = await eventually(lambda: asked_of(account), bool)
        # What the broker took, its stream may have told already.
        assert asked["status"] in ({"SUBMITTING", "OPEN"} if took_it else {"SUBMITTING"})
        if took_it:
            await eventually(
                lambda: asyncio.to_thread(at_broker, sandbox, user), lambda there: len(there) == 1
            )
        await underway.wait()

        await restarted.wait()
        with pytest.raises(httpx.TransportError):
            await sending
        resolved = await trader.order_when(asked["id"], "OPEN" if took_it else "REJECTED")
        assert len(at_broker(sandbox, user)) == (1 if took_it else 0)
        assert len(resolved["children"]) == 1

    async def power_cut() -> None:
        await underway.wait()
        await product.kill()
        await product.start()
        await trader.log_in()
        restarted.set()

    async with asyncio.TaskGroup() as group:
        group.create_task(power_cut())
        await at_every_broker(trader, new_user, story)


async def test_the_same_key_ten_times_at_once_is_one_order(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("kite")
    await trader.connect(user)
    await trader.settled()
    wanted, key = resting_order(sandbox), uuid.uuid4().hex

    answers = await asyncio.gather(*(trader.place(wanted, key=key) for _ in range(10)))

    assert len({answer["id"] for answer in answers}) == 1
    await trader.order_when(answers[0]["id"], "OPEN")
    assert len(at_broker(sandbox, user)) == 1
    refused = await trader.place(wanted.replace("BUY 3", "BUY 4"), key=key, expect=422)
    assert refused["code"] == "idempotency_key_reused"
    found = await trader.call("GET", f"/v1/orders/by-key/{key}")
    assert found["id"] == answers[0]["id"], (
        "after a reload the screen finds its order without asking for it again"
    )
    await trader.call("GET", f"/v1/orders/by-key/{uuid.uuid4().hex}", expect=404)


async def test_two_orders_at_once_never_spend_the_same_rupee(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("kite", cash="10000")
    await trader.connect(user)
    await trader.settled()
    limit = round(last_price(sandbox, "NSE:INFY") * Decimal("0.98"))
    quantity = 9000 // limit  # one fits, two do not

    answers = await asyncio.gather(
        *(
            trader.http.post(
                "/v1/orders",
                json=order(f"BUY {quantity} NSE:INFY CNC LIMIT {limit}"),
                headers={"Idempotency-Key": uuid.uuid4().hex},
            )
            for _ in range(5)
        )
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {
        "no_feasible_account"
    }
    assert len(at_broker(sandbox, user)) == 1


async def test_an_unknown_order_that_was_cancelled_meanwhile_is_cancelled_when_found(
    trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user("groww")
    await trader.connect(user)
    await trader.settled()
    spoil(sandbox, user, "timeout_after_accept", seconds=4)
    spoil(sandbox, user, "delay", "order")
    placed = await trader.place(resting_order(sandbox))
    await trader.call("DELETE", f"/v1/orders/{placed['id']}")
    ended = await trader.order_when(placed["id"], "CANCELLED")
    assert ended["filled_quantity"] == 0
    assert len(at_broker(sandbox, user)) == 1


async def test_an_order_thought_absent_that_its_broker_took_very_late_is_seen_again(
    trader: Trader, new_user: NewUser, sandbox: Sandbox, masters: dict[BrokerId, Names]
) -> None:
    async def story(user: SandboxUser, account: str) -> None:
        spoil(sandbox, user, "timeout_before")
        placed = await trader.place(resting_order(sandbox), account=account)
        absent = await trader.order_when(placed["id"], "REJECTED")

        await taken_late(sandbox, user, absent["children"][0]["tag"], masters)

        found = await trader.order_when(placed["id"], "OPEN")
        assert found["children"][0]["broker_order_id"] == at_broker(sandbox, user)[0]["order_id"]

    await at_every_broker(trader, new_user, story)


async def taken_late(sandbox: Sandbox, user: SandboxUser, tag: str, masters: dict[BrokerId, Names]) -> None:
    """The lost order arrives at its broker after all."""
    server: str = user["broker"]
    broker = BrokerId(PRODUCT_NAME.get(server, server))
    addresses, adapter = SERVERS[broker][1], ADAPTERS[broker]
    late = sandbox.post("/sessions", {"broker": server, "user_id": user["user_id"]})
    where = addresses(late["base_url"], late["ws_url"])
    if broker not in masters:
        masters[broker] = Names(await adapter.instruments(where))
    names = masters[broker]
    session = Session(late["access_token"], user["user_id"], now() + timedelta(hours=1), late["api_key"])
    connected = adapter.connect(session, where, names, clock=now)
    desk = Desk(sandbox, server, adapter, session, where, names, connected)
    await connected.place(desk.child(quantity=3, tag=tag))
    await connected.aclose()
