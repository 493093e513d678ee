"""Evenings that were rebuilt, added up over accounts day by day, beside what was read of the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from domain.account import AccountId
from domain.money import Money
from orchestrator.performance.rebuilt_rows import Rebuilt, Why
from orchestrator.performance.repository import Evening


@dataclass(frozen=True, slots=True)
class Missing:
    """`share` None: the whole account."""

    account_id: AccountId
    share: str | None
    why: Why


@dataclass(frozen=True, slots=True)
class RebuiltDay:
    """What shares were worth at the close, in rupees: of all that is known, and what is not in it."""

    day: date
    known: Money
    lacking: tuple[Missing, ...]

    @property
    def shares(self) -> Money | None:
        return None if self.lacking else self.known


def rebuilt_series(
    rebuilt: Iterable[Rebuilt],
    evenings: Iterable[Evening],
    lacking: Iterable[tuple[date, Collection[AccountId]]] = (),
) -> list[RebuiltDay]:
    """Days of which an account was rebuilt, in their order. `lacking`: accounts that were not read, by day. An evening
    that was read stands."""
    by_day: dict[date, dict[AccountId, Rebuilt]] = {}
    for one in rebuilt:
        by_day.setdefault(one.day, {})[one.account_id] = one
    read: dict[date, dict[AccountId, Money]] = {}
    for evening in evenings:
        read.setdefault(evening.day, {})[evening.account_id] = evening.shares
    unread = {day: set(accounts) for day, accounts in lacking}
    made: list[RebuiltDay] = []
    for day, rows in sorted(by_day.items()):
        told = read.get(day, {})
        mine = {account: row for account, row in sorted(rows.items()) if account not in told}
        if not mine:
            continue
        missing = [
            Missing(account, share, why) for account, row in mine.items() for share, why in row.lacking
        ]
        missing += [
            Missing(account, None, Why.NOT_REBUILT)
            for account in sorted(unread.get(day, set()) - mine.keys() - told.keys())
        ]
        known = Money.sum([*told.values(), *(row.shares for row in mine.values())])
        made.append(RebuiltDay(day, known, tuple(missing)))
    return made
