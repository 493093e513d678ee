"""Several processes on PostgreSQL and Redis: HTTP in one, loops in another, one product."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from mocks.launch import Sandbox
from orchestrator.demo.person import connect_all
from orchestrator.demo.run import sandbox_settings
from tests.services import free_port

ROOT = Path(__file__).parents[2]
LOGIN = {"email": "demo@trademaster.test", "password": "demo-trade-2026"}


@pytest.fixture
def environment(sandbox: Sandbox, postgres_url: str, redis_url: str, tmp_path: Path) -> dict[str, str]:
    brokers = {f"TRADEMASTER_{name.upper()}": value for name, value in sandbox_settings(sandbox.urls).items()}
    return {
        **os.environ,
        **brokers,
        "TRADEMASTER_DATABASE_URL": postgres_url,
        "TRADEMASTER_REDIS_URL": redis_url,
        "TRADEMASTER_DATA": str(tmp_path / "data"),
        "TRADEMASTER_PORT": str(free_port()),
        "TRADEMASTER_ALWAYS_OPEN": "true",
        "TRADEMASTER_REFRESH_IDLE": "1",
        "TRADEMASTER_REFRESH_BUSY": "1",
    }


def _command(environment: dict[str, str], name: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", name],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@asynccontextmanager
async def _process(environment: dict[str, str], name: str, **settings: str) -> AsyncIterator[None]:
    log = Path(environment["TRADEMASTER_DATA"]).parent / f"{name}.log"
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "orchestrator",
            name,
            cwd=ROOT,
            env={**environment, **settings},
            stdout=output,
            stderr=output,
        )
    try:
        yield
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 60) == 0, log.read_text()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _ready(client: httpx.AsyncClient) -> None:
    while True:
        with contextlib.suppress(httpx.TransportError):
            if (await client.get("/readyz")).status_code == 200:
                return
        await asyncio.sleep(0.1)


async def _listed(client: httpx.AsyncClient) -> None:
    """Until this process has read every broker's instruments, which takes a busy machine a while."""
    while True:
        page = (await client.get("/v1/stocks?q=infy&limit=1")).json()
        if page["items"] and len(page["items"][0]["brokers"]) == 4:
            return
        await asyncio.sleep(0.1)


def test_a_database_that_was_not_migrated_is_said_in_one_line(environment: dict[str, str]) -> None:
    ended = _command(environment, "serve")
    assert ended.returncode == 1
    [line] = ended.stderr.strip().splitlines()
    assert "orchestrator migrate" in line


@pytest.mark.timeout(300)  # longer than others, on a busy machine
async def test_an_order_placed_in_one_process_is_followed_by_another(
    environment: dict[str, str], sandbox: Sandbox
) -> None:
    assert _command(environment, "migrate").stdout == "Migrated.\n"
    assert _command(environment, "migrate").stdout == "Up to date.\n"
    url = f"http://127.0.0.1:{environment['TRADEMASTER_PORT']}"
    async with (
        _process(environment, "serve", TRADEMASTER_ROLE="api"),
        _process(environment, "worker"),
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as client,
    ):
        await _ready(client)
        assert len(await connect_all(url, sandbox.urls["control"])) == 4
        token = (await client.post("/v1/users/login", json=LOGIN)).json()["access_token"]
        client.headers["authorization"] = f"Bearer {token}"
        await _listed(client)
        order = {
            "exchange": "NSE",
            "symbol": "INFY",
            "side": "BUY",
            "order_type": "MARKET",
            "quantity": 1,
            "product": "CNC",
            "validity": "DAY",
            "account": "auto",
        }
        placed = await client.post("/v1/orders", json=order, headers={"idempotency-key": "one"})
        assert placed.status_code == 201, placed.text
        seen: dict[str, Any] = placed.json()
        while seen["status"] != "FILLED":
            await asyncio.sleep(0.1)
            seen = (await client.get(f"/v1/orders/{seen['id']}")).json()
        assert seen["filled_quantity"] == 1
