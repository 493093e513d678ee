"""Which of a user's orders a list is about."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import Query

from domain.account import AccountId
from domain.calendar import IST
from domain.order import Side
from orchestrator.errors import Problem
from orchestrator.identity.caller import Caller
from orchestrator.tables.orders import order_children, orders

OfAccount = Annotated[str | None, Query(max_length=64, description="orders with a part at this account")]
OfSymbol = Annotated[str | None, Query(max_length=64, description="the symbol, or its beginning")]
OfSide = Annotated[Side | None, Query()]
First = Annotated[date | None, Query(alias="from", description="The first IST day.")]
Last = Annotated[date | None, Query(alias="to", description="The last IST day, included.")]

EARLIEST, LATEST = (
    date(1990, 1, 1),
    date(2200, 1, 1),
)  # nothing lies beyond them, and databases cannot name every day


@dataclass(frozen=True, slots=True)
class Sought:
    """Orders that fit all that is given: `symbol` begins so, `since` and `until` (not included) bound their time."""

    symbol: str | None = None
    side: Side | None = None
    account_id: AccountId | None = None
    since: datetime | None = None
    until: datetime | None = None
    within: frozenset[AccountId] | None = None  # all parts are at these accounts

    def narrowed(self, query: sa.Select[Any]) -> sa.Select[Any]:
        if self.symbol is not None:
            query = query.where(orders.c.symbol.startswith(self.symbol, autoescape=True))
        if self.side is not None:
            query = query.where(orders.c.side == self.side)
        if self.since is not None:
            query = query.where(orders.c.created_at >= self.since)
        if self.until is not None:
            query = query.where(orders.c.created_at < self.until)
        if self.account_id is not None:
            parts = sa.select(sa.literal(1)).where(order_children.c.order_id == orders.c.id)
            query = query.where(parts.where(order_children.c.account_id == self.account_id).exists())
        if self.within is not None:
            others = sa.select(sa.literal(1)).where(order_children.c.order_id == orders.c.id)
            query = query.where(~others.where(order_children.c.account_id.not_in(self.within)).exists())
        return query


def seen_by(caller: Caller, wanted: Sought) -> Sought:
    """The same as far as the caller sees it."""
    accounts = caller.policy.accounts if caller.policy else None
    return wanted if accounts is None else replace(wanted, within=accounts)


def sought(
    account: OfAccount = None,
    symbol: OfSymbol = None,
    side: OfSide = None,
    first: First = None,
    last: Last = None,
) -> Sought:
    """Raises Problem 422 for days in the wrong order."""
    if first and last and first > last:
        rule = "the first day is not after the last one"
        raise Problem(422, "invalid_input", rule, field="from", rule=rule)
    return Sought(
        symbol=(symbol.upper() if symbol.isascii() else symbol) if symbol else None,
        side=side,
        account_id=AccountId(account) if account else None,
        since=_begin_of(first) if first and first > EARLIEST else None,
        until=_begin_of(last + timedelta(days=1)) if last and last < LATEST else None,
    )


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=IST)
