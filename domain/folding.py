"""What a child is after one more fact about it.

Facts may come in any order, any number of times, from REST, stream or reconciliation, and give the same child: every
field that `apply` touches only ever moves up one lattice (a set that grows, a first or a latest time, a largest fill).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar, assert_never

from domain.child import ChildOrder, end_rank
from domain.facts import (
    Absent,
    Accepted,
    ChangeAsked,
    ChangeOver,
    Ended,
    Fact,
    Fill,
    Filled,
    Lost,
    Modified,
    Progress,
    Working,
)
from domain.money import Price

Told = TypeVar("Told", Working, Ended, Progress)  # facts of which one is kept for each of the broker's orders


def apply(child: ChildOrder, fact: Fact) -> ChildOrder:
    """The child with one more fact. Idempotent, and the order of facts does not matter."""
    match fact:
        case Accepted(number, at):
            first = min(child.accepted_at, at) if child.accepted_at else at
            return replace(child, broker_order_ids=_with_id(child, number), accepted_at=first)
        case Working(broker_order_id=number):
            seen = _latest(child.working_at, fact, _working_rank)
            return replace(child, broker_order_ids=_with_id(child, number), working_at=seen)
        case Ended(broker_order_id=number):
            ends = _latest(child.ends, fact, end_rank)
            return replace(child, broker_order_ids=_with_id(child, number), ends=ends)
        case Progress(broker_order_id=number):
            totals = _latest(child.totals, fact, _progress_rank)
            return replace(child, broker_order_ids=_with_id(child, number), totals=totals)
        case Filled(fill, number):
            fills = _with_fill(child.fills, replace(fill, broker_order_id=number))
            return replace(child, broker_order_ids=_with_id(child, number), fills=fills)
        case Lost():
            return replace(
                child, lost=min(filter(None, (child.lost, fact)), key=lambda lost: (lost.at, lost.words))
            )
        case Absent():
            looked = max(filter(None, (child.absent, fact)), key=lambda absent: (absent.at, absent.words))
            return replace(child, absent=looked)
        case Modified(broker_order_id=number):
            last = max(filter(None, (child.modified, fact)), key=_change_rank)
            return replace(child, broker_order_ids=_with_id(child, number), modified=last)
        case ChangeAsked():
            return replace(child, asked=max(filter(None, (child.asked, fact)), key=_change_rank))
        case ChangeOver():
            return replace(child, change_over=max(filter(None, (child.change_over, fact)), key=_change_rank))
        case _:
            assert_never(fact)


def apply_all(child: ChildOrder, facts: Iterable[Fact]) -> ChildOrder:
    for fact in facts:
        child = apply(child, fact)
    return child


def _with_id(child: ChildOrder, number: str) -> tuple[str, ...]:
    known = child.broker_order_ids
    return known if not number or number in known else tuple(sorted((*known, number)))


def _latest(
    facts: tuple[Told, ...], fact: Told, rank: Callable[[Told], tuple[object, ...]]
) -> tuple[Told, ...]:
    """With the higher of two that are told of the same order."""
    by_number = {one.broker_order_id: one for one in facts}
    known = by_number.get(fact.broker_order_id)
    by_number[fact.broker_order_id] = fact if known is None else max(known, fact, key=rank)
    return tuple(by_number[number] for number in sorted(by_number))


def _working_rank(working: Working) -> tuple[datetime, bool, str]:
    return (working.at, not working.trigger_pending, working.words)


def _progress_rank(progress: Progress) -> tuple[int, datetime, str]:
    return (progress.filled_quantity, progress.at, str(progress.average_price))


def _change_rank(change: ChangeAsked | Modified | ChangeOver) -> tuple[int, datetime, str]:
    return (change.number, change.at, repr(change))


def _with_fill(fills: Sequence[Fill], fill: Fill) -> tuple[Fill, ...]:
    by_trade = {known.trade_id: known for known in fills}
    known = by_trade.get(fill.trade_id)
    by_trade[fill.trade_id] = max(known, fill, key=_fill_rank) if known else fill
    return tuple(sorted(by_trade.values(), key=lambda one: (one.at, one.trade_id)))


def _fill_rank(fill: Fill) -> tuple[bool, datetime, int, Price, str]:
    """One that names its order tells more than one that does not."""
    return (bool(fill.broker_order_id), fill.at, fill.quantity, fill.price, fill.broker_order_id)
