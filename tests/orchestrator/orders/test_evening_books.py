"""After the close: a fill that only the broker's book has is learnt, one that only we have is told."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from adapters.broker import BrokerFill
from adapters.rows import Rows
from domain.account import AccountId, BrokerId
from domain.errors import BrokerError, BrokerUnavailable, SessionExpired
from domain.money import Price
from domain.order import Accepted, ChildOrder, Fact, Fill, Progress
from domain.report import OrderReport, ReportStatus
from orchestrator.orders.evening_books import Compared, compare_books
from orchestrator.orders.finding import find_child
from orchestrator.orders.known import KnownChildren
from orchestrator.orders.trading import Trading
from orchestrator.storage.db import Database
from orchestrator.tables.market import notices
from tests.orchestrator.orders.test_repository import T0, UPSTOX, USER, ZERODHA, child_of, learn, record
from tests.orchestrator.orders.test_repository import book as book

EVENING = T0 + timedelta(hours=6)
PRICE = Price.of("1500.10")


def row(number: str, filled: int, *, tag: str | None = None, readable: bool = True) -> OrderReport:
    status = ReportStatus.COMPLETE if filled else ReportStatus.OPEN
    return OrderReport(number, status, "told", T0, 10, filled, PRICE, tag, readable=readable)


@dataclass
class Desk:
    """An account whose broker shows what the test says."""

    told: list[OrderReport] | BrokerError = field(default_factory=list)
    account_id: AccountId = ZERODHA
    trades_of: dict[str, Fill] = field(default_factory=dict)
    ready: bool = True

    @property
    def account(self) -> SimpleNamespace:
        return SimpleNamespace(id=self.account_id, user_id=USER, broker=BrokerId.ZERODHA)

    @property
    def terms(self) -> SimpleNamespace:
        return SimpleNamespace(name="Zerodha")

    @property
    def broker(self) -> Desk:
        return self

    async def orders(self) -> list[OrderReport]:
        if isinstance(self.told, BrokerError):
            raise self.told
        return self.told

    async def trades(self, child: ChildOrder) -> list[BrokerFill]:
        return [
            BrokerFill(number, fill)
            for number, fill in self.trades_of.items()
            if number == child.broker_order_id
        ]


@dataclass
class Room:
    """What the comparison sees of the order room."""

    db: Database
    desks: list[Desk]
    ended: list[AccountId] = field(default_factory=list)

    async def compare(self) -> Compared:
        return await compare_books(cast(Trading, self.trading))

    @property
    def trading(self) -> SimpleNamespace:
        async def login_needed(account: AccountId, _words: str) -> None:
            self.ended.append(account)

        connections = SimpleNamespace(
            all=lambda: self.desks,
            get=lambda _account: None,
            login_needed=login_needed,
            invalidate=lambda _account: None,
        )
        return SimpleNamespace(
            db=self.db,
            connections=connections,
            known=KnownChildren(),
            stories={},
            instruments=SimpleNamespace(isin=lambda _name: None),
            announcer=SimpleNamespace(changed=lambda *_told: None),
            clock=self.now,
        )

    def now(self) -> datetime:
        return EVENING

    async def child(self, child: ChildOrder) -> ChildOrder:
        account, tag = child.account_id, child.tag
        found = await self.db.read(lambda conn: find_child(conn, account, broker_order_id="", tag=tag))
        assert found is not None
        return found[0]

    async def notices(self) -> list[str]:
        return list(await self.db.read(lambda conn: conn.execute(notices.select()).scalars().all()))


async def accepted(db: Database, order: str = "ord_1", number: str = "1", filled: int = 0) -> ChildOrder:
    child = child_of(order)
    await record(db, child)
    facts: list[Fact] = [Accepted(number, T0), *([Progress(filled, PRICE, T0, number)] if filled else [])]
    for fact in facts:
        child = await learn(db, child, fact, at=T0)
    return child


async def test_books_that_agree_change_and_tell_nothing(book: Database) -> None:
    child = await accepted(book, filled=10)
    room = Room(book, [Desk([row("1", 10)])])
    found = await room.compare()
    assert (found.accounts, found.learnt, found.differing, found.unread) == (1, 0, 0, [])
    assert await room.child(child) == child
    assert await room.notices() == []


async def test_a_fill_that_we_missed_is_learnt_with_its_trades(book: Database) -> None:
    child = await accepted(book)
    trade = Fill("t1", 10, PRICE, T0)
    room = Room(book, [Desk([row("1", 10)], trades_of={"1": trade})])
    found = await room.compare()
    assert (found.learnt, found.differing) == (1, 0)
    after = await room.child(child)
    assert (after.filled_quantity, [fill.trade_id for fill in after.fills]) == (10, ["t1"])
    again = await room.compare()
    assert (again.learnt, again.differing) == (0, 0)


@pytest.mark.parametrize("shown", [[row("1", 6)], []], ids=["fewer", "none of it"])
async def test_a_fill_that_only_we_know_of_stays_and_its_user_is_told(
    book: Database, shown: list[OrderReport]
) -> None:
    child = await accepted(book, filled=10)
    room = Room(book, [Desk(shown)])
    found = await room.compare()
    assert (found.learnt, found.differing) == (0, 1)
    assert await room.child(child) == child
    assert len(await room.notices()) == 1
    assert "INFY" not in found.words  # an operator reads them


async def test_a_book_with_a_hole_proves_no_absence(book: Database) -> None:
    await accepted(book, filled=10)
    room = Room(book, [Desk(Rows([], ["an order cannot be read"]))])
    found = await room.compare()
    assert (found.differing, found.unread) == (0, [ZERODHA])
    assert await room.notices() == []


@pytest.mark.parametrize("error", [BrokerUnavailable("away"), SessionExpired("over")])
async def test_an_account_that_does_not_answer_holds_up_no_other(book: Database, error: BrokerError) -> None:
    child = await accepted(book)
    away = Desk(error, account_id=UPSTOX)
    room = Room(book, [away, Desk([row("1", 10)])])
    found = await room.compare()
    assert (found.accounts, found.learnt, found.unread) == (1, 1, [UPSTOX])
    assert room.ended == ([UPSTOX] if isinstance(error, SessionExpired) else [])
    assert (await room.child(child)).filled_quantity == 10


async def test_orders_that_are_not_ours_are_nobodys_difference(book: Database) -> None:
    room = Room(book, [Desk([row("77", 10), row("78", 0)]), Desk(ready=False)])
    assert await room.compare() == Compared(accounts=1)
