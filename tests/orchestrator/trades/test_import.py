"""A file is looked at first, and then taken whole or not at all; a second time it changes nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from fastapi import FastAPI
from sqlalchemy import insert
from typer.testing import CliRunner

from domain.account import AccountId, AccountState, BrokerId, UserId
from orchestrator.cli import cli
from orchestrator.config import Settings
from orchestrator.http.limits import LONGER
from orchestrator.storage import migrations
from orchestrator.storage.db import open_database
from orchestrator.tables.accounts import accounts
from orchestrator.tables.identity import users
from orchestrator.trades import repository
from orchestrator.trades.repository import Wanted
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.conftest import Login
from tests.orchestrator.orders.test_repository import T0
from tests.orchestrator.stub_broker import StubAdapter
from tests.orchestrator.trades.test_tradebook import CONSOLE

GOOD = f"""{CONSOLE}
INFY,INE009A01021,2026-11-18,NSE,EQ,EQ,buy,false,4,1500.05,101,9001,2026-11-18T09:56:04
INFY,INE009A01021,2026-11-19,NSE,EQ,EQ,sell,false,4,1510.00,102,9002,2026-11-19T10:00:00
"""
BAD = GOOD + "INFY,INE009A01021,2026-11-19,NSE,EQ,EQ,sell,false,-1,1510.00,103,9003,2026-11-19T10:01:00\n"


@pytest.fixture
async def asha(app: FastAPI, person: Login, stubs: dict[BrokerId, StubAdapter]) -> httpx.AsyncClient:
    stubs[BrokerId.ZERODHA].users["good"] = "Z1"
    return await person("asha")


async def send(asha: httpx.AsyncClient, account: str, text: str, *, commit: bool = False) -> httpx.Response:
    params: dict[str, Any] = {"account": account, "commit": commit}
    headers = {"content-type": "text/csv"}
    return await asha.post("/v1/trades/import", params=params, content=text.encode(), headers=headers)


async def test_a_file_is_looked_at_then_kept_once(asha: httpx.AsyncClient, person: Login) -> None:
    account = await connect(asha)
    looked = (await send(asha, account, GOOD)).json()
    assert (looked["format"], looked["new"], looked["known"], looked["committed"]) == (
        "Zerodha Console",
        2,
        0,
        False,
    )
    assert (looked["first"], looked["last"]) == ("2026-11-18", "2026-11-19")
    assert (await asha.get("/v1/trades")).json()["items"] == []
    taken = (await send(asha, account, GOOD, commit=True)).json()
    assert (taken["new"], taken["committed"]) == (2, True)
    again = (await send(asha, account, GOOD, commit=True)).json()
    assert (again["new"], again["known"], again["committed"]) == (0, 2, True)
    told = (await asha.get("/v1/trades")).json()["items"]
    assert [(one["trade_id"], one["source"], one["at"]) for one in told] == [
        ("102", "imported", "2026-11-19T10:00:00.000+05:30"),
        ("101", "imported", "2026-11-18T09:56:04.000+05:30"),
    ]
    earned = (await asha.get("/v1/portfolio/pnl")).json()
    assert (earned["total"]["realised"], earned["total"]["charges_estimated"]) == ("39.80", True)
    ravi = await person("ravi")
    assert (await send(ravi, account, GOOD)).status_code == 404


async def test_a_file_with_a_bad_row_is_not_taken_at_all(asha: httpx.AsyncClient) -> None:
    account = await connect(asha)
    looked = (await send(asha, account, BAD)).json()
    assert looked["refused"] == [
        {
            "line": 4,
            "column": "quantity",
            "rule": "a number is written like 1500.05 or 1,23,456.75",
            "value": "-1",
        }
    ]
    refused = await send(asha, account, BAD, commit=True)
    assert (refused.status_code, refused.json()["code"], refused.json()["report"]["new"]) == (
        422,
        "rows_refused",
        2,
    )
    assert (await asha.get("/v1/trades")).json()["items"] == []


async def test_a_form_works_too_and_what_is_no_tradebook_is_refused(asha: httpx.AsyncClient) -> None:
    account = await connect(asha)
    form = await asha.post(
        "/v1/trades/import",
        params={"account": account},
        files={"file": ("trades.csv", GOOD.encode(), "text/csv")},
    )
    assert form.json()["new"] == 2
    for text in ("", "a,b\n1,2\n"):
        refused = await send(asha, account, text)
        assert (refused.status_code, refused.json()["code"]) == (422, "file_unusable")
    large = await send(asha, account, "x" * (LONGER["/v1/trades/import"] + 1))
    assert large.status_code == 413


@pytest.fixture
def installation(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A database of its own, for the command."""
    monkeypatch.setenv("TRADEMASTER_DATABASE_URL", f"sqlite:///{tmp_path / 'own.db'}")
    yield settings.model_copy(update={"database_url": f"sqlite:///{tmp_path / 'own.db'}"})
    structlog.reset_defaults()  # the command's logs went to the runner's own output, which is closed


async def _an_account(settings: Settings) -> None:
    database = open_database(settings)
    await migrations.upgrade(database)
    user = {
        "id": "usr_1",
        "email": "a@b.c",
        "name": "",
        "password_hash": "",
        "mode": "orchestrator",
        "created_at": T0,
    }
    account = {
        "id": "acc_1",
        "user_id": "usr_1",
        "broker": BrokerId.ZERODHA,
        "label": "Z",
        "state": AccountState.CONNECTED,
        "created_at": T0,
        "postback_number": 1,
    }
    await database.write(lambda conn: conn.execute(insert(users), user))
    await database.write(lambda conn: conn.execute(insert(accounts), account))
    await database.close()


def test_the_command_says_what_it_found_and_keeps_it_only_when_asked(
    installation: Settings, tmp_path: Path
) -> None:
    asyncio.run(_an_account(installation))
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(GOOD, encoding="utf-8")
    bad.write_text(BAD, encoding="utf-8")
    run = CliRunner()
    looked = run.invoke(cli, ["trades", "import", "acc_1", str(good)])
    assert (looked.exit_code, "2 new, 0 known" in looked.output, "--commit" in looked.output) == (
        0,
        True,
        True,
    )
    assert "line 4, quantity" in run.invoke(cli, ["trades", "import", "acc_1", str(bad), "--commit"]).output
    taken = run.invoke(cli, ["trades", "import", "acc_1", str(good), "--commit"])
    assert (taken.exit_code, "Imported." in taken.output) == (0, True)
    assert run.invoke(cli, ["trades", "import", "acc_none", str(good)]).exit_code == 1

    async def kept() -> int:
        database = open_database(installation)
        found = await database.read(
            lambda conn: repository.load(conn, UserId("usr_1"), Wanted(accounts=[AccountId("acc_1")]))
        )
        await database.close()
        return len(found)

    assert asyncio.run(kept()) == 2
