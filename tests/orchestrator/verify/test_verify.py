"""`orchestrator brokers verify`: the contract held against the sandbox, and orders kept away from live brokers."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.broker import Session
from domain.account import BrokerId
from mocks.launch import Sandbox
from orchestrator.config import Settings, endpoints
from orchestrator.direct import Access, at
from orchestrator.server import CannotStart
from orchestrator.verify import checks
from orchestrator.verify.run import may_order, verify
from tests.adapters.desk import Desk, Names, now, opened

ROOT = Path(__file__).parents[3]
Masters = dict[BrokerId, Names]


def access_to(desk: Desk) -> Access:
    broker = desk.broker.terms.broker
    return Access(broker, at(broker, desk.endpoints.rest), desk.session)


def test_every_sandbox_keeps_the_contract_and_nothing_stays_open(sandbox: Sandbox, masters: Masters) -> None:
    async def kept(broker: BrokerId) -> None:
        said: list[str] = []
        async with opened(sandbox, broker, masters) as desk:
            failed = await verify(access_to(desk), "NSE:INFY", read_only=False, say=said.append)
            book = await desk.broker.orders()
        assert failed == 0, "\n".join(said)
        assert len(said) == len(checks.READING) + len(checks.ORDERING) + 1
        assert {one.status.value for one in book} <= {"CANCELLED", "COMPLETE", "REJECTED"}

    # At once: most of the time the checks wait for the brokers' limits. Each has a loop of its own, because
    # reading a master would hold up the others.
    with ThreadPoolExecutor() as threads:
        list(threads.map(lambda broker: asyncio.run(kept(broker)), BrokerId))


async def test_reading_alone_places_nothing(sandbox: Sandbox, masters: Masters) -> None:
    said: list[str] = []
    async with opened(sandbox, BrokerId.UPSTOX, masters) as desk:
        assert await verify(access_to(desk), "NSE:TCS", read_only=True, say=said.append) == 0
        assert desk.truth()["orders"] == []
    assert len(said) == len(checks.READING) + 1


async def test_a_check_that_fails_is_said_and_the_others_go_on(sandbox: Sandbox, masters: Masters) -> None:
    said: list[str] = []
    async with opened(sandbox, BrokerId.ZERODHA, masters) as desk:
        desk.fault("error_5xx_before", "holdings")
        failed = await verify(access_to(desk), "NSE:INFY", read_only=True, say=said.append)
    assert failed == 1
    assert "FAIL  holdings positions and orders can be read" in said
    assert said[-1].endswith("1 failed.")


@pytest.mark.parametrize("broker", [BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW])
async def test_no_order_goes_to_a_live_broker(broker: BrokerId) -> None:
    session = Session("token", "", now())
    live = Access(broker, endpoints(Settings(), broker), session)
    assert not may_order(live)
    with pytest.raises(CannotStart, match="--read-only"):
        await verify(live, "NSE:INFY", read_only=False, say=print)
    for url in ("https://127.0.0.1.example.com", "https://localhost.example.com", "http://10.0.0.5"):
        assert not may_order(Access(broker, at(broker, url), session))


async def test_the_command_says_how_each_check_ended(
    sandbox: Sandbox, masters: Masters, tmp_path: Path
) -> None:
    words = ("orchestrator", "brokers", "verify", "mock", "--read-only")
    async with opened(sandbox, BrokerId.MOCK, masters) as desk:
        answer = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", *words, "--url", desk.endpoints.rest],
            cwd=ROOT,
            env={**os.environ, "TRADEMASTER_DATA": str(tmp_path)},
            input=f"{desk.session.access_token}\n{desk.session.api_key}\n",
            capture_output=True,
            text=True,
            check=False,
        )
    assert (answer.returncode, answer.stderr) == (0, "")
    assert "ok    the profile names the person" in answer.stdout
