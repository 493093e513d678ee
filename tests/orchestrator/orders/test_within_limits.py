"""A plan knows what is left today of the user's own limit at each broker."""

from __future__ import annotations

from sqlalchemy import update

from domain.account import BrokerId
from domain.limits import UserLimits
from domain.money import Money
from orchestrator.orders.plan import within_limits
from orchestrator.storage.db import Database
from orchestrator.tables.orders import order_children
from tests.orchestrator.orders.test_repository import T0, USER, book, child_of, record
from tests.routing.cases import account

__all__ = ["book"]  # a fixture
Z, U = BrokerId.ZERODHA, BrokerId.UPSTOX
ACCOUNTS = (account(Z), account(U))


async def left(book: Database, limits: UserLimits) -> list[Money | None]:
    found = await book.read(lambda conn: within_limits(conn, USER, ACCOUNTS, limits, now=T0))
    return [one.value_left for one in found]


async def test_accounts_carry_what_is_left_of_the_limit_at_their_broker(book: Database) -> None:
    await record(book, child_of("ord_1"))
    await book.write(lambda conn: conn.execute(update(order_children).values(value=1_500_050)))
    assert await left(book, UserLimits(order_value=Money.of(5))) == [None, None]
    one = UserLimits(brokers={Z: Money.of(20_000)})
    assert await left(book, one) == [Money.of("4999.50"), None]
    each = UserLimits(broker_value=Money.of(10_000), brokers={U: Money.of(7)})
    assert await left(book, each) == [Money.of("-5000.50"), Money.of(7)]
