"""Earnings over HTTP: what is known, what is not, and the broker's figure beside ours."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from domain.account import AccountId, BrokerId, UserId
from domain.instrument import InstrumentId
from domain.money import Price
from domain.position import Holding
from domain.trade import AccountTrade
from orchestrator.config import Settings
from orchestrator.trades import repository
from tests.aggregation.trades import ISINS, trades
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.conftest import Login
from tests.orchestrator.stub_broker import StubAdapter

INFY = InstrumentId.parse("NSE:INFY")
BOOK = """
    16 10:00 BUY 10 NSE:INFY CNC 1000
    17 10:00 BUY 10 BSE:INFY CNC 1100
    18 10:00 SELL 15 NSE:INFY CNC 1200
    """


@pytest.fixture
def database_settings(sqlite_settings: Settings) -> Settings:
    """One database: nothing here depends on which."""
    return sqlite_settings


@pytest.fixture
async def asha(app: FastAPI, person: Login, stubs: dict[BrokerId, StubAdapter]) -> httpx.AsyncClient:
    stubs[BrokerId.ZERODHA].users["good"] = "Z1"
    return await person("asha")


def held(quantity: int, average: str, last: str = "1300") -> Holding:
    return Holding(INFY, ISINS["INFY"], quantity, 0, quantity, Price.of(average), Price.of(last))


async def account_with(
    asha: httpx.AsyncClient, app: FastAPI, text: str, *, without_products: bool = False
) -> str:
    """A connected account whose trades are these."""
    account = AccountId(await connect(asha))
    user = UserId((await asha.get("/v1/users/me")).json()["id"])
    mine: list[AccountTrade] = [
        replace(one, account_id=account, product=None if without_products else one.product)
        for one in trades(text)
    ]
    await app.state.db.write(lambda conn: repository.keep(conn, user, mine))
    return account


async def pnl(asha: httpx.AsyncClient, **asked: Any) -> Any:
    answer = await asha.get("/v1/portfolio/pnl", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_own_and_broker_stand_side_by_side_with_the_cause_of_their_difference(
    app: FastAPI, asha: httpx.AsyncClient, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.ZERODHA].held = [held(5, "1050")]  # the average of all it bought, not of what is left
    account = await account_with(asha, app, BOOK)
    told = await pnl(asha)
    row = told["rows"][0]
    assert (row["symbol"], row["realised"], row["unrealised"], row["open_quantity"]) == (
        "INFY",
        "2500.00",
        "1000.00",
        5,
    )
    assert Decimal(row["net"]) == Decimal(row["gross"]) - Decimal(row["charges"])
    beside = row["beside"][0]
    assert (beside["account"], beside["own_average"], beside["broker_average"]) == (
        account,
        "1100.00",
        "1050.00",
    )
    assert (beside["own_pnl"], beside["broker_pnl"], beside["difference"]) == ("1000.00", "1250.00", "250.00")
    assert beside["differences"] == [{"cause": "average_not_fifo", "amount": "250.00", "units": 0}]
    by_account = await pnl(asha, group="account")
    assert by_account["rows"][0]["beside"] == row["beside"]
    assert (told["without_trades"], told["notes"], told["gaps"]) == ([], [], [])


async def test_days_add_up_to_the_range_and_their_charges_to_the_contract_notes(
    app: FastAPI, asha: httpx.AsyncClient
) -> None:
    await account_with(asha, app, BOOK)
    told = await pnl(asha, group="day")
    assert [(row["day"], row["realised"]) for row in told["rows"]] == [
        ("2026-11-16", "0.00"),
        ("2026-11-17", "0.00"),
        ("2026-11-18", "2500.00"),
    ]
    # A delivery sale of 18,000 rupees at Zerodha: STT 18.00, exchange 0.55, SEBI 0.02, GST 0.10, depository 15.34.
    assert told["rows"][2]["charges"] == "34.01"
    past = await pnl(asha, group="day", **{"from": "2026-11-17", "to": "2026-11-18"})
    assert [row["day"] for row in past["rows"]] == ["2026-11-17", "2026-11-18"]
    assert past["total"]["realised"] == "2500.00"
    assert "not valued" in past["notes"][0]


async def test_what_nobody_saw_being_bought_is_not_known_and_said_to_be(
    app: FastAPI, asha: httpx.AsyncClient, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.ZERODHA].held = [held(30, "900")]
    await account_with(asha, app, "17 10:00 SELL 4 NSE:INFY CNC 1200", without_products=True)
    told = await pnl(asha)
    row = told["rows"][0]
    assert (row["realised"], row["realised_known"], row["unseen_quantity"], row["net"]) == (
        None,
        "0.00",
        4,
        None,
    )
    assert row["charges_estimated"] is True
    assert "import the trades" in told["notes"][0]
    missing = row["beside"][0]["differences"]
    assert missing == [{"cause": "history_missing", "amount": "12000.00", "units": 30}]


async def test_what_nobody_prices_is_named_and_not_counted_as_nothing(
    app: FastAPI, asha: httpx.AsyncClient
) -> None:
    await account_with(asha, app, "17 10:00 BUY 4 NSE:TCS CNC 3000")
    told = await pnl(asha)
    assert (told["total"]["unrealised"], told["total"]["net"]) == (None, None)
    assert told["notes"] == ["What is open in NSE:TCS cannot be valued: no price of it is known."]


async def test_what_a_broker_holds_without_any_trade_is_named_and_in_no_row(
    app: FastAPI, asha: httpx.AsyncClient, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.ZERODHA].held = [held(30, "900")]
    await connect(asha)
    told = await pnl(asha)
    assert told["rows"] == []
    assert [
        (one["symbol"], one["own_quantity"], one["broker_quantity"]) for one in told["without_trades"]
    ] == [("INFY", 0, 30)]


async def test_lots_show_what_is_open_and_what_each_closing_earned(
    app: FastAPI, asha: httpx.AsyncClient, person: Login, stubs: dict[BrokerId, StubAdapter]
) -> None:
    stubs[BrokerId.ZERODHA].held = [held(5, "1100")]
    account = await account_with(asha, app, BOOK)
    told = (
        await asha.get("/v1/portfolio/lots", params={"instrument": "NSE:INFY", "account": account})
    ).json()
    # Nobody lists the share here, so that its two listings are not known to be one.
    assert [(one["quantity"], one["realised"]) for one in told["closings"]] == [(5, None), (10, "2000.00")]
    ravi = await person("ravi")
    assert (await ravi.get("/v1/portfolio/pnl", params={"account": account})).status_code == 404
    assert (await asha.get("/v1/portfolio/lots")).status_code == 422
