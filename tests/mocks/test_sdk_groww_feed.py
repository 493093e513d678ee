"""The official growwapi's streaming client, unmodified, against the sandbox: every method of it.

It runs in a process of its own: it cannot be closed, and leaves a thread and files of credentials behind.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from mocks.launch import Sandbox

PROGRAM = """
import json, sys, time
from growwapi import GrowwAPI, GrowwFeed

base, token = sys.argv[1:]

class Sandboxed(GrowwAPI):
    domain = property(lambda self: f"{base}/v1", lambda self, _: None)
    INSTRUMENT_CSV_URL = f"{base}/instruments/instrument.csv"
    _GROWW_GENERATE_SOCKET_TOKEN_URL = f"{base}/v1/api/apex/v1/socket/token/create/"

GrowwFeed._GROWW_SOCKET_URL = base.replace("http", "ws")
groww, called = Sandboxed(token), set()

class Noted:
    def __init__(self, feed):
        self.feed = feed

    def __getattr__(self, name):
        called.add(name)
        return getattr(self.feed, name)

feed = Noted(GrowwFeed(groww))
wipro = [{"exchange": "NSE", "segment": "CASH", "exchange_token": "3787"}]
nifty = [{"exchange": "NSE", "segment": "CASH", "exchange_token": "NIFTY"}]
orders = []
feed.subscribe_equity_order_updates(lambda _: orders.append(feed.get_equity_order_update()))
feed.subscribe_fno_order_updates()
feed.subscribe_fno_position_updates()
feed.subscribe_market_depth(wipro)
feed.subscribe_ltp(wipro)
feed.subscribe_index_value(nifty)

def waited(look):
    for _ in range(300):
        if (found := look()) is not None:
            return found
        time.sleep(0.05)
    raise SystemExit("nothing came")

def buy(symbol, segment, quantity, product):
    groww.place_order(validity="DAY", exchange="NSE", order_type="MARKET", product=product, quantity=quantity,
                      segment=segment, trading_symbol=symbol, transaction_type="BUY")

def prices():
    buy("WIPRO", "CASH", 1, "CNC")
    return feed.get_ltp()["NSE"]["CASH"]["3787"] if orders and orders[-1]["orderStatus"] == "EXECUTED" else None

ltp = waited(prices)
order = orders[-1]
depth = waited(lambda: feed.get_market_depth()["NSE"]["CASH"]["3787"])
future = next(row for row in groww.get_all_instruments().to_dict("records") if row["instrument_type"] == "FUT")
buy(future["trading_symbol"], "FNO", int(future["lot_size"]), "NRML")
position = waited(feed.get_fno_position_update)
fno_order = waited(feed.get_fno_order_update)
index = waited(lambda: buy("RELIANCE", "CASH", 1, "CNC") or feed.get_index_value()["NSE"]["CASH"]["NIFTY"])
everything = feed.get_all_feed()
ends = [feed.unsubscribe_ltp(wipro), feed.unsubscribe_market_depth(wipro), feed.unsubscribe_index_value(nifty),
        feed.unsubscribe_equity_order_updates(), feed.unsubscribe_fno_order_updates(),
        feed.unsubscribe_fno_position_updates()]
public = {name for name in vars(GrowwFeed) if not name.startswith("_") and callable(getattr(GrowwFeed, name))}
print(json.dumps({"ltp": ltp, "depth": depth, "order": order, "position": position, "fno_order": fno_order,
                  "index": index, "feeds": sorted(everything), "ends": ends, "uncalled": sorted(public - called)}))
"""


@pytest.fixture(scope="module")
def heard(shared_sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    session = shared_sandbox.post("/sessions", {"broker": "groww", "cash": "50000000"})
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, shared_sandbox.urls["groww"], session["access_token"]],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        cwd=tmp_path_factory.mktemp("feed"),
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_every_method_of_the_feed_was_called(heard: dict[str, Any]) -> None:
    assert heard["uncalled"] == ["consume"]  # a loop that only waits for ever


def test_order_updates_come_in_paise_and_the_sdks_words(heard: dict[str, Any]) -> None:
    order = heard["order"]
    assert (order["transactionType"], order["orderType"], order["product"]) == ("BUY", "MARKET", "CNC")
    assert abs(int(order["avgFillPrice"]) / 100 - heard["ltp"]["ltp"]) < 5


def test_the_price_topic_fills_time_and_last_price_only(heard: dict[str, Any]) -> None:
    assert heard["ltp"]["ltp"] > 0
    assert heard["ltp"]["tsInMillis"] > 0


def test_depth_has_five_levels_a_side(heard: dict[str, Any]) -> None:
    assert sorted(heard["depth"]["buyBook"]) == sorted(heard["depth"]["sellBook"]) == list("12345")


def test_contracts_report_orders_and_positions(heard: dict[str, Any]) -> None:
    assert heard["fno_order"]["product"] == "NRML"
    assert heard["position"]["exchangePosition"]["NSE"]["creditQty"] > 0


def test_an_index_tells_its_value(heard: dict[str, Any]) -> None:
    assert heard["index"]["value"] > 10_000


def test_unsubscribing_ends_each_subscription(heard: dict[str, Any]) -> None:
    nested = [{"NSE": {"CASH": {"3787": True}}}, {"NSE": {"CASH": {"NIFTY": True}}}]
    assert heard["ends"] == [nested[0], nested[0], nested[1], True, True, True]
    assert heard["feeds"] == ["index_value", "ltp", "market_depth", "order_updates", "position_updates"]
