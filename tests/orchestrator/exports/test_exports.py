"""Every table as CSV: what a spreadsheet reads is what the product shows, and nothing in it acts as a formula."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from domain.account import AccountId, BrokerId, UserId
from domain.errors import BrokerUnavailable
from domain.money import Money, Price
from domain.order import OrderId, Side
from orchestrator.config import Settings
from orchestrator.exports.endpoints import AT_ONCE, Table
from orchestrator.exports.lines import DANGEROUS, cell, lines
from orchestrator.orders import finding
from orchestrator.trades import repository
from tests.aggregation.trades import trades
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.conftest import Login
from tests.orchestrator.orders.test_repository import child_of, record
from tests.orchestrator.profits.test_pnl import BOOK, held
from tests.orchestrator.stub_broker import StubAdapter


@pytest.fixture
def database_settings(sqlite_settings: Settings) -> Settings:
    """One database: nothing here depends on which."""
    return sqlite_settings


@pytest.fixture
async def asha(app: FastAPI, person: Login, stubs: dict[BrokerId, StubAdapter]) -> httpx.AsyncClient:
    stubs[BrokerId.ZERODHA].users["good"] = "Z1"
    stubs[BrokerId.ZERODHA].held = [held(5, "1050.123456")]
    return await person("asha")


async def exported(asha: httpx.AsyncClient, table: str, **asked: Any) -> list[dict[str, str]]:
    answer = await asha.get(f"/v1/exports/{table}.csv", params=asked)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f'filename="{table}-2026-11-23.csv"' in answer.headers["content-disposition"]
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_every_table_has_a_header_even_when_it_is_empty(asha: httpx.AsyncClient) -> None:
    for table in Table:
        answer = await asha.get(f"/v1/exports/{table.value}.csv")
        assert answer.status_code == 200, answer.text
        assert len(answer.text.splitlines()[0].split(",")) > 5
    assert (await asha.get("/v1/exports/secrets.csv")).status_code == 422


async def test_holdings_and_funds_are_plain_numbers_and_missing_accounts_are_rows(
    asha: httpx.AsyncClient, stubs: dict[BrokerId, StubAdapter]
) -> None:
    account = await connect(asha)
    row = (await exported(asha, "holdings"))[0]
    assert (row["symbol"], row["account"], row["quantity"], row["average_price"]) == (
        "INFY",
        account,
        "5",
        "1050.124",
    )
    assert (row["last_price"], row["value"], row["day_pnl"], row["stale"]) == (
        "1300.00",
        "6500.00",
        "unknown",
        "no",
    )
    assert row["as_of"].endswith("+05:30")
    stubs[BrokerId.ZERODHA].fails["all"] = BrokerUnavailable("down")
    await asha.post("/v1/portfolio/refresh")
    funds = await exported(asha, "funds")
    assert [one["cash"] for one in funds] == ["100000.00", ""]
    assert "does not answer" in funds[1]["note"]


async def test_trades_pnl_lots_closings_and_charges_say_what_the_api_says(
    app: FastAPI, asha: httpx.AsyncClient
) -> None:
    account = AccountId(await connect(asha))
    user = UserId((await asha.get("/v1/users/me")).json()["id"])
    mine = [replace(one, account_id=account) for one in trades(BOOK)]
    more = [
        replace(mine[0], trade_id=f"x{number}", side=Side.BUY, quantity=1) for number in range(AT_ONCE + 3)
    ]
    await app.state.db.write(lambda conn: repository.keep(conn, user, [*mine, *more]))
    rows = await exported(asha, "trades")
    assert len(rows) == len(mine) + len(more)
    assert len({row["trade_id"] for row in rows}) == len(rows)
    assert (rows[0]["at"], rows[0]["price"]) == ("2026-11-16T10:00:00.000+05:30", "1000.00")
    earned = (await asha.get("/v1/portfolio/pnl")).json()["rows"][0]
    told = (await exported(asha, "pnl"))[0]
    assert {name: told[name] for name in ("realised", "unrealised", "net")} == {
        name: earned[name] for name in ("realised", "unrealised", "net")
    }
    closings = await exported(asha, "closings")
    assert sum(int(row["quantity"]) for row in closings) == 15
    assert sum(int(row["quantity"]) for row in await exported(asha, "lots")) == 5 + len(more)
    charges = await exported(asha, "charges", **{"from": "2026-11-18"})
    assert [(row["day"], row["charges"]) for row in charges] == [("2026-11-18", "34.01")]


async def test_orders_are_exported_by_part_over_all_pages(app: FastAPI, asha: httpx.AsyncClient) -> None:
    user = UserId((await asha.get("/v1/users/me")).json()["id"])
    database = app.state.db
    for number in range(3):
        child = child_of(f"ord_{number}", AccountId("acc_x"))
        await record(database, child, key=f"k{number}", user=user)
    told = await exported(asha, "orders")
    assert [row["order"] for row in told] == ["ord_2", "ord_1", "ord_0"]
    assert (told[0]["price"], told[0]["trigger_price"], told[0]["average_price"]) == ("1500.05", "", "")
    page = await database.read(
        lambda conn: finding.page(conn, user, status="all", before=OrderId("ord_1"), limit=9)
    )
    assert len(page) == 1


@given(st.text(max_size=30))
def test_no_text_begins_a_formula_and_every_text_comes_back(text: str) -> None:
    shown = cell(text)
    assert not shown.startswith(DANGEROUS)
    if "\0" not in text:
        back = next(csv.reader(io.StringIO(lines([[text, "x"]]), newline="")))
        assert back == [shown, "x"]


def test_values_are_written_as_machines_and_people_read_them() -> None:
    moment = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
    shown = [
        cell(value)
        for value in (
            None,
            True,
            Money.of("-1500"),
            Price(Decimal(100) / 3),
            Decimal("2.50"),
            moment,
            moment.date(),
        )
    ]
    assert shown == [
        "unknown",
        "yes",
        "-1500.00",
        "33.3333",
        "2.5",
        "2026-11-21T09:30:00.000+05:30",
        "2026-11-21",
    ]
