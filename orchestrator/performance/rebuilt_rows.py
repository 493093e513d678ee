"""Evenings rebuilt from trades: plain SQL over one connection. Kept apart from those that were read."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite

from domain.account import AccountId, UserId
from domain.money import Money
from orchestrator.performance import by_day
from orchestrator.tables.portfolio import rebuilt_days

MAKERS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class Why(StrEnum):
    """Why a share is not in an evening that was rebuilt."""

    TRADES = "trades_do_not_add_up"  # what is known of its trades does not come to what the broker holds
    UNLISTED = "not_listed"  # nobody lists it any more
    CLOSE = "no_close"  # no broker tells its closing price of that day
    NOT_REBUILT = "not_rebuilt"  # nobody asked for this account's evening
    LATER = "not_asked_yet"  # there was no time left to ask: ask for the same days again


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One account's shares on one evening, in rupees at the day's closing prices: of those that are known."""

    account_id: AccountId
    day: date
    shares: Money
    lacking: tuple[tuple[str, Why], ...]
    made_at: datetime


def keep(conn: Connection, user_id: UserId, found: Iterable[Rebuilt]) -> None:
    """The newest stands."""
    rows = [
        {
            "account_id": one.account_id,
            "day": one.day.isoformat(),
            "user_id": user_id,
            "shares": one.shares.amount,
            "lacking": orjson.dumps(one.lacking).decode(),
            "made_at": one.made_at,
        }
        for one in found
    ]
    if not rows:
        return
    made: Any = MAKERS[conn.dialect.name](rebuilt_days)
    better = {name: made.excluded[name] for name in rows[0] if name not in ("account_id", "day")}
    conn.execute(made.on_conflict_do_update(index_elements=["account_id", "day"], set_=better), rows)


def rebuilt(
    conn: Connection,
    user_id: UserId,
    *,
    accounts: Collection[AccountId] = (),
    first: date | None = None,
    last: date | None = None,
) -> list[Rebuilt]:
    """By day, then by account; both ends included."""
    query = by_day.of_user(rebuilt_days, user_id, accounts=accounts, first=first, last=last)
    return [_rebuilt(row) for row in conn.execute(query)]


def _rebuilt(row: Any) -> Rebuilt:
    return Rebuilt(
        account_id=AccountId(row.account_id),
        day=date.fromisoformat(row.day),
        shares=Money(row.shares),
        lacking=tuple((share, Why(why)) for share, why in orjson.loads(row.lacking)),
        made_at=row.made_at,
    )
