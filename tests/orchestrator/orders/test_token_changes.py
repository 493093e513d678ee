"""New terms that a token asks for: judged by the order as it is kept, and by the day that counts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import update

from domain.account import BrokerId
from domain.instrument import Kind
from domain.money import Money, Price
from domain.order import Accepted, Order, OrderId, OrderIntent, OrderType, Product, Side
from domain.policy import Policy
from domain.routing import Charges, Denied, Market, RoutingDecision, Slice
from domain.token_policy import Clause, TokenPolicy
from orchestrator.identity.caller import Caller
from orchestrator.orders import finding, modify
from orchestrator.orders.children import new_children
from orchestrator.orders.new_terms import NewTerms
from orchestrator.orders.permit import OutsidePolicy, Permit, outside_change
from orchestrator.orders.plan import Situation
from orchestrator.orders.rails import Setting
from orchestrator.storage.db import Database
from orchestrator.tables.orders import order_children, orders
from routing.replan import NewPart
from tests.orchestrator.orders.test_repository import INFY, T0, USER, ZERODHA, book, child_of, learn, record

__all__ = ["book"]  # a fixture
TOKEN = "GaF7X8Krzdg7"
MARKET = Market(Kind.EQUITY, 1, Price.of("0.05"), None, Price.of(1500))


async def resting(book: Database) -> Order:
    """10 at 1500.05 each, of the token's."""
    child = child_of("ord_1")
    await record(book, child)
    await learn(book, child, Accepted("111", T0))
    await book.write(lambda conn: conn.execute(update(orders).values(token=TOKEN)))
    await book.write(lambda conn: conn.execute(update(order_children).values(value=1_500_050)))
    stored = await book.read(lambda conn: finding.load(conn, USER, child.order_id))
    assert stored is not None
    return stored.order


async def refused(book: Database, order: Order, day: int, more: str, **terms: Any) -> list[Clause]:
    """The clauses that these terms break, `day` days after the order was placed."""
    permit = Permit(TOKEN, TokenPolicy(day_value=Money.of(more)), None, trading_day=True)
    now = T0 + timedelta(days=day)
    setting = Setting(USER, MARKET, {}, {}, lambda: (None, ""), now)
    intent = NewTerms(**terms).applied(order)
    added = {ZERODHA: intent.quantity - order.quantity_now}
    found = await book.read(lambda conn: outside_change(conn, permit, setting, order, intent, added, ()))
    return [one.clause for one in found.breaches] if found else []


async def test_an_order_of_another_day_is_not_made_larger_beside_what_today_counts(book: Database) -> None:
    order = await resting(book)
    assert await refused(book, order, 0, "16500.55", quantity=11) == []
    assert await refused(book, order, 0, "16500.54", quantity=11) == [Clause.DAY_VALUE]
    # Today counts nothing of it, however often it grows: so it does not grow.
    assert await refused(book, order, 1, "16500.55", quantity=11) == [Clause.DAY_VALUE]
    assert await refused(book, order, 1, "16500.55", price=Price.of("1500.10")) == [Clause.DAY_VALUE]
    assert await refused(book, order, 1, "16500.55", quantity=9) == []
    assert await refused(book, order, 1, "16500.55", price=Price.of(1400)) == []


def test_a_sale_of_a_token_counts_what_the_market_pays_also_when_it_is_sent_anew() -> None:
    account = SimpleNamespace(id=ZERODHA)
    connection = SimpleNamespace(account=account, terms=SimpleNamespace(tag_length=(1, 20)))
    intent = OrderIntent(INFY, Side.SELL, 10, OrderType.LIMIT, Product.CNC, price=Price.of(1))
    unseen = cast(Any, None)
    situation = Situation(USER, intent, unseen, MARKET, (cast(Any, connection),), {}, frozenset(), T0, unseen)
    part = Slice(ZERODHA, BrokerId.ZERODHA, "", 10, Charges(), Money.of(0))
    decision = RoutingDecision(intent, Policy(), (part,), (), (), "hash", "words")
    for token, value in ((None, "10"), (TOKEN, "15000")):
        (new,) = new_children(situation, OrderId("ord_1"), decision, after=1, token=token)
        assert new.value == Money.of(value)


async def test_new_terms_are_judged_by_the_order_as_it_is_kept(
    book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await resting(book)
    seen: list[OrderIntent] = []

    def judged(conn: Any, situation: Situation, *rest: Any) -> Denied:
        seen.append(situation.intent)
        return OutsidePolicy(())

    monkeypatch.setattr(modify, "choices_now", lambda *args: ())
    monkeypatch.setattr(
        modify,
        "replan",
        lambda *args, **more: {one.id: NewPart(9, Money.of(0)) for one in order.children},
    )
    monkeypatch.setattr(modify, "refused_change", judged)
    terms = NewTerms(quantity=9)
    unseen = cast(Any, None)
    # It was cheap when the request came, and was made dearer before its turn.
    old = replace(terms.applied(order), price=Price.of(1))
    situation = Situation(
        USER, old, unseen, MARKET, (), {}, frozenset(), T0, unseen, caller=Caller(USER, token=TOKEN)
    )
    await book.read(lambda conn: modify._plan_and_record(conn, unseen, situation, order.id, terms))
    assert [one.price for one in seen] == [Price.of("1500.05")]
