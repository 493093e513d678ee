"""Trades are kept once, whoever tells of them and however often; in both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from adapters.broker import BrokerFill
from domain.account import AccountId, BrokerId, UserId
from domain.errors import BrokerUnavailable
from domain.instrument import InstrumentId
from domain.money import Price
from domain.order import Accepted, Fact, Fill, Filled, OrderType, Product, Side, Source
from domain.report import OrderReport, ReportStatus
from domain.trade import AccountTrade, TradeSource
from orchestrator.orders.known import KnownChildren
from orchestrator.orders.learn import learn
from orchestrator.orders.outside_trades import AT_ONCE, OutsideTrades
from orchestrator.orders.trading import Trading
from orchestrator.storage.db import Database
from orchestrator.trades import repository
from orchestrator.trades.repository import Wanted
from tests.orchestrator.accounts.conftest import connect
from tests.orchestrator.conftest import Login
from tests.orchestrator.orders.test_repository import INFY, T0, USER, ZERODHA, child_of, record
from tests.orchestrator.orders.test_repository import book as book
from tests.orchestrator.stub_broker import StubAdapter

TCS = InstrumentId.parse("NSE:TCS")
ISIN = "INE009A01021"


def trade(number: int = 1, **more: Any) -> AccountTrade:
    base = AccountTrade(
        account_id=ZERODHA,
        instrument=INFY,
        side=Side.BUY,
        quantity=10,
        price=Price.of("1500.05"),
        at=T0 + timedelta(minutes=number),
        trade_id=f"t{number}",
        source=TradeSource.IMPORTED,
        isin=ISIN,
    )
    return replace(base, **more)


async def kept(db: Database, wanted: Wanted | None = None) -> list[AccountTrade]:
    return await db.read(lambda conn: repository.load(conn, USER, wanted or Wanted()))


async def keep(db: Database, *trades: AccountTrade) -> None:
    await db.write(lambda conn: repository.keep(conn, USER, trades))


async def test_a_trade_told_twice_is_kept_once_and_an_own_fill_knows_best(book: Database) -> None:
    await keep(book, trade(1), trade(2))
    await keep(book, trade(2, quantity=99), trade(3))
    assert await kept(book) == [trade(1), trade(2), trade(3)]
    own = trade(2, source=TradeSource.OWN, product=Product.CNC, order_id="42")
    await keep(book, own)
    await keep(book, trade(2), trade(2, source=TradeSource.BOOK))
    assert await kept(book) == [trade(1), own, trade(3)]


async def test_ids_are_of_one_day_one_side_one_instrument_and_one_account(book: Database) -> None:
    several = [
        trade(1),
        trade(1, side=Side.SELL),  # a trade with oneself
        trade(1, instrument=TCS),
        trade(1, account_id=AccountId("acc_other")),
        trade(1, at=T0 + timedelta(days=1)),
    ]
    await keep(book, *several)
    assert sorted(map(repr, await kept(book))) == sorted(map(repr, several))


async def test_trades_are_found_by_account_name_isin_and_day(book: Database) -> None:
    other = trade(2, account_id=AccountId("acc_other"), instrument=TCS, isin=None)
    late = trade(3, at=T0 + timedelta(days=2))
    await keep(book, trade(1), other, late)
    assert await kept(book, Wanted(accounts=[AccountId("acc_other")])) == [other]
    assert await kept(book, Wanted(instruments=[TCS])) == [other]
    assert await kept(book, Wanted(instruments=[TCS], isin=ISIN)) == [trade(1), other, late]
    assert await kept(book, Wanted(first=late.day)) == [late]
    assert await kept(book, Wanted(last=trade(1).day)) == [trade(1), other]
    nobodys = await book.read(lambda conn: repository.load(conn, UserId("usr_else"), Wanted()))
    assert nobodys == []


def learning(db: Database, told: list[BrokerFill] | BrokerUnavailable | None = None) -> Any:
    """As much of the order room as learning a fact takes, with an account whose broker tells these trades."""

    async def trades(child: object) -> list[BrokerFill]:
        asked.append(child)
        if isinstance(told, BrokerUnavailable):
            raise told
        return told or []

    asked: list[object] = []
    account = SimpleNamespace(id=ZERODHA, user_id=USER, broker=BrokerId.ZERODHA)
    connection = SimpleNamespace(account=account, broker=SimpleNamespace(trades=trades))
    return SimpleNamespace(
        db=db,
        clock=lambda: T0,
        known=KnownChildren(),
        stories={},
        announcer=SimpleNamespace(changed=lambda user, order: None),
        connections=SimpleNamespace(get=lambda account: None, invalidate=lambda account: None),
        instruments=SimpleNamespace(isin=lambda instrument: ISIN),
        connection=connection,
        asked=asked,
    )


async def test_an_own_fill_is_in_the_history_as_soon_as_it_is_learnt(book: Database) -> None:
    child = child_of("ord_1")
    await record(book, child)
    trading = cast(Trading, learning(book))
    fills = [Fill(f"t{number}", number, Price.of("1500.10"), T0) for number in (1, 2)]
    facts: list[Fact] = [Accepted("111", T0), *(Filled(fill, "111") for fill in fills)]
    for _ in range(2):
        await learn(trading, child.id, facts, source=Source.STREAM)
    own = AccountTrade(
        ZERODHA, INFY, Side.BUY, 1, Price.of("1500.10"), T0, "t1",
        TradeSource.OWN, Product.CNC, "111", ISIN,
    )  # fmt: skip
    assert await kept(book) == [own, replace(own, quantity=2, trade_id="t2")]


def elsewhere(number: str = "777", filled: int = 5) -> OrderReport:
    return OrderReport(
        number,
        ReportStatus.COMPLETE,
        "COMPLETE",
        T0,
        5,
        filled,
        instrument=INFY,
        side=Side.SELL,
        product=Product.CNC,
        order_type=OrderType.MARKET,
    )


async def test_trades_of_an_order_placed_elsewhere_are_read_once_and_again_when_more_was_filled(
    book: Database,
) -> None:
    told = [BrokerFill("777", Fill("x1", 3, Price.of("1501"), T0))]
    room, others = learning(book, told), OutsideTrades()
    for _ in range(2):
        await others.keep(room, room.connection, [elsewhere(filled=3)])
    assert len(room.asked) == 1
    told.append(BrokerFill("777", Fill("x2", 2, Price.of("1502"), T0)))
    await others.keep(room, room.connection, [elsewhere()])
    found = await kept(book)
    assert [(one.trade_id, one.quantity, one.source, one.order_id) for one in found] == [
        ("x1", 3, TradeSource.BOOK, "777"),
        ("x2", 2, TradeSource.BOOK, "777"),
    ]
    assert len(room.asked) == 2


async def test_a_book_of_strangers_does_not_spend_the_brokers_budget_at_once(book: Database) -> None:
    room = learning(book)
    await OutsideTrades().keep(room, room.connection, [elsewhere(str(number)) for number in range(40)])
    assert len(room.asked) == AT_ONCE


async def test_trades_that_could_not_be_read_are_asked_for_again(book: Database) -> None:
    room, others = learning(book, BrokerUnavailable("busy")), OutsideTrades()
    for _ in range(2):
        await others.keep(room, room.connection, [elsewhere()])
    assert len(room.asked) == 2
    assert await kept(book) == []


@pytest.fixture
async def asha(app: FastAPI, person: Login, stubs: dict[BrokerId, StubAdapter]) -> httpx.AsyncClient:
    stubs[BrokerId.UPSTOX].users["good"] = "U1"
    return await person("asha")


async def test_the_history_is_paged_newest_first_and_ones_own(
    app: FastAPI, asha: httpx.AsyncClient, person: Login
) -> None:
    account = AccountId(await connect(asha, "upstox"))
    user = UserId((await asha.get("/v1/users/me")).json()["id"])
    mine = [trade(number, account_id=account, at=T0) for number in range(5)]  # of one moment
    await app.state.db.write(lambda conn: repository.keep(conn, user, mine))
    seen, cursor = [], None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = (await asha.get("/v1/trades", params=params)).json()
        seen += [one["trade_id"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
    assert seen == ["t4", "t3", "t2", "t1", "t0"]
    one = (await asha.get("/v1/trades", params={"account": account, "instrument": "NSE:INFY"})).json()[
        "items"
    ]
    assert one[0]["value"] == "15000.50"
    assert one[0]["product"] is None
    ravi = await person("ravi")
    assert (await ravi.get("/v1/trades")).json() == {"items": [], "next_cursor": None}
    assert (await ravi.get("/v1/trades", params={"account": account})).status_code == 404
    for asked, field in (
        ({"cursor": "1.x"}, "cursor"),
        ({"instrument": "INFY"}, "instrument"),
        ({"from": "2026-11-22", "to": "2026-11-21"}, "from"),
    ):
        refused = await asha.get("/v1/trades", params=asked)
        assert (refused.status_code, refused.json()["field"]) == (422, field)
