"""An order is a set of facts: their order and their repetition change nothing, and none is lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.account import AccountId, BrokerId, UserId
from domain.instrument import Exchange, InstrumentId
from domain.money import Price
from domain.order import (
    Absent,
    Accepted,
    ChangeAsked,
    ChangeOver,
    ChildId,
    ChildOrder,
    End,
    Ended,
    Fact,
    Fill,
    Filled,
    Lost,
    Modified,
    Order,
    OrderId,
    OrderIntent,
    OrderType,
    Product,
    Progress,
    Side,
    Status,
    Validity,
    Working,
    apply_all,
)
from domain.report import OrderReport, ReportStatus, facts_of

START = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
INFY = InstrumentId(Exchange.NSE, "INFY")
NEW = ChildOrder(
    id=ChildId("c1"),
    order_id=OrderId("o1"),
    account_id=AccountId("a1"),
    broker=BrokerId.ZERODHA,
    slice=0,
    instrument=INFY,
    side=Side.BUY,
    quantity=10,
    order_type=OrderType.LIMIT,
    product=Product.CNC,
    validity=Validity.DAY,
    price=Price.of(1500),
    trigger_price=None,
    tag="tag1",
)


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def child(*facts: Fact) -> ChildOrder:
    return apply_all(NEW, facts)


def fill(trade: str, quantity: int, price: str = "1500", second: int = 5, of: str = "n1") -> Filled:
    return Filled(Fill(trade, quantity, Price.of(price), at(second)), of)


def cancelled(number: str = "n1", second: int = 3) -> Ended:
    return Ended(End.CANCELLED, at(second), "cancelled", number)


TWINS = (Accepted("n1", START), Accepted("n2", START))
MOMENTS = st.integers(0, 5).map(at)
WORDS = st.sampled_from(["OPEN", "PUT ORDER REQ RECEIVED", "x"])
NUMBERS = st.sampled_from(["n1", "n2"])
PRICES = st.sampled_from(["1499.95", "1500", "1500.05"]).map(Price.of)
FACTS: st.SearchStrategy[Fact] = st.one_of(
    st.builds(Accepted, NUMBERS, MOMENTS),
    st.builds(Working, MOMENTS, trigger_pending=st.booleans(), words=WORDS, broker_order_id=NUMBERS),
    st.builds(Lost, MOMENTS, WORDS),
    st.builds(Absent, MOMENTS, WORDS),
    st.builds(Ended, st.sampled_from(End), MOMENTS, WORDS, NUMBERS | st.just("")),
    st.builds(Progress, st.integers(0, 12), st.none() | PRICES, MOMENTS, NUMBERS),
    st.builds(Modified, st.integers(1, 15), st.none() | PRICES, st.none() | PRICES, MOMENTS),
    st.builds(
        Modified,
        st.integers(1, 15),
        PRICES,
        st.none(),
        MOMENTS,
        st.none() | st.sampled_from(OrderType),
        st.none() | st.integers(0, 3),
        st.integers(0, 3),
        NUMBERS | st.just(""),
    ),
    st.builds(
        ChangeAsked,
        st.integers(1, 3),
        st.integers(1, 15),
        st.sampled_from(OrderType),
        st.none() | PRICES,
        st.none(),
        st.just(0),
        MOMENTS,
        st.booleans(),
        NUMBERS | st.just(""),
    ),
    st.builds(ChangeOver, st.integers(1, 3), MOMENTS, WORDS),
    st.builds(Filled, st.builds(Fill, st.sampled_from("tuv"), st.integers(1, 6), PRICES, MOMENTS), NUMBERS),
)


@settings(max_examples=300)
@given(data=st.data(), facts=st.lists(FACTS, max_size=8))
def test_facts_in_any_order_any_number_of_times_give_the_same_order(
    data: st.DataObject, facts: list[Fact]
) -> None:
    again = data.draw(st.lists(st.sampled_from(facts), max_size=6)) if facts else []
    shuffled = data.draw(st.permutations([*facts, *again]))
    assert apply_all(NEW, shuffled) == apply_all(NEW, facts)


@given(facts=st.lists(FACTS, max_size=8), more=FACTS)
def test_filled_quantity_never_falls(facts: list[Fact], more: Fact) -> None:
    before = apply_all(NEW, facts)
    assert apply_all(before, [more]).filled_quantity >= before.filled_quantity or isinstance(more, Filled)


def test_a_new_order_is_being_submitted() -> None:
    assert NEW.status is Status.SUBMITTING


def test_a_lost_answer_is_unknown_and_still_live() -> None:
    lost = child(Lost(at(1), "timed out"))
    assert lost.status is Status.UNKNOWN
    assert lost.live_quantity == 10
    assert lost.reason == "timed out"


def test_found_after_being_lost_is_open() -> None:
    assert child(Lost(at(1), "timed out"), Accepted("n1", at(2))).status is Status.OPEN


def test_absent_needs_more_than_being_lost_and_yields_to_being_found() -> None:
    absent = child(Lost(at(1), "timed out"), Absent(at(30), "not in the book"))
    assert absent.status is Status.REJECTED
    assert apply_all(absent, [Accepted("n1", at(40))]).status is Status.OPEN


def test_fill_after_cancel_still_counts() -> None:
    ended = child(Accepted("n1", at(1)), cancelled(), fill("t", 4, second=2))
    assert ended.status is Status.CANCELLED
    assert ended.filled_quantity == 4
    assert apply_all(ended, [fill("u", 6)]).status is Status.FILLED


def test_an_over_fill_is_shown_not_clamped() -> None:
    assert child(fill("t", 8), fill("u", 7)).filled_quantity == 15


def test_two_broker_numbers_are_both_kept() -> None:
    assert child(Accepted("n2", at(2)), Accepted("n1", at(1))).broker_order_ids == ("n1", "n2")


def test_a_child_has_ended_when_all_that_its_broker_holds_has() -> None:
    twice = child(Accepted("n1", at(1)), Accepted("n2", at(2)), cancelled("n1"))
    assert (twice.status, twice.ended, twice.live_order_ids) == (Status.OPEN, None, ("n2",))
    assert (twice.live_quantity, twice.surplus_quantity) == (10, 0)
    gone = apply_all(twice, [cancelled("n2", second=4)])
    assert (gone.status, gone.live_quantity, gone.reason) == (Status.CANCELLED, 0, "cancelled")


def test_what_two_orders_of_one_child_filled_is_added_up_and_more_than_asked_is_surplus() -> None:
    twice = child(Progress(10, Price.of(1500), at(1), "n1"), Progress(4, Price.of(1507), at(2), "n2"))
    assert (twice.filled_quantity, twice.average_price) == (14, Price.of(1502))
    assert (twice.status, twice.live_order_ids, twice.live_quantity) == (Status.PARTIALLY_FILLED, ("n2",), 6)
    assert twice.surplus_quantity == 10
    over = apply_all(twice, [cancelled("n2")])
    assert (over.status, over.filled_quantity, over.surplus_quantity) == (Status.FILLED, 14, 4)


def test_trades_explain_the_order_they_belong_to_and_no_other() -> None:
    twice = child(fill("t", 10, of="n1"), Progress(4, Price.of(1507), at(2), "n2"))
    assert (twice.filled_quantity, twice.unexplained_order_ids) == (14, ("n2",))
    assert apply_all(twice, [fill("u", 4, of="n2")]).unexplained_order_ids == ()


def test_two_resting_orders_of_one_child_are_both_live_and_one_is_surplus() -> None:
    twice = child(Accepted("n1", at(1)), Accepted("n2", at(2)))
    assert (twice.status, twice.live_quantity, twice.surplus_quantity) == (Status.OPEN, 20, 10)


def test_the_second_order_keeps_the_terms_that_only_the_first_one_changed() -> None:
    less = child(Accepted("n1", at(1)), Modified(4, None, None, at(2)), fill("t", 4), Accepted("n2", at(3)))
    assert "n2" in less.live_order_ids
    assert less.live_quantity >= 10
    done = [Ended(End.FILLED, at(5), "COMPLETE", "n1"), Ended(End.FILLED, at(6), "COMPLETE", "n2")]
    all_done = apply_all(less, [*done, fill("u", 10, of="n2")])
    assert (all_done.status, all_done.surplus_quantity) == (Status.FILLED, 10)


def test_a_change_is_of_the_order_it_names_and_its_twin_keeps_what_was_sent() -> None:
    for number, other in (("n1", "n2"), ("n2", "n1")):
        less = child(*TWINS, Modified(4, None, None, at(2), number=1, broker_order_id=number))
        assert (less.most_of(number), less.most_of(other)) == (4, 10)
        assert (less.quantity_now, less.live_quantity, less.surplus_quantity) == (4, 14, 10)
        assert less.at(other).quantity_now == 10, "asked about, the twin has its own terms"
        alone = apply_all(less, [cancelled(other)])
        assert (alone.live_quantity, alone.surplus_quantity) == (4, 0)


def test_when_the_changed_one_of_two_has_ended_the_order_has_the_terms_of_the_one_that_lives() -> None:
    made = Modified(4, Price.of(1499), None, at(2), OrderType.SL, 2, number=1, broker_order_id="n2")
    changed = child(*TWINS, made)
    assert (changed.price_now, changed.order_type_now, changed.disclosed_quantity_now) == (
        made.price,
        OrderType.SL,
        2,
    )
    left = apply_all(changed, [cancelled("n2")])
    assert (left.price_now, left.order_type_now, left.disclosed_quantity_now) == (
        NEW.price,
        NEW.order_type,
        0,
    )
    assert (left.quantity_now, left.live_quantity, left.surplus_quantity) == (4, 10, 6), (
        "4 were asked for last"
    )
    assert apply_all(left, [cancelled("n1")]).price_now == made.price


def test_while_a_change_of_one_of_two_is_not_answered_both_its_totals_may_come() -> None:
    more = child(*TWINS, replace(asked(15), broker_order_id="n2"))
    assert (more.most_of("n1"), more.most_of("n2"), more.surplus_quantity) == (10, 15, 10)
    assert more.one_changing().broker_order_ids == ("n2",)
    assert apply_all(more, [ChangeOver(1, at(4), "no")]).live_quantity == 20


def test_a_change_in_force_proves_that_there_is_such_an_order() -> None:
    told = child(Modified(12, None, None, at(2), number=1, broker_order_id="n7"))
    assert (told.broker_order_ids, told.live_quantity) == (("n7",), 12)


def test_a_refusal_yields_to_an_order_that_is_there_all_the_same() -> None:
    refused = child(Ended(End.REJECTED, at(1), "no"))
    assert refused.status is Status.REJECTED
    assert apply_all(refused, [Accepted("n1", at(2))]).status is Status.OPEN


def test_an_order_that_its_broker_calls_complete_is_over_whatever_was_asked_of_it_since() -> None:
    told = child(asked(15), *facts_of(OrderReport("n1", ReportStatus.COMPLETE, "COMPLETE", at(3), 10, 10)))
    assert (told.status, told.live_quantity, told.reason) == (Status.FILLED, 0, None)


def test_each_of_two_icebergs_goes_on_after_a_leg_that_is_complete() -> None:
    leg = Ended(End.FILLED, at(5), "COMPLETE", "n1")
    twice = apply_all(replace(NEW, iceberg_legs=2), [*TWINS, fill("t", 5), leg])
    assert (twice.live_order_ids, twice.filled_quantity, twice.live_quantity) == (("n1", "n2"), 5, 15)
    assert twice.at("n1").iceberg_legs == 2, "asked about by the leg that is at work"


def test_a_leg_of_an_iceberg_that_is_complete_does_not_end_it() -> None:
    leg = Ended(End.FILLED, at(3), "COMPLETE", "n1")
    iceberg = apply_all(replace(NEW, iceberg_legs=2), [fill("t", 5), leg])
    assert (iceberg.status, iceberg.live_quantity) == (Status.PARTIALLY_FILLED, 5)


def test_a_repeated_trade_counts_once() -> None:
    assert child(fill("t", 4), fill("t", 4)).filled_quantity == 4


def test_the_brokers_total_counts_until_the_trades_explain_it() -> None:
    told = child(Progress(6, Price.of("1500.50"), at(3), "n1"), fill("t", 4))
    assert (told.filled_quantity, told.average_price) == (6, Price.of("1500.50"))
    known = apply_all(told, [fill("u", 2, "1501")])
    assert (known.filled_quantity, known.average_price) == (6, Price.of(Price.of("9002").amount / 6))


def test_a_smaller_quantity_after_modification_can_be_filled() -> None:
    assert child(Accepted("n1", at(1)), Modified(4, None, None, at(2)), fill("t", 4)).status is Status.FILLED


def asked(quantity: int, number: int = 1) -> ChangeAsked:
    return ChangeAsked(number, quantity, OrderType.LIMIT, Price.of(1501), None, 0, at(2))


def test_a_larger_quantity_of_which_no_answer_is_known_counts_as_live() -> None:
    unsure = child(Accepted("n1", at(1)), asked(15))
    assert (unsure.changing, unsure.live_quantity, unsure.quantity_now) == (asked(15), 15, 10)
    assert child(Accepted("n1", at(1)), asked(15), fill("t", 10)).status is Status.PARTIALLY_FILLED


def test_a_smaller_quantity_of_which_no_answer_is_known_frees_nothing() -> None:
    assert child(Accepted("n1", at(1)), asked(4), fill("t", 4)).live_quantity == 6


def test_a_change_is_in_force_once_it_is_known_and_its_refusal_leaves_the_old_terms() -> None:
    taken = child(asked(15), Modified(15, Price.of(1501), None, at(3), OrderType.LIMIT, 0, 1))
    assert (taken.changing, taken.quantity_now, taken.price_now) == (None, 15, Price.of(1501))
    refused = child(asked(15), ChangeOver(1, at(3), "no"))
    assert (refused.changing, refused.quantity_now, refused.price_now) == (None, 10, Price.of(1500))
    again = apply_all(refused, [asked(12, number=2)])
    assert again.changing == asked(12, number=2)


def test_the_parents_quantity_moves_with_its_parts() -> None:
    more = child(Accepted("n1", at(1)), Modified(15, None, None, at(2), number=1))
    assert two(more, child(Accepted("n2", at(1)))).quantity_now == 25


def test_the_later_of_two_contradicting_ends_holds() -> None:
    both = child(Ended(End.REJECTED, at(1), "r", "n1"), cancelled(second=2))
    assert both.status is Status.CANCELLED


def test_a_stop_waits_for_its_trigger_then_works() -> None:
    waits = child(
        Accepted("n1", at(1)),
        Working(at(2), trigger_pending=True, words="TRIGGER PENDING", broker_order_id="n1"),
    )
    assert waits.status is Status.TRIGGER_PENDING
    assert (
        apply_all(waits, [Working(at(3), trigger_pending=False, words="OPEN", broker_order_id="n1")]).status
        is Status.OPEN
    )


def test_an_unlisted_status_word_proves_only_that_the_order_lives() -> None:
    report = OrderReport("n1", ReportStatus.UNRECOGNISED, "WAITING FOR GODOT", at(1), 10, 0)
    seen = child(*facts_of(report))
    assert seen.status is Status.OPEN
    assert seen.working is not None
    assert seen.working.words == "WAITING FOR GODOT"


def test_complete_without_fills_proves_no_fill() -> None:
    assert (
        child(*facts_of(OrderReport("n1", ReportStatus.COMPLETE, "COMPLETE", at(1), 10, 0))).filled_quantity
        == 0
    )


def parent(*children: ChildOrder, quantity: int = 20) -> Order:
    intent = OrderIntent(INFY, Side.BUY, quantity, OrderType.LIMIT, Product.CNC, price=Price.of(1500))
    return Order(OrderId("o1"), UserId("u1"), intent, START, children)


def two(first: ChildOrder, second: ChildOrder) -> Order:
    return parent(first, replace(second, id=ChildId("c2")))


def test_what_is_unknown_comes_first_in_the_parent() -> None:
    assert two(child(Lost(at(1), "x")), child(fill("t", 10))).status is Status.UNKNOWN
    assert two(NEW, child(fill("t", 10))).status is Status.SUBMITTING


def test_the_parent_is_filled_only_when_all_is() -> None:
    full, dead = child(fill("t", 10)), child(cancelled())
    assert two(full, full).status is Status.FILLED
    assert two(full, child(Accepted("n1", at(1)))).status is Status.PARTIALLY_FILLED
    assert two(full, dead).status is Status.CANCELLED
    assert two(dead, dead).status is Status.CANCELLED


def test_dead_quantity_filled_elsewhere_makes_the_parent_whole() -> None:
    dead = child(Ended(End.REJECTED, at(1), "no"))
    assert parent(dead, replace(child(fill("t", 10)), id=ChildId("c2")), quantity=10).status is Status.FILLED


def test_the_parents_average_is_weighted_or_unknown() -> None:
    both = two(child(fill("t", 10, "1500")), child(fill("u", 5, "1503")))
    assert both.average_price == Price.of(1501)
    untold = two(child(fill("t", 10, "1500")), child(Progress(5, None, at(1), "n1")))
    assert untold.average_price is None
