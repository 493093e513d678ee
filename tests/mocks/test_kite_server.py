"""What the Kite-compatible server does beyond the SDK's calls: the ticker, plans, depository leave, updates."""

from __future__ import annotations

import asyncio
import hashlib
import json
import struct
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from mocks.brokers.faults import CALLS
from mocks.brokers.kite.calls import CALLS_OF_KITE, call_of
from mocks.brokers.kite.server import frame_of
from mocks.brokers.kite.tokens import Tokens
from tests.mocks.kite_server import INFY, LIMIT, NIFTY, Server, serving, user


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with serving() as found:
        yield found


async def frame(socket: ClientConnection) -> list[bytes]:
    """The packets of the next frame that is not a heartbeat."""
    async with asyncio.timeout(60):
        while True:
            message = await socket.recv()
            if isinstance(message, bytes) and len(message) > 1:
                break
    found, offset = [], 2
    for _ in range(struct.unpack_from(">H", message)[0]):
        (length,) = struct.unpack_from(">H", message, offset)
        found.append(message[offset + 2 : offset + 2 + length])
        offset += 2 + length
    assert offset == len(message)
    return found


async def text(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            message = await socket.recv()
            if isinstance(message, str):
                found: dict[str, Any] = json.loads(message)
                return found


@pytest.mark.parametrize(("mode", "lengths"), [("ltp", [8, 8]), ("quote", [44, 28]), ("full", [184, 32])])
async def test_every_mode_has_its_packet_and_indices_have_their_own(
    server: Server, mode: str, lengths: list[int]
) -> None:
    async with server.socket() as socket:
        await socket.send(json.dumps({"a": "mode", "v": [mode, [INFY, NIFTY]]}))
        packets = await frame(socket)
    assert [len(packet) for packet in packets] == lengths
    assert [struct.unpack_from(">I", packet)[0] for packet in packets] == [INFY, NIFTY]
    assert struct.unpack_from(">I", packets[0], 4)[0] == server.exchange.quote("NSE:INFY").last_price


async def test_subscribing_means_quote_mode_and_repeating_it_keeps_the_mode(server: Server) -> None:
    async with server.socket() as socket:
        await socket.send(json.dumps({"a": "subscribe", "v": [INFY]}))
        assert [len(packet) for packet in await frame(socket)] == [44]
        await socket.send(json.dumps({"a": "mode", "v": ["full", [INFY]]}))
        assert [len(packet) for packet in await frame(socket)] == [184]
        await socket.send(json.dumps({"a": "subscribe", "v": [INFY]}))
        assert [len(packet) for packet in await frame(socket)] == [184]


async def test_an_idle_connection_gets_heartbeats(server: Server) -> None:
    async with server.socket() as socket, asyncio.timeout(60):
        assert await socket.recv() == b"\x00"


async def test_nonsense_is_answered_with_an_error_and_the_socket_lives(server: Server) -> None:
    async with server.socket() as socket:
        for nonsense in ("not json", "[]", '{"a": "dance", "v": []}', '{"a": "mode", "v": ["loud", [1]]}'):
            await socket.send(nonsense)
            assert (await text(socket))["type"] == "error"
        await socket.send(json.dumps({"a": "subscribe", "v": [INFY, 1]}))
        assert len(await frame(socket)) == 1


async def test_order_updates_are_signed_and_do_not_tell_of_plain_acceptance(server: Server) -> None:
    async with server.socket() as socket:
        placed = (await server.call("POST", "/orders/regular", LIMIT)).json()["data"]["order_id"]
        await server.call("PUT", f"/orders/regular/{placed}", {"quantity": "5"})
        update = await text(socket)
        assert (update["type"], update["data"]["status"], update["data"]["quantity"]) == (
            "order",
            "UPDATE",
            5,
        )
        await server.call("DELETE", f"/orders/regular/{placed}")
        data = (await text(socket))["data"]
    assert (data["order_id"], data["status"], data["cancelled_quantity"]) == (placed, "CANCELLED", 5)
    signed = f"{placed}{data['order_timestamp']}secret"
    assert data["checksum"] == hashlib.sha256(signed.encode()).hexdigest()


async def test_the_fourth_connection_of_a_session_is_refused(server: Server) -> None:
    async with server.socket(), server.socket(path="/ws"), server.socket(path="/oms/ws"):
        with pytest.raises(InvalidStatus) as refusal:
            await server.socket()
    assert refusal.value.response.status_code == 429


async def test_a_dead_token_and_a_personal_plan_are_refused_alike_by_the_ticker(server: Server) -> None:
    personal = server.office.directory.open_session("KT1", "personal")
    dead = server.office.directory.open_session("KT1", "key")
    server.office.directory.close_session(dead.access_token)
    for session in (personal, dead):
        with pytest.raises(InvalidStatus) as refusal:
            await server.socket(session)
        assert refusal.value.response.status_code == 403


async def test_the_official_sandboxs_user_id_must_be_the_tokens(server: Server) -> None:
    async with server.socket(path="/oms", more="&user_id=KT1") as socket:
        await socket.send(json.dumps({"a": "subscribe", "v": [INFY]}))
        assert len(await frame(socket)) == 1
    with pytest.raises(InvalidStatus) as refusal:
        await server.socket(path="/oms", more="&user_id=KT2")
    assert refusal.value.response.status_code == 403


async def test_a_connection_takes_three_thousand_instruments_and_keeps_them() -> None:
    async with serving(whole=True) as server:
        tokens = list(Tokens(server.exchange.instruments).by_token)
        async with server.socket() as socket:
            await socket.send(json.dumps({"a": "mode", "v": ["ltp", tokens[:3000]]}))
            found: set[bytes] = set()
            while len(found) < 3000:
                found.update(packet[:4] for packet in await frame(socket))
            await socket.send(json.dumps({"a": "subscribe", "v": tokens[3000:3001]}))
            assert "3000" in (await text(socket))["data"]
            await socket.send(json.dumps({"a": "unsubscribe", "v": tokens[:1]}))
            await socket.send(json.dumps({"a": "mode", "v": ["ltp", tokens[3000:3001]]}))
            assert len(await frame(socket)) == 1


async def test_what_was_unsubscribed_is_silent(server: Server) -> None:
    tcs = Tokens(server.exchange.instruments).by_key["NSE:TCS"]
    async with server.socket() as socket:
        await socket.send(json.dumps({"a": "subscribe", "v": [INFY, tcs]}))
        assert len(await frame(socket)) == 2
        await socket.send(json.dumps({"a": "unsubscribe", "v": [INFY]}))
        await socket.send(json.dumps({"a": "mode", "v": ["full", [tcs]]}))
        assert [len(packet) for packet in await frame(socket)] == [184]
        server.exchange.set_price("NSE:INFY", 150_000)
        async with asyncio.timeout(60):
            assert await socket.recv() == b"\x00"


async def test_a_trade_moves_the_packets_of_every_mode(server: Server) -> None:
    async with server.socket() as socket:
        for mode, length in (("ltp", 8), ("quote", 44), ("full", 184)):
            await socket.send(json.dumps({"a": "mode", "v": [mode, [INFY]]}))
            await frame(socket)
            price = server.exchange.quote("NSE:INFY").last_price + 100
            server.exchange.set_price("NSE:INFY", price)
            (packet,) = await frame(socket)
            assert (len(packet), struct.unpack_from(">I", packet, 4)[0]) == (length, price)


async def test_fills_are_told_part_by_part(server: Server) -> None:
    async with server.socket() as socket:
        depth = server.exchange.quote("NSE:INFY").asks
        quantity = depth[0].quantity + 5
        server.office.deposit("KT1", 10**12)
        price = f"{depth[0].price / 100:.2f}"
        placed = await server.placed(quantity=str(quantity), price=price)
        data = (await text(socket))["data"]
        assert (data["order_id"], data["status"]) == (placed, "UPDATE")
        assert 0 < data["filled_quantity"] < quantity
        assert data["unfilled_quantity"] == quantity - data["filled_quantity"]


def test_frames_have_names_for_the_fault_plan() -> None:
    kinds: list[tuple[dict[str, Any], str]] = [
        ({"text": '{"type":"order","data":{}}'}, "update"),
        ({"text": '{"type":"error","data":""}'}, "other"),
        ({"bytes": b"\x00"}, "other"),
        ({"bytes": b"\x00\x01\x00\x08"}, "tick"),
    ]
    for message, kind in kinds:
        assert frame_of({"type": "websocket.send", **message}) == kind


def test_the_fault_plan_knows_every_call() -> None:
    assert {call for _, _, call in CALLS_OF_KITE} <= CALLS


async def test_a_personal_app_trades_but_sees_no_prices(server: Server) -> None:
    server.session = server.office.directory.open_session("KT1", "personal")
    assert (await server.call("GET", "/orders")).status_code == 200
    refusal = await server.call("GET", "/quote/ltp?i=NSE:INFY")
    assert (refusal.status_code, refusal.json()["error_type"]) == (403, "PermissionException")


async def test_a_sale_without_depository_leave_answers_428(server: Server) -> None:
    server.office.add_user(user("KT2", ddpi=False))
    server.office.set_holding("KT2", "NSE:INFY", 10, 140_000)
    server.session = server.office.directory.open_session("KT2", "key")
    refusal = await server.call(
        "POST", "/orders/regular", LIMIT | {"transaction_type": "SELL", "price": "1600"}
    )
    assert refusal.status_code == 428
    assert "authorisation at depository" in refusal.json()["message"]


async def test_refusals_carry_the_whole_envelope(server: Server) -> None:
    cases = [
        ("POST", "/orders/regular", LIMIT | {"quantity": "100000"}, 400, "MarginException"),
        ("POST", "/orders/regular", LIMIT | {"quantity": "ten"}, 400, "InputException"),
        ("POST", "/orders/regular", {}, 400, "InputException"),
        ("POST", "/orders/bo", LIMIT, 400, "InputException"),
        ("DELETE", "/orders/regular/1", None, 404, "GeneralException"),
        ("DELETE", "/orders", None, 405, "GeneralException"),
        ("GET", "/nowhere/at/all", None, 404, "GeneralException"),
    ]
    for method, path, form, status, error_type in cases:
        answer = await server.call(method, path, form)
        body = answer.json()
        assert (answer.status_code, body["error_type"]) == (status, error_type), path
        assert (body["status"], body["data"], bool(body["message"])) == ("error", None, True)


async def test_a_token_under_another_key_does_not_open(server: Server) -> None:
    headers = {"Authorization": f"token personal:{server.session.access_token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, trust_env=False) as client:
        refusal = await client.get("/user/profile")
    assert (refusal.status_code, refusal.json()["error_type"]) == (403, "TokenException")


@pytest.mark.parametrize(
    ("method", "path", "call"),
    [
        ("POST", "/orders/regular", "place"),
        ("PUT", "/orders/regular/26", "modify"),
        ("DELETE", "/oms/orders/regular/26", "cancel"),
        ("GET", "/orders", "orders"),
        ("GET", "/orders/26", "order_history"),
        ("GET", "/orders/26/trades", "order_trades"),
        ("GET", "/user/margins/equity", "funds"),
        ("GET", "/quote/ltp", "ltp"),
        ("GET", "/instruments/NSE", "instruments"),
        ("GET", "/instruments/historical/408065/day", "candles"),
        ("GET", "/", "ticks"),
        ("GET", "/ws", "ticks"),
        ("POST", "/gtt/triggers", "gtt_place"),
        ("PUT", "/gtt/triggers/7", "gtt_modify"),
        ("DELETE", "/gtt/triggers/7", "gtt_cancel"),
        ("GET", "/gtt/triggers", "gtts"),
        ("GET", "/gtt/triggers/7", "gtt"),
        ("DELETE", "/alerts", "alerts"),
        ("POST", "/portfolio/holdings/authorise", "authorise"),
        ("PUT", "/portfolio/positions", "convert"),
        ("POST", "/margins/basket", "margin"),
        ("GET", "/favicon.ico", None),
    ],
)
def test_every_request_has_its_name_for_the_fault_plan(method: str, path: str, call: str | None) -> None:
    assert call_of(method, path) == call
