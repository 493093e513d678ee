"""What a token has used, and what waits for its user, in both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest
from sqlalchemy import select, update

from domain.calendar import Calendar
from domain.limits import Usage
from domain.money import Money, Price
from domain.order import End, Ended, OrderId, OrderIntent, OrderType, Product, Side
from domain.policy import Policy
from domain.routing import Denied, RoutingDecision
from domain.token_policy import Clause, OnBreach, TokenPolicy
from orchestrator.audit.record import Actor
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller
from orchestrator.orders import finding, waiting
from orchestrator.orders.permit import Approved, OutsidePolicy, Permit, used
from orchestrator.orders.plan import Situation
from orchestrator.orders.waiting import Approval, ApprovalState
from orchestrator.storage.db import Database
from orchestrator.tables.audit import audit_log
from orchestrator.tables.orders import order_children, orders
from routing.token_policy import Breach
from tests.orchestrator.orders.test_repository import INFY, T0, USER, book, child_of, learn, record

__all__ = ["book"]  # a fixture
POLICY = TokenPolicy(day_value=Money.of(1), on_breach=OnBreach.ASK, ask_seconds=60, ask_proof=True)
PERMIT = Permit("GaF7X8Krzdg7", POLICY, None, Calendar().holiday(T0.date()) is None)
INTENT = OrderIntent(
    INFY, Side.BUY, 10, OrderType.LIMIT, Product.CNC, price=Price.of("1500.05"), account=None
)
PLAN = RoutingDecision(INTENT, Policy(), (), (), (), "hash", "words")
BREACH = Breach(Clause.DAY_VALUE, "₹15,000.50", "₹1.00 a day", "quantity")
ME = Actor.program("a test")


def situation(now: datetime = T0, **more: Any) -> Situation:
    unseen = cast(Any, None)
    found = Situation(
        USER, INTENT, unseen, unseen, (), {}, frozenset(), now, unseen,
        caller=Caller(USER, token=PERMIT.token), permit=PERMIT,
    )  # fmt: skip
    return replace(found, **more)


async def ask(book: Database, key: str = "GaF7X8Krzdg7 big") -> Approval:
    refused = OutsidePolicy.of([BREACH], PLAN)
    asked = await book.write(
        lambda conn: waiting.ask(conn, situation(policy=Policy()), refused, key=key, fingerprint="f")
    )
    assert asked is not None
    assert asked.approval is not None
    return asked.approval


async def test_a_token_uses_what_its_orders_of_today_have_filled_or_may_still(book: Database) -> None:
    dead, live, other, old = (child_of(f"ord_{number}") for number in range(4))
    for child in (dead, live, other, old):
        await record(book, child)
    await book.write(lambda conn: conn.execute(update(order_children).values(value=1_500_050)))
    mine = [dead.order_id, live.order_id, old.order_id]
    await book.write(
        lambda conn: conn.execute(update(orders).where(orders.c.id.in_(mine)).values(token=PERMIT.token))
    )
    yesterday = T0 - timedelta(days=1)
    await book.write(
        lambda conn: conn.execute(
            update(orders).where(orders.c.id == old.order_id).values(created_at=yesterday)
        )
    )
    await learn(book, dead, Ended(End.REJECTED, T0, "no"), at=T0)
    found = await book.read(lambda conn: used(conn, PERMIT, T0))
    assert (found.orders, found.value) == (2, Money.of("15000.50"))
    free = replace(PERMIT, policy=TokenPolicy(order_value=Money.of(1)))
    assert await book.read(lambda conn: used(conn, free, T0)) == Usage()


async def test_what_waits_comes_back_as_it_was_asked_and_its_key_stands_for_it(book: Database) -> None:
    asked = await ask(book)
    kept = await book.read(lambda conn: waiting.load(conn, USER, asked.id))
    assert kept == asked
    assert (kept.intent, kept.policy, kept.plan, kept.breaches) == (INTENT, Policy(), PLAN, (BREACH,))
    assert (kept.state, kept.expires_at, kept.proof) == (
        ApprovalState.WAITING,
        T0 + timedelta(seconds=60),
        True,
    )
    earlier = await book.read(lambda conn: finding.replayed(conn, USER, "GaF7X8Krzdg7 big"))
    assert earlier == (asked.id, "f")
    with pytest.raises(Problem):
        await book.read(lambda conn: waiting.load(conn, "usr_other", asked.id))  # type: ignore[arg-type]


async def test_only_a_token_that_asks_has_its_orders_wait(book: Database) -> None:
    refuses = replace(PERMIT, policy=replace(POLICY, on_breach=OnBreach.REFUSE))
    for permit, plan in ((refuses, PLAN), (PERMIT, None)):
        refused = OutsidePolicy.of([BREACH], plan)
        told = await book.write(
            lambda conn, refused=refused, permit=permit: waiting.ask(  # type: ignore[misc]
                conn, situation(permit=permit), refused, key="k", fingerprint="f"
            )
        )
        assert told is None


async def test_a_token_that_asks_without_end_is_refused(
    book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_WAITING", 2)
    first, _ = await ask(book, "t one"), await ask(book, "t two")
    refused = OutsidePolicy.of([BREACH], PLAN)

    async def third(now: datetime) -> waiting.Waiting | None:
        return await book.write(
            lambda conn: waiting.ask(conn, situation(now), refused, key="t three", fingerprint="f")
        )

    assert await third(T0) is None
    assert await third(first.expires_at) is not None, "the others wait no more"


async def test_one_that_nobody_answers_expires_once_and_cannot_be_approved(book: Database) -> None:
    asked = await ask(book)
    before, after = asked.expires_at - timedelta(seconds=1), asked.expires_at
    assert await book.write(lambda conn: waiting.expire(conn, before)) == []
    assert asked.at(after).state is ApprovalState.EXPIRED, "whether or not it was written down"
    yes = situation(after, permit=None, approved=Approved(asked.id, asked.plan_hash, Caller(USER)))
    with pytest.raises(Problem, match="approval_expired"):
        await book.write(lambda conn: waiting.already(conn, yes))
    told = await asyncio.gather(*(book.write(lambda conn: waiting.expire(conn, after)) for _ in range(3)))
    assert [one.id for each in told for one in each] == [asked.id]


async def test_a_yes_is_used_once_and_the_key_stands_for_the_order_then(book: Database) -> None:
    asked = await ask(book)
    yes = situation(permit=None, approved=Approved(asked.id, asked.plan_hash, Caller(USER, session="s")))

    def approve(conn: Any) -> OrderId | None:
        if (made := waiting.already(conn, yes)) is not None:
            return made
        assert waiting.changed(conn, yes, PLAN) is None
        waiting.placed(conn, yes, OrderId("ord_1"), asked.key)
        return None

    lock = f"orders:{USER}"
    told = await asyncio.gather(*(book.write(approve, lock=lock) for _ in range(5)))
    assert sorted(told, key=str) == [None, *["ord_1"] * 4]
    earlier = await book.read(lambda conn: finding.replayed(conn, USER, asked.key))
    assert earlier == ("ord_1", "f")
    with pytest.raises(Problem, match="approval_approved"):
        await book.write(lambda conn: waiting.decline(conn, USER, asked.id, actor=ME, words="", now=T0))
    rows = await book.read(lambda conn: conn.execute(select(audit_log.c.action)).scalars().all())
    assert rows == ["approval.asked", "approval.given"]


async def test_another_plan_is_kept_and_not_taken_for_the_one_that_was_approved(book: Database) -> None:
    asked = await ask(book)
    yes = situation(permit=None, approved=Approved(asked.id, asked.plan_hash, Caller(USER)))
    dearer = replace(PLAN, intent=replace(INTENT, price=Price.of("1500.10")))
    changed = await book.write(lambda conn: waiting.changed(conn, yes, dearer))
    assert isinstance(changed, Denied)
    kept = await book.read(lambda conn: waiting.load(conn, USER, asked.id))
    assert (kept.state, kept.plan) == (ApprovalState.WAITING, dearer)
    assert kept.plan_hash == waiting.plan_hash(dearer) != asked.plan_hash


async def test_a_declined_one_stays_declined_and_lists_tell_what_waits(book: Database) -> None:
    first, second = await ask(book, "t one"), await ask(book, "t two")
    for _ in range(2):
        declined = await book.write(
            lambda conn: waiting.decline(conn, USER, first.id, actor=ME, words="no", now=T0)
        )
        assert (declined.state, declined.words) == (ApprovalState.DECLINED, "no")

    async def listed(**which: Any) -> list[str]:
        found = await book.read(lambda conn: waiting.page(conn, USER, limit=10, **which))
        return [one.id for one in found]

    assert await listed(token=None, waiting_at=T0) == [second.id]
    assert await listed(token=PERMIT.token, waiting_at=None) == [second.id, first.id]
    assert await listed(token="another", waiting_at=None) == []
    assert await listed(token=None, waiting_at=second.expires_at) == []
