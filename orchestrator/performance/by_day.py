"""What is kept once an account and day, as it is asked for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import sqlalchemy as sa

from domain.account import AccountId, UserId


def of_user(
    table: sa.Table,
    user_id: UserId,
    *,
    accounts: Collection[AccountId] = (),
    first: date | None = None,
    last: date | None = None,
) -> sa.Select[Any]:
    """By day, then by account; both ends included. Without `accounts`, of all."""
    one = table.c
    query = sa.select(table).where(one.user_id == user_id)
    if accounts:
        query = query.where(one.account_id.in_(accounts))
    if first is not None:
        query = query.where(one.day >= first.isoformat())
    if last is not None:
        query = query.where(one.day <= last.isoformat())
    return query.order_by(one.day, one.account_id)
