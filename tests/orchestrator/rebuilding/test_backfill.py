"""Evenings that nobody read, rebuilt: at the closing prices of their days, beside the curve and in no return."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from adapters.broker import Listing
from domain.account import AccountId, BrokerId, UserId
from domain.calendar import IST
from domain.instrument import Instrument, InstrumentId, Kind
from domain.market import Candle
from domain.money import Money, Price
from orchestrator.performance import repository
from orchestrator.performance.repository import Evening
from tests.aggregation.trades import ISINS
from tests.orchestrator.conftest import Login
from tests.orchestrator.profits.test_pnl import account_with, asha, held
from tests.orchestrator.stub_broker import StubAdapter

__all__ = ["asha"]  # a fixture
NAMES = ("INFY", "TCS")
BOOK = """
    16 10:00 BUY 10 NSE:INFY CNC 1000
    19 10:00 SELL 5 NSE:INFY CNC 1200
    """
CLOSES = {16: "1010", 17: "1020.55", 19: "1040", 20: "1050"}  # none on the 18th: nobody traded


@pytest.fixture
async def zerodha(app: FastAPI, stubs: dict[BrokerId, StubAdapter]) -> StubAdapter:
    """Lists two shares, holds five of one, and tells closing prices of it."""
    broker = stubs[BrokerId.ZERODHA]
    for name in NAMES:
        share = Instrument(
            InstrumentId.parse(f"NSE:{name}"),
            name,
            Kind.EQUITY,
            lot=1,
            tick=Price.of("0.05"),
            isin=ISINS[name],
        )
        broker.listed.append(Listing(share, name, name))
    broker.held = [held(5, "1000")]
    broker.candles_told = [closing(day, price) for day, price in CLOSES.items()]
    await app.state.instruments.refresh({BrokerId.ZERODHA: broker})
    return broker


def closing(day: int, price: str) -> Candle:
    one = Price.of(price)
    return Candle(datetime.combine(date(2026, 11, day), time(0), IST), one, one, one, one, 100)


async def backfill(
    asha: httpx.AsyncClient,
    since: str | None = None,
    until: str | None = None,
    *,
    account: str | None = None,
    expect: int = 200,
) -> Any:
    asked = {"from": since, "to": until, "account": account}
    told = {name: word for name, word in asked.items() if word is not None}
    answer = await asha.post("/v1/portfolio/performance/backfill", params=told)
    assert answer.status_code == expect, answer.text
    return answer.json()


async def performance(asha: httpx.AsyncClient) -> Any:
    answer = await asha.get("/v1/portfolio/performance")
    assert answer.status_code == 200, answer.text
    return answer.json()


def worths(items: Any) -> list[tuple[str, str | None]]:
    return [(one["day"][-2:], one["shares"]) for one in items]


async def test_evenings_are_rebuilt_at_the_closes_of_their_days_as_often_as_asked(
    app: FastAPI, asha: httpx.AsyncClient, zerodha: StubAdapter
) -> None:
    await account_with(asha, app, BOOK)
    made = (await backfill(asha, "2026-11-10", "2026-11-30"))["items"]
    # From the first trade on; the 18th has the close before it; the sale of the 19th is gone that evening.
    assert worths(made) == [
        ("16", "10100.00"),
        ("17", "10205.50"),
        ("18", "10205.50"),
        ("19", "5200.00"),
        ("20", "5250.00"),
    ]
    asked = zerodha.calls["candles"]
    assert (await backfill(asha, "2026-11-10"))["items"] == made
    assert zerodha.calls["candles"] == asked, "closes of the past are kept"
    told = await performance(asha)
    assert told["rebuilt"] == made
    assert (told["known"], told["curve"], told["twr"]) == (False, [], None), "in no return"


async def test_an_evening_that_was_read_stands_and_a_rebuilt_one_is_no_part_of_the_return(
    app: FastAPI, asha: httpx.AsyncClient, zerodha: StubAdapter
) -> None:
    account = AccountId(await account_with(asha, app, BOOK))
    user = UserId((await asha.get("/v1/users/me")).json()["id"])
    for day, worth in ((17, 100_000), (20, 101_000)):
        read = datetime.combine(date(2026, 11, day), time(16, 5), IST)
        evening = Evening(
            account, read.date(), BrokerId.ZERODHA, Money.of(worth), Money.of(0), Money.of(0), None, read
        )
        await app.state.db.write(lambda conn, one=evening: repository.keep_evening(conn, user, one))
    alone = await performance(asha)
    made = (await backfill(asha))["items"]
    assert [one["day"][-2:] for one in made] == ["16", "18", "19"]
    told = await performance(asha)
    assert told.pop("rebuilt") == made
    assert alone.pop("rebuilt") == []
    assert told == alone
    assert told["twr"] == "0.010000"


async def test_what_is_not_known_is_named_and_the_sum_is_not_told_without_it(
    app: FastAPI, asha: httpx.AsyncClient, zerodha: StubAdapter
) -> None:
    account = await account_with(asha, app, f"{BOOK.rstrip()}\n20 10:00 BUY 1 NSE:TCS CNC 3400")
    zerodha.held[0] = held(6, "1000")  # one more than its trades tell
    await asha.post("/v1/portfolio/refresh")
    made = (await backfill(asha, "2026-11-19"))["items"]
    trades = {"account": account, "reason": "trades_do_not_add_up"}
    assert [(one["shares"], one["shares_known"]) for one in made] == [(None, "0.00"), (None, "0.00")]
    assert made[0]["lacking"] == [{**trades, "symbol": "NSE:INFY"}, {**trades, "symbol": "NSE:TCS"}]


async def test_a_price_that_no_broker_tells_is_named_and_found_when_asked_for_again(
    app: FastAPI, asha: httpx.AsyncClient, zerodha: StubAdapter
) -> None:
    account = await account_with(asha, app, BOOK)
    zerodha.candles_told = []
    made = (await backfill(asha, "2026-11-20"))["items"]
    assert made == [
        {
            "day": "2026-11-20",
            "shares": None,
            "shares_known": "0.00",
            "lacking": [{"account": account, "symbol": "NSE:INFY", "reason": "no_close"}],
        }
    ]


async def test_others_evenings_and_senseless_ranges_are_refused(
    app: FastAPI, asha: httpx.AsyncClient, zerodha: StubAdapter, person: Login
) -> None:
    account = await account_with(asha, app, BOOK)
    ravi = await person("ravi")
    assert (await backfill(ravi, account=account, expect=404))["code"] == "not_found"
    assert (await backfill(ravi))["items"] == []
    for first, last in (
        ("2026-11-20", "2026-11-19"),
        ("2025-01-01", "2026-11-20"),
        ("2026-11-23", "2026-11-24"),
        (None, "0001-01-05"),
        ("0001-01-01", "0001-01-05"),
    ):
        assert (await backfill(asha, first, last, expect=422))["code"] == "invalid_input"
