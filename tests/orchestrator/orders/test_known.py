"""What was heard of children: found by the brokers' names, bounded, and never ahead of the database."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.orders.known import KnownChildren
from tests.orchestrator.orders.test_repository import UPSTOX, ZERODHA, child_of


def test_a_child_is_found_by_its_number_or_its_tag_at_its_own_account() -> None:
    known, child = KnownChildren(), child_of("ord_1", broker_order_ids=("7", "8"))
    known.remember(child)
    assert known.find(ZERODHA, broker_order_id="8", tag=None) == child
    assert known.find(ZERODHA, broker_order_id="9", tag=child.tag) == child
    assert known.find(ZERODHA, broker_order_id="9", tag=None) is None
    assert known.find(UPSTOX, broker_order_id="8", tag=child.tag) is None


def test_the_newest_state_is_kept() -> None:
    known, child = KnownChildren(), child_of("ord_1")
    known.remember(child)
    taken = replace(child, broker_order_ids=("7",))
    known.remember(taken)
    assert known.find(ZERODHA, broker_order_id="", tag=child.tag) == taken


def test_the_one_not_heard_of_for_longest_is_forgotten_with_its_names() -> None:
    known = KnownChildren(kept=2)
    first, second, third = (child_of(f"ord_{number}") for number in range(3))
    for child in (first, second, first, third):
        known.remember(child)
    seen = [known.find(ZERODHA, broker_order_id="", tag=child.tag) for child in (first, second, third)]
    assert seen == [first, None, third]


def test_a_tag_goes_before_a_number_that_came_again() -> None:
    known = KnownChildren()
    old, new = child_of("ord_1", broker_order_ids=("7",)), child_of("ord_2", broker_order_ids=("7",))
    known.remember(old)
    known.remember(new)
    assert known.find(ZERODHA, broker_order_id="7", tag=old.tag) == old
    assert known.find(ZERODHA, broker_order_id="7", tag=None) == new
