"""What counts as a difference between two readings of one account."""

from __future__ import annotations

from decimal import Decimal

import pytest

from domain.money import Money, Price
from orchestrator.parity.compare import Difference, Reading, differences, row, shown, standing

PLACE = ("holdings", "INE009A01021")


def reading(**fields: object) -> Reading:
    return {PLACE: row(**fields)}


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        ("", "-"),
        (0, "0"),
        (0.0, "0"),
        (1400.55, "1400.55"),
        (Decimal("1400.550"), "1400.55"),
        (Price.of("1400.55"), "1400.55"),
        (Money.of(1_000_000), "1000000"),
        (1e6, "1000000"),
        (0.1 + 0.2, "0.3"),
        ("OPEN", "OPEN"),
    ],
)
def test_the_same_value_is_written_alike_whatever_its_type(value: object, text: str) -> None:
    assert shown(value) == text


def test_a_field_of_another_value_is_a_difference() -> None:
    sdk = reading(quantity=48, average_price=1400.55)
    ours = reading(quantity=50, average_price=Price.of("1400.55"), isin="more than the SDK says")
    assert differences(sdk, ours, sdk) == [Difference(*PLACE, "quantity", "50", "48")]


def test_a_field_that_we_leave_out_is_a_difference() -> None:
    sdk = reading(tag="x")
    assert differences(sdk, reading(), sdk) == [Difference(*PLACE, "tag", "-", "x")]


def test_a_row_on_one_side_alone_is_a_difference() -> None:
    there = reading(quantity=1)
    assert differences(there, {}, there) == [Difference(*PLACE, "", "missing", "there")]
    assert differences({}, there, {}) == [Difference(*PLACE, "", "there", "missing")]


@pytest.mark.parametrize(
    ("ours", "clean"), [(100, True), (101, True), (102, True), (99, False), (103, False)]
)
def test_what_moves_must_be_as_before_or_after_or_between(ours: int, clean: bool) -> None:
    found = differences(reading(last_price=100), reading(last_price=ours), reading(last_price=102))
    assert (found == []) is clean


def test_a_word_that_changed_must_be_one_of_both() -> None:
    before, after = reading(status="OPEN"), reading(status="COMPLETE")
    assert differences(before, reading(status="OPEN"), after) == []
    assert len(differences(before, reading(status="OPENING"), after)) == 1


def test_a_row_that_came_or_went_meanwhile_is_no_difference() -> None:
    row_there = reading(quantity=1)
    for ours in ({}, row_there):
        assert differences({}, ours, row_there) == []
        assert differences(row_there, ours, {}) == []


def test_a_row_without_fields_may_be_there_or_not() -> None:
    sdk: Reading = {PLACE: {}}
    assert differences(sdk, {}, sdk) == []
    assert differences(sdk, reading(quantity=1), sdk) == []


def test_only_what_differs_every_time_stands() -> None:
    lasting, passing = Difference(*PLACE, "quantity", "50", "48"), Difference(*PLACE, "last", "1", "2")
    assert standing([[lasting, passing], [lasting]]) == [lasting]
    assert standing([[lasting], []]) == []
