"""What is cancelled of what a broker made twice: never anything that filled, never so that less than asked remains."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.order import Accepted, ChildId, ChildOrder, End, Ended, Fact, Order, apply_all
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


def test_where_terms_are_not_sure_nothing_is_cancelled() -> None:
    assert cancellable(child(*BOTH, asked(15))) == []
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
        assert _remains(order, gone | set(found)) >= min(10, order.quantity_now)


def _remains(order: Order, gone: set[Held]) -> int:
    return sum(
        one.filled_quantity
        + sum(one.quantity - one.filled_of(n) for n in one.live_order_ids if (one.id, n) not in gone)
        for one in order.children
    )
