"""The official KiteTicker, unmodified, in a process of its own: Twisted's reactor cannot be started twice."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from mocks.launch import Sandbox

INFY, NIFTY = 408065, 256265

# Subscribes in every mode, places and cancels an order by REST, and prints what it heard.
CLIENT = """
import json, sys, threading
from kiteconnect import KiteConnect, KiteTicker

key, token, rest, stream = sys.argv[1:]
INFY, NIFTY, TCS, HDFC = 408065, 256265, 2953217, 341249
heard = {"ticks": {}, "orders": [], "closed": None}
kite = KiteConnect(key, access_token=token, root=rest)
ticker = KiteTicker(key, token, root=stream, reconnect=False)

def trade():
    order_id = kite.place_order("regular", "NSE", "INFY", "BUY", 1, "CNC", "LIMIT", price=1400)
    kite.modify_order("regular", order_id, quantity=2)
    kite.cancel_order("regular", order_id)

def on_connect(ws, response):
    ws.subscribe([TCS, INFY, NIFTY, HDFC])
    ws.set_mode(ws.MODE_FULL, [INFY, NIFTY])
    ws.set_mode(ws.MODE_LTP, [HDFC])
    threading.Thread(target=trade, daemon=True).start()

def done():
    return len(heard["ticks"]) == 4 and heard["ticks"][INFY]["mode"] == "full" \
        and heard["ticks"][HDFC]["mode"] == "ltp" and heard["orders"][-1:] == ["CANCELLED"]

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
        ws.unsubscribe([INFY, NIFTY, TCS, HDFC])
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


def listen(*arguments: str) -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-c", CLIENT, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    lines = run.stdout.strip().splitlines()
    if not lines:
        pytest.fail(run.stderr[-2000:])
    found: dict[str, Any] = json.loads(lines[0])
    return found


@pytest.fixture
def session(sandbox: Sandbox) -> dict[str, Any]:
    made: dict[str, Any] = sandbox.post("/sessions", {"broker": "kite", "cash": "500000"})
    return made


@pytest.mark.parametrize("path", ["", "/oms/ws"])
def test_ticks_in_every_mode_and_order_updates(session: dict[str, Any], path: str) -> None:
    stream = session["base_url"].replace("http", "ws") + path
    heard = listen(session["api_key"], session["access_token"], session["base_url"], stream)
    ticks = {int(token): tick for token, tick in heard["ticks"].items()}
    infy, nifty, tcs, hdfc = (ticks[token] for token in (INFY, NIFTY, 2953217, 341249))
    assert [tick["mode"] for tick in (infy, nifty, tcs, hdfc)] == ["full", "full", "quote", "ltp"]
    assert [tick["tradable"] for tick in (infy, nifty)] == [True, False]
    assert set(hdfc) == {"tradable", "mode", "instrument_token", "last_price"}
    assert set(infy) - set(tcs) == {
        "last_trade_time", "oi", "oi_day_high", "oi_day_low", "exchange_timestamp", "depth",
    }  # fmt: skip
    assert [len(infy["depth"][side]) for side in ("buy", "sell")] == [5, 5]
    assert infy["depth"]["buy"][0]["price"] < infy["depth"]["sell"][0]["price"]
    assert set(nifty["ohlc"]) == {"open", "high", "low", "close"}
    assert heard["orders"] == ["UPDATE", "CANCELLED"]
    assert (heard["last"]["quantity"], heard["last"]["cancelled_quantity"]) == (2, 2)


def test_a_dead_token_is_refused_at_the_door(session: dict[str, Any]) -> None:
    heard = listen(
        session["api_key"], "0" * 32, session["base_url"], session["base_url"].replace("http", "ws")
    )
    assert "403" in heard["error"]
    assert heard["ticks"] == {}
