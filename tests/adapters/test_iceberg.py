"""The parts of an iceberg, told as one order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.iceberg import Part, Stream, joined
from domain.calendar import IST
from domain.money import Price
from domain.report import OrderReport, ReportStatus

BEGAN = datetime(2026, 11, 20, 9, 15, tzinfo=IST)


def part(leg: int, filled: int, status: ReportStatus, *, legs: int = 3, price: str = "100") -> Part:
    report = OrderReport(
        broker_order_id=f"id{leg}",
        status=status,
        words=status.value,
        at=BEGAN + timedelta(seconds=leg),
        quantity=10,
        filled_quantity=filled,
        average_price=Price.of(price) if filled else None,
        tag="T1",
    )
    return Part(leg, legs, 10 * legs, report)


def test_between_two_parts_the_order_is_open_under_its_first_id() -> None:
    [whole] = joined([part(1, 10, ReportStatus.COMPLETE)])
    assert (whole.broker_order_id, whole.status, whole.quantity) == ("id1", ReportStatus.OPEN, 30)
    assert whole.filled_quantity == 10


def test_the_last_part_ends_it_and_the_average_is_that_of_all() -> None:
    parts = [part(leg, 10, ReportStatus.COMPLETE, price=str(100 + leg)) for leg in (3, 1, 2)]
    [whole] = joined(parts)
    assert (whole.broker_order_id, whole.status, whole.filled_quantity) == ("id1", ReportStatus.COMPLETE, 30)
    assert whole.average_price == Price(Decimal(102))


@pytest.mark.parametrize("end", [ReportStatus.CANCELLED, ReportStatus.REJECTED])
def test_a_part_that_ends_early_ends_the_order_with_what_is_filled(end: ReportStatus) -> None:
    [whole] = joined([part(1, 10, ReportStatus.COMPLETE), part(2, 4, end)])
    assert (whole.status, whole.filled_quantity, whole.quantity) == (end, 14, 30)


def test_a_part_that_is_there_twice_stays_visible_as_a_second_order() -> None:
    twice = [part(1, 0, ReportStatus.OPEN), part(1, 0, ReportStatus.OPEN)]
    assert len(joined(twice)) == 2


def test_a_stream_tells_of_the_whole_once_it_has_heard_every_part() -> None:
    stream = Stream()
    assert stream.heard(part(2, 4, ReportStatus.OPEN)) is None
    whole = stream.heard(part(1, 10, ReportStatus.COMPLETE))
    assert whole is not None
    assert (whole.broker_order_id, whole.filled_quantity, whole.status) == ("id1", 14, ReportStatus.OPEN)
    again = stream.heard(part(2, 10, ReportStatus.COMPLETE))
    assert again is not None
    assert (again.filled_quantity, again.status) == (20, ReportStatus.OPEN)


def test_a_stream_tells_nothing_of_an_order_that_is_there_twice() -> None:
    stream, first = Stream(), part(1, 10, ReportStatus.COMPLETE)
    assert stream.heard(first) is not None
    second = replace(first, report=replace(first.report, broker_order_id="other"))
    assert stream.heard(second) is None
    assert stream.heard(first) is None


@given(st.data(), st.lists(st.integers(0, 10), min_size=1, max_size=5))
def test_no_unit_is_lost_or_invented_whatever_the_order_of_the_rows(
    data: st.DataObject, fills: list[int]
) -> None:
    parts = [
        part(leg, filled, ReportStatus.COMPLETE if filled == 10 else ReportStatus.OPEN, legs=len(fills))
        for leg, filled in enumerate(fills, 1)
    ]
    assert joined(data.draw(st.permutations(parts))) == joined(parts)
    assert joined(parts)[0].filled_quantity == sum(fills)
