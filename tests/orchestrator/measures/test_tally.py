"""Tallies add up in any grouping, come back from storage as they were, and tell percentiles within one per cent."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.health import CallEnd, Measured
from orchestrator.measures.tally import ACCURACY, CAUSES, FAILED, OTHER, REFUSED, Tally

calls = st.builds(
    Measured,
    call=st.just("place"),
    seconds=st.floats(0.0005, 60),
    end=st.sampled_from(CallEnd),
    cause=st.sampled_from(["IP_NOT_ALLOWED", "margin", "x" * 500, ""]),
)


def tally(parts: list[Measured]) -> Tally:
    whole = Tally()
    for one in parts:
        whole.add(one)
    return whole


def shown(one: Tally) -> tuple[object, ...]:
    times = [one.milliseconds(at) for at in (0.0, 0.5, 0.9, 0.99, 1.0)]
    # The stored form may differ in the last digits.
    return one.ends, one.causes, [None if time is None else round(time, 6) for time in times]


def again(one: Tally) -> Tally:
    return Tally.unpacked(Counter(one.ends), Counter(one.causes), one.packed())


@given(st.lists(calls, max_size=60), st.integers(0, 60))
def test_what_was_measured_apart_and_stored_is_the_same_together(parts: list[Measured], at: int) -> None:
    both = again(tally(parts[:at]))
    both.merge(again(tally(parts[at:])))
    assert shown(both) == shown(tally(parts))


@given(st.lists(st.floats(0.0005, 60), min_size=1, max_size=200), st.floats(0, 1))
def test_a_percentile_is_within_one_per_cent_of_a_call_that_was_made(times: list[float], at: float) -> None:
    whole = tally([Measured("place", seconds, CallEnd.OK) for seconds in times])
    exact = sorted(times)[int(at * (len(times) - 1))] * 1000
    assert whole.milliseconds(at) == pytest.approx(exact, rel=ACCURACY + 1e-9)


def test_calls_without_an_answer_count_as_failed_and_say_nothing_of_speed() -> None:
    whole = tally([Measured("place", 8.0, CallEnd.UNKNOWN), Measured("place", 0.1, CallEnd.REJECTED, "no")])
    assert whole.share(FAILED) == whole.share(REFUSED) == 0.5
    assert whole.milliseconds(1.0) == pytest.approx(100, rel=0.01)


def test_nothing_measured_is_unknown_and_not_zero() -> None:
    assert Tally().share(FAILED) is None
    assert Tally().milliseconds(0.5) is None


def test_a_broker_with_ever_new_words_does_not_fill_the_database() -> None:
    dice = random.Random(1)
    whole = tally([Measured("place", 0.1, CallEnd.REJECTED, f"order {dice.random()}") for _ in range(500)])
    assert whole.causes.total() == 500
    assert len(whole.causes) <= CAUSES + 1
    assert whole.causes[(CallEnd.REJECTED, OTHER)] == 500 - CAUSES
