"""An account whose breaker is held open gives back what it holds, and no unit of it twice."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from domain.account import BrokerId
from domain.money import ZERO
from domain.order import Accepted, OrderIntent, OrderType, Product, Side
from domain.routing import Charges, ReasonCode, Slice
from orchestrator.orders.rails import Setting, giving_back, grows_where_held_open
from orchestrator.storage.db import Database
from tests.orchestrator.orders.test_repository import INFY, T0, USER, ZERODHA, book, child_of, learn, record
from tests.routing.cases import account

__all__ = ["book"]  # a fixture
SETTING = cast(Setting, SimpleNamespace(user_id=USER, read_at={ZERODHA: T0}, now=T0))
SHUT = replace(account(BrokerId.ZERODHA), account_id=ZERODHA, held_open="held open by you", held=15)


async def _exit_of_ten(book: Database, side: Side) -> OrderIntent:
    """Another of that side and product is at the broker already."""
    child = child_of("ord_1", side=side, product=Product.MIS)
    await record(book, child)
    await learn(book, child, Accepted("1", T0), at=T0)
    return OrderIntent(INFY, side, 15, OrderType.MARKET, Product.MIS)


@pytest.mark.parametrize(("side", "held"), [(Side.SELL, 5), (Side.BUY, -5)])
async def test_what_is_on_its_way_out_is_not_given_back_a_second_time(
    book: Database, side: Side, held: int
) -> None:
    intent = await _exit_of_ten(book, side)
    shut = replace(SHUT, held=3 * held)
    free = replace(shut, held_open="")
    (left,) = await book.read(lambda conn: giving_back(conn, SETTING, intent, (shut,)))
    assert left.held == held
    smaller = replace(shut, held=held)
    (left,) = await book.read(lambda conn: giving_back(conn, SETTING, intent, (smaller,)))
    assert left.held == 0, "never the other way round"
    for choices in ((free,), (replace(shut, held=-held),)):
        assert await book.read(lambda conn, all_=choices: giving_back(conn, SETTING, intent, all_)) == choices  # type: ignore[misc]


async def test_an_order_grows_by_what_is_left_to_give_back_alone(book: Database) -> None:
    intent = await _exit_of_ten(book, Side.SELL)

    async def refused(more: int, held_open: str = SHUT.held_open) -> ReasonCode | None:
        slices = [Slice(ZERODHA, BrokerId.ZERODHA, "Z", more, Charges(), ZERO)]
        shut = replace(SHUT, held_open=held_open)
        reason = await book.read(lambda conn: grows_where_held_open(conn, SETTING, intent, slices, [shut]))
        return reason.code if reason else None

    assert await refused(5) is None
    assert await refused(6) is ReasonCode.BREAKER_HELD
    assert await refused(6, held_open="") is None
