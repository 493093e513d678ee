"""The official KiteTicker, unmodified, streams prices and orders; nonsense and strangers stay outside."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from typing import Any

import pytest
import websockets
from kiteconnect import KiteTicker, exceptions
from websockets.exceptions import InvalidStatus

from tests.orchestrator.kite.programs import Owner, Program, a_program
from tests.stories.product import Product

INFY, TCS, NIFTY, HDFCBANK = 408065, 2953217, 256265, 341249

# In a process of its own: Twisted's reactor cannot be started twice. Subscribes in every mode, buys one share through
# the router, and prints what it heard.
CLIENT = """
import json, sys, threading
from kiteconnect import KiteConnect, KiteTicker

key, token, rest, stream = sys.argv[1:]
INFY, TCS, NIFTY, HDFCBANK = 408065, 2953217, 256265, 341249
heard = {"ticks": {}, "orders": [], "closed": None}
kite = KiteConnect(key, access_token=token, root=rest)
ticker = KiteTicker(key, token, root=stream, reconnect=False)

def trade():
    heard["order_id"] = kite.place_order("regular", "NSE", "INFY", "BUY", 1, "CNC", "MARKET", tag="ticker")

def on_connect(ws, response):
    ws.subscribe([TCS, INFY, NIFTY, HDFCBANK])
    ws.set_mode(ws.MODE_FULL, [INFY, NIFTY])
    ws.set_mode(ws.MODE_LTP, [HDFCBANK])
    threading.Thread(target=trade, daemon=True).start()

def done():
    modes = {token: tick["mode"] for token, tick in heard["ticks"].items()}
    return modes == {INFY: "full", NIFTY: "full", TCS: "quote", HDFCBANK: "ltp"} \\
        and heard["orders"][-1:] == ["COMPLETE"] and "order_id" in heard

def on_ticks(ws, ticks):
    for tick in ticks:
        heard["ticks"][tick["instrument_token"]] = tick
    finish(ws)

def on_order_update(ws, data):
    heard["orders"].append(data["status"])
    heard["last"] = data
    finish(ws)

def finish(ws):
    if done():
        ws.unsubscribe([INFY, NIFTY, TCS, HDFCBANK])
        ws.close()

def on_close(ws, code, reason):
    print(json.dumps(heard, default=str), flush=True)
    ws.stop()

def on_error(ws, code, reason):
    heard["error"] = f"{code} {reason}"

ticker.on_connect, ticker.on_ticks, ticker.on_close = on_connect, on_ticks, on_close
ticker.on_order_update, ticker.on_error = on_order_update, on_error
ticker.connect()
"""


@pytest.mark.parametrize("path", ["", "/kite/ws"])
async def test_the_official_ticker_hears_prices_and_its_order(
    program: Program, running: Product, path: str
) -> None:
    stream = running.url.replace("http", "ws") + path
    command = [sys.executable, "-c", CLIENT, program.api_key, program.access_token, running.url, stream]
    run = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=30, check=False
    )
    assert run.stdout, run.stderr[-2000:]
    heard: dict[str, Any] = json.loads(run.stdout.splitlines()[0])
    ticks = {int(token): tick for token, tick in heard["ticks"].items()}
    assert ticks[INFY]["depth"]["buy"][0]["quantity"] > 0
    assert ticks[INFY]["depth"]["buy"][0]["price"] < ticks[INFY]["depth"]["sell"][0]["price"]
    assert ticks[NIFTY]["tradable"] is False
    assert ticks[NIFTY]["ohlc"]["low"] <= ticks[NIFTY]["last_price"] <= ticks[NIFTY]["ohlc"]["high"]
    last = heard["last"]
    assert (last["order_id"], last["filled_quantity"], last["unfilled_quantity"]) == (heard["order_id"], 1, 0)
    assert (last["tag"], last["instrument_token"]) == ("ticker", INFY)


def socket(product: Product, api_key: str, access_token: str, **more: Any) -> Any:
    url = f"{product.url.replace('http', 'ws')}/kite/ws?api_key={api_key}&access_token={access_token}"
    return websockets.connect(url, proxy=None, **more)


async def test_strangers_get_kites_own_refusal_and_no_socket(running: Product, program: Program) -> None:
    for api_key, access_token in (
        ("", ""),
        (program.api_key, "wrong"),
        ("tm_AAAAAAAAAAAA", program.access_token),
        (program.api_key, program.access_token[:-1] + ("a" if program.access_token[-1] != "a" else "b")),
    ):
        with pytest.raises(InvalidStatus) as refused:
            await socket(running, api_key, access_token)
        response = refused.value.response
        body = json.loads(response.body or b"{}")
        assert (response.status_code, body["error_type"]) == (403, "TokenException")
        assert "Incorrect `api_key` or `access_token`" in body["message"]


async def test_a_token_that_may_not_look_gets_no_socket(running: Product, owner: Owner) -> None:
    blind = await a_program(running, owner, scopes="trade")
    with pytest.raises(InvalidStatus) as refused:
        await socket(running, blind.api_key, blind.access_token)
    assert json.loads(refused.value.response.body or b"{}")["error_type"] == "PermissionException"


async def test_nonsense_is_told_and_the_rest_goes_on(running: Product, program: Program) -> None:
    async with socket(running, program.api_key, program.access_token) as open_socket:
        for nonsense in (
            "{", "[]", "7", '{"a":"subscribe"}', '{"a":"subscribe","v":7}', '{"a":"dance","v":[1]}',
            '{"a":"mode","v":["full"]}', '{"a":"mode","v":["deep",[1]]}', '{"a":"mode","v":[["full"],[1]]}',
            '{"a":"mode","v":["full",408065]}',
        ):  # fmt: skip
            await open_socket.send(nonsense)
            told = json.loads(await asyncio.wait_for(text_of(open_socket), 60))
            assert told["type"] == "error", nonsense
        # Tokens that name nothing, of whatever kind, are passed over.
        strange: list[Any] = [0, -1, 2**40, "408065", None, True, 1.5, [], {}]
        await open_socket.send(json.dumps({"a": "subscribe", "v": [*strange, INFY]}))
        frame = await asyncio.wait_for(binary_of(open_socket), 60)
        assert [one["instrument_token"] for one in KiteTicker("", "")._parse_binary(frame)] == [INFY]
        await open_socket.send(json.dumps({"a": "unsubscribe", "v": [*strange, INFY, TCS]}))
        assert await asyncio.wait_for(heartbeat_of(open_socket), 60) == b"\x00"


async def test_a_flood_is_left(running: Product, program: Program) -> None:
    async with socket(running, program.api_key, program.access_token, close_timeout=1) as open_socket:
        for _ in range(200):
            await open_socket.send("{}")
        with pytest.raises(websockets.ConnectionClosed):
            await closed(open_socket)
    assert open_socket.close_code == 1008


async def test_a_revoked_token_ends_its_socket_and_its_calls(running: Product, owner: Owner) -> None:
    program = await a_program(running, owner)
    async with socket(running, program.api_key, program.access_token, close_timeout=1) as open_socket:
        assert await asyncio.wait_for(heartbeat_of(open_socket), 60) == b"\x00"
        await owner.call("DELETE", f"/v1/users/me/tokens/{program.api_key.removeprefix('tm_')}")
        told = json.loads(await asyncio.wait_for(text_of(open_socket), 60))
        with pytest.raises(websockets.ConnectionClosed):
            await closed(open_socket)
    assert (open_socket.close_code, told["type"]) == (1008, "error")
    assert "revoked" in told["data"]
    with pytest.raises(exceptions.TokenException, match="revoked"):
        await program.call("orders")


async def text_of(open_socket: Any) -> str:
    while not isinstance(message := await open_socket.recv(), str):
        continue
    return message


async def binary_of(open_socket: Any) -> bytes:
    while not isinstance(message := await open_socket.recv(), bytes) or len(message) < 2:
        continue
    return message


async def heartbeat_of(open_socket: Any) -> bytes:
    while not isinstance(message := await open_socket.recv(), bytes) or len(message) > 1:
        continue
    return message


async def closed(open_socket: Any) -> None:
    """Reads until the other end has closed it, which is raised."""
    while True:
        await open_socket.recv()
