"""What the report of a load says of memory."""

from __future__ import annotations

import pytest

from benchmarks.load.report import growth


def test_growth_is_of_the_second_half_and_an_hour() -> None:
    warming = [{"product": 100.0 * minute} for minute in range(6)]
    steady = [{"product": 600.0 + 0.5 * minute} for minute in range(7)]
    assert growth(warming + steady, "product") == pytest.approx(30)


def test_a_few_minutes_tell_no_growth() -> None:
    assert growth([{"product": 1.0}] * 9, "product") == 0
    assert growth([{"product": 1.0}] * 8, "product") is None
