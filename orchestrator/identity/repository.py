"""Users and refresh tokens in the database: plain SQL over one connection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from domain.account import AccountState, UserId
from orchestrator.tables import accounts, refresh_tokens, users


@dataclass(frozen=True, slots=True)
class User:
    id: UserId
    email: str
    name: str
    password_hash: str
    mode: str
    primary_account: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """`used_at`: it was traded for the next one."""

    token_hash: str
    family: str
    user_id: UserId
    expires_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


def add_user(connection: Connection, user: User) -> bool:
    """False when the e-mail is taken."""
    if by_email(connection, user.email) is not None:
        return False
    connection.execute(
        insert(users).values(
            id=user.id,
            email=user.email,
            name=user.name,
            password_hash=user.password_hash,
            mode=user.mode,
            primary_account=user.primary_account,
            created_at=user.created_at,
        )
    )
    return True


def by_email(connection: Connection, email: str) -> User | None:
    row = connection.execute(select(users).where(users.c.email == email)).mappings().one_or_none()
    return User(**row) if row else None


def by_id(connection: Connection, user_id: UserId) -> User | None:
    row = connection.execute(select(users).where(users.c.id == user_id)).mappings().one_or_none()
    return User(**row) if row else None


def change_user(connection: Connection, user_id: UserId, changes: Mapping[str, Any]) -> None:
    if changes:
        connection.execute(update(users).where(users.c.id == user_id).values(**changes))


def owns_account(connection: Connection, user_id: UserId, account_id: str) -> bool:
    query = select(accounts.c.id).where(
        accounts.c.id == account_id,
        accounts.c.user_id == user_id,
        accounts.c.state != AccountState.DISCONNECTED,
    )
    return connection.execute(query).one_or_none() is not None


def add_refresh_token(
    connection: Connection,
    *,
    token_hash: str,
    family: str,
    user_id: UserId,
    now: datetime,
    expires_at: datetime,
) -> None:
    connection.execute(
        insert(refresh_tokens).values(
            token_hash=token_hash, family=family, user_id=user_id, created_at=now, expires_at=expires_at
        )
    )


def refresh_token(connection: Connection, token_hash: str) -> RefreshToken | None:
    wanted = [refresh_tokens.c[field.name] for field in fields(RefreshToken)]
    query = select(*wanted).where(refresh_tokens.c.token_hash == token_hash)
    row = connection.execute(query).mappings().one_or_none()
    return RefreshToken(**row) if row else None


def mark_used(connection: Connection, token_hash: str, now: datetime) -> None:
    query = update(refresh_tokens).where(refresh_tokens.c.token_hash == token_hash)
    connection.execute(query.values(used_at=now))


def revoke_family(connection: Connection, family: str, now: datetime) -> None:
    query = update(refresh_tokens).where(
        refresh_tokens.c.family == family, refresh_tokens.c.revoked_at.is_(None)
    )
    connection.execute(query.values(revoked_at=now))


def forget_ended(connection: Connection, now: datetime) -> None:
    """Tokens past their end prove nothing any more."""
    connection.execute(refresh_tokens.delete().where(refresh_tokens.c.expires_at < now))
