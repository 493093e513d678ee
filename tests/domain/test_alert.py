"""What makes a price alert fire, and what does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.account import UserId
from domain.alert import Alert, AlertKind, AlertRule, AlertState, Sight
from domain.instrument import InstrumentId
from domain.money import Price

NOW = datetime(2026, 11, 23, 5, tzinfo=UTC)


def sight(price: str, second: int = 1, *, close: str | None = "100", volume: int | None = None) -> Sight:
    at = NOW + timedelta(seconds=second)
    return Sight(at, Price.of(price), Price.of(close) if close is not None else None, volume)


def alert(kind: str, threshold: str, first: str | None = "100", **what: object) -> Alert:
    """Made now, at the price `first`."""
    reference = what.pop("reference", None)
    rule = AlertRule(AlertKind(kind), Decimal(threshold), Price.of(str(reference)) if reference else None)
    whole = Alert(
        id="a",
        user_id=UserId("u"),
        instrument=InstrumentId.parse("NSE:INFY"),
        rule=rule,
        repeats=bool(what.get("repeats", False)),
        cooldown=timedelta(minutes=5),
        note="",
        state=AlertState.ACTIVE,
        armed=False,
        since=NOW,
        created_at=NOW,
    )
    return whole.anew(sight(first, 0) if first is not None else None, NOW)


def firings(one: Alert, *seen: Sight) -> list[int]:
    """At which of the prices it fires, counted from 0; as long as it is active."""
    found = []
    for number, each in enumerate(seen):
        if one.state is not AlertState.ACTIVE or one.deaf(each.at):
            continue
        one, fires = one.looked(each)
        if fires:
            found.append(number)
            one = one.fire(each.price, each.at)
    return found


@pytest.mark.parametrize(
    ("kind", "threshold", "first", "prices", "fires"),
    [
        ("above", "105", "100", "101 104.95 105 106", [2]),  # to the threshold is enough
        ("above", "105", "100", "103 120", [1]),  # a crossing between two ticks counts
        ("above", "105", "110", "111 112", []),  # it is there already: nothing crosses
        ("above", "105", "110", "104 106", [1]),
        ("above", "105", None, "110 104 106", [2]),  # no price was known when it was made
        ("above", "105", "105", "106 107", []),
        ("below", "95", "100", "97 95", [1]),
        ("below", "95", "90", "89 96 94", [2]),
        ("rises", "3", "100", "102.99 103", [1]),
        ("rises", "3", "104", "104", [0]),  # not a crossing: that it is so is enough
        ("falls", "3", "100", "104 97.01 97", [2]),
        ("moves", "3", "100", "101 96", [1]),
        ("moves", "3", "100", "101 103.5", [1]),
    ],
)
def test_an_alert_fires_once(kind: str, threshold: str, first: str, prices: str, fires: list[int]) -> None:
    seen = [sight(price, second) for second, price in enumerate(prices.split(), start=1)]
    assert firings(alert(kind, threshold, first), *seen) == fires


def test_a_gap_over_night_counts_as_crossed() -> None:
    made = alert("above", "105", "100")
    morning = Sight(NOW + timedelta(days=1), Price.of("120"), Price.of("104"))
    assert firings(made, morning) == [0]


def test_a_price_of_before_it_was_made_fires_nothing_but_tells_the_side() -> None:
    made = alert("above", "105", None)
    old = [Sight(NOW - timedelta(hours=1), Price.of(price)) for price in ("106", "104", "107")]
    assert firings(made, *old) == []
    assert firings(made, *old, sight("106")) == [3]
    assert (
        firings(alert("rises", "3"), Sight(NOW - timedelta(hours=1), Price.of("110"), Price.of("100"))) == []
    )


def test_a_second_told_in_whole_seconds_is_not_of_before() -> None:
    """Made at half past a second, at a price of its beginning; the next trade is told with the same time."""
    known = Sight(NOW, Price.of("100"))
    made = alert("above", "105").anew(known, NOW + timedelta(milliseconds=500))
    assert firings(made, Sight(NOW, Price.of("106"))) == [0]


def test_percents_count_from_the_close_of_the_day_or_from_the_price_it_was_made_at() -> None:
    assert firings(alert("rises", "3", reference="110"), sight("112"), sight("113.3")) == [1]
    assert firings(alert("rises", "3"), sight("110", close=None), sight("103", close=None)) == []
    assert firings(alert("rises", "3"), sight("110", close="0")) == []


def test_volume_is_of_the_day_and_may_be_unknown() -> None:
    seen = [sight("100", volume=None), sight("100", volume=999), sight("100", volume=1000)]
    assert firings(alert("volume", "1000"), *seen) == [2]


def test_one_that_repeats_is_deaf_for_a_while_and_then_needs_the_other_side_again() -> None:
    repeats = alert("above", "105", repeats=True)
    path = [("106", 1), ("104", 60), ("107", 120), ("108", 302), ("104", 310), ("106", 320)]
    assert firings(repeats, *(sight(price, second) for price, second in path)) == [0, 5]
    percent = alert("moves", "3", repeats=True)
    assert firings(percent, sight("104", 1), sight("104", 400), sight("101", 410), sight("97", 420)) == [0, 3]


@given(st.sampled_from(["above", "below"]), st.lists(st.integers(90, 110), max_size=30))
def test_crossings_are_the_changes_of_side(kind: str, prices: list[int]) -> None:
    """However the prices come, one that repeats without a pause fires as often as the price comes over."""
    one = alert(kind, "100", "100", repeats=True)
    over = [price >= 100 if kind == "above" else price <= 100 for price in (100, *prices)]
    crossed = [number for number in range(len(prices)) if over[number + 1] and not over[number]]
    found = []
    for number, price in enumerate(prices):
        one, fires = one.looked(sight(str(price), number + 1))
        if fires:
            found.append(number)
            one = one.fire(Price.of(price), NOW)
    assert found == crossed
