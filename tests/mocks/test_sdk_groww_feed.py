"""The official growwapi's streaming client, unmodified, against the sandbox.

It runs in a process of its own: it cannot be closed, and leaves a thread and files of credentials behind.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from mocks.launch import Sandbox

PROGRAM = """
import json, sys, time
from growwapi import GrowwAPI, GrowwFeed

base, token = sys.argv[1:]

class Sandboxed(GrowwAPI):
    domain = property(lambda self: f"{base}/v1", lambda self, _: None)
    _GROWW_GENERATE_SOCKET_TOKEN_URL = f"{base}/v1/api/apex/v1/socket/token/create/"

GrowwFeed._GROWW_SOCKET_URL = base.replace("http", "ws")
groww = Sandboxed(token)
feed = GrowwFeed(groww)
orders = []
feed.subscribe_equity_order_updates(lambda _: orders.append(feed.get_equity_order_update()))
feed.subscribe_market_depth([{"exchange": "NSE", "segment": "CASH", "exchange_token": "3787"}])
feed.subscribe_ltp([{"exchange": "NSE", "segment": "CASH", "exchange_token": "3787"}])

def waited(look):
    for _ in range(200):
        if found := look():
            return found
        time.sleep(0.05)
    raise SystemExit("nothing came")

def prices():
    groww.place_order(validity="DAY", exchange="NSE", order_type="MARKET", product="CNC", quantity=1, segment="CASH",
                      trading_symbol="WIPRO", transaction_type="BUY")
    found = feed.get_ltp()["NSE"]["CASH"]["3787"]
    return found if found and orders and orders[-1]["orderStatus"] == "EXECUTED" else None

ltp = waited(prices)
print(json.dumps({"ltp": ltp["ltp"], "order": orders[-1]}))
"""


def test_prices_and_order_updates_arrive(sandbox: Sandbox, tmp_path: Path) -> None:
    session = sandbox.post("/sessions", {"broker": "groww", "cash": "500000"})
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, sandbox.urls["groww"], session["access_token"]],
        capture_output=True,
        text=True,
        timeout=90,
        check=True,
        cwd=tmp_path,
    )
    heard = json.loads(done.stdout.splitlines()[-1])
    order = heard["order"]
    assert (order["transactionType"], order["orderType"], order["product"]) == ("BUY", "MARKET", "CNC")
    assert abs(int(order["avgFillPrice"]) / 100 - heard["ltp"]) < 5
