"""`make demo`: one command, everything connected, everything ended again."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import httpx
import pytest

from tests.services import free_port, free_ports

ROOT = Path(__file__).parents[3]
LOGIN = {"email": "demo@trademaster.test", "password": "demo-trade-2026"}


class Demo:
    """One started demo and what it said."""

    def __init__(self, environment: dict[str, str], output: IO[bytes]) -> None:
        self.url = f"http://127.0.0.1:{environment['TRADEMASTER_PORT']}"
        self._output = output
        self.process = subprocess.Popen(
            [sys.executable, "-m", "orchestrator", "demo"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    @property
    def said(self) -> str:
        self._output.seek(0)
        return self._output.read().decode()

    def wait_until(self, ready: Callable[[], bool]) -> None:
        while not ready():
            assert self.process.poll() is None, self.said
            time.sleep(0.05)

    def accounts(self) -> list[dict[str, str]]:
        with httpx.Client(base_url=self.url, trust_env=False) as client:
            token = client.post("/v1/users/login", json=LOGIN).json()["access_token"]
            answer = client.get("/v1/accounts", headers={"authorization": f"Bearer {token}"})
            accounts: list[dict[str, str]] = answer.json()
            return accounts


Start = Callable[[], Demo]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    base = free_ports(5)
    return {
        **os.environ,
        "TRADEMASTER_DATA": str(tmp_path / "data"),
        "TRADEMASTER_WEB": str(tmp_path / "web"),
        "TRADEMASTER_PORT": str(free_port()),
        "SANDBOX_PORT_BASE": str(base),
    }


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Start]:
    started: list[Demo] = []

    def run() -> Demo:
        demo = Demo(environment, (tmp_path / f"said{len(started)}").open("wb+"))
        started.append(demo)
        return demo

    yield run
    for demo in started:
        if demo.process.poll() is None:
            demo.process.kill()
            demo.process.wait()


def _taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def follow_the_tutorial(demo: Demo, sandbox: str) -> None:
    """Its commands, as they stand."""
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)
    run = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        env={**os.environ, "API": demo.url, "SANDBOX": sandbox},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr + run.stdout
    assert "FILLED" in run.stdout
    assert "zerodha" in run.stdout.splitlines()[-1], "the broken broker is named"


@pytest.mark.timeout(300)  # longer than others, on a busy machine
def test_the_demo_connects_four_brokers_ends_whole_keeps_its_state_and_runs_the_tutorial(
    start: Start, environment: dict[str, str]
) -> None:
    demo = start()
    demo.wait_until(lambda: "Log in " in demo.said)
    assert demo.url in demo.said
    assert "demo@trademaster.test / demo-trade-2026" in demo.said
    accounts = demo.accounts()
    assert sorted(one["broker"] for one in accounts) == ["groww", "mock", "upstox", "zerodha"]
    assert {one["state"] for one in accounts} == {"connected"}
    assert httpx.get(f"{demo.url}/livez", trust_env=False).status_code == 200
    assert httpx.get(f"{demo.url}/readyz", trust_env=False).status_code == 200

    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(30) == 0, demo.said
    assert not any(_taken(int(environment["SANDBOX_PORT_BASE"]) + number) for number in range(5))
    assert "Traceback" not in demo.said

    again = start()
    again.wait_until(lambda: "Log in " in again.said)
    assert [one["id"] for one in again.accounts()] == [one["id"] for one in accounts]
    assert {one["state"] for one in again.accounts()} == {"connected"}

    follow_the_tutorial(again, f"http://127.0.0.1:{environment['SANDBOX_PORT_BASE']}")

    # Killed without a goodbye, it leaves nothing behind that would stop the next start.
    again.process.kill()
    again.process.wait()
    while any(_taken(int(environment["SANDBOX_PORT_BASE"]) + number) for number in range(5)):
        time.sleep(0.05)

    gone = subprocess.run(
        [sys.executable, "-m", "orchestrator", "demo", "--reset"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "starts over" in gone.stdout
    data = Path(environment["TRADEMASTER_DATA"])
    assert not list(data.iterdir())


@pytest.mark.parametrize("setting", ["TRADEMASTER_PORT", "SANDBOX_PORT_BASE"])
def test_a_port_in_use_is_said_in_one_line(start: Start, environment: dict[str, str], setting: str) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", int(environment[setting])))
        other.listen()
        demo = start()
        assert demo.process.wait(60) == 1
    [line] = demo.said.strip().splitlines()
    assert environment[setting] in line
    assert "in use" in line
    assert setting in line


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("TRADEMASTER_PORT", "eighty", "TRADEMASTER_PORT"),
        ("TRADEMASTER_ROLE", "boss", "TRADEMASTER_ROLE"),
        ("TRADEMASTER_MASTER_KEY", "c2hvcnQ=", "a key is 32 bytes"),
        ("TRADEMASTER_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing", "database cannot be used"),
        ("TRADEMASTER_REDIS_URL", "redis://127.0.0.1:1", "Redis cannot be used"),
    ],
)
def test_what_keeps_it_from_starting_is_said_in_one_line(
    environment: dict[str, str], setting: str, value: str, said: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "orchestrator", "serve"],
        cwd=ROOT,
        env={**environment, setting: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    [line] = ended.stderr.strip().splitlines()
    assert said in line
