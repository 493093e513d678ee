"""Numbers and tags in both databases: an order is found by its number, by its own user, and by nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import insert

from domain.account import AccountId, UserId
from domain.money import ZERO
from domain.order import ChildId, Order, OrderId
from domain.policy import Policy
from domain.routing import Charges, RoutingDecision
from domain.token_policy import TokenPolicy
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller
from orchestrator.ids import new_id
from orchestrator.kite import book, tags
from orchestrator.kite.numbers import number_of, span_of
from orchestrator.orders import repository
from orchestrator.orders.repository import NewChild
from orchestrator.orders.trading import Trading
from orchestrator.storage.db import Database
from orchestrator.tables.identity import users
from tests.orchestrator.kite.test_rows import INTENT, SENT

NOW = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ASHA, BINA = UserId("usr_asha"), UserId("usr_bina")


@pytest.fixture
async def trading(db: Database) -> Trading:
    """The part of the order room that the book reads."""
    plain = {"name": "", "password_hash": "", "mode": "orchestrator", "created_at": NOW}
    rows = [{"id": one, "email": f"{one}@b.c", **plain} for one in (ASHA, BINA)]
    await db.write(lambda conn: conn.execute(insert(users), rows))
    return cast(Trading, SimpleNamespace(db=db, clock=lambda: NOW))


async def placed(
    trading: Trading, key: str, *, user: UserId = ASHA, order_id: str = "", at: datetime = NOW, **part: Any
) -> OrderId:
    made = OrderId(order_id or new_id("ord"))
    child = replace(SENT, id=ChildId(new_id("chd")), order_id=made, tag=new_id("t"), **part)
    order = Order(made, user, INTENT, at, (child,))
    decision = RoutingDecision(INTENT, Policy(), (), (), (), "", "")

    def work(conn: Any) -> None:
        repository.record(
            conn,
            order=order,
            children=[NewChild(child, ZERO, Charges())],
            decision=decision,
            events=[],
            key=key,
            fingerprint="f",
        )

    await trading.db.write(work)
    return made


async def test_an_order_is_found_by_its_number_and_by_its_own_user_alone(trading: Trading) -> None:
    ids = [await placed(trading, f"k{at}") for at in range(20)]
    for one in ids:
        found = await book.one(trading, Caller(ASHA), number_of(one))
        assert [stored.order.id for stored in found.orders] == [one]
        with pytest.raises(Problem, match="Couldn't find") as unknown:
            await book.one(trading, Caller(BINA), number_of(one))
        assert unknown.value.status == 404
    for strange in ("", "0", "x", "9" * 25, str(int(number_of(ids[0])) + 1)):
        with pytest.raises(Problem, match="Couldn't find"):
            await book.one(trading, Caller(ASHA), strange)


async def test_two_orders_of_one_number_are_never_guessed_between(trading: Trading) -> None:
    span = span_of(number_of(OrderId(new_id("ord"))))
    assert span is not None
    for at, one in enumerate(span):
        await placed(trading, f"k{at}", order_id=one)
    with pytest.raises(Problem) as two:
        await book.one(trading, Caller(ASHA), number_of(span[0]))
    assert (two.value.status, two.value.code) == (409, "order_ambiguous")


async def test_the_book_is_of_the_day_and_of_what_still_lives(trading: Trading) -> None:
    old = await placed(trading, "old", at=NOW - timedelta(days=3))
    new = await placed(trading, "new")
    await placed(trading, "hers", user=BINA)
    found = await book.read(trading, Caller(ASHA))
    assert [stored.order.id for stored in found.orders] == [old, new]  # the old one has not ended


async def test_a_token_that_sees_one_account_sees_its_orders_alone(trading: Trading) -> None:
    mine = await placed(trading, "mine", account_id=AccountId("acc_1"))
    other = await placed(trading, "other", account_id=AccountId("acc_2"))
    narrow = Caller(ASHA, token="t", policy=TokenPolicy(accounts=frozenset({AccountId("acc_1")})))
    assert [one.order.id for one in (await book.read(trading, narrow)).orders] == [mine]
    with pytest.raises(Problem, match="Couldn't find"):
        await book.one(trading, narrow, number_of(other))


async def test_a_tag_belongs_to_the_order_of_its_key(trading: Trading) -> None:
    db = trading.db
    await db.write(lambda conn: tags.write(conn, ASHA, "k1", "breakout", NOW))
    await db.write(lambda conn: tags.write(conn, ASHA, "k1", "again", NOW))  # the same request, asked twice
    await db.write(lambda conn: tags.write(conn, BINA, "k1", "hers", NOW))
    one = await placed(trading, "k1")
    found = await book.one(trading, Caller(ASHA), number_of(one))
    assert found.tag(found.orders[0]) == "breakout"
    await db.write(lambda conn: tags.drop(conn, ASHA, "k1"))  # too late: there is an order
    assert await db.read(lambda conn: tags.of_orders(conn, ASHA, [one])) == {one: "breakout"}
    assert await db.read(lambda conn: tags.of_orders(conn, BINA, [one])) == {}


async def test_a_tag_of_no_order_is_forgotten(trading: Trading) -> None:
    db = trading.db
    await db.write(lambda conn: tags.write(conn, ASHA, "k2", "refused", NOW))
    await db.write(lambda conn: tags.drop(conn, ASHA, "k2"))
    one = await placed(trading, "k2")
    assert await db.read(lambda conn: tags.of_orders(conn, ASHA, [one])) == {}
