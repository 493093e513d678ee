"""The official Upstox SDK's streaming classes, unmodified: their addresses are built in, and reached through a proxy.

`https_proxy` leads them to `mocks.brokers.upstox.tunnel`, which ends their TLS and passes everything to the sandbox.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import httpx
import pytest
import upstox_client

from mocks.launch import Sandbox
from tests.mocks.upstox_sdk import INFY, VERSION, client_for, gtt, limit, market, new_user

NIFTY = "NSE_INDEX|Nifty 50"
PATIENCE_SECONDS = 60
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.start(flow=False, only=("upstox",)) as running:
        yield running


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tunnel") / "upstox.pem"


@pytest.fixture(scope="module")
def tunnel(sandbox: Sandbox, authority: Path) -> Iterator[str]:
    """The address of a running proxy."""
    command = [sys.executable, "-m", "mocks.brokers.upstox.tunnel", "--port", "0"]
    command += ["--upstox", sandbox.urls["upstox"], "--ca", str(authority)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["https_proxy"]
        process.terminate()


@pytest.fixture
def proxied(tunnel: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("https_proxy", tunnel)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    return tunnel


@pytest.fixture
def user(sandbox: Sandbox) -> dict[str, Any]:
    return new_user(sandbox)


@pytest.fixture
def client(user: dict[str, Any]) -> Any:
    return client_for(user["base_url"], user["access_token"])


class Heard:
    """A streamer with its events in order."""

    def __init__(self, streamer: Any) -> None:
        self.streamer = streamer
        self.messages: Queue[Any] = Queue()
        self.events: Queue[str] = Queue()
        streamer.on("message", self.messages.put)
        for event in ("open", "close", "error", "reconnecting", "autoReconnectStopped"):
            streamer.on(event, lambda *_, event=event: self.events.put(event))
        streamer.connect()

    def until(self, wanted: Callable[[Any], bool]) -> Any:
        """The first message that is wanted."""
        while True:
            message = self.messages.get(timeout=PATIENCE_SECONDS)
            if wanted(message):
                return message

    def event(self) -> str:
        return self.events.get(timeout=PATIENCE_SECONDS)


@pytest.fixture
def listen() -> Iterator[Callable[[Any], Heard]]:
    opened: list[Heard] = []

    def start(streamer: Any) -> Heard:
        opened.append(Heard(streamer))
        return opened[-1]

    yield start
    for one in opened:
        one.streamer.auto_reconnect(False)
        one.streamer.disconnect()  # its thread may take ten seconds to notice, and is not waited for


def has(key: str) -> Callable[[dict[str, Any]], bool]:
    return lambda message: key in message.get("feeds", {})


def test_prices_arrive_in_every_mode(proxied: str, client: Any, listen: Callable[[Any], Heard]) -> None:
    heard = listen(upstox_client.MarketDataStreamerV3(client, [INFY, NIFTY], "full"))
    assert heard.event() == "open"
    info = heard.messages.get(timeout=PATIENCE_SECONDS)
    assert info["type"] == "market_info"
    assert info["marketInfo"]["segmentStatus"]["NSE_EQ"] == "NORMAL_OPEN"
    feeds = heard.until(has(INFY))["feeds"]
    full = feeds[INFY]["fullFeed"]["marketFF"]
    assert len(full["marketLevel"]["bidAskQuote"]) == 5
    assert full["marketOHLC"]["ohlc"][0]["interval"] == "1d"
    assert full["casEligible"] is True
    assert feeds[NIFTY]["fullFeed"]["indexFF"]["ltpc"]["ltp"] > 0
    heard.streamer.change_mode([INFY], "ltpc")
    assert (
        "ltp" in heard.until(lambda one: "ltpc" in one.get("feeds", {}).get(INFY, {}))["feeds"][INFY]["ltpc"]
    )


def test_an_option_has_its_greeks(proxied: str, client: Any, listen: Callable[[Any], Heard]) -> None:
    found = upstox_client.InstrumentsApi(client).search_instrument(
        "NIFTY", segments="OPT", expiry="current_month", atm_offset=0, records=1
    )
    key = found.data[0]["instrument_key"]
    heard = listen(upstox_client.MarketDataStreamerV3(client, [], "ltpc"))
    assert heard.event() == "open"
    heard.streamer.subscribe([key], "option_greeks")
    feed = heard.until(has(key))["feeds"][key]["firstLevelWithGreeks"]
    assert 0 < abs(feed["optionGreeks"]["delta"]) < 1.1
    assert feed["iv"] > 0
    assert feed["firstDepth"]["bidP"] < feed["firstDepth"]["askP"]


def test_a_trade_moves_the_price_and_the_running_minute(
    proxied: str, client: Any, listen: Callable[[Any], Heard]
) -> None:
    heard = listen(upstox_client.MarketDataStreamerV3(client, [INFY], "full"))
    heard.until(has(INFY))
    upstox_client.OrderApiV3(client).place_order(market(quantity=5))
    full = heard.until(has(INFY))["feeds"][INFY]["fullFeed"]["marketFF"]
    assert {one["interval"] for one in full["marketOHLC"]["ohlc"]} == {"1d", "I1"}
    assert full["ltpc"]["ltq"] == "5"


def test_what_is_unsubscribed_is_silent(
    proxied: str, client: Any, sandbox: Sandbox, listen: Callable[[Any], Heard]
) -> None:
    heard = listen(upstox_client.MarketDataStreamerV3(client, [INFY, "BSE_EQ|INE009A01021"], "ltpc"))
    heard.until(has(INFY))
    heard.streamer.unsubscribe([INFY])
    heard.streamer.subscribe([NIFTY], "ltpc")
    heard.until(has(NIFTY))  # heard after the other request, so that one is done
    sandbox.post("/prices", {"prices": {"NSE:INFY": "1530"}})
    sandbox.post("/prices", {"prices": {"BSE:INFY": "1529"}})
    feeds = heard.until(has("BSE_EQ|INE009A01021"))["feeds"]
    assert INFY not in feeds


def test_a_cut_stream_comes_back_with_its_subscriptions(
    proxied: str, client: Any, user: dict[str, Any], sandbox: Sandbox, listen: Callable[[Any], Heard]
) -> None:
    heard = listen(upstox_client.MarketDataStreamerV3(client, [INFY], "ltpc"))
    heard.until(has(INFY))
    assert heard.event() == "open"
    sandbox.post("/faults", {"broker": "upstox", "fault": "drop_socket", "account": user["user_id"]})
    assert heard.until(lambda one: one.get("type") == "market_info")
    assert heard.until(has(INFY))


def test_a_dead_token_is_not_tried_again(
    proxied: str, client: Any, user: dict[str, Any], sandbox: Sandbox
) -> None:
    sandbox.post("/faults", {"broker": "upstox", "fault": "expire_token", "account": user["user_id"]})
    heard = Heard(upstox_client.MarketDataStreamerV3(client, [INFY], "ltpc"))
    assert [heard.event(), heard.event()] == ["error", "close"]
    assert heard.messages.empty()


def test_orders_positions_holdings_and_triggered_orders_are_told(
    proxied: str, client: Any, listen: Callable[[Any], Heard]
) -> None:
    streamer = upstox_client.PortfolioDataStreamer(
        client, order_update=True, position_update=True, holding_update=True, gtt_update=True
    )
    heard = listen(streamer)
    assert heard.event() == "open"
    orders = upstox_client.OrderApiV3(client)
    [order_id] = orders.place_order(market(quantity=2, transaction_type="SELL")).data.order_ids
    [gtt_id] = orders.place_gtt_order(gtt()).data.gtt_order_ids
    orders.cancel_gtt_order(upstox_client.GttCancelOrderRequest(gtt_order_id=gtt_id))
    told: list[dict[str, Any]] = []
    while not told or told[-1]["update_type"] != "gtt_order" or told[-1]["rules"][0]["status"] != "CANCELLED":
        told.append(json.loads(heard.messages.get(timeout=PATIENCE_SECONDS)))
    kinds = {
        kind: [one for one in told if one["update_type"] == kind] for kind in ("order", "position", "holding")
    }
    assert kinds["order"][-1]["status"] == "complete"
    assert {one["order_id"] for one in kinds["order"]} == {order_id}
    assert kinds["position"][-1]["quantity"] == -2
    assert kinds["holding"][-1]["cnc_used_quantity"] == 2
    assert kinds["holding"][-1]["exchange"] == "NSE_EQ"
    assert "pnl" not in kinds["holding"][-1]
    [first, *_] = [one for one in told if one["update_type"] == "gtt_order"]
    assert (first["gtt_order_id"], first["exchange"], first["rules"][0]["strategy"]) == (
        gtt_id,
        "NSE_EQ",
        "ENTRY",
    )


def test_by_default_only_orders_are_told(proxied: str, client: Any, listen: Callable[[Any], Heard]) -> None:
    heard = listen(upstox_client.PortfolioDataStreamer(client))
    assert heard.event() == "open"
    orders = upstox_client.OrderApiV3(client)
    orders.place_order(market(quantity=1))
    [order_id] = orders.place_order(limit()).data.order_ids
    told: list[dict[str, Any]] = []
    while not told or told[-1]["order_id"] != order_id or told[-1]["status"] != "open":
        told.append(json.loads(heard.messages.get(timeout=PATIENCE_SECONDS)))
    assert {one["update_type"] for one in told} == {"order"}


def test_a_client_that_checks_certificates_trusts_the_written_one(
    tunnel: str, authority: Path, user: dict[str, Any]
) -> None:
    """Any program with Upstox's addresses built in, not only the SDK's sockets."""
    trusting = ssl.create_default_context(cafile=str(authority))
    headers = {"Authorization": f"Bearer {user['access_token']}"}
    with httpx.Client(proxy=tunnel, verify=trusting, headers=headers) as program:
        profile = program.get("https://api.upstox.com/v2/user/profile").json()
        assert profile["data"]["user_id"] == user["user_id"]
        address = program.get("https://api.upstox.com/v3/feed/market-data-feed/authorize").json()["data"]
        assert address["authorized_redirect_uri"].startswith("wss://wsfeeder-api.upstox.com/")
        with pytest.raises(httpx.ProxyError):
            program.get("https://example.com/")
    with httpx.Client(proxy=tunnel) as wary, pytest.raises(httpx.ConnectError):
        wary.get("https://api.upstox.com/v2/user/profile")


def test_the_second_account_does_not_hear_of_the_first(
    proxied: str, client: Any, sandbox: Sandbox, listen: Callable[[Any], Heard]
) -> None:
    other = new_user(sandbox)
    stranger = client_for(other["base_url"], other["access_token"])
    heard = listen(upstox_client.PortfolioDataStreamer(stranger))
    assert heard.event() == "open"
    upstox_client.OrderApiV3(client).place_order(limit())
    [own] = upstox_client.OrderApiV3(stranger).place_order(limit()).data.order_ids
    assert json.loads(heard.messages.get(timeout=PATIENCE_SECONDS))["order_id"] == own
    assert [row.order_id for row in upstox_client.OrderApi(stranger).get_order_book(VERSION).data] == [own]
