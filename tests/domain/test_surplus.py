"""What is cancelled of what a broker made twice: never anything that filled, never so that less than asked remains."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.money import Price
from domain.order import (
    Accepted,
    ChangeOver,
    ChildId,
    ChildOrder,
    End,
    Ended,
    Fact,
    Modified,
    Order,
    apply_all,
)
from domain.surplus import Held, to_cancel
from tests.domain.test_order_facts import FACTS, NEW, asked, at, cancelled, child, fill, parent

ONE, TWO = (NEW.id, "n1"), (NEW.id, "n2")
BOTH: tuple[Fact, ...] = (Accepted("n1", at(1)), Accepted("n2", at(2)))


def second(*facts: Fact) -> ChildOrder:
    return apply_all(replace(NEW, id=ChildId("c2")), facts)


def cancellable(*children: ChildOrder, quantity: int = 10, gone: frozenset[Held] = frozenset()) -> list[Held]:
    return to_cancel(parent(*children, quantity=quantity), gone)


def test_of_two_resting_orders_the_newer_one_goes() -> None:
    assert cancellable(child(*BOTH)) == [TWO]


def test_one_order_alone_is_never_too_much() -> None:
    assert cancellable(child(Accepted("n1", at(1)))) == []
    assert cancellable(child(*BOTH, cancelled("n1"))) == []


def test_the_second_one_goes_when_the_first_has_filled() -> None:
    assert cancellable(child(*BOTH, fill("t", 10))) == [TWO]


def test_what_has_filled_in_part_stays_and_the_other_one_goes_only_if_enough_remains() -> None:
    assert cancellable(child(*BOTH, fill("t", 4, of="n2"))) == [ONE]
    assert cancellable(child(*BOTH, fill("t", 4), fill("u", 4, of="n2"))) == []


def test_while_one_cancel_is_not_known_to_have_come_through_no_other_is_asked() -> None:
    assert cancellable(child(*BOTH), gone=frozenset({TWO})) == []
    assert cancellable(child(*BOTH, fill("t", 4, of="n2")), gone=frozenset({TWO})) == []


def test_once_the_first_cancel_lost_its_race_the_other_one_goes() -> None:
    assert cancellable(child(*BOTH, fill("t", 10, of="n2")), gone=frozenset({TWO})) == [ONE]


def test_of_three_two_go() -> None:
    assert cancellable(child(*BOTH, Accepted("n3", at(3)))) == [(NEW.id, "n3"), TWO]


def test_a_refused_order_that_is_there_all_the_same_goes_when_another_broker_carries_it() -> None:
    found = child(Ended(End.REJECTED, at(1), "unreachable"), Accepted("n1", at(5)))
    assert cancellable(found) == []
    assert cancellable(found, second(Accepted("m1", at(2)))) == [ONE]
    assert cancellable(found, second()) == [], "an order without an answer may come to nothing"


def test_of_two_the_one_that_a_change_passed_by_goes_whichever_is_newer() -> None:
    for changed, passed_by in (("n1", TWO), ("n2", ONE)):
        for quantity in (4, 10, 15):
            change = Modified(quantity, Price.of(1501), None, at(3), number=1, broker_order_id=changed)
            found = child(*BOTH, replace(asked(quantity), broker_order_id=changed), change)
            assert cancellable(found) == [passed_by]
            filled = apply_all(found, [fill("t", 2, of=passed_by[1])])
            assert cancellable(filled) == [], (
                "what filled stays, and beside it only what was asked last counts"
            )


def test_a_changed_order_goes_only_when_the_fills_of_the_other_one_are_enough() -> None:
    change = Modified(4, None, None, at(3), number=1, broker_order_id="n1")
    found = child(*BOTH, replace(asked(4), broker_order_id="n1"), change)
    assert cancellable(found, gone=frozenset({TWO})) == []
    assert cancellable(apply_all(found, [fill("t", 3, of="n2")])) == []
    assert cancellable(apply_all(found, [fill("t", 4, of="n2")])) == [ONE]


def test_after_a_change_that_came_to_nothing_both_are_alike() -> None:
    refused = child(*BOTH, replace(asked(15), broker_order_id="n2"), ChangeOver(1, at(4), "no"))
    assert cancellable(refused) == [TWO]


def test_where_terms_are_not_sure_nothing_is_cancelled() -> None:
    assert cancellable(child(*BOTH, asked(15))) == []
    assert cancellable(child(*BOTH, replace(asked(15), broker_order_id="n1"))) == []
    assert cancellable(child(*BOTH, Modified(10, None, None, at(3), number=1))) == [], "of which one?"
    assert cancellable(apply_all(replace(NEW, iceberg_legs=2), BOTH)) == []


@settings(max_examples=300)
@given(
    facts=st.lists(FACTS, max_size=10),
    others=st.lists(FACTS, max_size=4),
    gone=st.sets(st.sampled_from([ONE, TWO])),
)
def test_whatever_is_known_what_remains_is_no_less_than_asked(
    facts: list[Fact], others: list[Fact], gone: set[Held]
) -> None:
    order = parent(child(*facts), second(*others))
    found = to_cancel(order, gone)
    assert not set(found) & gone
    for number in (number for child_id, number in found if child_id == NEW.id):
        assert not order.children[0].filled_of(number)
    if found:
        least = min([order.quantity_now, *(one.quantity_now for one in order.children)])
        assert _remains(order, gone | set(found)) >= least


def _remains(order: Order, gone: set[Held]) -> int:
    """Units at the terms last asked, or filled."""
    return sum(
        one.filled_quantity
        + sum(
            one.most_of(n) - one.filled_of(n)
            for n in one.live_order_ids
            if (one.id, n) not in gone and (one.modified is None or one.modified.broker_order_id in ("", n))
        )
        for one in order.children
    )
