"""Returns, falls and gains: a month by hand, published examples, and what must hold for any month."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregation.performance import DayValue, Performance, money_weighted, performance
from domain.money import ZERO, Money

START = date(2026, 11, 2)


def days(text: str) -> list[DayValue]:
    """`100000 101000 ? 151500+50000`: evenings one after the other; + or - is what came in or went out that day."""
    made = []
    for number, word in enumerate(text.split()):
        cut = max(word.rfind("+"), word.rfind("-"))
        value, flow = (word[:cut], word[cut:]) if cut > 0 else (word, "0")
        known = None if value == "?" else Money.of(value)
        made.append(DayValue(START + timedelta(number), known, Money.of(flow)))
    return made


def of(text: str) -> Performance:
    made = performance(days(text))
    assert made is not None
    return made


def ratio(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize(
    ("evenings", "gain", "twr"),
    [
        ("100000 101000", "1000", "0.010000"),
        ("100000 150000+50000", "0", "0.000000"),
        ("100000 151500+50000", "1500", "0.010000"),  # on 150,000: a flow is there from the morning
        ("100000 110000 99000", "-1000", "-0.010000"),
        ("100000 110000 55000-55000", "10000", "0.100000"),  # half is taken out in the morning
        ("0 100000+100000 105000", "5000", "0.050000"),  # nothing was there before
        ("100000 0-100000 0", "0", "0.000000"),
    ],
)
def test_a_return_does_not_see_what_is_paid_in_or_taken_out(evenings: str, gain: str, twr: str) -> None:
    made = of(evenings)
    assert made.gain == Money.of(gain)
    assert made.twr == ratio(twr)


def test_a_fortnight_by_hand() -> None:
    made = of("200000 202000 198000 ? 205920+2000 215920+10000 212681.20")
    # +1 %, -1.980198 %, two days on 198000 + 2000/2 (the flow was there for the second), 0 %, -1.5 %
    assert made.net_flow == Money.of(12000)
    assert made.gain == Money.of("681.20")
    assert [point.gain for point in made.curve] == [
        Money.of(one) for one in ("0", "2000", "-4000", "5920", "0", "-3238.80")
    ]
    index = Decimal("1.01") * (1 - Decimal(4000) / 202000) * (1 + Decimal(5920) / 199000)
    index *= 1 - Decimal("3238.80") / 215920
    assert made.twr == (index - 1).quantize(Decimal("0.000001"))
    assert made.bridged == (START + timedelta(3),)
    assert made.best is not None
    assert (made.best.day, made.best.gain) == (START + timedelta(1), Money.of(2000))
    assert made.worst is not None
    assert made.worst.day == START + timedelta(2)
    assert made.drawdown is not None
    assert made.drawdown.depth == (-Decimal(4000) / 202000).quantize(Decimal("0.000001"))
    assert (made.drawdown.peak, made.drawdown.trough) == (START + timedelta(1), START + timedelta(2))
    assert made.drawdown.recovered == START + timedelta(4)
    assert made.drawdown_now == Decimal("-0.015000")


def test_volatility_is_the_sample_deviation_of_daily_returns_times_the_root_of_252() -> None:
    made = of("100 101 99.99")  # +1 %, -1 %
    assert made.volatility == (Decimal("0.01") * Decimal(2).sqrt() * Decimal(252).sqrt()).quantize(
        Decimal("0.000001")
    )
    assert of("100 101").volatility is None, "one day tells no deviation"


def test_the_rate_of_the_spreadsheets_own_example() -> None:
    """XIRR in the help of Excel and of LibreOffice: 37.336 %."""
    paid = [
        DayValue(date(2008, 1, 1), Money.of(10000)),
        DayValue(date(2008, 3, 1), None, Money.of(-2750)),
        DayValue(date(2008, 10, 30), None, Money.of(-4250)),
        DayValue(date(2009, 2, 15), None, Money.of(-3250)),
        DayValue(date(2009, 4, 1), Money.of(2750)),
    ]
    assert money_weighted(paid) == Decimal("0.373363")


def test_a_year_and_more_is_told_a_year() -> None:
    grown = [DayValue(START, Money.of(100)), DayValue(START + timedelta(730), Money.of(121))]
    made = performance(grown)
    assert made is not None
    assert made.twr_annual == made.xirr == Decimal("0.100000")
    assert of("100 101").twr_annual is None, "of a day it would be a guess"


@pytest.mark.parametrize("text", ["", "100", "? ?", "? 100", "100 ?"])
def test_one_evening_alone_is_no_performance(text: str) -> None:
    assert performance(days(text)) is None


def test_days_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="order"):
        performance(list(reversed(days("100 101"))))


def test_all_that_was_there_being_lost_is_told_and_what_comes_after_has_no_index() -> None:
    made = of("100 -50 20")  # a loss beyond what was there: an open position's
    assert made.gain == Money.of(-80)
    assert made.twr is None
    assert made.curve[-1].index is None


amounts = st.integers(1_00, 10_000_000_00).map(Money.paise)
flows = st.integers(-50_000_00, 50_000_00).map(Money.paise)
months = st.lists(st.tuples(st.one_of(st.none(), amounts), flows), min_size=2, max_size=40).map(
    lambda rows: [
        DayValue(START + timedelta(number), value, flow) for number, (value, flow) in enumerate(rows)
    ]
)


@given(months)
def test_rupees_add_up_over_any_days(month: list[DayValue]) -> None:
    made = performance(month)
    if made is None:
        assert sum(one.value is not None for one in month) < 2
        return
    assert made.value_start + made.net_flow + made.gain == made.value_end
    assert Money.sum(point.gain for point in made.curve) == made.gain
    assert {point.day for point in made.curve}.isdisjoint(made.bridged)


@given(months, st.integers(1, 38))
def test_two_ranges_one_after_the_other_make_the_whole(month: list[DayValue], cut: int) -> None:
    known = [one for one in month if one.value is not None]
    cut = min(cut, len(known) - 2)
    if cut < 1:
        return
    whole, first, second = performance(known), performance(known[: cut + 1]), performance(known[cut:])
    assert whole is not None
    assert first is not None
    assert second is not None
    assert whole.gain == first.gain + second.gain
    if whole.twr is not None and first.twr is not None and second.twr is not None:
        chained = (1 + first.twr) * (1 + second.twr) - 1
        rounding = Decimal("0.000001") * (3 + abs(1 + first.twr) + abs(1 + second.twr))
        assert abs(chained - whole.twr) <= rounding


@given(st.lists(flows, min_size=1, max_size=30))
def test_money_that_earns_nothing_has_no_return_whatever_is_paid_in(paid: list[Money]) -> None:
    value, month = Money.of(10_000_000), []
    month.append(DayValue(START, value))
    for number, flow in enumerate(paid, 1):
        value = value + flow
        month.append(DayValue(START + timedelta(number), value, flow))
    made = performance(month)
    assert made is not None
    assert made.gain == ZERO
    assert made.twr == 0
    assert made.drawdown is None
    assert made.xirr is not None
    assert abs(made.xirr) < Decimal("0.00001")
