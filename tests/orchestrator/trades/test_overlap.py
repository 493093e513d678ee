"""A file that tells what is known already changes nothing, whatever ids it uses."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.trade import AccountTrade
from orchestrator.trades.overlap import Sorted, sort_out
from orchestrator.trades.tradebook import Row
from tests.aggregation.trades import trades

DAY = """
    18 10:00 BUY 60 NSE:INFY CNC 1500
    18 10:05 BUY 40 NSE:INFY CNC 1501
    18 10:10 BUY 60 NSE:INFY CNC 1500
    """


def rows(found: list[AccountTrade], prefix: str | None = None) -> list[Row]:
    """As a file has them; with a prefix its ids are others than those known."""
    return [
        Row(number, one if prefix is None else replace(one, trade_id=f"{prefix}{number}"))
        for number, one in enumerate(found, 2)
    ]


def counts(found: Sorted) -> tuple[int, int, int]:
    return len(found.new), len(found.known), len(found.unclear)


def test_ids_tell_what_is_known() -> None:
    day = trades(DAY)
    assert counts(sort_out(rows(day), day[:2])) == (1, 2, 0)
    assert counts(sort_out(rows(day[:2]), day)) == (0, 2, 0)


def test_a_trade_twice_in_a_file_counts_once_and_two_with_one_id_are_refused() -> None:
    day = trades(DAY)
    assert counts(sort_out([*rows(day), *rows(day)], [])) == (3, 3, 0)
    other = replace(day[1], trade_id=day[0].trade_id)
    found = sort_out(rows([day[0], other]), [])
    assert counts(found) == (1, 0, 1)
    assert "line 2 has the same trade id" in found.unclear[0][1]


def test_a_known_trade_with_another_price_is_refused() -> None:
    day = trades(DAY)
    found = sort_out(rows([replace(day[0], quantity=61)]), day)
    assert counts(found) == (0, 0, 1)
    assert "known with 60 at 1500.00" in found.unclear[0][1]


def test_other_ids_are_matched_by_what_was_traded() -> None:
    day = trades(DAY)
    assert counts(sort_out(rows(day, "x"), day)) == (0, 3, 0)
    assert counts(sort_out(rows(day, "x"), day[:2])) == (1, 2, 0)
    assert counts(sort_out(rows(day[1:], "x"), day)) == (0, 2, 0)


def test_orders_are_known_when_they_add_up_to_the_known_trades() -> None:
    day = trades(DAY)
    order = trades("18 10:00 BUY 160 NSE:INFY CNC 1500.25")
    assert counts(sort_out(rows(order, "o"), day)) == (0, 1, 0)
    short = trades("18 10:00 BUY 150 NSE:INFY CNC 1500.25")
    found = sort_out(rows(short, "o"), day)
    assert counts(found) == (0, 0, 1)
    assert "160 units of that day and side are known" in found.unclear[0][1]


def test_another_day_side_share_or_exchange_is_no_overlap() -> None:
    others = trades(
        """
        17 10:00 BUY 60 NSE:INFY CNC 1500
        18 10:00 SELL 60 NSE:INFY CNC 1500
        18 10:00 BUY 60 NSE:TCS CNC 1500
        18 10:00 BUY 60 BSE:INFY CNC 1500
        """
    )
    assert counts(sort_out(rows(others), trades(DAY))) == (4, 0, 0)


def test_a_share_is_the_same_though_one_side_lacks_its_isin() -> None:
    day = trades(DAY)
    assert counts(sort_out(rows(day, "x"), [replace(one, isin=None) for one in day])) == (0, 3, 0)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 3)), min_size=1, max_size=8), st.data())
def test_whatever_was_recorded_before_the_whole_day_comes_out_once(
    sizes: list[tuple[int, int]], data: st.DataObject
) -> None:
    whole = [one for units, price in sizes for one in trades(f"18 10:00 BUY {units} NSE:INFY CNC {price}")]
    known = [one for one in whole if data.draw(st.booleans())]
    found = sort_out(rows(whole, data.draw(st.sampled_from([None, "x"]))), known)
    assert found.unclear == []
    units = sum(one.quantity for one in known) + sum(row.trade.quantity for row in found.new)
    assert units == sum(one.quantity for one in whole)
    again = sort_out(rows(whole, "y"), [*known, *(row.trade for row in found.new)])
    assert (again.new, again.unclear) == ([], [])
