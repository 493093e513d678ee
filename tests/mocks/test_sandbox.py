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

from mocks.launch import ControlError, Sandbox
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
    for option in (
        "--only",
        "--port-base",
        "--seed",
        "--no-flow",
        "--state",
        "--calendar",
        "--start",
        "--speed",
    ):
        assert option in ended.stdout
    for option in ("--clock", "--strict", "--pace", "--faults", "--journal", "examples:"):
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


# --- a part of it, at another time, in another mood ----------------------------------------------------------------

GTT = {
    "symbol": "NSE:INFY",
    "shape": "single",
    "legs": [
        {"role": "entry", "trigger": "below", "trigger_price": "1440", "order": LIMIT | {"price": "1445"}}
    ],
}


def ended(*options: str) -> tuple[int, str]:
    """Exit code and words of a sandbox that cannot start."""
    run = subprocess.run(
        [sys.executable, "-m", "mocks", "--port-base", "0", "--only", "mock", *options],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=Path(__file__).parents[2],
    )
    return run.returncode, run.stderr.strip()


def test_some_brokers_run_alone() -> None:
    with Sandbox.start(flow=False, only=["upstox", "mock"]) as sandbox:
        assert list(sandbox.urls) == ["control", "upstox", "mock"]
        assert [one["broker"] for one in sandbox.get("/brokers")["brokers"]] == ["upstox", "mock"]
        for path, body in [
            ("/sessions", {"broker": "kite"}),
            ("/faults", {"broker": "kite", "fault": "outage"}),
        ]:
            with pytest.raises(ControlError) as no:
                sandbox.post(path, body)
            assert (no.value.status, no.value.answer["error"]["field"]) == (404, "broker")


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--only", "zerodha"], "brokers are"),
        (["--speed", "0"], "a speed is above 0"),
        (["--start", "yesterday"], "2026-11-20T09:00"),
        (["--faults", "/nonexistent/plan.json"], "plan.json"),
        (["--calendar", "/nonexistent/days.json"], "days.json"),
        (["--journal", "/nonexistent/journal.jsonl"], "journal.jsonl"),
    ],
)
def test_a_wrong_option_is_named(options: list[str], word: str) -> None:
    code, words = ended(*options)
    assert code in (1, 2)
    assert word in words.splitlines()[-1]
    assert "Traceback" not in words


def test_a_plan_with_a_wrong_rule_is_refused_by_its_field(tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text('{"rules": [{"broker": "mock", "fault": "delay"}]}')
    code, words = ended("--faults", str(plan))
    assert (code, len(words.splitlines())) == (1, 1)
    assert "seconds" in words


def test_a_stepped_clock_stands_until_it_is_put_forward(tmp_path: Path) -> None:
    options = ["--clock", "step", "--start", "2026-11-20T09:10", "--journal", str(tmp_path / "journal")]
    with Sandbox.start(flow=False, calendar=True, only=["mock"], options=options) as sandbox:
        clock = sandbox.get("/clock")
        assert (clock["ist"], clock["day"]) == ("2026-11-20T09:10:00.000+05:30", "2026-11-20")
        assert {one["group"]: one["phase"] for one in clock["sessions"]}["NSE EQ"] != "CONTINUOUS"
        clock = sandbox.post("/clock", {"to": "2026-11-20T09:16:00+05:30"})
        assert clock["ist"] == "2026-11-20T09:16:00.000+05:30"
        assert {one["group"]: one["phase"] for one in clock["sessions"]}["NSE EQ"] == "CONTINUOUS"
        assert sandbox.get("/clock") == clock
        with pytest.raises(ControlError) as no:
            sandbox.post("/clock", {"to": "2026-11-20T09:15:00+05:30"})
        assert no.value.answer["error"]["field"] == "to"
        with urllib.request.urlopen(sandbox.urls["control"] + "/journal") as answer:
            assert json.loads(answer.readline())["op"] == "exchange"


def test_a_fast_clock_is_fast() -> None:
    with Sandbox.start(flow=False, only=["mock"], options=["--speed", "50"]) as sandbox:
        before = sandbox.get("/clock")
        assert before["speed"] == 50
        sandbox.post("/faults", {"broker": "mock", "fault": "outage", "seconds": 20})
        while sandbox.get("/faults")["faults"]:
            pass  # twenty seconds of its own time, not of ours
        assert sandbox.get("/clock")["time"] - before["time"] >= 20 * 10**9


async def test_strict_is_the_broker_as_it_is(tmp_path: Path) -> None:
    with Sandbox.start(flow=False, only=["mock"], options=["--strict", "--pace", "none"]) as sandbox:
        assert sandbox.get("/brokers/mock/switches")["rate_limits"] is True
        async with user(sandbox) as client:
            one = LIMIT | {"quantity": 1}
            answers = [(await client.call("POST", "/orders", one))[0] for _ in range(12)]
            assert set(answers) == {201, 429}
            sandbox.patch("/brokers/mock/switches", {"rate_limits": False})
            assert (await client.call("POST", "/orders", one))[0] == 201


async def test_conditional_orders_switches_and_time_survive_a_restart(tmp_path: Path) -> None:
    options = ["--clock", "step", "--start", "2026-11-19T10:00"]
    with Sandbox.start(flow=False, state=tmp_path, only=["mock"], options=options) as sandbox:
        async with user(sandbox) as client:
            _, gtt = await client.call("POST", "/gtt", GTT)
            session = client.session
        sandbox.patch("/brokers/mock/switches", {"static_ips": {"MK0001": ["10.0.0.1"]}})
        sandbox.post("/clock", {"advance": 5})

    with Sandbox.start(flow=False, state=tmp_path, only=["mock"], options=options[:2]) as sandbox:
        assert sandbox.get("/clock")["ist"] == "2026-11-19T10:00:05.000+05:30"
        assert sandbox.get("/brokers/mock/switches")["static_ips"] == {"MK0001": ["10.0.0.1"]}
        sandbox.post("/prices", {"prices": {"NSE:INFY": "1439.00"}})
        truth = sandbox.get(f"/users/mock/{session['user_id']}")
        assert [one["gtt_id"] for one in truth["gtts"]] == [gtt["gtt_id"]]
        assert [one["quantity"] for one in truth["orders"]] == [LIMIT["quantity"]]


async def test_days_that_passed_while_it_slept_are_lived_through(tmp_path: Path) -> None:
    options = ["--clock", "step", "--start"]
    with Sandbox.start(
        flow=False, state=tmp_path, only=["mock"], options=[*options, "2026-11-19T10:00"]
    ) as one:
        async with user(one, holdings=[]) as client:
            await client.call("POST", "/orders", LIMIT | {"type": "MARKET", "price": None})
            user_id = client.user_id
    with Sandbox.start(
        flow=False, state=tmp_path, only=["mock"], options=[*options, "2026-11-20T10:00"]
    ) as two:
        truth = two.get(f"/users/mock/{user_id}")
        assert truth["orders"] == []
        assert [(held["symbol"], held["t1_quantity"]) for held in truth["holdings"]] == [("NSE:INFY", 10)]
        day = two.get(f"/users/mock/{user_id}/contract-notes/2026-11-19")
        assert sum(trade["quantity"] for trade in day["trades"]) == 10
