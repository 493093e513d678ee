"""The sandbox's Groww feed: who may log in, what may be heard, and how messages look to the official schema."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import nkeys
import pytest
from growwapi.groww.proto.stock_orders_socket_response_pb2 import OrderDetailsBroadCastDto
from websockets.asyncio.client import ClientConnection, connect

from mocks.launch import Sandbox


def new_key() -> Any:
    return nkeys.from_seed(nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER))


@dataclass
class Account:
    """A session at the broker with the feed token of `key`."""

    base: str
    access_token: str
    key: Any
    token: str
    subscription: str

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"}


def account(sandbox: Sandbox) -> Account:
    made = sandbox.post("/sessions", {"broker": "groww", "cash": "100000"})
    base, key = sandbox.urls["groww"], new_key()
    answer = httpx.post(
        f"{base}/v1/api/apex/v1/socket/token/create/",
        json={"socketKey": key.public_key.decode()},
        headers={"Authorization": f"Bearer {made['access_token']}"},
    ).json()["payload"]
    return Account(base, made["access_token"], key, answer["token"], answer["subscriptionId"])


@asynccontextmanager
async def logged_in(
    who: Account, *, key: Any = None, token: str | None = None
) -> AsyncIterator[ClientConnection]:
    """A connection after its CONNECT and PING."""
    async with connect(who.base.replace("http", "ws"), compression=None) as socket:
        greeting = await socket.recv()
        assert isinstance(greeting, bytes)
        nonce = json.loads(greeting.removeprefix(b"INFO "))["nonce"]
        signature = base64.b64encode((key or who.key).sign(nonce.encode())).decode()
        options = {"jwt": token or who.token, "sig": signature, "verbose": False, "protocol": 1}
        await socket.send(f"CONNECT {json.dumps(options)}\r\nPING\r\n".encode())
        yield socket


async def test_a_token_and_its_key_are_let_in(sandbox: Sandbox) -> None:
    async with logged_in(account(sandbox)) as socket:
        assert await socket.recv() == b"PONG\r\n"


async def test_another_key_or_token_is_not_let_in(sandbox: Sandbox) -> None:
    who = account(sandbox)
    for wrong in ({"key": new_key()}, {"token": "stolen"}):
        async with logged_in(who, **wrong) as socket:
            assert await socket.recv() == b"-ERR 'Authorization Violation'\r\n"


async def test_nobody_subscribes_before_the_login(sandbox: Sandbox) -> None:
    async with connect(sandbox.urls["groww"].replace("http", "ws"), compression=None) as socket:
        await socket.recv()
        await socket.send(b"SUB /ld/eq/nse/price.1594  1\r\n")
        assert await socket.recv() == b"-ERR 'Authorization Violation'\r\n"


async def test_nobody_hears_anothers_orders(sandbox: Sandbox) -> None:
    other = account(sandbox)
    async with logged_in(account(sandbox)) as socket:
        assert await socket.recv() == b"PONG\r\n"
        subject = f"stocks/order/updates.apex.{other.subscription}"
        await socket.send(f"SUB {subject}  1\r\n".encode())
        assert (
            await socket.recv()
            == f"-ERR 'Permissions Violation for Subscription to \"{subject}\"'\r\n".encode()
        )


@pytest.mark.parametrize(
    "words",
    [
        b"CONNECT []\r\n",
        b"CONNECT \xff\r\n",
        b"CONNECT " + b"[" * 20_000 + b"\r\n",
        b"\r\n",
        b"SUB\r\n",
        b"\xff\r\n",
    ],
)
async def test_what_is_no_command_is_answered_and_ends_the_connection(sandbox: Sandbox, words: bytes) -> None:
    async with connect(sandbox.urls["groww"].replace("http", "ws"), compression=None) as socket:
        await socket.recv()
        await socket.send(words)
        assert await socket.recv() == b"-ERR 'Authorization Violation'\r\n"
        await socket.wait_closed()
        assert socket.close_code == 1000


async def test_a_line_without_an_end_is_not_waited_for(sandbox: Sandbox) -> None:
    async with logged_in(account(sandbox)) as socket:
        assert await socket.recv() == b"PONG\r\n"
        await socket.send(b"A" * 70_000)
        assert await socket.recv() == b"-ERR 'Maximum Control Line Exceeded'\r\n"


async def test_words_without_what_they_need_end_a_login(sandbox: Sandbox) -> None:
    for words in (b"SUB\r\n", b"UNSUB\r\n", b"PUB\r\n"):
        async with logged_in(account(sandbox)) as socket:
            assert await socket.recv() == b"PONG\r\n"
            await socket.send(words)
            assert await socket.recv() == b"-ERR 'Unknown Protocol Operation'\r\n"


async def test_a_client_may_not_publish(sandbox: Sandbox) -> None:
    async with logged_in(account(sandbox)) as socket:
        assert await socket.recv() == b"PONG\r\n"
        await socket.send(b"PUB x 0\r\n\r\n")
        answer = await socket.recv()
        assert isinstance(answer, bytes)
        assert answer.startswith(b"-ERR 'Permissions Violation for Publish")


async def test_an_order_update_reads_by_the_official_schema_in_paise(sandbox: Sandbox) -> None:
    who = account(sandbox)
    async with logged_in(who) as socket:
        assert await socket.recv() == b"PONG\r\n"
        await socket.send(f"SUB stocks/order/updates.apex.{who.subscription}  4\r\nPING\r\n".encode())
        assert await socket.recv() == b"PONG\r\n"
        placed = await _buy(who)
        updates = await _updates(socket, "EXECUTED")
    status = OrderDetailsBroadCastDto.DESCRIPTOR.fields_by_name["orderDetailUpdateDto"].message_type
    names = status.fields_by_name["orderStatus"].enum_type.values_by_number
    assert [names[one.orderStatus].name for one in updates] == ["NEW", "NEW", "ACKED", "APPROVED", "EXECUTED"]
    last = updates[-1]
    assert (last.growwOrderId, last.qty, last.filledQty) == (placed["groww_order_id"], 2, 2)
    detail = await _get(who, f"/v1/order/detail/{placed['groww_order_id']}?segment=CASH")
    assert last.avgFillPrice == round(detail["average_fill_price"] * 100)


async def _buy(who: Account) -> dict[str, Any]:
    order = {
        "trading_symbol": "ITC",
        "quantity": 2,
        "price": 0.0,
        "trigger_price": None,
        "validity": "DAY",
        "exchange": "NSE",
        "segment": "CASH",
        "product": "CNC",
        "order_type": "MARKET",
        "transaction_type": "BUY",
        "order_reference_id": os.urandom(8).hex(),
    }
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{who.base}/v1/order/create", json=order, headers=who.headers())
    payload: dict[str, Any] = answer.json()["payload"]
    return payload


async def _get(who: Account, path: str) -> dict[str, Any]:
    async with httpx.AsyncClient() as http:
        payload: dict[str, Any] = (await http.get(who.base + path, headers=who.headers())).json()["payload"]
    return payload


async def _updates(socket: ClientConnection, until: str) -> list[Any]:
    """Every order update up to the one with that status."""
    found: list[Any] = []
    buffer = b""
    while True:
        frame = await socket.recv()
        assert isinstance(frame, bytes)
        buffer += frame
        while b"\r\n" in buffer:
            head, rest = buffer.split(b"\r\n", 1)
            size = int(head.split()[-1])
            if len(rest) < size + 2:
                break
            message: Any = OrderDetailsBroadCastDto()
            message.ParseFromString(rest[:size])
            update = message.orderDetailUpdateDto
            found.append(update)
            buffer = rest[size + 2 :]
            if update.DESCRIPTOR.fields_by_name["orderStatus"].enum_type.values_by_name[until].number == (
                update.orderStatus
            ):
                return found


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/order/list?page_size=101", 400),
        ("/v1/order/list?page=-1", 400),
        ("/v1/live-data/ltp?segment=CASH", 400),
        ("/v1/live-data/ltp?segment=CASH&exchange_symbols=NSE_NOSUCH", 400),
        ("/v1/live-data/quote?exchange=NSE&segment=FNO&trading_symbol=INFY", 400),
        ("/v1/order/status/reference/12345678?segment=CASH", 404),
    ],
)
async def test_a_wrong_question_gets_the_failure_envelope(sandbox: Sandbox, path: str, status: int) -> None:
    who = account(sandbox)
    async with httpx.AsyncClient() as http:
        answer = await http.get(who.base + path, headers=who.headers())
    assert answer.status_code == status
    assert answer.json()["status"] == "FAILURE"
    assert set(answer.json()["error"]) == {"code", "message", "metadata"}
