"""Days of several accounts as one series: nobody's joining, leaving or silence is a gain or a loss."""

from __future__ import annotations

from datetime import UTC, date, datetime

from aggregation.performance import performance
from domain.account import AccountId, BrokerId
from domain.money import ZERO, Money
from orchestrator.performance.repository import Evening, Flow, FlowSource, FlowState
from orchestrator.performance.series import Series, series

A, B = AccountId("a"), AccountId("b")
NOW = datetime(2026, 11, 30, tzinfo=UTC)


def evenings(**accounts: str) -> list[Evening]:
    """`evenings(a="100 110 - 120")`: from 2 November 2026 on, a dash where it is not known."""
    made = []
    for account, text in accounts.items():
        for number, word in enumerate(text.split()):
            if word != "-":
                day = date(2026, 11, 2 + number)
                worth = Money.of(word)
                made.append(Evening(AccountId(account), day, BrokerId.MOCK, worth, ZERO, ZERO, None, NOW))
    return sorted(made, key=lambda one: (one.day, one.account_id))


def flow(account: str, day: int, amount: str, state: FlowState = FlowState.CONFIRMED) -> Flow:
    on = date(2026, 11, day)
    return Flow(
        f"{account}{day}", AccountId(account), on, Money.of(amount), FlowSource.ENTERED, state, "", NOW
    )


def told(made: Series) -> list[tuple[str, str]]:
    return [(str(one.value) if one.value else "-", str(one.flow)) for one in made.days]


def test_accounts_are_added_up_day_by_day() -> None:
    made = series(evenings(a="100 110", b="50 50"), [flow("a", 3, "5")])
    assert told(made) == [("150.00", "0.00"), ("160.00", "5.00")]


def test_an_account_that_joins_brings_its_worth_and_one_that_goes_takes_it_along() -> None:
    made = series(evenings(a="100 100 100 100", b="- 50 55 -"), [], still=[A])
    assert told(made) == [("100.00", "0.00"), ("150.00", "50.00"), ("155.00", "0.00"), ("100.00", "-55.00")]
    whole = performance(made.days)
    assert whole is not None
    assert whole.gain == Money.of(5)


def test_a_day_on_which_an_account_is_not_known_is_not_known() -> None:
    made = series(evenings(a="100 100 100", b="50 - 60"), [flow("b", 3, "7")], still=[A, B])
    assert told(made) == [("150.00", "0.00"), ("-", "7.00"), ("160.00", "0.00")]
    assert made.lacking == ((date(2026, 11, 3), (AccountId("b"),)),)


def test_a_connected_account_that_is_silent_today_is_no_withdrawal() -> None:
    made = series(evenings(a="100 101", b="50 -"), [], still=[A, B])
    assert told(made) == [("150.00", "0.00"), ("-", "0.00")]


def test_what_came_in_on_a_day_without_trading_counts_on_the_next_one() -> None:
    days = [one for one in evenings(a="100 100 130") if one.day.day != 3]
    assert told(series(days, [flow("a", 3, "30")])) == [("100.00", "0.00"), ("130.00", "30.00")]


def test_what_an_account_had_before_its_first_evening_is_in_it_already() -> None:
    made = series(evenings(a="100 100", b="- 50"), [flow("b", 2, "50"), flow("b", 3, "20")])
    assert told(made) == [("100.00", "0.00"), ("150.00", "50.00")]


def test_what_was_dismissed_does_not_count() -> None:
    made = series(evenings(a="100 130"), [flow("a", 3, "30", FlowState.DISMISSED)])
    assert told(made) == [("100.00", "0.00"), ("130.00", "0.00")]


def test_nothing_known_is_no_series() -> None:
    assert series([], [flow("a", 3, "5")]) == Series((), ())
