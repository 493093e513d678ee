"""`orchestrator parity` against the sandbox: the official SDK and our adapter read the same account alike."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from rich.console import Console
from sqlalchemy import Connection, insert

from adapters.broker import Broker, Session
from domain.account import AccountId, AccountState, BrokerAccount, BrokerId, UserId
from domain.money import Price
from domain.order import OrderType, Product, Side
from domain.position import Holding
from domain.report import ReportStatus
from mocks.exchange.catalogue import instruments
from mocks.launch import Sandbox
from orchestrator.accounts import repository, secrets
from orchestrator.config import Settings
from orchestrator.direct import Access, at, at_work, of_account
from orchestrator.keys import keys
from orchestrator.parity import run
from orchestrator.parity.compare import Difference
from orchestrator.server import CannotStart
from orchestrator.storage import migrations
from orchestrator.storage.db import open_database
from orchestrator.tables.identity import users
from orchestrator.vault import Vault
from tests.adapters.desk import Desk, complete, now, opened, working

ROOT = Path(__file__).parents[3]
WITH_AN_SDK = sorted(run.SDKS)


@asynccontextmanager
async def busy(sandbox: Sandbox, broker: BrokerId) -> AsyncIterator[Desk]:
    """An account on which everything has happened: fills, a sale of what is held, open, stopped and ended orders."""
    symbol = next(one.key for one in instruments(now().date()) if one.kind == "FUT" and one.name == "NIFTY")
    carried = {"symbol": symbol, "product": "NRML", "quantity": -65, "price": "26000"}
    async with opened(sandbox, broker, {}, positions=[carried]) as desk:
        market: dict[str, Any] = {"order_type": OrderType.MARKET}
        for order in (
            desk.child(quantity=10, product=Product.MIS, **market),
            desk.child(quantity=3, **market),
            desk.child(Side.SELL, 20, **market),
        ):
            await desk.until(await desk.placed(order), complete)
        open_order = await desk.placed(desk.child(quantity=7))
        await desk.until(open_order, working)
        stop, limit = (Price(desk.far_below(percent=percent).amount) for percent in (3, 4))
        await desk.placed(desk.child(Side.SELL, 5, order_type=OrderType.SL, price=limit, trigger_price=stop))
        ended = await desk.placed(desk.child(quantity=2))
        await desk.until(ended, working)
        await desk.broker.cancel(ended)
        await desk.until(ended, lambda one: one.status is ReportStatus.CANCELLED)
        yield desk


def access_to(desk: Desk, token: str = "") -> Access:
    session = Session(token or desk.session.access_token, "", desk.session.expires_at, desk.session.api_key)
    return Access(desk.broker.terms.broker, at(desk.broker.terms.broker, desk.endpoints.rest), session)


@pytest.mark.parametrize("broker", WITH_AN_SDK)
async def test_the_sdk_and_our_adapter_read_a_busy_account_alike(sandbox: Sandbox, broker: BrokerId) -> None:
    async with busy(sandbox, broker) as desk:
        fields, found = await run.check(access_to(desk), [], pause=0)
    assert found == []
    assert fields > 100


@pytest.mark.parametrize("broker", WITH_AN_SDK)
async def test_an_account_with_a_dead_login_is_said_in_one_line(sandbox: Sandbox, broker: BrokerId) -> None:
    async with opened(sandbox, broker, {}) as desk:
        with pytest.raises(CannotStart, match="cannot read the account"):
            await run.check(access_to(desk, "dead"), [], pause=0)


def test_an_sdk_that_is_not_installed_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kiteconnect", None)
    monkeypatch.delitem(sys.modules, "orchestrator.parity.kite", raising=False)
    access = Access(BrokerId.ZERODHA, at(BrokerId.ZERODHA, "http://127.0.0.1:1"), Session("t", "", now()))
    with pytest.raises(CannotStart, match="pip install kiteconnect"):
        run.oracle(access)


async def test_a_broker_without_an_sdk_is_said_in_one_line(sandbox: Sandbox) -> None:
    async with opened(sandbox, BrokerId.MOCK, {}) as desk:
        with pytest.raises(CannotStart, match="no official SDK"):
            await run.check(access_to(desk), [])


async def test_a_symbol_that_is_not_listed_is_said_in_one_line(sandbox: Sandbox) -> None:
    async with opened(sandbox, BrokerId.ZERODHA, {}) as desk:
        with pytest.raises(CannotStart, match="does not list NSE:NOSUCHCO"):
            await run.check(access_to(desk), ["NSE:NOSUCHCO"])


class Forgetful:
    """A broker of ours that takes two shares off every holding."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker

    def __getattr__(self, name: str) -> Any:
        return getattr(self._broker, name)

    async def holdings(self) -> list[Holding]:
        return [replace(one, quantity=one.quantity - 2) for one in await self._broker.holdings()]


@pytest.mark.parametrize("broker", WITH_AN_SDK)
async def test_what_we_read_wrongly_is_found(sandbox: Sandbox, broker: BrokerId) -> None:
    async with opened(sandbox, broker, {}) as desk, at_work(access_to(desk)) as opened_desk:
        lying = replace(opened_desk, broker=cast(Broker, Forgetful(opened_desk.broker)))
        _, found = await run.compared(run.oracle(access_to(desk)), lying, [], pause=0)
    assert [(one.kind, one.field, one.ours, one.sdk) for one in found] == [
        ("holdings", "quantity", "48", "50"),
        ("holdings", "quantity", "18", "20"),
    ]


# --- the command -------------------------------------------------------------------------------------------------


def parity(*words: str, said: str = "", data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", "parity", *words],
        cwd=ROOT,
        env={**os.environ, "TRADEMASTER_DATA": str(data), "COLUMNS": "160"},
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )


async def test_the_keys_come_by_the_input_and_are_never_printed(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox, BrokerId.ZERODHA, {}) as desk:
        typed = f"{desk.session.access_token}\n{desk.session.api_key}\n"
        words = ("--broker", "kite", "--url", desk.endpoints.rest)
        answer = await asyncio.to_thread(parity, *words, said=typed, data=tmp_path)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert answer.stdout.endswith("0 differ.\n")
    assert desk.session.access_token not in answer.stdout


async def test_an_accounts_own_session_is_used(sandbox: Sandbox, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    account_id, now_ = AccountId("acc1"), now()
    async with opened(sandbox, BrokerId.ZERODHA, {}) as desk:
        session = secrets.seal_session(Vault(keys(settings).master), account_id, desk.session)
        database = open_database(settings)
        await migrations.upgrade(database)

        def store(connection: Connection) -> None:
            connection.execute(
                insert(users).values(
                    id="u1", email="a@b.test", name="A", password_hash="x", mode="x", created_at=now_
                )
            )
            state = AccountState.CONNECTED
            one = BrokerAccount(account_id, UserId("u1"), BrokerId.ZERODHA, "Zerodha", state, desk.user_id)
            repository.add(connection, one, now_)
            repository.change(connection, account_id, {"session": session})

        await database.write(store)
        await database.close()
        access = await of_account(settings, account_id)
    assert access.session == desk.session
    assert access.endpoints.rest == settings.zerodha_rest
    with pytest.raises(CannotStart, match="no account nobody"):
        await of_account(settings, "nobody")


async def test_an_installation_without_accounts_is_said_in_one_line(tmp_path: Path) -> None:
    answer = await asyncio.to_thread(parity, "acc1", data=tmp_path)
    assert (answer.returncode, answer.stderr.count("\n")) == (1, 1)
    assert "orchestrator migrate" in answer.stderr


def test_every_difference_is_a_line_of_the_table() -> None:
    said = io.StringIO()
    found = [Difference("holdings", "INE009A01021", "quantity", "50", "48")]
    run.tell(Console(file=said, width=120), "Zerodha", 7, found)
    assert "INE009A01021" in said.getvalue()
    assert said.getvalue().endswith("Zerodha: 7 fields compared, 1 differ.\n")
