"""The rules for orders by API: how many, over which exchanges, how often changed, and what is kept for getting out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.broker import Change, MarketProtection, RateLimit, Terms
from adapters.governor import LEGAL_ORDERS_A_SECOND, ORDERS_A_SECOND, Call, Governor
from adapters.registry import BROKERS
from domain.account import BrokerId
from domain.instrument import Exchange, InstrumentId
from domain.order import ChangeAsked, OrderType, Validity
from tests.adapters.test_guard import CHILD, NOW, TERMS

MINUTE = RateLimit("order", 40, 60)
DAILY = RateLimit("order", 100, 86400)
NOON = datetime(2026, 11, 20, 6, 30, tzinfo=UTC).timestamp()  # 12:00 IST
NSE, BSE = Exchange.NSE, Exchange.BSE


class Hand:
    """A clock that stands until it is moved."""

    def __init__(self, now: float = NOON) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def governor(
    clock: Hand, *limits: RateLimit, terms: Terms = TERMS, a_second: int = ORDERS_A_SECOND
) -> Governor:
    return Governor(replace(terms, limits=limits), clock, orders_a_second=a_second)


def fill(rules: Governor, call: Call) -> int:
    """How many of these calls fit now."""
    count = 0
    while rules.take(call) is None:
        count += 1
        assert count < 10_000, "nothing holds it"
    return count


def test_new_orders_leave_room_for_cancels_and_exits_within_the_second() -> None:
    rules = governor(Hand())
    assert fill(rules, Call(NSE, 1)) == 6
    assert fill(rules, Call(NSE, urgent=True)) == 2


def test_every_exchange_has_a_second_of_its_own() -> None:
    rules = governor(Hand())
    fill(rules, Call(NSE, 1, urgent=True))
    assert rules.hold(Call(BSE, 1)) is None


def test_changes_and_cancels_count_like_orders() -> None:
    rules = governor(Hand())
    for _ in range(3):
        assert rules.take(Call(NSE)) is None
        assert rules.take(Call(NSE, urgent=True)) is None
    assert fill(rules, Call(NSE, 1)) == 0


moments = st.lists(st.tuples(st.floats(0, 0.4), st.booleans(), st.sampled_from([NSE, BSE])), max_size=80)


@given(moments, st.integers(1, LEGAL_ORDERS_A_SECOND - 1), st.floats(0, 1))
def test_no_second_of_any_clock_sees_the_legal_limit_at_one_exchange(
    steps: list[tuple[float, bool, Exchange]], a_second: int, skew: float
) -> None:
    clock = Hand()
    rules = governor(clock, a_second=a_second)
    sent: list[tuple[int, Exchange]] = []
    for pause, urgent, exchange in steps:
        clock.now += pause
        if rules.take(Call(exchange, 1, urgent)) is None:
            sent.append((int(clock.now + skew), exchange))
    assert all(sent.count(one) <= a_second < LEGAL_ORDERS_A_SECOND for one in sent)


@pytest.mark.parametrize("a_second", [0, LEGAL_ORDERS_A_SECOND])
def test_a_budget_at_the_legal_limit_is_refused(a_second: int) -> None:
    with pytest.raises(ValueError, match="1 to 9"):
        governor(Hand(), a_second=a_second)


def test_the_brokers_minute_counts_all_exchanges_and_keeps_its_reserve() -> None:
    clock = Hand()
    rules = governor(clock, MINUTE)
    sent = 0
    for second in range(30):
        clock.now = NOON + second
        sent += fill(rules, Call(NSE if second % 2 else BSE, 1))
    assert sent == 38
    hold = rules.hold(Call(NSE, 1))
    assert hold is not None
    assert (hold.rule, hold.seconds) == ("Mock takes 40 order calls a minute", 31.0)
    assert fill(rules, Call(NSE, urgent=True)) == 2


def test_a_days_orders_are_counted_and_the_rest_is_for_exits() -> None:
    clock = Hand()
    rules = governor(clock, DAILY)
    rules.sent_today(95)
    hold = rules.hold(Call(NSE, 1))
    assert hold is not None
    assert hold.rule == "Mock takes 100 orders a day over all programs and apps"
    assert hold.seconds == 12 * 3600
    assert rules.take(Call(NSE)) is None  # a change makes no order
    assert fill(rules, Call(NSE, 1, urgent=True)) == 5


def test_an_icebergs_legs_count_as_orders_of_the_day_and_as_one_call() -> None:
    rules = governor(Hand(), DAILY)
    rules.sent_today(90)
    assert rules.hold(Call(NSE, 6)) is not None
    assert rules.take(Call(NSE, 5)) is None
    assert rules.hold(Call(NSE, 1)) is not None


def test_a_new_day_in_india_is_fresh() -> None:
    clock = Hand()
    rules = governor(clock, DAILY)
    rules.sent_today(100)
    clock.now = datetime(2026, 11, 20, 18, 29, 59, tzinfo=UTC).timestamp()
    assert rules.hold(Call(NSE, 1)) is not None
    clock.now += 1
    assert rules.take(Call(NSE, 1)) is None


def test_what_the_book_shows_never_lowers_what_we_know() -> None:
    rules = governor(Hand(), DAILY)
    rules.sent_today(95)
    rules.sent_today(3)
    assert rules.hold(Call(NSE, 1)) is not None


def test_an_order_may_be_changed_as_often_as_its_broker_takes() -> None:
    rules = governor(Hand(), terms=replace(TERMS, most_changes=25))
    assert rules.changes_left(CHILD) == 25
    asked = ChangeAsked(
        24,
        quantity=10,
        order_type=CHILD.order_type,
        price=None,
        trigger_price=None,
        disclosed_quantity=0,
        at=NOW,
    )
    assert rules.changes_left(replace(CHILD, asked=asked)) == 1
    assert rules.changes_left(replace(CHILD, asked=replace(asked, number=25))) == 0
    assert governor(Hand()).changes_left(CHILD) is None


def test_mcx_takes_no_ioc_by_api() -> None:
    gold = replace(CHILD, instrument=InstrumentId(Exchange.MCX, "GOLD26DECFUT"), validity=Validity.IOC)
    rule = "MCX takes no IOC orders by API (rules for orders by API in force since 1 April 2026)"
    assert governor(Hand()).forbids(gold) == rule
    assert (
        governor(Hand()).forbids(replace(gold, validity=Validity.DAY), change(validity=Validity.IOC)) == rule
    )
    assert governor(Hand()).forbids(replace(gold, validity=Validity.DAY)) is None
    assert governor(Hand()).forbids(replace(CHILD, validity=Validity.IOC)) is None


@pytest.mark.parametrize("broker", list(BrokerId), ids=str)
def test_no_order_leaves_with_a_validity_that_its_broker_does_not_take(broker: BrokerId) -> None:
    terms = BROKERS[broker].terms
    rules = governor(Hand(), terms=terms)
    for validity in Validity:
        refused = rules.forbids(replace(CHILD, validity=validity))
        assert (refused is None) is (validity in terms.validities)


@pytest.mark.parametrize("broker", list(BrokerId), ids=str)
def test_only_a_simulated_broker_is_free_of_the_exchanges_rules(broker: BrokerId) -> None:
    assert BROKERS[broker].terms.exchange_rules is not BROKERS[broker].terms.moves_funds


def change(**more: Any) -> Change:
    return Change(**{"quantity": 1, "order_type": OrderType.LIMIT, "validity": Validity.DAY, **more})


def test_an_ioc_order_hides_nothing() -> None:
    hidden = replace(CHILD, validity=Validity.IOC, disclosed_quantity=1)
    assert "IOC" in str(governor(Hand()).forbids(hidden))
    assert "IOC" in str(governor(Hand()).forbids(CHILD, change(validity=Validity.IOC, disclosed_quantity=1)))
    assert governor(Hand()).forbids(replace(hidden, validity=Validity.DAY)) is None


@pytest.mark.parametrize("kind", list(OrderType))
def test_no_order_without_a_price_goes_where_nobody_protects_it(kind: OrderType) -> None:
    unprotected = governor(Hand(), terms=replace(TERMS, market_protection=MarketProtection.NONE))
    naked = kind in (OrderType.MARKET, OrderType.SL_M)
    for refused in (
        unprotected.forbids(replace(CHILD, order_type=kind)),
        unprotected.forbids(CHILD, change(order_type=kind)),
    ):
        assert (refused is not None and f"{kind} order" in refused and "1 April 2026" in refused) is naked
    assert governor(Hand()).forbids(replace(CHILD, order_type=kind)) is None
    simulated = replace(TERMS, market_protection=MarketProtection.NONE, exchange_rules=False)
    assert governor(Hand(), terms=simulated).forbids(replace(CHILD, order_type=kind)) is None


def test_what_is_left_counts_every_window_and_never_more_than_fits() -> None:
    clock = Hand()
    rules = governor(clock, MINUTE, DAILY)
    assert rules.orders_left(NSE, within=0.0) == 6
    assert rules.orders_left(NSE, within=2.0) == 12
    assert rules.orders_left(NSE, within=0.0, urgent=True) == 8
    assert fill(rules, Call(NSE, 1)) == 6
    assert rules.orders_left(NSE, within=0.0) == 0
    assert rules.orders_left(NSE, within=2.0) == 6
    rules.sent_today(94)
    clock.now += 61
    assert rules.orders_left(NSE, within=2.0) == 1
    assert fill(rules, Call(NSE, 1)) == 1
    simulated = replace(TERMS, exchange_rules=False)
    assert governor(clock, terms=simulated).orders_left(NSE, within=2.0) is None
