"""While a kill switch waits it says for what and since when, also between two askings."""

from __future__ import annotations

from typing import Any, cast

import pytest

from domain.errors import BrokerError, OutcomeUnknown
from domain.order import ChildOrder, OrderType, Product, Side
from domain.report import OrderReport, ReportStatus
from orchestrator.config import Settings
from orchestrator.killswitch.worker import KillSwitch
from orchestrator.storage.db import Database
from tests.orchestrator.orders.test_repository import INFY, T0, book
from tests.orchestrator.orders.test_unread import Account, connection, trading_at

__all__ = ["book"]  # a fixture


@pytest.fixture
def database_settings(sqlite_settings: Settings) -> Settings:
    """One database: nothing here depends on which."""
    return sqlite_settings


def resting(number: str) -> OrderReport:
    return OrderReport(
        number,
        ReportStatus.OPEN,
        "OPEN",
        T0,
        10,
        0,
        instrument=INFY,
        side=Side.BUY,
        product=Product.CNC,
        order_type=OrderType.LIMIT,
    )


class Deaf(Account):
    """It takes every cancel, or answers none, and its orders stay."""

    def __init__(self, *numbers: str, error: BrokerError | None = None) -> None:
        super().__init__([resting(number) for number in numbers])
        self.asked, self.error = list[str](), error

    async def cancel(self, child: ChildOrder) -> None:
        self.asked.append(child.broker_order_id or "")
        if self.error is not None:
            raise self.error


@pytest.mark.parametrize(
    ("numbers", "told"), [(["7"], "an order that it shows"), (["7", "8"], "2 orders that it shows")]
)
async def test_a_cancel_that_was_taken_and_changes_nothing_is_told_with_its_time(
    book: Database, numbers: list[str], told: str
) -> None:
    account = Deaf(*numbers)
    switch = KillSwitch(trading_at(account, book))
    for _ in range(2):
        still_open, words = await switch._cancel_all(connection(account), cast(Any, account))
        assert still_open == len(numbers)
        assert words.startswith(f"Zerodha took the cancel of {told} open still, the first at 10:00:00.")
    assert account.asked == numbers, "what is told between two askings is no new asking"


async def test_a_cancel_without_an_answer_stays_told_until_it_is_asked_again(book: Database) -> None:
    account = Deaf("7", error=OutcomeUnknown("timed out"))
    switch = KillSwitch(trading_at(account, book))
    for _ in range(2):
        _, words = await switch._cancel_all(connection(account), cast(Any, account))
        assert words == "A cancel was not confirmed: timed out. It is tried again."
    assert account.asked == ["7"]
