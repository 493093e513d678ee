"""Whatever the network or our own process does, an order exists once at the broker, and the product knows which."""

from __future__ import annotations

import asyncio
import uuid
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from adapters.broker import Session
from adapters.registry import BROKERS as ADAPTERS
from domain.account import BrokerId
from mocks.launch import Sandbox
from tests.adapters.desk import SERVERS, Desk, Names, now
from tests.stories.conftest import NewUser
from tests.stories.product import Product, Trader, eventually, last_price, order

BROKERS = ["kite", "upstox", "groww", "mock"]
RESTING = "BUY 3 NSE:INFY CNC LIMIT {price}"


def resting_order(sandbox: Sandbox) -> str:
    """A limit order that waits in the book: 2 % under the market, on the tick."""
    return RESTING.format(price=round(last_price(sandbox, "NSE:INFY") * Decimal("0.98")))


def at_broker(sandbox: Sandbox, user: dict[str, str]) -> list[dict[str, object]]:
    orders: list[dict[str, object]] = sandbox.get(f"/users/{user['broker']}/{user['user_id']}")["orders"]
    return orders


@pytest.mark.parametrize("broker", BROKERS)
@pytest.mark.parametrize("fault", ["timeout_after_accept", "error_5xx_after_accept"])
async def test_accepted_then_no_answer_is_unknown_then_open_and_never_resent(
    broker: str, fault: str, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user(broker)
    await trader.connect(user)
    await trader.settled()
    sandbox.post(
        "/faults",
        {
            "broker": broker,
            "fault": fault,
            "call": "place",
            "account": user["user_id"],
            "times": 1,
            "seconds": 4,
        },
    )

    placed = await trader.place(resting_order(sandbox))

    assert placed["status"] in ("UNKNOWN", "OPEN"), "an order stream may tell before reconciliation does"
    assert "unknown" in [step["kind"] for step in placed["timeline"]]
    found = await trader.order_when(placed["id"], "OPEN")
    assert len(at_broker(sandbox, user)) == 1
    assert found["children"][0]["broker_order_id"] == at_broker(sandbox, user)[0]["order_id"]
    await asyncio.sleep(1)
    assert len(at_broker(sandbox, user)) == 1


@pytest.mark.parametrize("broker", BROKERS)
async def test_lost_before_the_broker_saw_it_is_proven_absent_and_never_resent(
    broker: str, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user(broker)
    await trader.connect(user)
    await trader.settled()
    sandbox.post(
        "/faults",
        {
            "broker": broker,
            "fault": "timeout_before",
            "call": "place",
            "account": user["user_id"],
            "times": 1,
            "seconds": 3,
        },
    )
    placed = await trader.place(resting_order(sandbox))
    assert placed["status"] == "UNKNOWN"

    ended = await trader.order_when(placed["id"], "REJECTED")
    assert "absent" in [step["kind"] for step in ended["timeline"]]
    assert at_broker(sandbox, user) == []


@pytest.mark.parametrize("broker", BROKERS)
@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after_accept"])
async def test_killed_between_record_and_answer_every_order_is_resolved_after_a_restart(
    broker: str, fault: str, product: Product, trader: Trader, new_user: NewUser, sandbox: Sandbox
) -> None:
    user = new_user(broker)
    await trader.connect(user)
    await trader.settled()
    sandbox.post(
        "/faults",
        {
            "broker": broker,
            "fault": fault,
            "call": "place",
            "account": user["user_id"],
            "times": 1,
            "seconds": 3,
        },
    )
    sending = asyncio.create_task(trader.place(resting_order(sandbox)))
    asked = await eventually(lambda: trader.call("GET", "/v1/orders"), lambda page: len(page["items"]) == 1)
    # What the broker took, its stream may have told already.
    assert asked["items"][0]["status"] in (
        {"SUBMITTING", "OPEN"} if fault == "timeout_after_accept" else {"SUBMITTING"}
    )
    if fault == "timeout_after_accept":
        await eventually(lambda: asyncio.to_thread(at_broker, sandbox, user), lambda orders: len(orders) == 1)

    await product.kill()
    with pytest.raises(httpx.TransportError):
        await sending
    await product.start()
    await trader.log_in()

    expected = "OPEN" if fault == "timeout_after_accept" else "REJECTED"
    resolved = await trader.order_when(asked["items"][0]["id"], expected, seconds=30)
    there = at_broker(sandbox, user)
    assert len(there) == (1 if expected == "OPEN" else 0)
    assert len(resolved["children"]) == 1


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
    for call, fault, seconds in (("place", "timeout_after_accept", 4), ("order", "delay", 3)):
        sandbox.post(
            "/faults",
            {
                "broker": "groww",
                "fault": fault,
                "call": call,
                "account": user["user_id"],
                "times": 1,
                "seconds": seconds,
            },
        )
    placed = await trader.place(resting_order(sandbox))
    await trader.call("DELETE", f"/v1/orders/{placed['id']}")
    ended = await trader.order_when(placed["id"], "CANCELLED")
    assert ended["filled_quantity"] == 0
    assert len(at_broker(sandbox, user)) == 1


@pytest.mark.parametrize("broker", [BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW, BrokerId.MOCK])
async def test_an_order_thought_absent_that_its_broker_took_very_late_is_seen_again(
    broker: BrokerId,
    trader: Trader,
    new_user: NewUser,
    sandbox: Sandbox,
) -> None:
    server, addresses = SERVERS[broker]
    user = new_user(server)
    await trader.connect(user)
    await trader.settled()
    lost = {"fault": "timeout_before", "call": "place", "times": 1, "seconds": 3}
    sandbox.post("/faults", {"broker": server, "account": user["user_id"], **lost})
    placed = await trader.place(resting_order(sandbox))
    absent = await trader.order_when(placed["id"], "REJECTED")

    late = sandbox.post("/sessions", {"broker": server, "user_id": user["user_id"]})
    adapter, where = ADAPTERS[broker], addresses(late["base_url"], late["ws_url"])
    names = Names(await adapter.instruments(where))
    session = Session(late["access_token"], user["user_id"], now() + timedelta(hours=1), late["api_key"])
    connected = adapter.connect(session, where, names, clock=now)
    desk = Desk(sandbox, server, adapter, session, where, names, connected)
    await connected.place(desk.child(quantity=3, tag=absent["children"][0]["tag"]))
    await connected.aclose()

    found = await trader.order_when(placed["id"], "OPEN")
    assert found["children"][0]["broker_order_id"] == at_broker(sandbox, user)[0]["order_id"]
