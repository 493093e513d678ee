"""An exit right after its entry is not refused by a reading from before it."""

from __future__ import annotations

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from domain.account import AccountId
from domain.order import OrderIntent, OrderType, Product, Progress, Side
from domain.routing import Denied, Reason, ReasonCode
from orchestrator.config import Settings
from orchestrator.orders.behind import behind
from orchestrator.orders.plan import Situation
from orchestrator.orders.trading import Trading
from orchestrator.storage.db import Database
from tests.orchestrator.orders.test_repository import INFY, T0, USER, ZERODHA, book, child_of, learn, record

__all__ = ["book"]  # a fixture
REFUSED = Denied((Reason(ReasonCode.REDUCE_ONLY, "You have set reduce-only."),))


@pytest.fixture
def database_settings(sqlite_settings: Settings) -> Settings:
    """One database: nothing here depends on which."""
    return sqlite_settings


async def late(
    book: Database, refused: Denied = REFUSED, *, product: Product = Product.MIS, read_at: datetime = T0
) -> set[AccountId]:
    """The accounts to be read again before a sale of 10 is refused."""
    read = SimpleNamespace(account=SimpleNamespace(id=ZERODHA), snapshot=SimpleNamespace(as_of=read_at))
    intent = OrderIntent(INFY, Side.SELL, 10, OrderType.MARKET, product)
    situation: Any = SimpleNamespace(
        user_id=USER, intent=intent, connections=(read,), same_share=frozenset({INFY}), now=T0
    )
    trading: Any = SimpleNamespace(db=book)
    return await behind(cast(Trading, trading), cast(Situation, situation), refused)


async def bought(book: Database, product: Product) -> None:
    child = child_of("ord_1", product=product)
    await record(book, child)
    await learn(book, child, Progress(10, None, T0 + timedelta(seconds=1), "1"), at=T0)


@pytest.mark.parametrize("product", [Product.MIS, Product.CNC])
async def test_an_account_is_read_again_where_the_entry_is_newer_than_its_reading(
    book: Database, product: Product
) -> None:
    assert await late(book, product=product) == set()
    await bought(book, product)
    assert await late(book, product=product) == {ZERODHA}
    assert await late(book, product=product, read_at=T0 + timedelta(seconds=10)) == set()


async def test_a_refusal_that_no_position_lifts_is_final(book: Database) -> None:
    await bought(book, Product.MIS)
    assert await late(book, Denied((Reason(ReasonCode.MARGIN_SHORT, "no margin"),))) == set()
    assert await late(book, product=Product.NRML) == set(), "another position"
