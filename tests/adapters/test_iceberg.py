"""The parts of an iceberg, told as one order."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.iceberg import Part, Stream, joined, orders
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


class Twins:
    """What a broker made twice of an iceberg of three legs, as its book shows it while both trade."""

    def __init__(self) -> None:
        self.rows: list[Part] = []
        self._seconds = 0
        for _ in range(2):
            self._send(1)

    def _send(self, leg: int) -> None:
        sent = part(leg, 0, ReportStatus.OPEN)
        self._put(len(self.rows), replace(sent.report, broker_order_id=str(98 + len(self.rows))), leg)

    def _put(self, place: int, report: OrderReport, leg: int) -> None:
        self._seconds += 1
        row = Part(leg, 3, 30, replace(report, at=BEGAN + timedelta(seconds=self._seconds)))
        self.rows[place : place + 1] = [row]

    def trade(self, which: int, units: int) -> None:
        """At the order at work that was sent `which`th; the next leg goes at once."""
        at_work = [place for place, one in enumerate(self.rows) if one.report.status is ReportStatus.OPEN]
        if which >= len(at_work):
            return
        row = self.rows[at_work[which]]
        filled = min(10, row.report.filled_quantity + units)
        status = ReportStatus.COMPLETE if filled == 10 else ReportStatus.OPEN
        done = replace(row.report, filled_quantity=filled, average_price=Price.of(100), status=status)
        self._put(at_work[which], done, row.leg)
        if filled == 10 and row.leg < 3:
            self._send(row.leg + 1)

    @property
    def filled(self) -> int:
        return sum(row.report.filled_quantity for row in self.rows)


def test_legs_that_were_made_twice_are_two_orders() -> None:
    twins = Twins()
    for which in (1, 1, 0):  # the second one is ahead
        twins.trade(which, 10)
    told = {one.broker_order_id: (one.filled_quantity, one.status.value) for one in joined(twins.rows)}
    assert told == {"98": (10, "OPEN"), "99": (20, "OPEN")}
    for _ in range(3):
        twins.trade(0, 10)
    assert [(one.filled_quantity, one.status.value) for one in joined(twins.rows)] == [(30, "COMPLETE")] * 2


@given(
    st.lists(st.tuples(st.integers(0, 1), st.integers(1, 10)), max_size=30), st.randoms(use_true_random=False)
)
def test_nothing_of_two_is_counted_twice_however_they_go_on(
    trades: list[tuple[int, int]], dice: random.Random
) -> None:
    twins, most = Twins(), dict[str, int]()
    for which, units in trades:
        twins.trade(which, units)
        rows = list(twins.rows)
        dice.shuffle(rows)
        for one in orders([(row.report, row) for row in rows]):
            number = one.broker_order_id
            most[number] = max(most.get(number, 0), one.filled_quantity)
        assert sum(most.values()) == twins.filled


def test_a_leg_without_the_one_before_it_names_the_iceberg_as_unread() -> None:
    told = [part(1, 10, ReportStatus.COMPLETE), part(2, 0, ReportStatus.OPEN), part(2, 0, ReportStatus.OPEN)]
    found = orders([(row.report, row) for row in told])
    assert list(found) == []
    assert found.unread == ("an iceberg cannot be read: of its parts only [1, 2, 2] are told",)


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
