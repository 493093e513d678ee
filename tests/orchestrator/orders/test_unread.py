"""A broker's list with a row that cannot be read proves no absence: no order is gone and no account flat by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters.rows import Rows
from domain.account import AccountId, BrokerId, Margin, UserId
from domain.limits import KillDepth, Switch
from domain.money import Money, Price
from domain.order import Accepted, Lost, Product, Side, apply
from domain.portfolio import AccountSnapshot
from domain.position import Position
from domain.report import OrderReport, ReportStatus
from orchestrator.accounts.connection import Connection
from orchestrator.config import Settings
from orchestrator.errors import Problem
from orchestrator.killswitch.flatten import flatten
from orchestrator.killswitch.worker import KillSwitch
from orchestrator.leases.shards import Asked
from orchestrator.orders import reconcile
from orchestrator.orders.reconcile import Reconciler, Search
from orchestrator.orders.rows import LiveChild
from orchestrator.orders.sweep import Exit, _proven, exit_position
from orchestrator.orders.trading import Trading
from orchestrator.storage.db import Database
from tests.orchestrator.orders.test_repository import INFY, T0, USER, ZERODHA, book, child_of, learn, record

__all__ = ["book"]  # a fixture
LACKING = ("an order cannot be read: quantity is missing",)
ZERO = Money.of(0)
SEEN = AccountSnapshot(
    ZERODHA,
    BrokerId.ZERODHA,
    "Z",
    Margin(ZERO, ZERO, ZERO),
    (),
    (),
    T0,
    unread=("a position cannot be read",),
)


@pytest.fixture
def database_settings(sqlite_settings: Settings) -> Settings:
    """One database: nothing here depends on which."""
    return sqlite_settings


class Account:
    """A connected account whose lists lack a row."""

    def __init__(self, found: list[OrderReport]) -> None:
        self.account = SimpleNamespace(id=ZERODHA, user_id=USER, label="Z", broker=BrokerId.ZERODHA)
        self.terms = SimpleNamespace(name="Zerodha", quiet_window=0.0)
        self.snapshot, self.ready, self.broker = SEEN, True, self
        self._found = found

    async def find(self, child: object) -> list[OrderReport]:
        return self._found

    async def orders(self) -> list[OrderReport]:
        return self._found


def trading_at(account: Account, db: Database | None = None) -> Trading:
    async def refresh(account_id: AccountId) -> None:
        account.snapshot = replace(account.snapshot, as_of=account.snapshot.as_of + timedelta(seconds=1))

    connections = SimpleNamespace(get=lambda account_id: account, refresh=refresh)
    trading: Any = SimpleNamespace(
        clock=lambda: T0, connections=connections, db=db, exiting={}, owning=Asked()
    )
    return cast(Trading, trading)


def connection(account: Account) -> Connection:
    return cast(Connection, account)


async def test_a_look_by_tag_that_lacks_a_row_proves_no_absence() -> None:
    child = apply(child_of("ord_1"), Lost(T0, "no answer"))
    reconciler = Reconciler(
        trading_at(Account(Rows([], LACKING))), alone=True, answer_deadline=1, quiet_window=None
    )
    search = reconciler._searches[child.id] = Search(T0, looks=9, clean_since=T0, clean_looks=9)
    await reconciler._look(LiveChild(child, UserId(USER), T0, False))
    assert (search.clean_since, search.clean_looks) == (None, 0)


@pytest.mark.parametrize(
    ("sent", "said"),
    [(timedelta(), "it never reached the broker"), (timedelta(days=1), "look into Zerodha's own app")],
)
async def test_a_book_of_today_does_not_say_that_an_order_of_an_earlier_day_never_reached_the_broker(
    sent: timedelta, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    async def learn_it(_trading: object, _child: object, facts: list[Any], **_: object) -> None:
        told.extend(fact.words for fact in facts)

    monkeypatch.setattr(reconcile, "learn", learn_it)
    child = apply(child_of("ord_1"), Lost(T0, "no answer"))
    reconciler = Reconciler(trading_at(Account([])), alone=True, answer_deadline=1, quiet_window=None)
    reconciler._searches[child.id] = Search(T0, looks=9, clean_since=T0, clean_looks=9)
    await reconciler._look(LiveChild(child, UserId(USER), T0 - sent, False))
    assert [said in one for one in told] == [True]


async def test_no_account_is_proven_flat_while_a_position_cannot_be_read() -> None:
    account = Account([])
    flat = await _proven(trading_at(account), connection(account), [])
    assert (flat.flat, flat.refused) == (None, ("a position cannot be read",))
    switch = Switch(KillDepth.FLATTEN, 1, T0, "")
    left, words = await flatten(trading_at(account), USER, switch, connection(account), T0)
    assert (left, words) == (None, "a position cannot be read: close it in Zerodha's app.")


async def test_a_position_that_may_be_the_one_that_cannot_be_read_is_not_said_to_be_gone(
    book: Database,
) -> None:
    account = Account([])
    exit = Exit(ZERODHA, INFY, Product.MIS)
    with pytest.raises(Problem) as refused:
        await exit_position(trading_at(account, book), connection(account), exit, key="k")
    assert (refused.value.status, refused.value.code) == (503, "position_unknown")


async def test_the_kill_switch_proves_no_cancel_by_a_book_that_lacks_a_row(book: Database) -> None:
    account = Account(Rows([], LACKING))
    switch = KillSwitch(trading_at(account, book))
    still_open, words = await switch._cancel_all(connection(account), cast(Any, account))
    assert (still_open, words) == (1, f"{LACKING[0]}: cancel it in Zerodha's app.")


async def test_the_kill_switch_counts_an_order_of_which_only_the_id_can_be_read(book: Database) -> None:
    unread = OrderReport("42", ReportStatus.UNRECOGNISED, "UNREADABLE", T0, 0, 0, readable=False)
    account = Account([unread])
    still_open, words = await KillSwitch(trading_at(account, book))._cancel_all(
        connection(account), cast(Any, account)
    )
    assert (still_open, words) == (1, "Order 42 cannot be read: cancel it in Zerodha's app.")


async def test_an_exit_that_nobody_takes_the_other_side_of_is_told_with_its_time(book: Database) -> None:
    exit = child_of("ord_1", side=Side.SELL, product=Product.MIS)
    await record(book, exit)
    await learn(book, exit, Accepted("111", T0))
    account = Account([])
    held = Position(INFY, Product.MIS, 10, 0, 10, Money.of(15_000), 0, ZERO, Price.of(1_500))
    account.snapshot = replace(SEEN, positions=(held,), unread=())
    switch = Switch(KillDepth.FLATTEN, 1, T0, "")
    left, words = await flatten(trading_at(account, book), USER, switch, connection(account), T0)
    assert left == 1
    assert words == f"An order in {INFY} is at the exchange since 10:00:00 IST and not filled yet."
