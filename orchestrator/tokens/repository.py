"""Personal tokens in the database: plain SQL over one connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam

from domain.account import UserId
from domain.token_policy import TokenPolicy
from orchestrator.identity.caller import Scope
from orchestrator.tables.identity import users
from orchestrator.tables.tokens import personal_tokens
from orchestrator.tokens.policy_schemas import parsed

ROW = personal_tokens.c


@dataclass(frozen=True, slots=True)
class Token:
    """One program's key. `used_at` is to the minute."""

    id: str
    user_id: UserId
    name: str
    hash: str
    old_hash: str | None
    old_until: datetime | None
    scopes: str
    policy: str
    made_at: datetime
    expires_at: datetime
    rotated_at: datetime | None = None
    revoked_at: datetime | None = None
    used_at: datetime | None = None
    used_from: str | None = None

    @property
    def may(self) -> frozenset[Scope]:
        return frozenset(map(Scope, self.scopes.split()))

    @property
    def limits(self) -> TokenPolicy:
        return parsed(self.policy)

    def live(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


COLUMNS = [ROW[field.name] for field in fields(Token)]


def add(conn: Connection, token: Token) -> None:
    conn.execute(
        sa.insert(personal_tokens).values({field.name: getattr(token, field.name) for field in fields(Token)})
    )


def find(conn: Connection, token_id: str, user_id: UserId | None = None) -> Token | None:
    """The token of this id; of this user only, where one is given."""
    query = sa.select(*COLUMNS).where(ROW.id == token_id)
    if user_id is not None:
        query = query.where(ROW.user_id == user_id)
    row = conn.execute(query).mappings().one_or_none()
    return Token(**row) if row else None


def disabled(conn: Connection, user_id: UserId) -> bool:
    """Whether its user may not use the product any more."""
    query = sa.select(users.c.id).where(users.c.id == user_id, users.c.disabled_at.is_(None))
    return conn.execute(query).one_or_none() is None


def of_user(conn: Connection, user_id: UserId) -> list[Token]:
    """The newest first."""
    query = sa.select(*COLUMNS).where(ROW.user_id == user_id).order_by(ROW.made_at.desc(), ROW.id)
    return [Token(**row) for row in conn.execute(query).mappings()]


def change(conn: Connection, token_id: str, values: Mapping[str, Any]) -> None:
    conn.execute(sa.update(personal_tokens).where(ROW.id == token_id).values(values))


def used(conn: Connection, rows: Sequence[tuple[str, datetime, str]]) -> None:
    """When tokens were last used, and from where; what a later process has told stays."""
    query = sa.update(personal_tokens).where(
        ROW.id == bindparam("token"), sa.or_(ROW.used_at.is_(None), ROW.used_at < bindparam("at"))
    )
    conn.execute(
        query.values(used_at=bindparam("at"), used_from=bindparam("origin")),
        [{"token": token, "at": at, "origin": origin} for token, at, origin in rows],
    )
