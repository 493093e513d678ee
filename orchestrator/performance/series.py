"""Days of several accounts as one series: worth whole or not known, with the money that came and went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from aggregation.performance import DayValue
from domain.account import AccountId
from domain.money import ZERO, Money
from orchestrator.performance.repository import Evening, Flow, FlowState


@dataclass(frozen=True, slots=True)
class Series:
    """`lacking`: days on which some accounts are not known, and which."""

    days: tuple[DayValue, ...]
    lacking: tuple[tuple[date, tuple[AccountId, ...]], ...]


def series(
    evenings: Sequence[Evening], flows: Sequence[Flow], *, still: Collection[AccountId] = ()
) -> Series:
    """By day. An account counts from its first evening, whose worth comes in that day, to its last one.

    `still` are accounts that are connected: of those a day without their evening is not known. What an account that
    is gone was worth at last leaves on the next day, as a flow: disconnecting is no loss.
    """
    by_day: dict[date, dict[AccountId, Evening]] = defaultdict(dict)
    for one in evenings:
        by_day[one.day][one.account_id] = one
    days = sorted(by_day)
    if not days:
        return Series((), ())
    first, last = _first(evenings), _last(evenings)
    ends = {account: days[-1] if account in still else last[account] for account in last}
    made: list[DayValue] = []
    lacking: list[tuple[date, tuple[AccountId, ...]]] = []
    # What an account is worth on its first evening has what came in until then.
    moved = _moved(
        one
        for one in flows
        if one.account_id in first and first[one.account_id] < one.day <= ends[one.account_id]
    )
    for number, day in enumerate(days):
        present = by_day[day]
        missing = tuple(
            account for account in first if first[account] < day <= ends[account] and account not in present
        )
        flow = Money.sum(moved.pop(one, ZERO) for one in sorted(moved) if one <= day)
        if number:
            flow += Money.sum(one.value for one in present.values() if first[one.account_id] == day)
            flow -= Money.sum(
                by_day[ends[account]][account].value for account in ends if ends[account] == days[number - 1]
            )
        else:
            flow = ZERO
        value = None if missing else Money.sum(one.value for one in present.values())
        made.append(DayValue(day, value, flow))
        if missing:
            lacking.append((day, missing))
    return Series(tuple(made), tuple(lacking))


def _moved(flows: Iterable[Flow]) -> dict[date, Money]:
    moved: dict[date, Money] = {}
    for one in flows:
        if one.state is not FlowState.DISMISSED:
            moved[one.day] = moved.get(one.day, ZERO) + one.amount
    return moved


def _first(evenings: Sequence[Evening]) -> dict[AccountId, date]:
    found: dict[AccountId, date] = {}
    for one in evenings:
        found.setdefault(one.account_id, one.day)
    return found


def _last(evenings: Sequence[Evening]) -> dict[AccountId, date]:
    return {one.account_id: one.day for one in evenings}
