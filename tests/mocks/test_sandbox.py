"""The sandbox as a process: ports, signals, state over a restart."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from mocks.launch import Sandbox
from tests.mocks.client import user

LIMIT = {
    "symbol": "NSE:INFY",
    "side": "BUY",
    "type": "LIMIT",
    "price": "1450",
    "product": "CNC",
    "quantity": 10,
}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_cleanly(number: signal.Signals) -> None:
    with Sandbox.start(flow=False) as sandbox:
        sandbox.process.send_signal(number)
        assert sandbox.process.wait(10) == 0


async def test_an_open_stream_does_not_delay_the_end() -> None:
    with Sandbox.start(flow=False) as sandbox:
        async with user(sandbox) as client:
            headers = {"Authorization": f"Bearer {client.session['access_token']}"}
            async with connect(
                client.session["ws_url"] + "/stream",
                additional_headers=headers,
                proxy=None,
                close_timeout=0.1,
            ) as stream:
                await stream.recv()
                assert sandbox.stop() == 0


def test_a_port_in_use_gives_one_clear_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = subprocess.run(
            [sys.executable, "-m", "mocks", "--port-base", str(taken.getsockname()[1])],
            capture_output=True,
            text=True,
            timeout=30,
            cwd=Path(__file__).parents[2],
        )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert len(ended.stderr.strip().splitlines()) == 1
    assert "--port-base" in ended.stderr


def test_help_names_every_option() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "mocks", "--help"],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=Path(__file__).parents[2],
    )
    assert ended.returncode == 0
    for option in ("--port-base", "--seed", "--no-flow", "--state", "--calendar"):
        assert option in ended.stdout


async def test_users_money_sessions_and_open_orders_survive_a_restart(tmp_path: Path) -> None:
    with Sandbox.start(flow=False, state=tmp_path) as sandbox:
        async with user(sandbox) as client:
            sandbox.post("/prices", {"prices": {"NSE:INFY": "1560.00"}})
            await client.call("POST", "/orders", LIMIT | {"tag": "rest"})
            await client.call("POST", "/orders", LIMIT | {"type": "MARKET", "price": None, "tag": "done"})
            await client.call("POST", "/funds/deposit", {"amount": "10.50"})
            before, session = client.truth(), client.session
            last_price = sandbox.get("/prices?symbols=NSE:INFY")["quotes"][0]["last_price"]
    state = tmp_path / "sandbox.json"
    assert state.stat().st_mode & 0o777 == 0o600
    assert json.loads(state.read_text())["brokers"].keys() == {"kite", "upstox", "groww", "mock"}

    with Sandbox.start(flow=False, state=tmp_path) as sandbox:
        after = sandbox.get(f"/users/mock/{session['user_id']}")
        assert after["orders"] == before["orders"]
        assert after["trades"] == before["trades"]
        assert after["funds"]["available"] == before["funds"]["available"]
        assert sandbox.get("/prices?symbols=NSE:INFY")["quotes"][0]["last_price"] == last_price
        request = urllib.request.Request(
            sandbox.urls["mock"] + "/orders?tag=rest",
            headers={"Authorization": f"Bearer {session['access_token']}"},
        )
        with urllib.request.urlopen(request) as answer:
            (order,) = json.loads(answer.read())["orders"]
        assert order["status"] == "open"
        sandbox.post("/prices", {"prices": {"NSE:INFY": "1440.00"}})
        orders = sandbox.get(f"/users/mock/{session['user_id']}")["orders"]
        assert [one["status"] for one in orders if one["tag"] == "rest"] == ["complete"]


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"prices": {}, "brokers": {}}', '{"brokers": {"kite": {"format": 99}}}']
)
def test_an_unreadable_snapshot_gives_one_clear_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "sandbox.json").write_text(text)
    ended = subprocess.run(
        [sys.executable, "-m", "mocks", "--port-base", "0", "--state", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=Path(__file__).parents[2],
    )
    assert (ended.returncode, len(ended.stderr.strip().splitlines())) == (1, 1)
    assert "sandbox.json" in ended.stderr
    assert (tmp_path / "sandbox.json").read_text() == text


def test_an_outage_refuses_connections_and_passes(sandbox: Sandbox) -> None:
    rule = sandbox.post("/faults", {"broker": "mock", "fault": "outage"})
    with pytest.raises(urllib.error.URLError) as refused:
        urllib.request.urlopen(sandbox.urls["mock"] + "/instruments", timeout=5)
    assert isinstance(refused.value.reason, ConnectionRefusedError)
    sandbox.delete(f"/faults/{rule['id']}")
    with urllib.request.urlopen(sandbox.urls["mock"] + "/instruments", timeout=5) as answer:
        assert answer.status == 200
