"""A kept decision can be made again from its kept inputs; under another policy it tells what that would have cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import Connection

from domain.account import BrokerId
from domain.calendar import IST
from domain.fees import FeePlan, Taxed
from domain.instrument import Kind
from domain.money import Money, Price
from domain.order import Order, OrderEvent, OrderId
from domain.policy import Policy, PolicyKind, Weights
from domain.routing import Charges, Leg, QuotedMargin, RoutingDecision
from orchestrator.decisions import kept as keeping
from orchestrator.decisions.command import as_json, tell_replay, tell_whatif
from orchestrator.decisions.kept import Kept, read
from orchestrator.decisions.replay import replay
from orchestrator.decisions.whatif import compare, policy_of
from orchestrator.orders import codec, repository
from orchestrator.orders.repository import NewChild
from orchestrator.storage.db import Database
from routing.decide import decide
from routing.fingerprint import inputs_text, stamp_of
from tests.orchestrator.orders.test_repository import T0, USER, book, child_of
from tests.routing.cases import FUTURE, SHARE, TODAY, account, order

__all__ = ["book"]  # a fixture
Z, U, G = BrokerId.ZERODHA, BrokerId.UPSTOX, BrokerId.GROWW


def decided(
    text: str = "BUY 100 NSE:INFY CNC LIMIT 1500", policy: Policy | None = None, **more: Any
) -> RoutingDecision:
    accounts = [
        account(Z, place_ms=90, reject_rate=Decimal("0.01"), **more),
        account(U, place_ms=40),
        account(G, cash="160000.55"),
    ]
    market = FUTURE if "NFO" in text else SHARE
    decision = decide(order(text), market, accounts, policy or Policy(), on=TODAY)
    assert isinstance(decision, RoutingDecision)
    return decision


def kept_of(decision: RoutingDecision, order_id: str = "ord_1") -> Kept:
    """As it comes back from the database."""
    again = codec.load_decision(codec.dump_decision(decision))
    return Kept(OrderId(order_id), USER, T0, again, decision.inputs)


def every_kind() -> Iterator[RoutingDecision]:
    yield decided()
    yield decided(policy=Policy(PolicyKind.BALANCED, weights=Weights(1, 5, 1)))
    yield decided(policy=Policy(PolicyKind.PINNED, account(U).account_id))
    yield decided("BUY 3900 NFO:NIFTY26NOVFUT NRML LIMIT 25000", cash=10**9)
    yield decided("BUY 100 NSE:INFY MIS LIMIT 1500", policy=Policy(PolicyKind.SPREAD))
    yield decided(
        fees=FeePlan(per_order=Money.of(15), woman_first_holder=True, taxed=frozenset(Taxed)),
        legs=(Leg(Kind.CALL, Price.of("25000.50"), -65), Leg(Kind.FUTURE, None, 65)),
        margin_quoted=QuotedMargin(100, Money.of("1234.5")),
        value_left=Money.of("250000"),
        orders_left=3,
        prices_stalled=True,
    )


def test_inputs_come_back_from_their_text_and_have_the_same_hash() -> None:
    for decision in every_kind():
        inputs = read(decision.inputs)
        text = inputs_text(inputs.intent, inputs.market, inputs.candidates, inputs.policy, inputs.on)
        assert text == decision.inputs
        assert stamp_of(text) == decision.hash


def test_a_kept_decision_is_made_again_and_proven() -> None:
    for decision in every_kind():
        found = replay(kept_of(decision))
        assert found.differences == ()
        assert found.hash == decision.hash
        assert found.again == decision


def test_what_was_altered_or_not_kept_is_told() -> None:
    decision = decided()
    altered = replace(kept_of(decision), inputs=decision.inputs.replace('"quantity":100', '"quantity":90'))
    assert "are not those that the decision was made from" in replay(altered).differences[0]
    richer = replace(decision, slices=decision.alternatives[0].slices)
    assert replay(kept_of(richer)).differences[0].startswith("the plan differs")
    assert replay(replace(kept_of(decision), inputs=None)).differences == ("its inputs were not kept",)
    assert "cannot be read" in replay(replace(kept_of(decision), inputs="{}")).differences[0]


async def test_inputs_are_kept_with_the_order_and_found_by_day(book: Database) -> None:
    for number, at in enumerate((T0, T0 + timedelta(days=1))):
        decision = decided()
        child = child_of(f"ord_{number}")
        placed = Order(child.order_id, USER, decision.intent, at, (child,))
        event = OrderEvent(at, "received", "Order received.")
        more: Any = {
            "children": [NewChild(child, Money.of(1), Charges())],
            "events": [event],
            "key": placed.id,
            "fingerprint": "f",
        }
        await book.write(
            lambda conn, o=placed, d=decision, m=more: repository.record(conn, order=o, decision=d, **m)  # type: ignore[misc]
        )
    (one,) = await book.read(lambda conn: keeping.load(conn, "ord_0"))
    assert replay(one).differences == ()
    assert await book.read(lambda conn: keeping.load(conn, "ord_none")) == []
    day: date = T0.astimezone(IST).date()

    async def found(first: date, last: date, user: str | None = None) -> list[str]:
        return [
            one.order_id
            for one in await book.read(lambda conn: list(keeping.between(conn, first, last, user)))
        ]

    tomorrow = day + timedelta(days=1)
    assert await found(day, day) == ["ord_0"]
    assert await found(day, tomorrow, USER) == ["ord_0", "ord_1"]
    assert await found(day, tomorrow, "usr_2") == []


def test_another_policy_tells_the_difference_in_rupees() -> None:
    kept = [
        kept_of(decided(), "ord_1"),
        kept_of(decided(policy=Policy(PolicyKind.PINNED, account(U).account_id))),
    ]
    fastest = compare(kept, Policy(PolicyKind.FASTEST))
    assert (fastest.orders, fastest.compared, len(fastest.changed)) == (2, 2, 1)
    assert fastest.difference == Money.of("23.60") == fastest.changed[0].difference
    assert fastest.losses_instead < fastest.losses
    cheapest = compare([*kept, replace(kept[0], inputs=None)], Policy())
    assert cheapest.difference == Money.of("-23.60")
    assert cheapest.without_inputs == 1
    nobody = compare(kept, policy_of("fallback:acc-none"))
    assert (nobody.compared, nobody.refused) == (0, 2)


def test_policies_are_typed_in_words() -> None:
    assert policy_of("most-reliable") == Policy(PolicyKind.MOST_RELIABLE)
    assert policy_of("balanced:2,1,0") == Policy(PolicyKind.BALANCED, weights=Weights(2, 1, 0))
    assert policy_of("fallback: a, b").accounts == ("a", "b")
    assert policy_of("pinned:a").account == "a"
    for text in ("best", "pinned", "balanced:1", "balanced:x,y,z", "fallback"):
        with pytest.raises(ValueError, match=r"write|names"):
            policy_of(text)


def test_both_are_told_to_a_person() -> None:
    text = StringIO()
    console = Console(file=text, width=120)
    tell_replay(console, replay(kept_of(decided())))
    tell_whatif(
        console, Policy(PolicyKind.FASTEST), compare([kept_of(decided())], Policy(PolicyKind.FASTEST))
    )
    said = text.getvalue()
    assert "Proven" in said
    assert "₹23.60 more" in said
    assert '"difference":"23.60"' in as_json(compare([kept_of(decided())], Policy(PolicyKind.FASTEST)))


async def test_a_part_that_went_elsewhere_is_decided_anew_and_that_decision_is_kept_too(
    book: Database,
) -> None:
    first, second = decided(), decided("BUY 40 NSE:INFY CNC LIMIT 1500", session_ok=False)
    child = child_of("ord_1")
    placed = Order(child.order_id, USER, first.intent, T0, (child,))
    event, new = OrderEvent(T0, "received", "Order received."), NewChild(child, Money.of(1), Charges())
    later = T0 + timedelta(seconds=2)
    moved = replace(new, child=child_of("ord_1", slice=2))

    def work(conn: Connection) -> None:
        repository.record(
            conn, order=placed, decision=first, children=[new], events=[event], key="k", fingerprint="f"
        )
        repository.add_move(conn, placed, [moved], second, [event], at=later)

    await book.write(work)
    kept = await book.read(lambda conn: keeping.load(conn, "ord_1"))
    assert [(one.at, one.decision.hash) for one in kept] == [(T0, first.hash), (later, second.hash)]
    assert all(replay(one).differences == () for one in kept)
    day = T0.astimezone(IST).date()
    whole = await book.read(lambda conn: list(keeping.between(conn, day, day)))
    assert [one.decision.hash for one in whole] == [first.hash], "another policy is tried on whole orders"
