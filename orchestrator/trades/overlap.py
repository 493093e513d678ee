"""Which rows of a file are known already: by their ids, else by what they add up to. Nothing is counted twice.

Brokers name a trade differently in their API and in their files, and some files have orders instead of trades.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from aggregation.profit import ware_of
from domain.instrument import InstrumentId
from domain.money import Money
from domain.order import Side
from domain.trade import AccountTrade
from orchestrator.trades.tradebook import Row

Group = tuple[date, str, str, Side]  # day, exchange, ware and side
HALF_PAISA = Money.of("0.005")


@dataclass(slots=True)
class Sorted:
    """`unclear`: rows of which it cannot be told whether they are known, with the reason."""

    new: list[Row] = field(default_factory=list)
    known: list[Row] = field(default_factory=list)
    unclear: list[tuple[Row, str]] = field(default_factory=list)


def sort_out(rows: Iterable[Row], known: Iterable[AccountTrade]) -> Sorted:
    """All of one account."""
    rows, known, found = list(rows), list(known), Sorted()
    # A share may have its ISIN on one side alone.
    told = [*known, *(row.trade for row in rows)]
    isins = {trade.instrument: trade.isin for trade in told if trade.isin is not None}
    kept: dict[Group, list[AccountTrade]] = {}
    for trade in known:
        kept.setdefault(_group(trade, isins), []).append(trade)
    groups: dict[Group, list[Row]] = {}
    for row in rows:
        groups.setdefault(_group(row.trade, isins), []).append(row)
    for group, some in groups.items():
        _sort_group(_once(some, found), kept.get(group, []), found)
    return found


def _once(rows: Sequence[Row], found: Sorted) -> list[Row]:
    """A file may tell a trade twice; two trades with one id are not told apart."""
    first: dict[str, Row] = {}
    for row in rows:
        earlier = first.setdefault(row.trade.trade_id, row)
        if earlier is row:
            continue
        if _size(earlier.trade) == _size(row.trade):
            found.known.append(row)
        else:
            found.unclear.append(
                (row, f"line {earlier.line} has the same trade id and another quantity or price")
            )
    return list(first.values())


def _sort_group(rows: Sequence[Row], known: Sequence[AccountTrade], found: Sorted) -> None:
    """One day's rows of one share or contract on one side."""
    by_id = {trade.trade_id: trade for trade in known}
    left: list[Row] = []
    for row in rows:
        same = by_id.pop(row.trade.trade_id, None)
        if same is None:
            left.append(row)
        elif _size(same) == _size(row.trade):
            found.known.append(row)
        else:
            found.unclear.append((row, f"this trade is known with {same.quantity} at {same.price}"))
    unmatched = list(by_id.values())
    if not left or not unmatched or len(unmatched) < len(known):
        found.new += left  # no overlap, or ids that are the same in both and so tell them apart
        return
    _sort_by_size(left, unmatched, found)


def _sort_by_size(left: list[Row], unmatched: list[AccountTrade], found: Sorted) -> None:
    """The ids of the two say nothing about each other: one of them has all that the other has, or neither is told."""
    sizes = Counter(map(_size, unmatched))
    alike: list[Row] = []
    others: list[Row] = []
    for row in left:
        size = _size(row.trade)
        if sizes[size]:
            sizes[size] -= 1
            alike.append(row)
        else:
            others.append(row)
    if not sizes.total() or not others:
        found.known += alike
        found.new += others
    elif _adds_up(left, unmatched):
        found.known += left
    else:
        units = sum(trade.quantity for trade in unmatched)
        rule = (
            f"{units} units of that day and side are known already, and the file's rows do not add up to them"
        )
        found.unclear += [(row, rule) for row in left]


def _adds_up(rows: Sequence[Row], known: Sequence[AccountTrade]) -> bool:
    """As many units for the same rupees, within what averages leave open."""
    units = sum(row.trade.quantity for row in rows)
    gap = Money.sum(row.trade.value for row in rows) - Money.sum(trade.value for trade in known)
    return units == sum(trade.quantity for trade in known) and abs(gap) <= HALF_PAISA * units


def _group(trade: AccountTrade, isins: Mapping[InstrumentId, str]) -> Group:
    isin = trade.isin or isins.get(trade.instrument)
    return (trade.day, trade.instrument.exchange, ware_of(trade.instrument, isin), trade.side)


def _size(trade: AccountTrade) -> tuple[int, str]:
    return (trade.quantity, str(trade.price))
