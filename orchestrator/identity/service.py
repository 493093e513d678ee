"""Sign up, log in, stay logged in: a refresh token works once, and one used twice ends its whole login."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from domain.account import UserId
from orchestrator.config import Settings
from orchestrator.db import Database
from orchestrator.errors import Problem
from orchestrator.identity import passwords, repository
from orchestrator.identity.repository import User
from orchestrator.identity.schemas import PASSWORD_LENGTH, Mode
from orchestrator.identity.tokens import access_token, hash_of, new_refresh_token
from orchestrator.ids import new_id
from orchestrator.keys import Keys

# Two tabs may refresh at the same moment with one cookie; that is no theft.
GRACE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Tokens:
    """`expires_in` seconds is the access token's life, `refresh_for` the cookie's."""

    access: str
    refresh: str
    expires_in: int
    refresh_for: int


async def sign_up(db: Database, *, email: str, password: str, name: str, now: datetime) -> User:
    """Raises Problem 422 `password_too_short`, 409 `email_taken`."""
    if len(password) < PASSWORD_LENGTH:
        raise Problem(
            422,
            "password_too_short",
            f"the password has {len(password)} characters",
            field="password",
            rule=f"at least {PASSWORD_LENGTH} characters",
            fix="use a longer one, for example four words",
        )
    user = User(
        id=UserId(new_id("usr")),
        email=email,
        name=name or email.partition("@")[0],
        password_hash=await passwords.hashed(password),
        mode=Mode.ORCHESTRATOR,
        primary_account=None,
        created_at=now,
    )
    try:
        added = await db.write(lambda connection: repository.add_user(connection, user))
    except IntegrityError:  # two sign-ups at the same moment
        added = False
    if not added:
        raise Problem(
            409, "email_taken", "someone has signed up with this e-mail", field="email", fix="log in"
        )
    return user


async def log_in(
    db: Database, *, email: str, password: str, keys: Keys, settings: Settings, now: datetime
) -> Tokens:
    """Raises Problem 401 `wrong_login`, the same for an unknown e-mail and a wrong password."""
    email = email.strip().lower()
    user = await db.read(lambda connection: repository.by_email(connection, email))
    if not await passwords.matches(password, user.password_hash if user else None) or user is None:
        raise Problem(401, "wrong_login", "e-mail and password do not fit")
    user_id, family = user.id, new_id("fam")

    def work(connection: Connection) -> str:
        repository.forget_ended(connection, now)
        return _issue(connection, user_id, family, settings=settings, now=now)

    return _tokens(user_id, await db.write(work), keys=keys, settings=settings, now=now)


async def refresh(db: Database, token: str, *, keys: Keys, settings: Settings, now: datetime) -> Tokens:
    """Trade a refresh token for the next. Raises Problem 401 `refresh_invalid`; reuse revokes the family."""

    def work(connection: Connection) -> tuple[UserId, str] | None:
        known = repository.refresh_token(connection, hash_of(token))
        if known is None or known.revoked_at is not None or known.expires_at <= now:
            return None
        if known.used_at is None:
            repository.mark_used(connection, known.token_hash, now)
        elif now - known.used_at > GRACE:
            repository.revoke_family(connection, known.family, now)
            return None
        return known.user_id, _issue(connection, known.user_id, known.family, settings=settings, now=now)

    issued = await db.write(work, lock=f"refresh:{hash_of(token)}")
    if issued is None:
        raise Problem(401, "refresh_invalid", "this login has ended", fix="log in again")
    user_id, following = issued
    return _tokens(user_id, following, keys=keys, settings=settings, now=now)


async def log_out(db: Database, token: str | None, *, now: datetime) -> None:
    """End the login this refresh token belongs to; an unknown one is no error."""

    def work(connection: Connection) -> None:
        known = repository.refresh_token(connection, hash_of(token or ""))
        if known is not None:
            repository.revoke_family(connection, known.family, now)

    if token:
        await db.write(work)


async def change(db: Database, user_id: UserId, changes: Mapping[str, Any]) -> User:
    """Raises Problem 422 `account_unknown` for a primary account that is not the user's."""

    def work(connection: Connection) -> User | None:
        primary = changes.get("primary_account")
        if primary is not None and not repository.owns_account(connection, user_id, primary):
            raise Problem(
                422, "account_unknown", "this is none of your connected accounts", field="primary_account"
            )
        repository.change_user(connection, user_id, changes)
        return repository.by_id(connection, user_id)

    return _known(await db.write(work))


async def me(db: Database, user_id: UserId) -> User:
    return _known(await db.read(lambda connection: repository.by_id(connection, user_id)))


def _known(user: User | None) -> User:
    if user is None:  # the token outlived its user
        raise Problem(401, "token_invalid", "this user is gone", fix="sign up again")
    return user


def _issue(connection: Connection, user_id: UserId, family: str, *, settings: Settings, now: datetime) -> str:
    token = new_refresh_token()
    repository.add_refresh_token(
        connection,
        token_hash=hash_of(token),
        family=family,
        user_id=user_id,
        now=now,
        expires_at=now + timedelta(days=settings.refresh_days),
    )
    return token


def _tokens(user_id: UserId, refresh_token: str, *, keys: Keys, settings: Settings, now: datetime) -> Tokens:
    return Tokens(
        access=access_token(user_id, key=keys.jwt, now=now, minutes=settings.access_minutes),
        refresh=refresh_token,
        expires_in=settings.access_minutes * 60,
        refresh_for=settings.refresh_days * 86400,
    )
