"""The person behind a token, as programs may know them."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.account import UserId
from orchestrator.errors import not_found
from orchestrator.tables.identity import users


@dataclass(frozen=True, slots=True)
class Person:
    email: str
    name: str


def person(conn: Connection, user_id: UserId) -> Person:
    """Raises Problem 404."""
    row = conn.execute(sa.select(users.c.email, users.c.name).where(users.c.id == user_id)).first()
    if row is None:
        raise not_found("user")
    return Person(row.email, row.name or row.email.partition("@")[0])
